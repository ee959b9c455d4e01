import Foundation
import RuleMarks
import Testing
import World

@testable import DNSSEC

/// A standard error that nobody reads holds up no lookup, whatever libunbound has to say.
@Suite(.timeLimit(.minutes(4))) struct StuckErrorTests {
    /// A configuration in which a zone is at a link-local address, which needs an interface. libunbound writes a line
    /// per try, as it does for such glue.
    private static func configuration(_ world: MailWorld, in place: ScratchDirectory) throws -> String {
        try place.write(
            String(contentsOfFile: world.names.configurationPath, encoding: .utf8)
                + "\nstub-zone:\n  name: \"link-local.example\"\n"
                + (1...9).map { "  stub-addr: fe80::\($0)\n" }.joined(), to: "unbound.conf")
    }

    @Test(.rules("F-101")) func aPipeThatNobodyReadsHoldsUpNoLookup() async throws {
        let world = try await MailWorld(["verified", "no-tlsa"].map(MailDomains.named))
        let place = try ScratchDirectory("stuck")
        let socket = place.file("milter.sock")
        // A FIFO that is open at both ends and full: whoever writes to it waits.
        let script = """
            mkfifo "$0/error"; exec 3<>"$0/error"; timeout 1 head -c 1000000 /dev/zero >&3
            exec "$1" run 2>&3
            """
        let settings = world.environment([
            "MILTER_SOCKET": "unix:\(socket)", "STATE_DIRECTORY": place.path, "FAILURE_TTL": "0", "DNS_TIMEOUT": "2s",
            "LOG_LEVEL": "debug", "DNS_CONFIG": try Self.configuration(world, in: place),
        ])
        let daemon = try await ChildProcess("bash", ["-c", script, place.path, Danegate.path], environment: settings)
        func ask(_ recipient: String) async throws -> MilterClient.Answer {
            try await onOwnThread {
                let client = try MilterClient(socket, timeout: .seconds(60))
                try client.open()
                try client.mail()
                defer { try? client.quit() }
                return try client.recipient(recipient)
            }
        }
        let isUp = try await eventually(within: .seconds(60)) { (try? await ask("<a@no-tlsa.example>")) == .continue }
        #expect(isUp, "\(daemon.output)")
        for number in 0..<5 {
            if case .reply(let reply) = try await ask("<a@n\(number).link-local.example>") {
                #expect(reply.hasPrefix("451 4."), "\(reply)")
            } else {
                Issue.record("link-local passed")
            }
        }
        #expect(try await ask("<a@verified.example>") == .continue)
        #expect(daemon.status == nil)
        daemon.signal(SIGKILL)
        await daemon.waitForEnd()
        await world.stop()
    }

    @Test func theLinesAreInTheLog() async throws {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let place = try ScratchDirectory("lines")
        let gate = try await DaemonTests.Gate(
            world,
            ["LOG_LEVEL": "debug", "DNS_TIMEOUT": "2s", "DNS_CONFIG": try Self.configuration(world, in: place)])
        _ = try await gate.answer("<a@link-local.example>")
        let isThere = await gate.daemon.waitForOutput(within: .seconds(20)) { $0.contains("event=libunbound message=") }
        // A machine without IPv6 does not try.
        let lines = gate.daemon.output.split(separator: "\n")
        #expect(isThere || access("/proc/net/if_inet6", R_OK) != 0)
        #expect(lines.map(\.withoutTime).allSatisfy { $0.hasPrefix("event=") || $0.hasPrefix("ruling=") }, "\(lines)")
        #expect(lines.count { $0.withoutTime.hasPrefix("event=libunbound") } <= 60)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test(
        arguments: [
            ("[1700000000] libunbound[12:0] error: udp connect failed", "error: udp connect failed"),
            ("[1700000000] libunbound[12:a0] warning: [x] y", "warning: [x] y"), ("plain", "plain"), ("[", "["),
            ("", ""),
            ("[warn] epoll_create", "epoll_create"),
        ])
    func timeAndProcessAreLeftOut(line: String, expected: String) {
        #expect(LibraryLog.bare(line) == expected)
    }
}
