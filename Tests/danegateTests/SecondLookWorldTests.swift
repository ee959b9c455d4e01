import DANE
import DNSSEC
import Foundation
import Probe
import RuleMarks
import Testing
import World

@testable import Inspection
@testable import Support

/// The second look and the analyzer's comparison on real name servers and hosts.
@Suite(.timeLimit(.minutes(2))) struct SecondLookWorldTests {
    /// One mail domain, and the daemon's own way to a verdict on it.
    private struct Site: Sendable {
        let hosts: SMTPHosts
        let names: NameServers
        let resolver: Resolver
        let prober: Prober
        let look: SecondLook
        let address: IPAddress

        /// A domain whose host behaves so, with these TLSA records.
        init(_ behaviour: SMTPHostBehaviour, faults: [ZoneFault] = [], _ records: String...) async throws {
            hosts = try await SMTPHosts()
            address = try await hosts.add(behaviour)
            names = try await NameServers(zones: [Self.zone(hosts, address, faults, records)])
            resolver = try Resolver(
                ResolverConfiguration(
                    trustAnchor: .file(names.trustAnchorPath), configuration: names.configurationPath))
            prober = Prober(
                ProbeConfiguration(helo: "probe.example", allowed: [AddressRange("127.0.0.0/8")].compactMap { $0 }))
            // Probes are not kept: only the resolver has a cache that can be stale.
            let cache = ProbeCache(prober, lifetime: .zero, failureLifetime: .zero)
            look = SecondLook(
                Inspector(resolver: resolver, prober: cache, expiredEE: .ignore, isComplete: false, now: unixTime),
                uncached: cache.renewing)
        }

        private static func zone(
            _ hosts: SMTPHosts, _ address: IPAddress, _ faults: [ZoneFault], _ records: [String]
        ) -> Zone {
            let tlsa = records.map { "_\(hosts.port)._tcp.mx TLSA \($0)" }
            return Zone(
                "rollover.example", faults: faults, ttl: 3600, records: ["@ MX 10 mx", "mx A \(address)"] + tlsa)
        }

        /// Publishes other records, with no fault.
        func publish(_ records: String...) async throws {
            try await names.replace(Self.zone(hosts, address, [], records))
        }

        var destination: Destination {
            Destination(.domain(DomainName("rollover.example")!), port: hosts.port)
        }

        func inspect() async -> Inspection { await look.inspect(destination) }

        /// The TLSA records that the resolver has.
        func known() async -> [String] {
            let owner = DomainName("mx.rollover.example")?.tlsaOwner(port: hosts.port) ?? .root
            return await resolver.tlsa(owner).found?.found.records.map(\.presentation).sorted() ?? []
        }

        func connections() -> Int { hosts.connections(at: address) }

        func stop() async {
            await prober.shutdown()
            await names.stop()
            await hosts.stop()
        }
    }

    /// The certificates of a host before and after a roll-over.
    private static let chains = Task {
        let authority = try await CertificateAuthority.root()
        return (
            old: try await authority.issue("mx.rollover.example"), new: try await authority.issue("mx.rollover.example")
        )
    }

    @Test(.rules("F-03", "D-59")) func aRolloverThatOnlyTheCacheHasMissedIsAPass() async throws {
        let (old, new) = try await Self.chains.value
        let site = try await Site(.normal(old), old.tlsa())
        let before = await site.inspect()
        #expect(before.verdict.outcome == .verified && !before.verdict.isDegraded, "\(before.verdict)")
        #expect(site.connections() == 1)

        try site.hosts.change(site.address, to: .normal(new))
        try await site.publish(new.tlsa())
        #expect(await site.known() == [old.tlsa()], "the cache is stale")
        let after = await site.inspect()
        #expect(after.verdict.outcome == .verified && !after.verdict.isDegraded, "\(after.verdict)")
        let address = try #require(after.hosts.first?.addresses.first)
        #expect(address.connections.map(\.outcome) == [.tlsaInvalid, .verified])
        #expect(after.hosts.first?.records.map(\.presentation) == [new.tlsa()])
        #expect(after.steps.contains { $0.detail == "before, at mx.rollover.example: \(old.tlsa())" })
        #expect(site.connections() == 3)
        await site.stop()
    }

    /// A denial in the cache is no reason to refuse whom policy demands DANE of.
    @Test func recordsThatAreNewAreFoundWherePolicyDemandsThem() async throws {
        let (old, _) = try await Self.chains.value
        let site = try await Site(.normal(old))
        #expect(await site.inspect().verdict.outcome == .opportunistic)
        try await site.publish(old.tlsa())
        #expect(await site.known() == [], "the denial is cached")
        #expect(await site.inspect().verdict.outcome == .opportunistic)
        #expect(site.connections() == 0)
        let demanded = await site.look.demandingDANE.inspect(site.destination)
        #expect(demanded.verdict.outcome == .verified && !demanded.verdict.isDegraded, "\(demanded.verdict)")
        await site.stop()
    }

    /// The other half of the roll-over has not been done: no cache is to blame.
    @Test(.rules("F-01")) func aCertificateThatNoRecordAwaitsIsAFailure() async throws {
        let (old, new) = try await Self.chains.value
        let site = try await Site(.normal(old), old.tlsa())
        _ = await site.inspect()
        try site.hosts.change(site.address, to: .normal(new))
        let after = await site.inspect()
        #expect(after.verdict.outcome == .tlsaInvalid && !after.verdict.isDegraded, "\(after.verdict)")
        #expect(after.hosts.first?.addresses.first?.connections.map(\.outcome) == [.tlsaInvalid, .tlsaInvalid])
        #expect(site.connections() == 3)
        await site.stop()
    }

    @Test(.rules("F-26")) func signaturesThatHaveBeenRenewedAreAPass() async throws {
        let (old, _) = try await Self.chains.value
        let site = try await Site(
            .normal(old), faults: [.expiredSignature(name: "mx", type: "A")], old.tlsa())
        let broken = await site.inspect()
        #expect(broken.verdict.outcome == .dnssecInvalid, "\(broken.verdict)")
        #expect(site.connections() == 0)
        try await site.publish(old.tlsa())
        let mended = await site.inspect()
        #expect(mended.verdict.outcome == .verified && !mended.verdict.isDegraded, "\(mended.verdict)")
        await site.stop()
    }

    /// The gate makes no connection that it does not need. Which of two machines it meets is chance, and is not tested.
    @Test(.rules("F-61")) func theGateConnectsOnceWhereAllIsWell() async throws {
        let (old, new) = try await Self.chains.value
        let good = try await Site(.inTurn(.normal(old), .normal(new)), old.tlsa())
        let first = await good.inspect()
        #expect(first.verdict.outcome == .verified && !first.verdict.isDegraded)
        #expect(good.connections() == 1)
        let second = await good.inspect()
        #expect(second.verdict.outcome == .verified && second.verdict.isDegraded, "\(second.verdict)")
        #expect(second.verdict.cause.contains("but the connection before failed: none of the usable TLSA records"))
        #expect(good.connections() == 3)
        await good.stop()
    }

    /// The door asks for a second look by the policy in force.
    @Test func theDaemonLooksTwiceWherePolicyDemandsDANE() async throws {
        let world = try await MailWorld(["required-without-dane", "no-tlsa"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0"])
        for (domain, code, looks) in [("required-without-dane.example", "5.7.10", 2), ("no-tlsa.example", nil, 1)] {
            world.names.clearQueries()
            let answer = try await gate.answer("<user@\(domain)>")
            #expect(code.map { "\(answer)".contains($0) } ?? (answer == .continue), "\(answer)")
            let count = world.names.queries.count { $0 == Query(domain, "MX") }
            #expect(count == looks, "\(world.names.queries)")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// `danegate check`, as its user reads it.
    @Test(.rules("F-09", "F-52", "F-61")) func theAnalyzerShowsBoth() async throws {
        let labels = ["good-then-stale", "stale-then-good", "starttls-then-none", "two-keys-record-for-rsa"]
        let world = try await MailWorld(labels.map(MailDomains.named))
        let names = labels.map { "\($0).example" }
        let (_, json) = try await Danegate.run(["check", "--json"] + names, environment: world.environment())
        let reports = try json.split(separator: "\n").filter { $0.hasPrefix("{") }
            .map { try JSONDecoder().decode(Report.self, from: Data($0.utf8)) }
        try #require(reports.count == labels.count, "\(json)")
        let expected: [(attempts: [String], outcomes: [String], hint: String)] = [
            (["first", "again"], ["verified", "tlsa-invalid"], "but another connection fails: none of the usable"),
            (
                ["first", "again"], ["tlsa-invalid", "verified"], "but the connection before failed: none of the usable"
            ),
            (["first", "again"], ["verified", "starttls-not-supported"], "but another connection fails: EHLO was"),
            (
                ["first", "again", "rsa-only", "no-sni"], ["tlsa-invalid", "tlsa-invalid", "verified", "tlsa-invalid"],
                "but a client that takes RSA certificates alone passes: "
            ),
        ]
        for (report, (attempts, outcomes, hint)) in zip(reports, expected) {
            let address = try #require(report.hosts.first?.addresses.first)
            #expect(address.attempts.map(\.connection) == attempts, "\(report)")
            #expect(address.attempts.map(\.outcome) == outcomes, "\(report)")
            #expect(report.cause.contains(hint), "\(report.cause)")
            let host = try #require(IPAddress(address.address))
            #expect(world.hosts.connections(at: host) == attempts.count, "\(report.domain)")
        }
        let keys = Set(reports[3].hosts[0].addresses[0].attempts.flatMap { $0.chain.prefix(1).map(\.key) })
        #expect(keys == ["RSA", "EC/ECDSA"])
        await world.stop()
    }

    @Test(.rules("F-09")) func theTextShowsBothCertificates() async throws {
        let world = try await MailWorld([MailDomains.named("two-keys-record-for-ecdsa")])
        let (status, text) = try await Danegate.run(
            ["check", "-v", "two-keys-record-for-ecdsa.example"], environment: world.environment())
        #expect(status == 0)
        for part in [
            "two-keys-record-for-ecdsa.example: verified (degraded)", ", the first connection: verified, TLS1.3 ",
            ", another connection: verified, ", ", the same certificates",
            ", a client that takes RSA certificates alone: tlsa-invalid, TLS1.3 ", " EC/ECDSA, 3 1 1 ", " RSA, 3 1 1 ",
            "note comparison: ",
        ] {
            #expect(text.contains(part), "\(part) is missing in \(text)")
        }
        await world.stop()
    }

    /// What is read of the JSON.
    private struct Report: Decodable {
        struct Host: Decodable { let addresses: [Address] }
        struct Address: Decodable {
            let address: String
            let attempts: [Attempt]
        }
        struct Attempt: Decodable {
            let connection: String
            let outcome: String
            let chain: [Certificate]
        }
        struct Certificate: Decodable { let key: String }
        let domain: String
        let cause: String
        let hosts: [Host]
    }
}
