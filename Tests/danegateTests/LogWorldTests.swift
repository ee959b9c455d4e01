import Foundation
import Testing
import World

/// What the log says of senders and logins, and how its lines reach the journal, a file, a terminal.
@Suite(.timeLimit(.minutes(5))) struct LogWorldTests {
    /// Settings, and the keys of two lines: of a refused recipient, and of one that passes.
    struct Row: Sendable, CustomTestStringConvertible {
        let settings: [String: String]
        let to: String
        /// From `from=` to before `cause=`; empty where there is nothing.
        let parties: String
        let null: String
        var testDescription: String { "\(settings)" }
    }

    static let rows = [
        Row(
            settings: [:], to: "user@tlsa-invalid.example", parties: " from=alice@sender.example sasl=\"alice a\"",
            null: " from=<>"),
        Row(
            settings: ["LOG_ADDRESSES": "full", "TRACE_ADDRESSES": "domain"], to: "user@tlsa-invalid.example",
            parties: " from=alice@sender.example sasl=\"alice a\"", null: " from=<>"),
        Row(settings: ["LOG_ADDRESSES": "recipient"], to: "user@tlsa-invalid.example", parties: "", null: ""),
        // Whoever keeps users' names out of the trace does not find a sender's in the log.
        Row(settings: ["TRACE_ADDRESSES": "domain"], to: "user@tlsa-invalid.example", parties: "", null: ""),
        Row(
            settings: ["LOG_ADDRESSES": "domain"], to: "@tlsa-invalid.example", parties: " from=@sender.example",
            null: " from=<>"),
    ]

    @Test(arguments: rows) func sendersAndLoginsAreToldAsFarAsTheSettingsSay(row: Row) async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let gate = try await DaemonTests.Gate(world, row.settings)
        try await onOwnThread { [socket = gate.socket] in
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            try client.mail("<alice@sender.example>", macros: ["{auth_authen}": "alice a"])
            _ = try client.recipient("<user@tlsa-invalid.example>", macros: ["i": "4FIRST"])
            _ = try client.recipient("<postmaster@tlsa-invalid.example>", macros: ["i": "4SECOND"])
            try client.abort()
            // As MTAs do: what was said of the message before is not said again.
            try client.mail("<>", macros: ["i": "4THIRD"])
            _ = try client.recipient("<user@tlsa-invalid.example>", macros: ["i": "4THIRD"])
            try client.quit()
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("qid=4THIRD") })
        let lines = gate.daemon.output.split(separator: "\n").map(\.withoutTime)
        let first = try #require(lines.first { $0.contains("qid=4FIRST") })
        #expect(
            first.contains(" to=\(row.to) domain=")
                && first.contains(" qid=4FIRST\(row.parties) via=milter cause=\""), "\(first)")
        let second = try #require(lines.first { $0.contains("qid=4SECOND") })
        #expect(
            second.contains(" to=\(row.to.replacing("user", with: "postmaster")) domain=")
                && second.contains(" passed=")
                && second.contains(" qid=4SECOND\(row.parties) via=milter passed="), "\(second)")
        let third = try #require(lines.first { $0.contains("qid=4THIRD") })
        #expect(third.contains(" qid=4THIRD\(row.null) via=milter cause=\""), "\(third)")
        if row.parties.isEmpty || row.to.hasPrefix("@") {
            #expect(!gate.daemon.output.contains("alice"), "\(gate.daemon.output)")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Standard error, where systemd says that it is the journal.
    @Test func theJournalIsToldThePriorityOfEveryLine() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let journal = [
            "/bin/sh", "-c", "JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/2) && export JOURNAL_STREAM && exec \"$@\"",
            "sh",
        ]
        let gate = try await DaemonTests.Gate(world, wrapper: journal)
        guard case .reply = try await gate.answer("<a@tlsa-invalid.example>") else {
            Issue.record("it is not refused")
            return
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("<5>ruling=tempfail ") })
        #expect(await gate.daemon.stop() == 0)
        let lines = gate.daemon.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.prefixMatch(of: #/<[3-7]>(event|ruling)=/#) != nil }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("<5>event=start ") })
        // A start that fails is an error there.
        let failed = try await ChildProcess.run(
            journal[0], Array(journal.dropFirst()) + [Danegate.path, "run"], environment: ["DANEGATE_MODE": "nonsense"])
        #expect(failed.status == 78 && failed.output.hasPrefix("<3>danegate: DANEGATE_MODE"), "\(failed.output)")
        await world.stop()
    }

    @Test func everybodyElseIsToldTimeAndLevel() async throws {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let gate = try await DaemonTests.Gate(world)
        #expect(try await gate.answer("<a@no-tlsa.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        let form = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (debug|info|notice|warning|error) (event|ruling)=.*/#
        let lines = gate.daemon.output.split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(lines)")
        #expect(lines.contains { $0.contains("Z info ruling=accept ") })
        await world.stop()
    }

    /// What libdispatch says of thread priorities, as it does to whoever is not root, stays out of the mail log.
    @Test(.enabled(if: geteuid() == 0, "only root may have a /dev of his own"))
    func libdispatchSaysNothingInTheMailLog()
        async throws
    {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let place = try ScratchDirectory("syslog")
        #expect(chmod(place.path, 0o777) == 0)
        let log = try LogSocket(place.file("log"))
        // A /dev with a syslog, seen by this daemon alone.
        let script = """
            set -e; mkdir "$0/dev"; for n in null zero full random urandom; do
            touch "$0/dev/$n"; mount --bind "/dev/$n" "$0/dev/$n"; done
            touch "$0/dev/log"; mount --bind "$0/log" "$0/dev/log"; mount --rbind "$0/dev" /dev
            exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
            """
        var environment = world.environment(["STATE_DIRECTORY": place.file("state"), "LOG": "syslog"])
        environment["DANEGATE_MILTER_SOCKET"] = "unix:\(place.file("m.sock"))"
        environment["LIBDISPATCH_LOG"] = .some(nil)
        let words = ["-m", "/bin/sh", "-c", script, place.path, Danegate.path, "run"]
        environment.merge(["DANEGATE_TEST_SEED": nil, "DANEGATE_TEST_CASES": nil, "DANEGATE_SOAK_SECONDS": nil]) { $1 }
        let daemon = try await ChildProcess("unshare", words, environment: environment)
        let started = try await onOwnThread {
            var lines: [String] = []
            while let line = log.receive() {
                lines.append(line)
                if line.contains("event=start ") { break }
            }
            return lines
        }
        #expect(started.last?.contains("event=start ") == true, "\(started) \(daemon.output)")
        let answer = try await onOwnThread {
            let client = try MilterClient(place.file("m.sock"), timeout: .seconds(60))
            try client.open()
            try client.mail()
            defer { try? client.quit() }
            return try client.recipient("<a@no-tlsa.example>")
        }
        #expect(answer == .continue)
        daemon.signal(SIGTERM)
        let rest = try await onOwnThread {
            var lines: [String] = []
            while let line = log.receive() {
                lines.append(line)
                if line.contains("event=stop ") { break }
            }
            return lines
        }
        #expect(await daemon.waitForEnd() == 0)
        let lines = started + rest
        #expect(lines.contains { $0.contains("ruling=accept ") }, "\(lines)")
        #expect(lines.allSatisfy { $0.firstMatch(of: #/danegate\[\d+\]: (event|ruling)=/#) != nil }, "\(lines)")
        #expect(!daemon.output.contains("thread priority"), "\(daemon.output)")
        await world.stop()
    }

    /// Reasons in other alphabets, on a terminal and into a pipe; what is no letter does nothing there.
    @Test(arguments: [("C.UTF-8", "Prüfung на 日本語"), ("C", "Pr?fung ?? ???")])
    func reasonsAreShownInTheirLetters(locale: String, shown: String) async throws {
        let state = try ScratchDirectory("letters")
        let policy = try state.write("partner.example exempt reason=\"Prüfung на 日本語\"\n", to: "policy")
        let environment: [String: String?] = [
            "DANEGATE_STATE_DIRECTORY": state.path, "DANEGATE_POLICY_FILE": policy, "LC_ALL": locale,
            "DANEGATE_TEST_SEED": nil, "DANEGATE_TEST_CASES": nil, "DANEGATE_SOAK_SECONDS": nil,
        ]
        let add = ["exempt", "add", "partner.example", "--until", "1d", "--reason", "Prüfung на 日本語", "--by", "Jörg"]
        #expect(try await Danegate.run(add, environment: environment).status == 0)
        for command in ["exempt list", "settings --policy partner.example"] {
            let (status, output) = try await ChildProcess.run(
                "script", ["-qec", "\(Danegate.path) \(command)", "/dev/null"], environment: environment)
            #expect(status == 0 && output.contains(shown), "\(command): \(output)")
            // A pipe takes what it is given.
            let piped = try await Danegate.run(command.split(separator: " ").map(String.init), environment: environment)
            #expect(piped.output.contains("Prüfung на 日本語"), "\(command): \(piped.output)")
        }
        // A file that somebody has tampered with.
        let spoiled = try String(contentsOfFile: policy, encoding: .utf8).replacing(
            "на", with: "\u{202E}\u{200B}\u{9B}31m")
        try Data(spoiled.utf8).write(to: URL(fileURLWithPath: policy))
        let (_, text) = try await Danegate.run(["settings", "--policy", "partner.example"], environment: environment)
        #expect(!text.unicodeScalars.contains { ["\u{202E}", "\u{200B}", "\u{9B}", "\u{1B}"].contains($0) }, "\(text)")
    }
}

/// A syslog daemon's socket, read when the test reads.
private final class LogSocket: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, chmod(path, 0o666) == 0 else { throw WorldError("bind \(path): errno \(errno)") }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The next line; nil if none comes within a minute. Blocks.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}
