import RuleMarks
import Testing
import World

@testable import DNSSEC

/// The self-test on ways to the DNS that let some things through and others not, and before roots of every kind.
@Suite(.timeLimit(.minutes(2))) struct SelfTestTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let part: ResolverHealth.Part?
        let cause: ResolverHealth.Cause?
        let faults: [WireFault]

        init(
            _ name: String, _ part: ResolverHealth.Part?, _ cause: ResolverHealth.Cause?, _ effect: WireFault.Effect,
            of type: String? = nil
        ) {
            testDescription = name
            (self.part, self.cause) = (part, cause)
            faults = [WireFault("*", type, effect)]
        }
    }

    static let rows = [
        Row("all is answered late", nil, nil, .delay(.milliseconds(50))),
        Row("the forwarder claims to have validated", nil, nil, .claimingValidity),
        Row("nothing fits into a datagram", nil, nil, .truncate),
        Row("answers of unknown types", nil, nil, .servfail, of: "SRV"),
        Row("NSEC and NSEC3", .denials, .unproven, .withoutProofs), Row("NSEC", .denials, .unproven, .without(47)),
        Row("NSEC3", .denials, .unproven, .without(50)),
        Row("the proofs, without their signatures", .denials, .unproven, .withoutAll([47, 50])),
        Row("over UDP", .denials, .unproven, .overUDP(.withoutProofs)),
        Row("what is long", .denials, .unproven, .longerThan(400, .withoutProofs)),
        Row("addresses made up", .denials, .madeUp, .madeUpAddress),
        Row("names denied without proof", .denials, .unproven, .noSuchName, of: "DS"),
        Row("records denied without proof", .denials, .unproven, .noData, of: "MX"),
        Row("MX fails", .denials, .unanswered, .servfail, of: "MX"),
        Row("DS fails", .denials, .unanswered, .refused, of: "DS"),
        Row("DS is not answered", .denials, .unanswered, .drop, of: "DS"),
        Row("TLSA fails", .tlsa, .unanswered, .servfail, of: "TLSA"),
        Row("TLSA is refused", .tlsa, .unanswered, .refused, of: "TLSA"),
        Row("TLSA is unknown", .tlsa, .unanswered, .notimp, of: "TLSA"),
        Row("TLSA is malformed", .tlsa, .unanswered, .formerr, of: "TLSA"),
        Row("TLSA is not answered", .tlsa, .unanswered, .drop, of: "TLSA"),
        Row("TLSA is denied", .tlsa, .unproven, .noSuchName, of: "TLSA"),
        Row("TLSA is always empty", .tlsa, .unproven, .noData, of: "TLSA"),
        Row("TLSA without signatures", .tlsa, .unproven, .unsigned, of: "TLSA"),
        Row("TLSA without proof", .tlsa, .unproven, .withoutProofs, of: "TLSA"),
        Row("TLSA leads astray", .tlsa, .unproven, .lame, of: "TLSA"),
        Row("all signatures", .rootKeys, .trustAnchor, .unsigned), Row("everything", .rootKeys, .unanswered, .servfail),
        Row("nothing is answered", .rootKeys, .unanswered, .drop),
    ]

    /// As the real ones: the root has NSEC, the large top-level domains NSEC3.
    private static func names(
        root: Zone.Signing = .nsec, top: Zone.Signing = .nsec3, _ records: String..., wire: [WireFault] = []
    ) async throws -> NameServers {
        try await NameServers(
            zones: [
                Zone("", signing: root, records: records), Zone("com", signing: top), Zone("org", signing: top),
            ], wire: wire)
    }

    @Test(.rules("F-86", "F-87"), arguments: rows) func whatIsLostIsNamed(row: Row) async throws {
        let names = try await Self.names(wire: row.faults)
        let health = try await names.resolver(timeout: .seconds(4)).selfTest()
        #expect(health.fault?.part == row.part && health.fault?.cause == row.cause, "\(health)")
        #expect(health.faults.count == (row.part == nil ? 0 : 1))
        #expect(health.unusable == nil)
        // Nothing is said of what rests on something that fails.
        switch row.part {
        case nil, .tlsa: #expect(health.tested == Set(ResolverHealth.Part.allCases))
        case .denials: #expect(health.tested == [.rootKeys, .denials])
        case .rootKeys: #expect(health.tested == [.rootKeys])
        }
        let sentence = health.fault?.sentence ?? "a"
        #expect(sentence.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && (1...400).contains(sentence.utf8.count))
        await names.stop()
    }

    /// Roots that nobody is to be kept from using: opt-out, many iterations, wildcards, MX records of their own.
    @Test(arguments: [
        (Zone.Signing.nsec, [String]()), (.nsec3, []), (.nsec3OptOut, []), (.nsec3Iterations(200), []),
        (.nsec, ["* A 127.0.0.1", "* MX 10 mx", "* DS 1 13 2 " + String(repeating: "ab", count: 32)]),
        (.nsec3, ["* TYPE52 \\# 4 03010101"]), (.nsec, ["@ MX 10 mx", "@ A 127.0.0.1", "@ TYPE52 \\# 4 03010101"]),
    ])
    func aPrivateRootIsInOrder(signing: Zone.Signing, records: [String]) async throws {
        let names = try await NameServers(zones: [Zone("", signing: signing, records: records)])
        let resolver = try names.resolver()
        #expect(await resolver.selfTest() == .good)
        names.setWireFaults([WireFault("*", nil, .withoutProofs)])
        #expect(await resolver.selfTest().fault?.part == .denials)
        names.setWireFaults([WireFault("*", "TLSA", .servfail)])
        #expect(await resolver.selfTest().fault?.part == .tlsa)
        await names.stop()
    }

    /// The root's keys are signed for longer than its records: a clock that is wrong by little makes these invalid
    /// alone.
    @Test func aClockThatIsAlmostRightIsTheClocksFault() async throws {
        let faults = [ZoneFault.expiredSignature(name: "@", type: "NSEC")]
        let names = try await NameServers(zones: [Zone("", faults: faults, records: [])])
        let fault = try await names.resolver().selfTest().fault
        #expect(fault?.part == .denials && fault?.cause == .clock, "\(String(describing: fault))")
        await names.stop()
    }

    /// One top-level domain's fault is not the way's.
    @Test func oneBrokenTopLevelDomainIsNoFaultOfTheWay() async throws {
        let names = try await NameServers(zones: [
            Zone("com", signing: .nsec3, faults: [.missingDenial]), Zone("org", signing: .nsec3),
        ])
        #expect(try await names.resolver().selfTest() == .good)
        await names.stop()
    }

    /// What is not asked for is not tried, and of what is, only so much goes to the root.
    @Test func aTestAsksForLittle() async throws {
        let names = try await Self.names()
        let resolver = try names.resolver()
        func asked(_ parts: Set<ResolverHealth.Part>) async -> [Query] {
            names.clearQueries()
            _ = await resolver.selfTest(parts)
            return names.queries
        }
        #expect(await asked([]) == [Query("", "DNSKEY")])
        #expect(await asked([.rootKeys]) == [Query("", "DNSKEY")])
        // Two names for each type but the MX of the root. libunbound may answer a DS question by the NSEC record of an
        // answer that has come before, and then asks only for the other.
        func isComplete(_ queries: [Query], _ types: [String]) -> Bool {
            let own = queries.filter { !$0.name.hasSuffix("com") && $0 != Query("", "DNSKEY") }
            let counts = Dictionary(grouping: own, by: \.type).mapValues(\.count)
            return Set(counts.keys) == Set(types + ["MX", "DS"]) && counts["MX"] == 1
                && types.allSatisfy { counts[$0] == 2 } && (1...2).contains(counts["DS"] ?? 0)
        }
        let denials = await asked([.denials])
        #expect(isComplete(denials, ["A"]), "\(denials)")
        let all = await asked(Set(ResolverHealth.Part.allCases))
        #expect(isComplete(all, ["A", "TLSA"]) && all.count <= 11, "\(all)")
        // The names are new ones each time: no cache on the way has them.
        let names1 = Set(all.map(\.name).filter { $0.count >= 20 })
        let names2 = Set(await asked(Set(ResolverHealth.Part.allCases)).map(\.name).filter { $0.count >= 20 })
        #expect(names1.count >= 5 && names1.isDisjoint(with: names2))
        await names.stop()
    }

    /// That a packet is lost, or one of several servers busy, says nothing.
    @Test func oneFailureIsAskedForAgain() async throws {
        for effect in [WireFault.Effect.servfail, .refused] {
            let names = try await Self.names(
                wire: ["MX", "DS", "A", "TLSA"].map { WireFault("*", $0, .everySecond(effect)) })
            #expect(try await names.resolver().selfTest() == .good)
            await names.stop()
        }
    }
}
