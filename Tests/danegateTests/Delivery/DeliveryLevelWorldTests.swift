import DANE
import Foundation
import Testing
import World
import WorldHosts

/// The levels of the TLS policy map, in a Postfix that delivers by them.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct DeliveryLevelWorldTests {
    /// A domain with hosts in order of preference, each with a TLSA record or without.
    private static func domain(_ label: String, hosts: Bool...) -> MailDomain {
        MailDomain(label, "verified", .verified) { draft in
            for (index, hasRecord) in hosts.enumerated() {
                let chain = try await draft.chain("mx\(index).\(draft.domain)")
                try await draft.host(named: "mx\(index)", preference: index, .normal(chain))
                if hasRecord { draft.publish([chain.tlsa()], at: "mx\(index)") }
            }
        }
    }

    /// RFC 7672 §2.2: DANE is each host's own. A host behind the first one without TLSA records takes mail as ever.
    @Test func aSpareHostWithoutRecordsIsUsedWhereTheFirstIsAway() async throws {
        let site = try await DeliverySite([Self.domain("spare", hosts: true, false)])
        let hosts = try (0..<2).map { try site.world.address(of: "mx\($0).spare.example", in: "spare.example") }
        #expect(try await site.answers("spare.example") == ["OK dane"])
        try await site.send(to: ["a@spare.example"])
        try await site.waitForAttempts(1)
        #expect(site.world.hosts.messages(at: hosts[0]).count == 1, "\(site.postfix.log)")
        try await site.send(to: ["b@spare.example"]) {
            try site.world.hosts.change(hosts[0], to: .closing(at: .banner))
        }
        try await site.waitForAttempts(2)
        #expect(site.world.hosts.messages(at: hosts[1]).count == 1, "\(site.postfix.log)")
        #expect(try await site.leaves())
        #expect(site.postfix.deliveries("sent") == 2)
        // The first host was never talked to in the way of the second.
        #expect(site.postfix.log.contains("Verified TLS connection established to mx0.spare.example"))
        #expect(site.world.hosts.messagesInClear(at: hosts[0]) == 0)
        await site.stop()
    }

    /// The verdict is about the first host. DANE may apply to one behind it, and is kept there.
    @Test func aHostWithRecordsBehindOneWithoutIsReachedByDANE() async throws {
        let site = try await DeliverySite([
            Self.domain("behind", hosts: false, true), Self.domain("neither", hosts: false, false),
        ])
        #expect(try await site.answers("behind.example", "neither.example") == ["OK dane", "NOTFOUND "])
        await site.stop()
    }

    /// smtp(8) asks again for each host that it comes to.
    @Test func oneDeliveryHasOneAnswer() async throws {
        let site = try await DeliverySite(
            [Self.domain("three", hosts: true, true, true)], master: "smtp unix - - n - - smtp -v\n")
        let hosts = try (0..<3).map { try site.world.address(of: "mx\($0).three.example", in: "three.example") }
        try await site.send(to: ["a@three.example"]) {
            for host in hosts.prefix(2) { try site.world.hosts.change(host, to: .closing(at: .banner)) }
        }
        try await site.waitForAttempts(1)
        #expect(site.postfix.deliveries("sent") == 1)
        #expect(site.world.hosts.messages(at: hosts[2]).count == 1)
        // From now on the last host has no record in the DNS: what was found out for this domain holds for a minute.
        try await site.world.change("three.example") { $0.records.removeAll { $0.contains("._tcp.mx2 TLSA") } }
        let keys = ["three.example", "three.example", "three.example"]
        #expect(try await site.answers(keys[0], keys[1], keys[2]) == keys.map { _ in "OK dane-only" })
        let asked = site.postfix.log.split(separator: "\n")
            .filter { $0.contains("maps_find: smtp_tls_policy_maps: ") && $0.hasSuffix(": three.example = dane-only") }
        #expect(asked.count == 3, "\(site.postfix.log)")
        await site.stop()
    }

    /// What the policy demands is demanded at delivery: without TLSA records nothing leaves.
    @Test func whatIsRequiredIsRequiredAtDelivery() async throws {
        let domain = MendableDomain("mendable", sound: true)
        let site = try await DeliverySite([domain.domain, MailDomains.named("no-tlsa")])
        try "mendable.example require\n".write(toFile: site.world.policies, atomically: false, encoding: .utf8)
        #expect(try await eventually { try await site.answers("mendable.example") == ["OK dane-only"] })
        try await site.send(to: ["a@mendable.example"]) { try await domain.publish(.none, in: site.world) }
        try await site.waitForAttempts(1)
        try await site.attempt()
        #expect(try await site.left() == 1 && domain.messages(in: site.world).isEmpty, "\(site.postfix.log)")
        #expect(site.postfix.log.contains("no TLSA records found"), "\(site.postfix.log)")
        try await domain.publish(.fitting, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 1 && domain.messagesInClear(in: site.world) == 0)
        await site.stop()
    }

    /// What is exempt is delivered, whatever its records say: by the policy file, and by the command while it waits.
    @Test func anExemptDomainIsDelivered() async throws {
        let (listed, added) = (MendableDomain("listed"), MendableDomain("added", sound: true))
        let clear = MailDomains.named("starttls-hidden")
        let site = try await DeliverySite([listed.domain, added.domain, clear])
        try "listed.example exempt\n\(clear.name) exempt\n".write(
            toFile: site.world.policies, atomically: false, encoding: .utf8)
        #expect(try await eventually { try await site.answers("listed.example", clear.name) == ["OK may", "OK may"] })
        try await site.send(to: ["a@listed.example", "b@\(clear.name)"])
        try await site.send(to: ["c@added.example"]) { try added.set(mended: false, in: site.world) }
        try await site.waitForAttempts(3)
        #expect(listed.messages(in: site.world).count == 1, "\(site.postfix.log)")
        #expect(site.postfix.deliveries("sent") == 2, "\(site.postfix.log)")
        #expect(try await site.left() == 1 && added.messages(in: site.world).isEmpty)
        let (status, output) = try await Danegate.run(
            ["exempt", "add", "added.example", "--until", "1d", "--reason", "they know"], environment: site.environment)
        #expect(status == 0, "\(output)")
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(added.messages(in: site.world).count == 1 && site.postfix.deliveries("sent") == 3)
        await site.stop()
    }

    /// A domain that is monitored is none of danegate's business: Postfix does as it does without the map.
    @Test(arguments: ["dane", "may"]) func whatIsMonitoredGoesByPostfixsOwnLevel(_ level: String) async throws {
        let domain = MendableDomain("mendable")
        let site = try await DeliverySite(
            [domain.domain], ["MODE": "monitor"], main: ["smtp_tls_security_level": level])
        #expect(try await site.answers("mendable.example") == ["NOTFOUND "])
        try await site.send(to: ["a@mendable.example"])
        try await site.waitForAttempts(1)
        #expect(domain.messages(in: site.world).count == (level == "may" ? 1 : 0), "\(site.postfix.log)")
        try domain.set(mended: true, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 1)
        await site.stop()
    }

    /// Without DNSSEC lookups Postfix takes `dane` for `may`, with one warning, and keeps `dane-only` back.
    @Test func withoutDNSSECLookupsDANEIsNothing() async throws {
        let site = try await DeliverySite(
            [Self.domain("spare", hosts: true, false), MailDomains.named("verified")],
            main: ["smtp_dns_support_level": "enabled"])
        try await site.send(to: ["a@spare.example"])
        try await site.waitForAttempts(1)
        #expect(site.postfix.deliveries("sent") == 1)
        #expect(!site.postfix.log.contains("Verified TLS connection"), "\(site.postfix.log)")
        #expect(site.postfix.log.contains("warning: spare.example: dane configured with dnssec lookups disabled"))
        try await site.send(to: ["b@verified.example"])
        try await site.waitForAttempts(2)
        #expect(try await site.left() == 1, "\(site.postfix.log)")
        await site.stop()
    }
}
