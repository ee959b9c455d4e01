import DANE
import Foundation
import Testing
import World
import WorldHosts

/// The lines of contrib/postfix that are about delivery, in a Postfix that delivers.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PostfixDeliveryGuideTests {
    /// Postfix chrooted, as Debian has it, with sockets below its queue directory.
    @Test func theMapHoldsWhatTheMilterHasSeen() async throws {
        let domain = MendableDomain("mendable", sound: true)
        let guide = try PostfixGuideSection("Delivery held to the verdict")
        let site = try await DeliverySite(
            [domain.domain], guide.settings, main: guide.main, chroot: true)
        try await site.send(to: ["a@mendable.example"]) { try domain.set(mended: false, in: site.world) }
        try await site.waitForAttempts(1)
        #expect(try await site.left() == 1 && domain.messages(in: site.world).isEmpty, "\(site.postfix.log)")
        #expect(site.postfix.log.contains("dsn=4.7.5, status=deferred (Server certificate not verified)"))
        try domain.set(mended: true, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 1)
        await site.stop()
    }

    /// Inbound mail of another transport, to a domain whose records are broken.
    @Test func whatIsNotJudgedIsNotHeld() async throws {
        let domain = MendableDomain("mendable")
        let guide = try PostfixGuideSection("Transports that are not judged")
        try #require(guide.master.contains("unix - - y - -"))
        let site = try await DeliverySite(
            [domain.domain], main: ["relay_domains": "mendable.example", "defer_transports": "lmtp"],
            master: guide.master.replacing("unix - - y - -", with: "unix - - n - -"))
        #expect(try await site.answers("mendable.example") == ["OK dane-only"])
        try await site.send(to: ["a@mendable.example"])
        try await site.waitForAttempts(1)
        #expect(domain.messages(in: site.world).count == 1, "\(site.postfix.log)")
        await site.stop()
    }

    @Test(arguments: ["dnssec", "enabled"]) func itIsSeenWhetherPostfixDoesDANE(_ support: String) async throws {
        let guide = try PostfixGuideSection("Delivery held to the verdict")
        let site = try await DeliverySite(
            [MailDomains.named("verified")], guide.settings,
            main: guide.main.merging(["smtp_dns_support_level": support]) { $1 }, chroot: true)
        let steps = try #require(
            GuideTests.examples("postfix/README.md", "Whether Postfix does DANE").first { $0.kind == "sh" }?.text)
        let output = try await site.run(
            steps.replacing("/var/spool/postfix", with: site.postfix.queue)
                .replacing("-c verified.example", with: "-c verified.example:\(site.world.hosts.port)"))
        #expect(output.contains("smtp_dns_support_level = \(support)\n"), "\(output)")
        #expect(output.contains("\ndane-only\n"), "\(output)")
        // posttls-finger itself looks with DNSSEC.
        #expect(output.contains("Verified TLS connection established"), "\(output)")
        await site.stop()
    }

    /// A site with the transport of the section, whose second service listens on a port that is free.
    private static func spared(
        _ domains: [MailDomain], _ settings: [String: String]
    ) async throws -> (site: DeliverySite, service: UInt16) {
        var guide = try PostfixGuideSection("What was let pass for another reason")
        let free = try freePort()
        let words = ["10587 inet n - y - -": "127.0.0.1:\(free) inet n - n - -", "unix - - y - -": "unix - - n - -"]
        for (old, new) in words {
            try #require(guide.master.contains(old))
            guide.master = guide.master.replacing(old, with: new)
        }
        let site = try await DeliverySite(
            domains, settings, main: guide.main, master: guide.master, tables: guide.tables)
        try await site.postfix.waitForGreeting(at: free)
        return (site, free)
    }

    /// What the gate let pass at RCPT for another reason than its next hop is delivered, and nothing else is.
    @Test func whatPassedForItsLocalPartOrSenderIsDelivered() async throws {
        let domain = MendableDomain("mendable")
        let (site, _) = try await Self.spared(
            [domain.domain], ["EXEMPT_SENDERS": "boss@example.org,lists.example.org"])
        try await site.send(to: ["postmaster@mendable.example", "user@mendable.example"], expecting: [250, 550])
        try await site.send(to: ["a@mendable.example"], from: "boss@example.org")
        try await site.send(to: ["b@mendable.example"], from: "any@lists.example.org")
        try await site.send(to: ["c@mendable.example"], from: "other@example.org", expecting: [550])
        try await site.send(to: ["postmaster@local.example"], from: "boss@example.org")
        try await site.waitForAttempts(4)
        #expect(site.postfix.deliveries("sent") == 3, "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 3, "\(site.postfix.log)")
        // The local postmaster's mail is not sent by SMTP. No local delivery is done here.
        let left = try await site.postfix.queued().flatMap(\.recipients)
        #expect(left.map(\.address) == ["postmaster@local.example"], "\(left)")
        #expect(left.allSatisfy { $0.delay_reason?.contains("deferred transport") == true }, "\(left)")
        await site.stop()
    }

    /// Without the transport the same message is kept: the guide says something.
    @Test func withoutTheTransportItIsKept() async throws {
        let domain = MendableDomain("mendable")
        let site = try await DeliverySite([domain.domain])
        try await site.send(to: ["postmaster@mendable.example"])
        try await site.waitForAttempts(1)
        #expect(try await site.left() == 1 && domain.messages(in: site.world).isEmpty, "\(site.postfix.log)")
        await site.stop()
    }

    @Test func whatPassedForItsClientIsDelivered() async throws {
        let domain = MendableDomain("mendable")
        let (site, service) = try await Self.spared([domain.domain], ["EXEMPT_CLIENTS": "127.0.0.0/8"])
        // One recipient a message, so that none of the own domains is carried along.
        try await site.send(
            to: ["a@mendable.example", "b@local.example"], at: service, expecting: [250, 452])
        try await site.send(to: ["b@local.example"], at: service)
        try await site.waitForAttempts(2)
        #expect(domain.messages(in: site.world).count == 1, "\(site.postfix.log)")
        let left = try await site.postfix.queued().flatMap(\.recipients)
        #expect(left.map(\.address) == ["b@local.example"], "\(left)")
        await site.stop()
    }

    /// The first map that knows the next hop decides: the own table, danegate, MTA-STS.
    @Test func theMapsStandInOrder() async throws {
        var guide = try PostfixGuideSection("All of them, with MTA-STS behind")
        let byHand = MendableDomain("by-hand", sound: true)
        let domain = MendableDomain("mendable", sound: true)
        // In the place of a server for MTA-STS: it knows a domain without DANE, and one with it.
        try guide.replace(
            "socketmap:inet:127.0.0.1:8461:postfix",
            with: "inline:{ { no-tlsa.example = encrypt }, { mendable.example = secure match=elsewhere.example } }",
            in: "smtp_tls_policy_maps")
        guide.main["smtpd_milters"] = nil
        let sockets = try PostfixGuideSection("Policy delegation in the place of the milter").settings
            .merging(PostfixGuideSection("Delivery held to the verdict").settings) { $1 }
        let site = try await DeliverySite(
            [byHand.domain, domain.domain, MailDomains.named("no-tlsa"), MailDomains.named("tlsa-invalid")], sockets,
            main: guide.main, tables: guide.tables, chroot: true)
        try await site.send(to: ["a@by-hand.example"]) { try byHand.set(mended: false, in: site.world) }
        try await site.send(
            to: ["b@mendable.example", "c@no-tlsa.example", "d@tlsa-invalid.example"], expecting: [250, 250, 550])
        try await site.waitForAttempts(3)
        // The table spares what would be dane-only; danegate's answer comes before that of MTA-STS.
        #expect(byHand.messages(in: site.world).count == 1, "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 1, "\(site.postfix.log)")
        // Its host has no TLS, so that the level is seen.
        let left = try await site.postfix.queued().flatMap(\.recipients)
        #expect(left.map(\.address) == ["c@no-tlsa.example"], "\(left)")
        #expect(left.allSatisfy { $0.delay_reason?.contains("TLS is required") == true }, "\(left)")
        // Milter and policy service have ruled side by side.
        #expect(await site.logs("via=policy", "to=b@mendable.example"), "\(site.log)")
        #expect(await site.logs("via=milter", "to=b@mendable.example"), "\(site.log)")
        await site.stop()
    }

    /// Postfix of whatever version takes the answers of the map for TLS reports.
    @Test func theMapForReportsDoesTheSame() async throws {
        let guide = try PostfixGuideSection("Postfix 3.10 and TLS reports")
        let held = try PostfixGuideSection("Delivery held to the verdict")
        let domain = MendableDomain("mendable", sound: true)
        let site = try await DeliverySite([domain.domain], held.settings, main: guide.main, chroot: true)
        try await site.send(to: ["a@mendable.example"]) { try domain.set(mended: false, in: site.world) }
        try await site.waitForAttempts(1)
        #expect(site.postfix.log.contains("(Server certificate not verified)"), "\(site.postfix.log)")
        try domain.set(mended: true, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 1)
        await site.stop()
    }
}
