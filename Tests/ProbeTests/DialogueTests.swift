import RuleMarks
import Testing
import World

@testable import Probe

@Suite("Dialogues with hosts that keep to the protocol", .timeLimit(.minutes(3)))
struct DialogueTests {
    @Test(.rules("D-61", "F-53", "L-03", "L-04")) func aNormalHostIsSecured() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(.normal(chain).greeting("220-mx.example.org", "220 ready\u{7}"))
            let report = await world.probe(address)
            let session = try #require(report.end.session, "\(report)")
            #expect(session.chain == chain.der)
            #expect(session.protocolVersion == "TLS1.3" && session.cipherSuite.hasPrefix("TLS_"))
            #expect(session.group != nil)
            #expect(report.banner == "220 mx.example.org")
            #expect(report.replies.prefix(2) == ["220-mx.example.org", "220 ready?"])
            #expect(report.replies.contains("250-STARTTLS") && report.replies.last == "250 ENHANCEDSTATUSCODES")
            #expect(report.timings.map(\.step) == ProbeReport.Step.allCases.dropLast())
            #expect(world.hosts.serverNames(at: address) == ["mx.example.org"])
            // QUIT is said after the report is out.
            #expect(await ProbeWorld.until { world.hosts.commands(at: address).last == "QUIT" })
            let commands = ["EHLO probe.test", "STARTTLS", "EHLO probe.test", "QUIT"]
            #expect(world.hosts.commands(at: address) == commands)
            #expect(world.hosts.connections(at: address) == 1)
        }
    }

    @Test func overIPv6Too() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let report = await world.probe(try await world.hosts.addIPv6(.normal(chain)))
            #expect(report.end.session?.chain == chain.der, "\(report)")
        }
    }

    @Test(arguments: [[0], [0, 1], [0, 1, 2], [0, 2]])
    func theChainIsHandedOnAsSent(_ depths: [Int]) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let report = try await world.probe(.normal(chain, sending: depths))
            #expect(report.end.session?.chain == depths.map { chain.der[$0] })
        }
    }

    /// A chain too long to be judged is not a failed handshake: it is cut, one certificate past what is judged.
    @Test(arguments: [(127, 128), (128, 129), (200, 129)])
    func theChainIsBounded(_ extra: Int, _ count: Int) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let report = try await world.probe(.normal(chain, sending: [0] + Array(repeating: 1, count: extra)))
            #expect(report.end.session?.chain.count == count, "\(report.end.reason)")
            #expect(report.end.session?.chain.first == chain.der[0])
        }
    }

    @Test(.rules("F-57")) func certificatesAreNotVerified() async throws {
        let expired = try await IssuedChain.selfSigned("other.test", validity: .expired)
        let rsa = try await CertificateAuthority.root().issue("mx.test", validity: .notYet, algorithm: .rsa2048)
        try await ProbeWorld.run { world in
            for chain in [expired, rsa] {
                let report = try await world.probe(.normal(chain))
                #expect(report.end.session?.chain == chain.der)
            }
        }
    }

    @Test(.rules("D-61", "F-10", "I-05", "F-58")) func theServerNameSelects() async throws {
        let one = try await IssuedChain.selfSigned("one.test")
        let two = try await IssuedChain.selfSigned("two.test")
        let fallback = try await IssuedChain.selfSigned("fallback.test")
        try await ProbeWorld.run { world in
            let strict = try await world.hosts.add(.sni(["one.test": one, "two_2.test": two], default: nil))
            let lenient = try await world.hosts.add(.sni(["one.test": one], default: fallback))
            #expect(await world.probe(strict, "one.test").end.session?.chain == one.der)
            #expect(await world.probe(strict, "Two_2.test.").end.session?.chain == two.der)
            #expect(await world.probe(lenient, "three.test").end.session?.chain == fallback.der)
            #expect(await world.probe(lenient, ".").end.session?.chain == fallback.der)
            #expect(await world.probe(lenient, "192.0.2.1").end.session?.chain == fallback.der)
            #expect(world.hosts.serverNames(at: lenient) == ["three.test", nil, nil])
            let refused = await world.probe(strict, "three.test")
            #expect(refused.end.kind == "tlsFailed" && refused.end.reason.contains("alert 112"), "\(refused.end)")
            guard case .tlsFailed(let failure) = refused.end else { return }
            #expect(failure.kind == .alert && failure.alert == 112 && failure.code == nil)
        }
    }

    @Test(
        .rules("E-02", "F-56"),
        arguments: [
            (SMTPHostBehaviour.TLSVersion.tls12, "secured"), (.tls13, "secured"), (.tls11, "tlsFailed"),
        ])
    func versions(_ version: SMTPHostBehaviour.TLSVersion, _ kind: String) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let report = try await world.probe(.normal(chain).tls(max: version))
            #expect(report.end.kind == kind, "\(report.end)")
            if let session = report.end.session {
                #expect(session.protocolVersion == (version == .tls12 ? "TLS1.2" : "TLS1.3"))
            }
        }
    }

    @Test(
        .rules("F-76", "F-77", "F-78", "F-50", "F-51", "F-55", "L-01", "L-03", "L-06", "S-09"),
        arguments: [
            (SMTPHostBehaviour.noSTARTTLS, ProbeReport.End.startTLSNotOffered("EHLO was answered without STARTTLS")),
            (.ehloRefused(), .startTLSNotOffered("EHLO was refused: 502 5.5.2 Command not implemented")),
            (.refusing("502 5.5.2 What?"), .startTLSNotOffered("EHLO was refused: 502 5.5.2 What?")),
            (
                .refusing("504 5.5.2 not qualified"),
                .unreachable(.ehlo, "EHLO probe.test was refused: 504 5.5.2 not qualified")
            ),
            (
                .ehloRefused().answeringHELO("550 5.7.1 blocked"),
                .unreachable(.ehlo, "HELO probe.test was refused: 550 5.7.1 blocked")
            ),
            (.ehloRefused("421 4.3.2 Later"), .unreachable(.ehlo, "421 4.3.2 Later")),
            (.refusingSTARTTLS("421 4.3.2 Later"), .unreachable(.starttls, "421 4.3.2 Later")),
            (.refusingSTARTTLS(), .startTLSRefused("454 4.7.0 TLS not available")),
            (.refusingSTARTTLS("550 5.7.1 \u{1B}no"), .startTLSRefused("550 5.7.1 ?no")),
            (.banner("554-5.7.1 no", "554 5.7.1 service"), .unreachable(.banner, "554 5.7.1 no 5.7.1 service")),
            (.banner("421 4.3.2 Later"), .unreachable(.banner, "421 4.3.2 Later")),
        ])
    func refusalsAreKeptApart(_ behaviour: SMTPHostBehaviour, _ end: ProbeReport.End) async throws {
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(behaviour)
            #expect(await world.probe(address).end == end)
            #expect(await ProbeWorld.until { world.hosts.commands(at: address).last == "QUIT" })
        }
    }

    @Test(.rules("L-01")) func starttlsInAnyCase() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let report = try await world.probe(.normal(chain).answeringEHLO("250-mx", "250 StartTls"))
            #expect(report.end.kind == "secured")
        }
    }

    @Test func aHostThatChangesIsSeenChanged() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(.noSTARTTLS)
            #expect(await world.probe(address).end.kind == "startTLSNotOffered")
            try world.hosts.change(address, to: .normal(chain))
            #expect(await world.probe(address).end.kind == "secured")
            #expect(world.hosts.connections(at: address) == 2)
        }
    }
}
