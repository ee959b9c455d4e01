import DANE
import Foundation
import Testing
import World

/// `danegate check --days`: what is there today, judged as of some days ahead.
@Suite(.timeLimit(.minutes(5))) struct ExpiryWorldTests {
    struct Report: Decodable {
        struct Expiry: Decodable {
            let what: String
            let subject: String
            let at: String
        }
        struct Step: Decodable {
            let step: String
            let result: String
            let detail: String
        }
        let outcome: String
        let cause: String
        let expires: [Expiry]
        let steps: [Step]
    }

    private static let domains = [
        MailDomain("ta-ending", "V18", .verified) { draft in
            let chain = try await draft.chain(valid: .days(-1, 10))
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 2, depth: 1))
        },
        MailDomain("ee-ending", "V17", .verified) { draft in
            let chain = try await draft.chain(valid: .days(-1, 10))
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("zone-ending", "V17", .verified) { draft in
            let chain = try await draft.chain()
            draft.zone.signing = .ending(days: 8)
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        // The MX records are signed for long, the host's zone is not.
        MailDomain("host-ending", "V17", .verified) { draft in
            let chain = try await draft.chain("mx.host-ending-too.example")
            let address = try await draft.farm.add(.normal(chain))
            draft.mx(10, "mx.host-ending-too.example.")
            draft.others.append(
                Zone(
                    "host-ending-too.example", signing: .ending(days: 8), "mx A \(address)",
                    "\(draft.owner("mx")) TLSA \(chain.tlsa())"))
        },
    ]

    @Test func whatEndsBeforeTheDayCounts() async throws {
        let world = try await MailWorld(Self.domains)
        func report(_ label: String, _ days: Int) async throws -> Report {
            let (_, output) = try await Danegate.run(
                ["check", "--json", "--days", "\(days)", "\(label).example"], environment: world.environment())
            let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(output)")
            return try JSONDecoder().decode(Report.self, from: Data(line.utf8))
        }
        let cases: [(label: String, days: Int, outcome: String)] = [
            ("ta-ending", 0, "verified"), ("ta-ending", 5, "verified"), ("ta-ending", 20, "certificate-expired"),
            ("ee-ending", 20, "verified"), ("zone-ending", 5, "verified"), ("zone-ending", 9, "dnssec-invalid"),
            ("host-ending", 7, "verified"), ("host-ending", 9, "dnssec-invalid"),
        ]
        for (label, days, outcome) in cases {
            let seen = try await report(label, days)
            #expect(seen.outcome == outcome, "\(label) in \(days) days: \(seen.cause)")
            #expect(!seen.expires.isEmpty)
            #expect(seen.expires.map(\.at) == seen.expires.map(\.at).sorted())
        }
        let zone = try await report("zone-ending", 9)
        #expect(
            zone.cause.hasPrefix("the signature of ") && zone.cause.contains("zone-ending.example expires ")
                && zone.cause.hasSuffix(" (in 7 days)"), "\(zone.cause)")
        for subject in ["the MX records of zone-ending.example", "the keys (DNSKEY) of zone-ending.example"] {
            #expect(zone.expires.contains { $0.what == "signature" && $0.subject == subject }, "\(zone.expires)")
            #expect(
                zone.steps.contains {
                    $0.step == "expiry" && $0.result == "failed"
                        && $0.detail.hasPrefix("the signature of \(subject) expires ")
                })
        }
        let host = try await report("host-ending", 9)
        #expect(host.cause.contains("host-ending-too.example"))
        let own = try await report("ee-ending", 20)
        #expect(
            own.steps.contains { $0.step == "expiry" && $0.result == "warning" && $0.detail.contains("RFC 7672 3.1.1") }
        )
        // Root and parent are others' business: all zones of the world but these last for thirty days.
        #expect(!zone.expires.contains { $0.subject.hasSuffix(" of example") || $0.subject.hasSuffix(" of .") })
        await world.stop()
    }

    @Test func whatDoesNotEndIsNoAlarm() async throws {
        let domains = [
            // Signatures that ended a moment ago: validators let that pass for some hours.
            MailDomain("just-ended", "V17", .verified) { draft in
                let chain = try await draft.chain()
                draft.zone.signing = .ending(days: 0)
                try await draft.host(.normal(chain), tlsa: chain.tlsa())
            },
            // Nothing is denied but that there are TLSA records: their name does not exist.
            MailDomain("no-tlsa", "V13", .opportunistic) { draft in
                draft.record("@ MX 10 mx", "mx A 127.0.0.1", "mx AAAA ::1")
            },
            MailDomain("any.wild-nsec3", "V13", .opportunistic) { draft in
                draft.zone = Zone("wild-nsec3.example", signing: .nsec3, "* MX 10 mx", "mx A 127.0.0.1")
            },
            MailDomain("aliased", "V13", .opportunistic) { draft in
                draft.mx(10, "mx")
                draft.record("mx CNAME www.aliased-ending.example.")
                draft.others = [Zone("aliased-ending.example", signing: .ending(days: 8), "www A 127.0.0.1")]
            },
            MailDomain("outside", "V5", .opportunistic) { draft in
                draft.zone.signing = .unsigned
                draft.record("@ MX 10 mx", "mx A 127.0.0.1")
            },
            MailDomains.named("mx-signature-expired"),
        ]
        let world = try await MailWorld(domains)
        func report(_ domain: String, _ days: Int?) async throws -> Report {
            let ahead = days.map { ["--days", "\($0)"] } ?? []
            let (_, output) = try await Danegate.run(
                ["check", "--json"] + ahead + [domain], environment: world.environment())
            let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(output)")
            return try JSONDecoder().decode(Report.self, from: Data(line.utf8))
        }
        for domain in domains {
            let (plain, now) = (try await report(domain.name, nil), try await report(domain.name, 0))
            #expect(plain.outcome == domain.outcome.rawValue, "\(domain.name): \(plain.cause)")
            #expect(now.outcome == plain.outcome, "\(domain.name): \(now.cause)")
            #expect(!now.steps.contains { $0.step == "expiry" && $0.result == "failed" })
        }
        #expect(try await report("just-ended.example", 1).outcome == "dnssec-invalid")
        let denied = try await report("no-tlsa.example", 9)
        #expect(denied.outcome == "opportunistic")
        #expect(denied.expires.contains { $0.subject.hasPrefix("the proof (NSEC)") }, "\(denied.expires)")
        #expect(try await report("no-tlsa.example", 40).outcome == "dnssec-invalid")
        #expect(try await report("any.wild-nsec3.example", 9).outcome == "opportunistic")
        let aliased = try await report("aliased.example", 9)
        #expect(aliased.outcome == "dnssec-invalid" && aliased.cause.contains("aliased-ending.example"))
        let outside = try await report("outside.example", 3650)
        #expect(outside.outcome == "opportunistic" && outside.expires.isEmpty)
        let broken = try await report("mx-signature-expired.example", 9)
        #expect(broken.outcome == "dnssec-invalid" && broken.cause.contains("expired"))
        await world.stop()
    }

    @Test(arguments: [["--days", "-1"], ["--days", "3651"], ["--days", "x"], ["--days", "3", "--cached"]])
    func otherDaysAreUsage(arguments: [String]) async throws {
        #expect(try await Danegate.run(["check"] + arguments + ["a.example"]).status == 64)
    }
}
