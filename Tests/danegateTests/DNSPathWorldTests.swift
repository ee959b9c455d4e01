import DANE
import Foundation
import RuleMarks
import Testing
import World

/// The daemon behind a forwarder, or a firewall, that lets some things through and others not.
@Suite(.timeLimit(.minutes(5))) struct DNSPathWorldTests {
    /// What such a way does.
    struct Path: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let faults: [WireFault]
        /// Whether to see what comes after it.
        let isMended: Bool

        init(_ name: String, _ fault: WireFault, isMended: Bool = false) {
            testDescription = name
            faults = [fault]
            self.isMended = isMended
        }
    }

    /// Ways that lose what proves that something does not exist.
    static let losingDenials = [
        Path("NSEC and NSEC3 are left out", WireFault("*", nil, .withoutProofs), isMended: true),
        Path("NSEC is left out", WireFault("*", nil, .without(47))),
        Path("NSEC3 is left out", WireFault("*", nil, .without(50))),
        Path("their signatures stay", WireFault("*", nil, .withoutAll([47, 50]))),
        Path("over UDP alone", WireFault("*", nil, .overUDP(.withoutProofs))),
        Path("for half of the names", WireFault("*", nil, .halfOfTheNames(.withoutProofs))),
        Path("in every second message", WireFault("*", nil, .alternating(.withoutProofs)), isMended: true),
        Path("at the first time of each question", WireFault("*", nil, .everySecond(.withoutProofs))),
        Path("addresses are made up", WireFault("*", nil, .madeUpAddress)),
        Path("delegations fail", WireFault("*", "DS", .servfail), isMended: true),
    ]

    /// Ways that fail for TLSA alone.
    static let losingTLSA = [
        WireFault.Effect.servfail, .refused, .notimp, .formerr, .drop, .noData, .noSuchName, .unsigned,
        .halfOfTheNames(.servfail), .alternating(.servfail),
    ].map { Path("TLSA: \($0)", WireFault("*", "TLSA", $0), isMended: [.refused, .drop, .noSuchName].contains($0)) }

    /// Beside the others two top-level zones that are signed with NSEC3, as the real ones are.
    private static let topLevels = MailDomain("top", "V13", .opportunistic) { draft in
        try await draft.host(.noSTARTTLS)
        draft.others = [Zone("com", signing: .nsec3), Zone("org", signing: .nsec3)]
    }

    private static let labels = [
        "verified", "no-tlsa", "unsigned", "tlsa-invalid", "null-mx", "mx-missing-denial", "no-tlsa-missing-nsec3",
        "mx-signature-expired", "child.insecure-delegation", "no-mx-missing-nsec3",
    ]

    private static func world() async throws -> MailWorld {
        try await MailWorld(labels.map(MailDomains.named) + [topLevels])
    }

    /// Each failure counts at once, and no verdict is kept for long.
    private static func settings(_ world: MailWorld) -> [String: String] {
        [
            "DNS_FORWARD": "127.0.0.1@\(world.names.port)", "DNS_CONFIG": "", "DEFER_FOR": "0", "FAILURE_TTL": "1s",
            "CACHE_MIN_TTL": "0", "CACHE_MAX_TTL": "1s", "CACHE_STALE_TTL": "0",
        ]
    }

    private static func status(_ gate: DaemonTests.Gate, _ world: MailWorld) async throws -> (Int32, String) {
        let directory = (gate.socket as NSString).deletingLastPathComponent
        return try await Danegate.run(
            ["status"], environment: world.environment(settings(world).merging(["STATE_DIRECTORY": directory]) { $1 }))
    }

    /// What comes of all recipients once all is well.
    private static func expectTruth(_ gate: DaemonTests.Gate) async throws {
        let expected = [
            ("verified", ""), ("no-tlsa", ""), ("unsigned", ""), ("tlsa-invalid", "550 5.7.323"),
            ("null-mx", "556 5.1.10"), ("mx-missing-denial", "550 5.7.324"), ("no-tlsa-missing-nsec3", "550 5.7.324"),
            ("mx-signature-expired", "550 5.7.324"), ("child.insecure-delegation", ""),
        ]
        for (label, code) in expected {
            var answer = MilterClient.Answer.continue
            // libunbound keeps it for a minute that the keys of a zone could not be had.
            let isTrue = try await eventually(within: .seconds(120)) {
                answer = try await gate.answer("<true@\(label).example>")
                guard case .reply(let reply) = answer else { return code.isEmpty }
                return !code.isEmpty && reply.hasPrefix(code)
            }
            #expect(isTrue, "\(label): \(answer)")
        }
    }

    /// From the start on such a way: what validates passes, nobody is refused for good, and `status` says why.
    @Test(.rules("F-86"), arguments: losingDenials) func aWayThatLosesDenialsRefusesNobody(path: Path) async throws {
        let world = try await Self.world()
        world.names.setWireFaults(path.faults)
        let gate = try await DaemonTests.Gate(world, Self.settings(world))
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=denials") })
        #expect(gate.daemon.output.contains("advice=\"ask without 127.0.0.1@"), "\(gate.daemon.output)")
        for label in Self.labels + ["unknown"] {
            let answer = try await gate.answer("<a@\(label).example>")
            guard case .reply(let reply) = answer else { continue }
            #expect(reply.hasPrefix("451 4.4.3 dns-unavailable"), "\(path.testDescription): \(reply)")
        }
        #expect(!gate.daemon.output.contains("outcome=dnssec-invalid"), "\(gate.daemon.output)")
        let (code, text) = try await Self.status(gate, world)
        #expect(code == 2 && text.hasPrefix("CRITICAL - breaker open"), "\(text)")
        #expect(text.contains("(denials)") && text.contains("127.0.0.1@\(world.names.port)"), "\(text)")
        // It takes half a minute until the way is believed: for some of them.
        if path.isMended {
            world.names.setWireFaults([])
            #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=closed cause=denials") })
            try await Self.expectTruth(gate)
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The same for a way that fails for TLSA: insecure domains pass.
    @Test(.rules("F-87"), arguments: losingTLSA) func aWayThatFailsForTLSAPutsOffSecureHostsAlone(path: Path)
        async throws
    {
        let world = try await Self.world()
        world.names.setWireFaults(path.faults)
        let gate = try await DaemonTests.Gate(world, Self.settings(world))
        let isOpen = await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=tlsa") }
        let isFickle = path.testDescription.contains("half") || path.testDescription.contains("alternating")
        #expect(isOpen || isFickle, "\(gate.daemon.output)")
        for _ in 0..<3 {
            for label in ["unsigned", "child.insecure-delegation"] {
                #expect(try await gate.answer("<a@\(label).example>") == .continue)
            }
            for label in ["verified", "no-tlsa", "tlsa-invalid"] {
                guard case .reply(let reply) = try await gate.answer("<a@\(label).example>") else {
                    #expect(isFickle, "\(label) passed")
                    continue
                }
                #expect(reply.hasPrefix("451 4.4.3 dns-unavailable") || isFickle, "\(reply)")
                #expect(!reply.contains("7.324"), "\(reply)")
            }
        }
        if isOpen {
            let (code, text) = try await Self.status(gate, world)
            #expect(code == 2 && text.hasPrefix("CRITICAL - breaker open"), "\(text)")
            #expect(
                text.contains("(tlsa): TLSA lookups fail on the way to the DNS") && text.contains("type 52"), "\(text)")
        }
        if path.isMended {
            world.names.setWireFaults([])
            #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=closed cause=tlsa") })
            try await Self.expectTruth(gate)
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// A way that begins to lose things while the daemon runs is found out by the first recipient, and nothing is
    /// counted against anybody.
    @Test(
        .rules("F-86", "F-87", "F-89"),
        arguments: [
            (losingDenials[0], "unsigned", "denials"), (losingDenials[0], "no-tlsa", "denials"),
            (losingDenials[0], "verified", "denials"), (losingDenials[0], "unknown", "denials"),
            (losingDenials[0], "mx-signature-expired", "denials"), (losingDenials[2], "no-mx-missing-nsec3", "denials"),
            (losingDenials[4], "unsigned", "denials"), (losingDenials[8], "unknown-host", "denials"),
            (losingTLSA[0], "verified", "tlsa"), (losingTLSA[1], "no-tlsa", "tlsa"),
            (losingTLSA[4], "verified", "tlsa"),
            (losingTLSA[5], "verified", "tlsa"), (losingTLSA[6], "no-tlsa", "tlsa"),
            (losingTLSA[7], "verified", "tlsa"),
        ])
    func theFirstRecipientFindsOut(path: Path, label: String, cause: String) async throws {
        let hostless = MailDomain("unknown-host", "V7", .noMailHost) { $0.mx(10, "gone") }
        let world = try await MailWorld(Self.labels.map(MailDomains.named) + [Self.topLevels, hostless])
        let gate = try await DaemonTests.Gate(world, Self.settings(world))
        #expect(try await gate.answer("<before@child.insecure-delegation.example>") == .continue)
        #expect(Self.tests(world) == 1)
        world.names.setWireFaults(path.faults)
        let answer = try await gate.answer("<first@\(label).example>")
        if case .reply(let reply) = answer {
            #expect(reply.hasPrefix("451 4.4.3 dns-unavailable"), "\(reply)")
        } else {
            // Its addresses validate, and so do its TLSA records.
            #expect(label == "verified" && cause == "denials")
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=\(cause) ") })
        #expect(!gate.daemon.output.contains("ruling=reject"), "\(gate.daemon.output)")
        let (code, text) = try await Self.status(gate, world)
        #expect(code == 2 && text.contains("Faults known: 0;"), "\(text)")
        #expect(!gate.daemon.output.contains("event=resolver-down"), "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// A way may pass the denial of TLSA records and lose the records, or their signatures. Then it is what was in
    /// order before that tells whose fault it is.
    @Test(.rules("F-87"), arguments: [WireFault.Effect.without(52), .withoutAll([52]), .withoutAll([46])])
    func recordsThatWereThereBeforeTellWhoseFaultItIs(effect: WireFault.Effect) async throws {
        let domains = (0..<4).map { number in
            MailDomain("good\(number)", "V17", .verified) { draft in
                let chain = try await draft.chain()
                try await draft.host(.normal(chain), tlsa: chain.tlsa())
            }
        }
        let world = try await MailWorld(domains + [MailDomains.named("tlsa-stripped"), MailDomains.named("unsigned")])
        let gate = try await DaemonTests.Gate(world, Self.settings(world))
        for number in 0..<3 { #expect(try await gate.answer("<a@good\(number).example>") == .continue) }
        // One domain's records are stripped: that is its fault, as far as can be known.
        let stripped = WireFault("_\(world.hosts.port)._tcp.mx.tlsa-stripped.example", "TLSA", .unsigned)
        world.names.setWireFaults([stripped])
        guard case .reply(let reply) = try await gate.answer("<a@tlsa-stripped.example>") else {
            Issue.record("it passed")
            return
        }
        #expect(reply.hasPrefix("550 5.7.324"), "\(reply)")
        #expect(!gate.daemon.output.contains("event=breaker"))
        // All of them: it is not.
        let owners = (0..<4).map { "_\(world.hosts.port)._tcp.mx.good\($0).example" }
        world.names.setWireFaults(owners.map { WireFault($0, "TLSA", effect) })
        guard case .reply(let first) = try await gate.answer("<a@good3.example>") else {
            Issue.record("it passed")
            return
        }
        #expect(first.hasPrefix("451 4.4.3 dns-unavailable"), "\(first)")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=tlsa ") })
        #expect(try await gate.answer("<a@unsigned.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The self-tests that were made: each asks for TLSA records of two names at port 25, which no host of the world
    /// has.
    private static func tests(_ world: MailWorld) -> Int {
        (Set(world.names.queries.filter { $0.type == "TLSA" && $0.name.hasPrefix("_25._tcp.") }).count + 1) / 2
    }

    /// A way that comes and goes: nobody is refused for it, and the breaker does not open and close with it.
    @Test(.rules("F-88"), arguments: [WireFault("*", nil, .withoutProofs), WireFault("*", "TLSA", .noSuchName)])
    func aWayThatComesAndGoesRefusesNobody(fault: WireFault) async throws {
        let world = try await Self.world()
        let gate = try await DaemonTests.Gate(world, Self.settings(world))
        var replies: [String] = []
        for turn in 0..<12 {
            world.names.setWireFaults(turn % 2 == 0 ? [fault] : [])
            let end = ContinuousClock.now + .seconds(turn % 4 < 2 ? 2 : 5)
            repeat {
                for label in ["verified", "no-tlsa", "unsigned", "child.insecure-delegation", "unknown\(turn)"] {
                    guard case .reply(let reply) = try await gate.answer("<a@\(label).example>") else { continue }
                    replies.append(reply)
                }
            } while ContinuousClock.now < end
        }
        for reply in replies where !reply.hasPrefix("550 5.1.2 no-such-domain: unknown") {
            #expect(reply.hasPrefix("451 4.4.3 dns-unavailable"), "\(reply)")
        }
        let cause = fault.type == nil ? "denials" : "tlsa"
        let openings = gate.daemon.output.split(separator: "\n").filter {
            $0.contains("event=breaker state=open cause=\(cause) ")
        }
        #expect(openings.count == 1, "\(openings)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// While everything gets through, a broken domain is `dnssec-invalid`, and a stranger who has many of them does not
    /// make the daemon poll the root.
    @Test(.rules("F-89")) func strangersZonesAreNoReasonToPollTheRoot() async throws {
        let broken = MailDomain("broken", "V1", .dnssecInvalid) { draft in
            draft.zone.faults = [.missingDenial]
            draft.others = (0..<12).map { Zone("failing\($0).example", "@ MX 10 mx", "* MX 10 mx") }
        }
        let world = try await MailWorld([broken, MailDomains.named("verified")])
        world.names.setWireFaults([])
        let gate = try await DaemonTests.Gate(world, Self.settings(world))
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        #expect(Self.tests(world) == 1)
        // One domain, however much mail there is for it: its delegation cannot be looked up.
        world.names.setWireFaults((0..<12).map { WireFault("failing\($0).example", "DS", .servfail) })
        func send(to number: Int, for time: Duration) async throws {
            let end = ContinuousClock.now + time
            repeat {
                guard case .reply(let reply) = try await gate.answer("<a@failing\(number).example>") else {
                    Issue.record("failing\(number) passed")
                    return
                }
                #expect(reply.hasPrefix("451 4.4.3 dns-unavailable"), "\(reply)")
            } while ContinuousClock.now < end
        }
        try await send(to: 0, for: .zero)
        #expect(try await eventually { Self.tests(world) == 2 })
        try await send(to: 0, for: .seconds(6))
        #expect(Self.tests(world) == 2)
        // Many domains, one after the other. The allowance is three in a row, and one a minute.
        let begun = ContinuousClock.now
        for number in 1..<12 { try await send(to: number, for: .seconds(1)) }
        #expect(Self.tests(world) <= 1 + 3 + Int((ContinuousClock.now - begun) / .seconds(60)) + 1)
        // Proofs that are missing, for which nobody is refused without a test.
        world.names.clearQueries()
        let names = (0..<40).map { "<a@x\($0).broken.example>" }
        let answers = try await gate.answers(names.map { Array($0.utf8) })
        for answer in answers {
            guard case .reply(let reply) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(reply.hasPrefix("550 5.7.324 dnssec-invalid"), "\(reply)")
        }
        #expect((1...names.count).contains(Self.tests(world)))
        #expect(!gate.daemon.output.contains("event=breaker"), "\(gate.daemon.output)")
        // And what befalls others is seen all the same.
        world.names.setWireFaults([WireFault("*", nil, .servfail)])
        _ = try await gate.answer("<a@verified.example>")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=resolver") })
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// `danegate check` says that the way is at fault, and not the domain. A survey does not begin.
    @Test(
        .rules("F-86", "F-87", "F-40"),
        arguments: [
            (
                losingDenials[0], ["unsigned", "mx-missing-denial", "mx-signature-expired", "unknown"],
                "denials lose their proof on the way to the DNS"
            ),
            (losingDenials[8], ["unknown-host"], "makes up answers"),
            (losingTLSA[0], ["verified", "no-tlsa"], "TLSA lookups fail on the way to the DNS"),
            (losingTLSA[6], ["verified", "no-tlsa"], "TLSA lookups fail on the way to the DNS"),
        ]) func checkBlamesTheWay(path: Path, labels: [String], words: String) async throws
    {
        let hostless = MailDomain("unknown-host", "V7", .noMailHost) { $0.mx(10, "gone") }
        let world = try await MailWorld(Self.labels.map(MailDomains.named) + [Self.topLevels, hostless])
        world.names.setWireFaults(path.faults)
        let environment = world.environment(Self.settings(world))
        let names = labels.map { "\($0).example" }
        let (status, output) = try await Danegate.run(["check", "--json"] + names, environment: environment)
        #expect(status == 75, "\(output)")
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{") }
        #expect(lines.count == names.count, "\(output)")
        for line in lines {
            #expect(line.contains("\"outcome\":\"dns-unavailable\"") && line.contains(words), "\(line)")
        }
        let directory = try ScratchDirectory("survey")
        let list = try directory.write(names.map { "\($0)\n" }.joined(), to: "list")
        let survey = try await Danegate.run(["survey", list], environment: environment)
        #expect(survey.status == 69 && survey.output.contains(words), "\(survey.output)")
        await world.stop()
    }
}
