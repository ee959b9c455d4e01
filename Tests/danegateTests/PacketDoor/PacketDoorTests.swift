import DANE
import DNSSEC
import Foundation
import Support
import Testing
import World

@testable import Daemon
@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// What a new door needs: nothing but `Gate.decide`. It then rules as the milter does.
@Suite(.timeLimit(.minutes(2))) struct PacketDoorTests {
    private static let labels = [
        "verified", "no-tlsa", "pkix-usages", "tlsa-invalid", "ta-expired", "without-starttls", "null-mx", "no.such",
        "mx-servfail", "mx-expired", "required-without-dane", "record-without-data",
    ]

    @Test(arguments: ["0", "15m"]) func aDoorOfAnotherProtocolRulesAsTheMilterDoes(deferFor: String) async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let milter = try await DaemonTests.Gate(world, ["DEFER_FOR": deferFor])
        let client = try await Self.client(of: world, ["DEFER_FOR": deferFor])
        defer { close(client) }
        var refused = 0
        for recipient in Self.labels.map({ "<user@\($0).example>" }) + [
            "<user>", "<user@[192.0.2.1]>", "<user@%.example>",
        ] {
            let reply: String? =
                if case .reply(let text) = try await milter.answer(recipient) { text } else { nil }
            let said = try await Self.ask(client, Array(recipient.utf8))
            #expect(WordsTests.masked(said) == reply.map(WordsTests.masked) ?? "OK", "\(recipient)")
            if reply != nil { refused += 1 }
        }
        #expect(refused == 10)
        #expect(await milter.daemon.stop() == 0)
        await world.stop()
    }

    /// Whatever a client sends, it has an answer of one line.
    @Test func bytesOfAnyKindHaveAnAnswer() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let client = try await Self.client(of: world, [:])
        defer { close(client) }
        let verified = Array("@verified.example>".utf8)
        for bytes: [UInt8] in [[0], [0xFF, 0xFE], Array("<a\r\nb@c>".utf8), Array("<a\0".utf8) + verified] {
            let said = try await Self.ask(client, bytes)
            #expect(said.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(said)")
        }
        // What is cut names somebody else, or nobody.
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 2 * PacketDoor.limit) + verified
        #expect(try await Self.ask(client, long).hasPrefix("550 5.1.2 no-such-domain"))
        #expect(try await Self.ask(client, Array("<a".utf8) + verified) == "OK")
        await world.stop()
    }

    // MARK: Parts

    /// A door to a gate of a world's settings, without a daemon, and the client's end of its socket.
    private static func client(of world: MailWorld, _ changes: [String: String]) async throws -> Int32 {
        let scratch = try ScratchDirectory("packets")
        let environment = world.environment(changes.merging(["STATE_DIRECTORY": scratch.path]) { $1 })
        let reader = try SettingsReader(environment: environment.compactMapValues(\.self))
        let settings = reader.settings
        let budget = try settings.descriptorBudget(limit: DescriptorLimit.current)
        let anchor = TrustAnchor.forAsking(settings)
        let wiring = GateWiring(
            reader, version: "test", environment: [:], policies: try PolicyBook(settings),
            resolver: try Resolver(settings.resolverConfiguration(anchor.anchor, within: budget)), anchor: anchor,
            budget: budget, log: GateLog(settings))
        // Nothing is believed before the resolver has been tried.
        var watch = TroubleWatch(wiring.breaker, .init(wiring.tests) { _ in nil })
        await watch.turn(at: .now)
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        let (door, end) = (PacketDoor(gate: wiring.gate), ends[1])
        Thread.detachNewThread { door.serve(end) }
        return ends[0]
    }

    private static func ask(_ client: Int32, _ packet: [UInt8]) async throws -> String {
        try await onOwnThread {
            guard send(client, packet, packet.count, Int32(MSG_NOSIGNAL)) == packet.count else {
                throw WorldError("send: errno \(errno)")
            }
            var buffer = [UInt8](repeating: 0, count: 1024)
            let length = recv(client, &buffer, buffer.count, 0)
            guard length > 0 else { throw WorldError("recv: errno \(errno)") }
            return String(decoding: buffer.prefix(length), as: UTF8.self)
        }
    }
}
