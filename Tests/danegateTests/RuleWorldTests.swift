import DANE
import Foundation
import RuleMarks
import Synchronization
import Testing
import World

/// Rules about the wire that show in more than a domain's outcome.
///
/// One after the other: each has a world of its own, and the suites beside this one have many.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RuleWorldTests {
    /// What is read of `check --json`.
    struct Report: Decodable {
        struct Step: Decodable {
            let step: String
            let result: String
            let detail: String
        }
        struct Host: Decodable {
            let name: String
            let outcome: String
            let tlsa_base: String?
        }
        let domain: String
        let outcome: String
        let host: String?
        let cause: String
        let hosts: [Host]
        let steps: [Step]
    }

    /// Checks domains, and reads what is said of each.
    private func check(
        _ world: MailWorld, _ names: [String], settings: [String: String] = [:]
    ) async throws -> [Report] {
        let (_, output) = try await Danegate.run(["check", "--json"] + names, environment: world.environment(settings))
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{") }
        let reports = try lines.map { try JSONDecoder().decode(Report.self, from: Data($0.utf8)) }
        try #require(reports.count == names.count, "\(output)")
        return reports
    }

    /// What is wrong and does no harm is noted, and what is in order is not.
    @Test(.rules("D-48", "E-01", "E-12", "E-19", "S-07", "N-01", "N-02", "F-04", "F-15", "F-39"))
    func whatShouldBeMendedIsNoted() async throws {
        let expected: [(label: String, step: String, words: [String])] = [
            ("verified", "", []), ("ta-root", "", []), ("ee-roll-over", "", []),
            (
                "agility-other-selector", "tlsa",
                [
                    "no record of DANE-EE(3) Cert(0) SHA2-512(2) matches the chain in use"
                ]
            ),
            (
                "stale-issuer-beside-server", "tlsa",
                ["no record of DANE-TA(2) SPKI(1) SHA2-256(1) matches the chain in use"]
            ),
            // It is the verdict there.
            ("stale-issuer", "", []),
            ("ee-cert-full", "tlsa", ["DANE-EE(3) Cert(0) Full(0) puts the whole content into the DNS"]),
            ("ta-full-not-sent", "tlsa", ["DANE-TA(2) Cert(0) Full(0) puts the whole content into the DNS"]),
            ("ta-key-not-sent", "tlsa", ["DANE-TA(2) SPKI(1) Full(0) puts the whole content into the DNS"]),
            ("ee-spki-sha512", "tlsa", ["all records are SHA2-512(2) digests"]),
            ("tlsa-at-original-name", "address", ["an MX record should not name an alias"]),
            // An alias that is no MX host's.
            ("www.alias", "", []),
            ("null-mx", "", []),
            ("null-mx-preference-10", "mx", ["a null MX must be a single record of preference 0"]),
            ("null-mx-beside-a-host", "mx", ["a null MX stands beside other MX records"]),
            ("tlsa-at-mail-domain", "tlsa", ["nobody looks for the TLSA records at _"]),
            ("no-tlsa", "", []), ("implicit-mx", "", []),
            ("mx-is-an-address", "address", ["an MX record must name a host, not an address"]),
        ]
        let world = try await MailWorld(expected.map { MailDomains.named($0.label) })
        let reports = try await check(world, world.domains.map(\.name))
        for (report, (label, step, words)) in zip(reports, expected) {
            let notes = report.steps.filter {
                $0.result == "warning" && ["mx", "address", "tlsa"].contains($0.step)
            }
            #expect(notes.count == words.count, "\(label): \(notes)")
            for (note, words) in zip(notes, words) {
                #expect(note.step == step && note.detail.hasPrefix(words), "\(label): \(note)")
            }
        }
        await world.stop()
    }

    @Test(.rules("E-01")) func theTextShowsTheNotes() async throws {
        let world = try await MailWorld([MailDomains.named("ee-spki-sha512")])
        let (status, text) = try await Danegate.run(
            ["check", "ee-spki-sha512.example"], environment: world.environment())
        #expect(status == 0 && text.contains("note tlsa: all records are SHA2-512(2) digests"), "\(text)")
        await world.stop()
    }

    /// RFC 7672 §2.2.3: the port is the one that is connected to.
    @Test(.rules("D-38", "T-12")) func thePortOfABracketedNextHopIsTheOwners() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let port = world.hosts.port
        let reports = try await check(
            world, ["[mx.verified.example]:\(port)", "[mx.verified.example]"], settings: ["PROBE_PORT": "25"])
        #expect(reports.map(\.outcome) == ["verified", "opportunistic"])
        let owners = world.names.queries.filter { $0.type == "TLSA" }.map(\.name)
        #expect(Set(owners) == ["_\(port)._tcp.mx.verified.example", "_25._tcp.mx.verified.example"])
        await world.stop()
    }

    /// RFC 7672 §2.2.2: the addresses decide whether there is to be a TLSA query at all.
    @Test(.rules("D-32", "D-33")) func addressesComeBeforeTLSA() async throws {
        let world = try await MailWorld(["verified", "unsigned-host"].map(MailDomains.named))
        let reports = try await check(world, world.domains.map(\.name))
        #expect(reports.map(\.outcome) == ["verified", "opportunistic"])
        let queries = world.names.queries
        let address = try #require(queries.firstIndex(of: Query("mx.verified.example", "A")))
        let tlsa = try #require(queries.firstIndex { $0.type == "TLSA" && $0.name.hasSuffix(".mx.verified.example") })
        #expect(address < tlsa)
        #expect(!queries.contains { $0.type == "TLSA" && $0.name.contains("unsigned-host-zone") })
        await world.stop()
    }

    /// RFC 7672 §2.1.2: where a query for TLSA has failed, the host is not even connected to.
    @Test(.rules("D-10", "D-67")) func hostsWhoseTLSAFailsAreNotConnectedTo() async throws {
        let seen = Mutex<[String: IPAddress]>([:])
        func domain(_ label: String, _ fault: @escaping @Sendable (inout Draft) -> Void) -> MailDomain {
            MailDomain(label, "V12", .dnsUnavailable) { draft in
                let chain = try await draft.chain()
                let address = try await draft.farm.add(.normal(chain))
                draft.mx(10, "mx")
                draft.record("mx A \(address)")
                draft.publish([chain.tlsa()])
                fault(&draft)
                seen.withLock { $0[label] = address }
            }
        }
        let world = try await MailWorld([
            domain("in-order") { _ in },
            domain("bogus") { $0.zone.faults = [.corruptSignature(name: $0.owner("mx"), type: "TLSA")] },
            domain("servfail") { $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .servfail)] },
            domain("bogus-address") { $0.zone.faults = [.corruptSignature(name: "mx", type: "A")] },
            domain("bogus-mx") { $0.zone.signing = .expired },
        ])
        let reports = try await check(world, world.domains.map(\.name))
        #expect(
            reports.map(\.outcome) == [
                "verified", "dnssec-invalid", "dns-unavailable", "dnssec-invalid", "dnssec-invalid",
            ])
        for (label, address) in seen.withLock({ $0 }) {
            #expect((world.hosts.connections(at: address) > 0) == (label == "in-order"), "\(label)")
        }
        await world.stop()
    }

    /// RFC 7672 §2.2.1: what is reported is the name in the MX record, which insecure DNS cannot lead elsewhere.
    @Test(.rules("D-28")) func theNameInTheMXRecordIsLogged() async throws {
        let world = try await MailWorld([
            MailDomain("insecure-mx", "V5", .opportunistic) { draft in
                draft.zone.signing = .unsigned
                draft.mx(10, "mx")
                draft.record("mx CNAME host")
                try await draft.address("host", .noSTARTTLS)
            }
        ])
        let reports = try await check(world, ["insecure-mx.example"])
        #expect(
            reports[0].host == "mx.insecure-mx.example" && reports[0].hosts.map(\.name) == ["mx.insecure-mx.example"])
        let gate = try await DaemonTests.Gate(world)
        #expect(try await gate.answer("<a@insecure-mx.example>") == .continue)
        let isLogged = await gate.daemon.waitForOutput {
            $0.contains("domain=insecure-mx.example outcome=opportunistic code=- host=mx.insecure-mx.example ")
        }
        #expect(isLogged, "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// RFC 5891 §5: a U-label is another way to write the A-label; case and a trailing dot are nothing (I-05).
    @Test(.rules("I-01", "I-04", "I-05")) func allSpellingsAreOneDomain() async throws {
        let world = try await MailWorld(["xn--bcher-kva", "odd-spelling"].map(MailDomains.named))
        let spellings = [
            "xn--bcher-kva.example", "b\u{FC}cher.example", "B\u{DC}CHER.Example.", "XN--BCHER-KVA.EXAMPLE",
        ]
        for report in try await check(world, spellings + ["ODD-Spelling.Example."]) {
            #expect(report.outcome == "verified", "\(report.domain): \(report.cause)")
            #expect(["xn--bcher-kva.example", "odd-spelling.example"].contains(report.domain))
        }
        let gate = try await DaemonTests.Gate(world)
        for spelling in spellings { #expect(try await gate.answer("<a@\(spelling)>") == .continue) }
        let areLogged = await gate.daemon.waitForOutput { output in
            output.split(separator: "\n").count { $0.contains("outcome=verified") } == spellings.count
        }
        #expect(areLogged, "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// RFC 7672 §3.1.1, and what Exchange Online may do instead where an administrator asks for it.
    @Test(.rules("D-44", "E-05", "F-08")) func anExpiredServerCertificateIsNoFaultUnlessAskedFor() async throws {
        let labels = ["ee-expired", "ee-not-yet-valid", "verified", "ta-expired"]
        let world = try await MailWorld(labels.map(MailDomains.named))
        let names = world.domains.map(\.name)
        #expect(
            try await check(world, names).map(\.outcome) == ["verified", "verified", "verified", "certificate-expired"])
        #expect(
            try await check(world, names, settings: ["EXPIRED_EE": "fail"]).map(\.outcome)
                == ["certificate-expired", "verified", "verified", "certificate-expired"])
        await world.stop()
    }

    /// RFC 7672 §2.2: the same zone with and without the demand.
    @Test(.rules("D-20", "D-26")) func theDemandIsThePolicysAndNotTheZones() async throws {
        let labels = ["no-tlsa", "pkix-usages", "unsigned", "verified"]
        let world = try await MailWorld(labels.map(MailDomains.named))
        let names = world.domains.map(\.name)
        let free = try await check(world, names)
        #expect(free.map(\.outcome) == ["opportunistic", "encrypted", "opportunistic", "verified"])
        try Data(names.map { "\($0) require\n" }.joined().utf8).write(to: URL(fileURLWithPath: world.policies))
        let demanded = try await check(world, names)
        #expect(demanded.map(\.outcome) == ["dane-required", "dane-required", "dane-required", "verified"])
        await world.stop()
    }
}
