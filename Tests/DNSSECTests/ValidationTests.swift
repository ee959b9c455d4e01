import DANE
import DNSSEC
import RuleMarks
import Testing
import World

/// What DNSSEC makes of each kind of zone, for each type that mail needs.
@Suite(.names(ValidationZones.all, wire: ValidationZones.wire), .timeLimit(.minutes(2)))
struct ValidationTests {
    enum Kind: CaseIterable, Sendable { case mx, a, aaaa, tlsa, cname }

    enum Expected: Equatable, Sendable {
        case secure, insecure, bogus, failed
        case secureNoData, secureNoName, insecureNoData, insecureNoName
    }

    /// Looks up the ordinary record of a type in a zone and sums up the answer.
    static func summary(_ kind: Kind, _ zone: String) async throws -> Expected {
        let prefix =
            switch kind {
            case .mx: ""
            case .a, .aaaa: "mx."
            case .tlsa: "_25._tcp.mx."
            case .cname: "alias."
            }
        let name = try #require(DomainName(prefix + zone))
        let resolver = try NameServers.current.resolver()
        return switch kind {
        case .mx: sum(await resolver.mx(name))
        case .a: sum(await resolver.ipv4(name))
        case .aaaa: sum(await resolver.ipv6(name))
        case .tlsa: sum(await resolver.tlsa(name))
        case .cname: sum(await resolver.cname(name))
        }
    }

    /// None, bogus and not found out are different answers about signatures too.
    @Test(arguments: [
        ("good.example", SignedType.mx, Expected.secure, 1), ("mx.good.example", .tlsa, .secureNoData, 1),
        ("none.good.example", .mx, .secureNoName, 0), ("plain.example", .mx, .insecure, 0),
        ("none.plain.example", .mx, .insecureNoName, 0), ("stale.example", .mx, .bogus, 0),
        ("old.example", .mx, .bogus, 0), ("servfail.broken.example", .mx, .failed, 0),
    ]) func signaturesOfEachKind(_ name: String, _ type: SignedType, _ expected: Expected, _ least: Int) async throws {
        let answer = try await NameServers.current.resolver().signatures(try #require(DomainName(name)), type)
        let sum = Self.sum(answer)
        #expect(sum == expected, "\(answer)")
        switch answer {
        case .secure(let found), .insecure(let found):
            #expect(least > 0 ? found.records.count >= least : found.records.isEmpty, "\(found.records)")
        case .bogus, .failed: break
        }
    }

    static func sum<Record>(_ answer: Answer<Record>) -> Expected {
        switch answer {
        case .secure(let found):
            found.existence == .records ? .secure : found.existence == .noData ? .secureNoData : .secureNoName
        case .insecure(let found):
            found.existence == .records ? .insecure : found.existence == .noData ? .insecureNoData : .insecureNoName
        case .bogus: .bogus
        case .failed: .failed
        }
    }

    @Test(
        .rules("D-03", "F-26", "F-27"),
        arguments: [
            ("good.example", Expected.secure), ("three.example", .secure), ("optout.example", .secure),
            ("sub.optout.example", .insecure), ("plain.example", .insecure), ("island.example", .insecure),
            ("old.example", .bogus), ("early.example", .bogus), ("keyless.example", .bogus),
            ("mismatch.example", .bogus), ("corrupt.example", .bogus), ("unsigned.example", .bogus),
            ("stale.example", .bogus), ("liar.example", .bogus), ("undenied.example", .secure),
        ], Kind.allCases)
    func records(of zone: (name: String, expected: Expected), as kind: Kind) async throws {
        #expect(try await Self.summary(kind, zone.name) == zone.expected)
    }

    @Test(
        .rules("D-05", "D-06", "F-20", "F-25"),
        arguments: [
            ("mx.good.example", Expected.secureNoData), ("none.good.example", .secureNoName),
            ("mx.three.example", .secureNoData), ("none.three.example", .secureNoName),
            ("none.optout.example", .insecureNoName), ("mx.optout.example", .secureNoData),
            ("mx.plain.example", .insecureNoData), ("none.plain.example", .insecureNoName),
            ("none.example", .secureNoName),
            ("mx.undenied.example", .bogus), ("none.undenied.example", .bogus), ("none.undenied3.example", .bogus),
            ("none.old.example", .bogus), ("any.wild.example", .secure), ("tcp.wild.example", .secure),
            ("slow.wild.example", .secure), ("servfail.broken.example", .failed), ("notimp.broken.example", .failed),
            ("refused.broken.example", .failed),
        ])
    func denialsAndFailures(_ name: String, _ expected: Expected) async throws {
        let answer = try await NameServers.current.resolver().mx(try #require(DomainName(name)))
        #expect(Self.sum(answer) == expected, "\(answer)")
    }

    @Test(
        .rules("D-11", "D-12", "D-13", "F-38"),
        arguments: [
            ("good.links.example", Expected.secure, "mx.good.example"),
            ("plain.links.example", .insecure, "mx.plain.example"),
            ("alias.good.example", .secure, "mx.good.example"),
            ("nothing.links.example", .secureNoName, "nowhere.links.example"),
            ("mx.good.example", .secure, nil), ("old.links.example", .bogus, nil), ("loop.links.example", .failed, nil),
        ] as [(String, Expected, String?)])
    func aliases(_ name: String, _ expected: Expected, _ canonical: String?) async throws {
        let answer = try await NameServers.current.resolver().ipv4(try #require(DomainName(name)))
        #expect(Self.sum(answer) == expected, "\(answer)")
        switch answer {
        case .secure(let found), .insecure(let found): #expect(found.canonicalName?.text == canonical)
        case .bogus, .failed: break
        }
    }

    /// The link itself is secure where the address behind it is not: RFC 7672 2.2.2 asks for it.
    @Test(.rules("D-14")) func aliasIntoInsecureZone() async throws {
        let resolver = try NameServers.current.resolver()
        guard case .secure(let found) = await resolver.cname(try #require(DomainName("plain.links.example"))) else {
            Issue.record("not secure")
            return
        }
        #expect(found.records == [DomainName("mx.plain.example")])
        #expect(found.canonicalName == nil)
    }

    @Test(arguments: [
        ("old.example", "signature expired"), ("early.example", "inception"), ("keyless.example", "No DNSKEY"),
        ("mismatch.example", "DS"), ("unsigned.example", "no signatures"), ("corrupt.example", "verification failed"),
        ("stale.example", "signature expired"), ("undenied3.example", "no DNSSEC records"),
    ])
    func reasons(_ zone: String, _ words: String) async throws {
        let name = try #require(DomainName(zone.hasPrefix("undenied") ? "none.\(zone)" : zone))
        guard case .bogus(let why) = await (try NameServers.current.resolver()).mx(name) else {
            Issue.record("not bogus")
            return
        }
        let reason = why.detail
        #expect(reason.contains(words), "\(reason)")
        #expect(reason.utf8.allSatisfy { 0x20...0x7E ~= $0 } && reason.utf8.count <= 300)
    }

    /// libunbound tells of a zone's keys once, and later refers to that. The sentence stays the same, with its dates.
    @Test(arguments: ["old.example", "early.example", "keyless.example", "mismatch.example"])
    func reasonsAreToldAgain(_ zone: String) async throws {
        let resolver = try (try NameServers.current.resolver()).fresh()
        let (domain, host) = (try #require(DomainName(zone)), try #require(DomainName("mx.\(zone)")))
        guard case .bogus(let first) = await resolver.mx(domain), case .bogus(let second) = await resolver.ipv4(host)
        else {
            Issue.record("not bogus")
            return
        }
        #expect(second.detail.contains("because of a previous validation failure"), "\(second.detail)")
        #expect(first.sentence(at: 0) == second.sentence(at: 0))
        #expect((first.time != nil) == (first.kind == .expired || first.kind == .notYetValid))
        #expect(first.kind != .other && !first.namesQuestion)
    }

    @Test func rootIsValidated() async throws {
        #expect(try await NameServers.current.resolver().selfTest() == .good)
        #expect(Resolver.libraryVersion.hasPrefix("1."))
    }
}
