import Foundation
import Testing
import World
import WorldHosts

/// What a Postfix that delivers does when a domain changes after RCPT: it keeps to what the gate saw. Messages are
/// counted at both ends.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct DeliveryWorldTests {
    /// What breaks after RCPT.
    enum Break: CaseIterable {
        case certificate, record, noRecord, bogusRecord, noTLS, refusedTLS, noHandshake

        /// The code of the delay, and words of smtp(8).
        var reason: (code: String, words: String) {
            switch self {
            case .certificate, .record: ("4.7.5", "Server certificate not verified")
            case .noRecord: ("4.7.5", "no TLSA records found")
            case .noTLS: ("4.7.4", "TLS is required, but was not offered")
            case .bogusRecord: ("4.7.5", "TLSA lookup error")
            // The host's own code.
            case .refusedTLS: ("4.7.0", "TLS is required, but host")
            case .noHandshake: ("4.7.5", "Cannot start TLS: handshake failure")
            }
        }

        func happens(to domain: MendableDomain, in world: MailWorld) async throws {
            switch self {
            case .certificate: try domain.set(mended: false, in: world)
            case .record: try await domain.publish(.other, in: world)
            case .noRecord: try await domain.publish(.none, in: world)
            case .bogusRecord: try await domain.publish(.bogus, in: world)
            case .noTLS: try domain.set(.noSTARTTLS, in: world)
            case .refusedTLS: try domain.set(.refusingSTARTTLS(), in: world)
            case .noHandshake: try domain.set(.closing(at: .handshake), in: world)
            }
        }
    }

    @Test(arguments: Break.allCases) func whatBreaksAfterRCPTStaysUntilItIsMended(_ fault: Break) async throws {
        let domain = MendableDomain("mendable", sound: true)
        let other = MendableDomain("other", sound: true)
        let site = try await DeliverySite([domain.domain, other.domain])
        // Two messages of three recipients there, and one that has nothing to do with it.
        try await site.send(to: ["a@mendable.example", "b@mendable.example"]) {
            try await fault.happens(to: domain, in: site.world)
        }
        try await site.send(to: ["c@mendable.example", "d@other.example"])
        try await site.waitForAttempts(4)
        try await site.attempt()
        #expect(try await site.left() == 3, "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).isEmpty, "\(site.postfix.log)")
        let (code, words) = fault.reason
        for message in try await site.postfix.queued() {
            #expect(message.queue_name == "deferred" && message.sender == "sender@example.org")
        }
        #expect(site.postfix.log.contains("dsn=\(code), status=deferred"), "\(site.postfix.log)")
        #expect(site.postfix.log.contains(words), "\(site.postfix.log)")
        // Whoever is in order has his mail.
        #expect(other.messages(in: site.world).count == 1)

        try domain.set(mended: true, in: site.world)
        try await domain.publish(.fitting, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 2 && other.messages(in: site.world).count == 1)
        #expect(domain.messagesInClear(in: site.world) == 0 && other.messagesInClear(in: site.world) == 0)
        #expect(site.postfix.deliveries("sent") == 4)
        #expect(site.postfix.log.contains("Verified TLS connection established to mx.mendable.example"))
        await site.stop()
    }

    /// A message that was accepted waits for danegate, and so does one that came in while it was stopped.
    @Test func withoutDanegateNothingLeavesAndNothingIsLost() async throws {
        let domain = MendableDomain("mendable", sound: true)
        let site = try await DeliverySite(
            [domain.domain, MailDomains.named("no-tlsa")],
            main: ["milter_default_action": "accept"])
        try await site.send(to: ["a@mendable.example"]) {
            // Not delivered at once.
            try domain.set(.closing(at: .banner), in: site.world)
        }
        try await site.waitForAttempts(1)
        await site.stopDaemon()
        // The host is there again, and an attacker could not wish for a better moment.
        try domain.set(.noSTARTTLS, in: site.world)
        try await site.send(to: ["b@mendable.example", "c@no-tlsa.example"])
        try await site.waitForAttempts(3)
        try await site.attempt()
        #expect(try await site.left() == 3, "\(site.postfix.log)")
        #expect(site.postfix.log.contains("dsn=4.7.5, status=deferred (client TLS configuration problem)"))
        #expect(site.postfix.deliveries("sent") == 0)
        #expect(domain.messages(in: site.world).isEmpty)

        try await site.startDaemon()
        try domain.set(mended: true, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(site.postfix.deliveries("sent") == 3)
        #expect(domain.messages(in: site.world).count == 2 && domain.messagesInClear(in: site.world) == 0)
        let host = try site.world.address(of: "mx.no-tlsa.example", in: "no-tlsa.example")
        #expect(site.world.hosts.messages(at: host).count == 1)
        await site.stop()
    }

    /// A domain that was broken while danegate was stopped is kept, too: the map looks for itself.
    @Test func whatCameInUnjudgedIsHeldByTheMap() async throws {
        let domain = MendableDomain("mendable")
        let site = try await DeliverySite([domain.domain], main: ["milter_default_action": "accept"])
        await site.stopDaemon()
        try await site.send(to: ["a@mendable.example"])
        try await site.waitForAttempts(1)
        try await site.startDaemon()
        try await site.attempt()
        #expect(try await site.left() == 1 && domain.messages(in: site.world).isEmpty, "\(site.postfix.log)")
        #expect(site.postfix.log.contains("Server certificate not verified"), "\(site.postfix.log)")
        try domain.set(mended: true, in: site.world)
        #expect(try await site.leaves(), "\(site.postfix.log)")
        #expect(domain.messages(in: site.world).count == 1 && domain.messagesInClear(in: site.world) == 0)
        await site.stop()
    }
}
