import DANE
import Foundation
import Testing
import World
import WorldHosts

/// The lines of contrib/postfix about policy delegation, in a Postfix that asks.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PostfixPolicyGuideTests {
    /// The service is asked about what leaves this host, and about nothing else.
    @Test func thePolicyServiceIsAskedForWhatLeaves() async throws {
        let guide = try PostfixGuideSection("Policy delegation in the place of the milter")
        let domains = ["tlsa-invalid", "ta-expired", "verified"].map(MailDomains.named)
        let local = ["mydestination": "local.example, ta-expired.example", "smtpd_milters": ""]
        let site = try await DeliverySite(
            domains, guide.settings, main: guide.main.merging(local) { $1 }, chroot: true)
        let asked = ["user@ta-expired.example", "user@tlsa-invalid.example", "user@verified.example"]
        try await site.send(to: asked, expecting: [250, 550, 250])
        #expect(await site.logs("via=policy", "to=user@tlsa-invalid.example", "outcome=tlsa-invalid"), "\(site.log)")
        #expect(await site.logs("via=policy", "to=user@verified.example"), "\(site.log)")
        // A domain that is broken for others is this host's own all the same.
        #expect(!site.log.contains("ta-expired.example"), "\(site.log)")
        // Without permit_auth_destination it is refused.
        var without = guide
        try without.replace("permit_auth_destination,", with: "", in: "smtpd_recipient_restrictions")
        try await site.postfix.set(
            "smtpd_recipient_restrictions", to: without.main["smtpd_recipient_restrictions"] ?? "")
        try site.postfix.reload()
        let isRefused = try await eventually(within: .seconds(60)) {
            try await site.postfix.session { client in
                try client.mail()
                return try client.recipient(asked[0]).code == 550
            }
        }
        #expect(isRefused, "\(site.postfix.log)")
        await site.stop()
    }

    /// Who may not relay is refused by Postfix itself, and no domain is looked at for him.
    @Test func strangersHaveNoDomainLookedAt() async throws {
        let guide = try PostfixGuideSection("Policy delegation in the place of the milter")
        let stranger = ["mynetworks": "192.0.2.0/24", "smtpd_milters": ""]
        let site = try await DeliverySite(
            [MailDomains.named("tlsa-invalid")], guide.settings, main: guide.main.merging(stranger) { $1 }, chroot: true
        )
        try await site.send(to: ["user@tlsa-invalid.example"], expecting: [554])
        #expect(!site.world.names.queries.contains { "\($0)".contains("tlsa-invalid") })
        #expect(!site.log.contains("via=policy"), "\(site.log)")
        await site.stop()
    }

    @Test func behindARelayhostTheRelayIsJudged() async throws {
        var guide = try PostfixGuideSection("Policy delegation in the place of the milter", main: "relay.cf")
        let domains = ["tlsa-invalid", "verified"].map(MailDomains.named)
        let held = try PostfixGuideSection("Delivery held to the verdict")
        // Its relay listens where all hosts do.
        let site = try await DeliverySite(domains) { world in
            for name in ["relayhost", "smtpd_recipient_restrictions"] {
                try guide.replace(":587", with: ":\(world.hosts.port)", in: name)
            }
            return .init(
                settings: guide.settings.merging(held.settings) { $1 },
                main: guide.main.merging(held.main) { $1 }.merging(["smtpd_milters": ""]) { $1 }, chroot: true)
        }
        try await site.send(to: ["user@tlsa-invalid.example", "user@verified.example"])
        #expect(
            await site.logs("via=policy", "to=user@tlsa-invalid.example", "domain=mx.verified.example"), "\(site.log)")
        try await site.waitForAttempts(2)
        #expect(site.postfix.deliveries("sent") == 2, "\(site.postfix.log)")
        #expect(site.postfix.log.contains("Verified TLS connection established to mx.verified.example"))
        await site.stop()
    }
}
