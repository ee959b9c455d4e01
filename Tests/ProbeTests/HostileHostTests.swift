import DANE
import RuleMarks
import Testing
import World

@testable import Probe

@Suite("Dialogues with hosts that do not", .timeLimit(.minutes(2)))
struct HostileHostTests {
    typealias Step = SMTPHostBehaviour.Step
    typealias Fault = SMTPHostBehaviour.Fault

    /// What a failure at a step before TLS is, and one in TLS.
    private static func name(_ step: Step) -> String {
        switch step {
        case .banner: "unreachable banner"
        case .ehlo: "unreachable ehlo"
        case .starttls: "unreachable starttls"
        case .handshake: "tlsFailed"
        case .secureEHLO: "unreachable secure-ehlo"
        }
    }

    @Test(arguments: Step.allCases, [Fault.close, .reset])
    func closesAndResets(_ step: Step, _ fault: Fault) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let end = try await world.probe(.normal(chain).failing(at: step, fault)).end
            // A reset at once may come before the kernel has told us of the connection.
            let isSooner = step == .banner && fault == .reset && end.kind == "unreachable connect"
            #expect(end.kind == Self.name(step) || isSooner, "\(end)")
            #expect(end.reason.contains(fault == .close ? "the host" : "reset"), "\(end)")
        }
    }

    @Test(.rules("F-54", "S-08"), arguments: Step.allCases, [Fault.stall, .tarpit(every: .milliseconds(20))])
    func silenceAndTarpitsEndInTime(_ step: Step, _ fault: Fault) async throws {
        let chain = try await ProbeWorld.chain.value
        let name = step == .secureEHLO ? "secure-ehlo" : "\(step)"
        // Cleartext in the handshake is no TLS from its first bytes on.
        let kind = step == .handshake && fault != .stall ? "tlsFailed" : "unreachable \(name)"
        // On a busy machine the time may be over before the host has come to the step: then it gets more.
        for seconds in [8, 40, 200] {
            var isOver = false
            let limit = Duration.seconds(seconds)
            try await ProbeWorld.run(timeout: limit) { world in
                let address = try await world.hosts.add(.normal(chain).failing(at: step, fault))
                let begin = ContinuousClock.now
                let end = await world.probe(address).end
                let elapsed = ContinuousClock.now - begin
                isOver = end.kind == kind || seconds == 200
                if isOver { #expect(end.kind == kind, "\(end)") }
                guard kind != "tlsFailed" else { return }
                #expect(end.reason == "no answer within \(seconds).0 seconds")
                #expect(elapsed >= limit)
            }
            if isOver { break }
        }
    }

    @Test(
        arguments: Step.allCases,
        [Fault.flood, .longLine, .binary, .text("hello there\r\n"), .text("\u{15}\u{3}\u{3}\0\u{2}\u{2}P")])
    func floodsAndGarbageEndEarly(_ step: Step, _ fault: Fault) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run(timeout: .seconds(60)) { world in
            let end = try await world.probe(.normal(chain).failing(at: step, fault)).end
            switch step {
            case .handshake: #expect(end.kind == "tlsFailed", "\(end)")
            case .secureEHLO: #expect(end.kind == "unreachable secure-ehlo", "\(end)")
            default: #expect(end.kind == "unreachable \(step)", "\(end)")
            }
            #expect(!end.reason.contains("no answer within"), "it ended early: \(end)")
            #expect(end.reason.utf8.allSatisfy { (0x20...0x7E).contains($0) } && end.reason.utf8.count <= 300)
        }
    }

    @Test(.rules("L-05"), arguments: ["2", "250 injected\r\n", "\u{16}\u{3}\u{3}"])
    func injectedCleartextIsAFailureOfItsOwn(_ bytes: String) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let end = try await world.probe(.normal(chain).injecting(after220: bytes)).end
            #expect(end == .tlsFailed(.cleartext))
        }
    }

    @Test func plaintextInsteadOfTLS() async throws {
        try await ProbeWorld.run { world in
            let end = try await world.probe(.plaintextInsteadOfTLS).end
            #expect(end.kind == "tlsFailed", "\(end)")
        }
    }

    @Test(.rules("F-60"), arguments: [SMTPHostBehaviour.TLSVersion.tls12, .tls13])
    func aClientCertificateIsDemanded(_ version: SMTPHostBehaviour.TLSVersion) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let end = try await world.probe(.normal(chain).requiringClientCertificate().tls(max: version)).end
            #expect(end.kind == "tlsFailed", "\(end)")
        }
    }

    @Test func connectionsRefusedAndUnanswered() async throws {
        try await ProbeWorld.run(connectTimeout: .milliseconds(300)) { world in
            let refused = await world.probe(world.hosts.closedAddress)
            #expect(refused.end == .unreachable(.connect, "connection refused"))
            #expect(refused.timings.map(\.step) == [.connect])
            let unanswered = await world.probe(try world.hosts.addMute())
            #expect(unanswered.end == .unreachable(.connect, "no connection within 0.3 seconds"))
        }
    }

    @Test(arguments: ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"])
    func specialPurposeAddressesAreLeftAlone(_ address: String) async throws {
        try await ProbeWorld.run(allowed: ["127.0.0.2", "::2"]) { world in
            let address = try #require(IPAddress(address))
            let end = await world.probe(address).end
            #expect(end.kind == "notProbed" && end.reason.contains("\(address)"))
        }
    }

    /// One's own public addresses, and what embeds them, are not connected to, allowed or not.
    @Test(.rules("F-123")) func deniedAddressesAreLeftAlone() async throws {
        try await ProbeWorld.run(denied: ["127.0.0.0/8", "8.8.8.0/24", "2a00:1::/32"]) { world in
            let host = try await world.hosts.add(.noSTARTTLS)
            let others = ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:801::1", "2a00:1::25"]
            for address in [host] + others.compactMap({ IPAddress($0) }) {
                let end = await world.probe(address).end
                #expect(end.kind == "notProbed" && end.reason.contains("is not to be probed"), "\(address): \(end)")
            }
            #expect(world.hosts.connections(at: host) == 0)
        }
    }

    @Test func aMappedAddressIsAllowedAsWhatItEmbeds() async throws {
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(.noSTARTTLS)
            guard case .v4(let number) = address else {
                Issue.record("\(address) is not the loopback's")
                return
            }
            let mapped = IPAddress.v6(0, 0xFFFF << 32 | UInt64(number))
            #expect(await world.probe(mapped).end.kind == "startTLSNotOffered")
        }
    }
}
