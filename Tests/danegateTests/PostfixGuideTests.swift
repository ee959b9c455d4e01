import Foundation
import Testing
import World

/// The lines of contrib/postfix, each in a real Postfix before a real danegate.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PostfixGuideTests {
    private static let guide = "postfix/README.md"

    /// danegate and Postfix with the lines of one section.
    private struct Site: Sendable {
        let world: MailWorld
        let daemon: ChildProcess
        let postfix: PostfixInstance
        /// Where the service of the section's master.cf listens; that of main.cf if it has none.
        let service: UInt16

        /// - Parameters:
        ///   - heading: The section.
        ///   - service: What stands first in the line of master.cf whose port is to be a free one.
        ///   - master: Which of the section's examples of master.cf is taken.
        init(
            _ heading: String, service name: String? = nil, master index: Int = 0, maps: [String: String] = [:],
            settings more: [String: String] = [:]
        ) async throws {
            world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
            let examples = try GuideTests.examples(PostfixGuideTests.guide, heading)
            let port = try freePort()
            let socket = "inet:127.0.0.1:\(port)"
            var settings = ["MILTER_SOCKET": socket]
            for line in examples.first(where: { $0.kind == "danegate.env" })?.text.split(separator: "\n") ?? [] {
                let parts = line.split(separator: "=", maxSplits: 1)
                settings[String(parts[0].trimmingPrefix("DANEGATE_"))] = String(parts[1])
            }
            settings.merge(more) { $1 }
            daemon = try await Danegate.start(environment: world.environment(settings))
            var extra: [String: String] = [:]
            for line in examples.first(where: { $0.kind == "main.cf" })?.text.split(separator: "\n") ?? [] {
                let parts = line.split(separator: "=", maxSplits: 1)
                extra[parts[0].trimmingCharacters(in: .whitespaces)] = parts[1].trimmingCharacters(in: .whitespaces)
                    .replacingOccurrences(of: "inet:127.0.0.1:8895", with: socket)
            }
            extra.merge(maps) { $1 }
            let free = try freePort()
            let masters = examples.filter { $0.kind == "master.cf" }.map(\.text)
            var services = masters.isEmpty ? "" : masters[index]
            services = services.replacingOccurrences(of: "inet:127.0.0.1:8895", with: socket)
            if let name {
                try #require(services.hasPrefix("\(name) inet "), "\(services)")
                services = "127.0.0.1:\(free)" + services.dropFirst(name.count)
            }
            let milter = extra.removeValue(forKey: "smtpd_milters") ?? (masters.isEmpty ? socket : "")
            postfix = try await PostfixInstance(milter: milter, extra: extra)
            service = name == nil ? postfix.port : free
            guard !services.isEmpty else { return }
            // As an administrator does it: lines at the end of master.cf, and a reload.
            try postfix.append(services, to: "master.cf")
            try postfix.reload()
            try await postfix.waitForGreeting(at: service)
        }

        /// The code of the reply to RCPT for a domain that is broken.
        func code(_ port: UInt16, from sender: String = "sender@example.org") async throws -> Int {
            try await onOwnThread {
                let client = try SMTPClient(port: port)
                try client.hello()
                try client.mail(sender)
                defer { _ = try? client.quit() }
                return try client.recipient("user@tlsa-invalid.example").code
            }
        }

        func stop() async {
            await postfix.stop()
            #expect(await daemon.stop() == 0)
            await world.stop()
        }
    }

    /// Postfix chrooted in its queue directory, as Debian has it.
    @Test func aUnixSocketBelowTheChroot() async throws {
        let examples = try GuideTests.examples(Self.guide, "A unix socket and the chroot")
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let line = try #require(examples.first { $0.kind == "main.cf" }?.text)
        let milter = try #require(line.split(separator: "=", maxSplits: 1).last).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let postfix = try await PostfixInstance(milter: milter, chroot: true)
        let queue = postfix.queueFile("")
        let trimmed = queue.hasSuffix("/") ? String(queue.dropLast()) : queue
        // The user danegate need not exist here: the tests run as root.
        let step = try #require(examples.first { $0.kind == "sh" }?.text)
            .replacingOccurrences(of: "/var/spool/postfix", with: trimmed)
            .replacingOccurrences(of: "-o danegate", with: "-o root")
        let made = try await ChildProcess.run(ChildProcess.find("sh"), ["-e", "-c", step], environment: [:])
        #expect(made.status == 0, "\(made.output)")
        var settings: [String: String] = [:]
        for line in try #require(examples.first { $0.kind == "danegate.env" }?.text).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            settings[String(parts[0].trimmingPrefix("DANEGATE_"))] = parts[1]
                .replacingOccurrences(of: "/var/spool/postfix", with: trimmed)
        }
        let daemon = try await Danegate.start(environment: world.environment(settings))
        let replies = try await postfix.session { client in
            try client.mail()
            return try client.recipient("user@tlsa-invalid.example")
        }
        #expect(replies.enhanced == "4.7.323", "\(replies)")
        await postfix.stop()
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    @Test func mailPassesWhileDanegateIsStopped() async throws {
        let site = try await Site("Mail must pass while danegate is stopped")
        #expect(try await site.code(site.service) == 451)
        #expect(await site.daemon.stop() == 0)
        #expect(try await site.code(site.service) == 250)
        await site.postfix.stop()
        await site.world.stop()
    }

    @Test(arguments: [0, 1]) func submissionAloneIsJudged(master: Int) async throws {
        let site = try await Site("Submission alone", service: "submission", master: master)
        #expect(try await site.code(site.service) == 451)
        #expect(try await site.code(site.postfix.port) == 250)
        await site.stop()
    }

    @Test func oneServiceIsLeftOut() async throws {
        let site = try await Site("Every service but one", service: "10587")
        #expect(try await site.code(site.service) == 250)
        #expect(try await site.code(site.postfix.port) == 451)
        await site.stop()
    }

    /// The table is written where main.cf says, and holds for this host as it stands.
    @Test func clientsAreSpared() async throws {
        let examples = try GuideTests.examples(Self.guide, "Clients that are spared")
        let scratch = try ScratchDirectory("clients")
        chmod(scratch.path, 0o755)
        try scratch.write(try #require(examples.first { $0.kind == "danegate_clients" }?.text), to: "danegate_clients")
        chmod(scratch.file("danegate_clients"), 0o644)
        let value = try #require(
            examples.first { $0.kind == "main.cf" }?.text.firstMatch(of: /smtpd_milter_maps = (\S+)/)?.1)
        #expect(value == "cidr:/etc/postfix/danegate_clients")
        let site = try await Site(
            "Clients that are spared", maps: ["smtpd_milter_maps": "cidr:\(scratch.file("danegate_clients"))"])
        #expect(try await site.code(site.service) == 250)
        #expect(!site.daemon.output.contains("ruling="))
        await site.stop()
        let others = try await Site("Clients that are spared", maps: ["smtpd_milter_maps": ""])
        #expect(try await others.code(others.service) == 451)
        await others.stop()
    }

    /// The first service refuses whatever the filter, the way back takes what was accepted once.
    @Test func aFilterComesBackUnasked() async throws {
        let site = try await Site(
            "A content filter that comes back by SMTP", service: "10025",
            maps: ["content_filter": "smtp:[127.0.0.1]:10024"])
        #expect(try await site.code(site.postfix.port) == 451)
        #expect(try await site.code(site.service) == 250)
        await site.stop()
    }

    @Test func aListManagerIsSpared() async throws {
        let site = try await Site("Mailman and other list managers")
        #expect(try await site.code(site.service, from: "list-bounces@lists.example.com") == 250)
        #expect(try await site.code(site.service) == 451)
        await site.stop()
    }

    @Test func aTransportOfAnotherNameIsJudged() async throws {
        let site = try await Site("Transports of other names")
        #expect(try await site.code(site.service) == 451)
        await site.stop()
        // Without the setting it is passed: the example says something.
        let without = try await Site("Transports of other names", settings: ["TRANSPORTS": "smtp,esmtp"])
        #expect(try await without.code(without.service) == 250)
        await without.stop()
    }

    /// A map that changed is the next recipient's.
    @Test func aTransportMapThatChangesCountsAtOnce() async throws {
        #expect(
            try GuideTests.examples(Self.guide, "After a change of a transport map").map(\.text) == ["postfix reload\n"]
        )
        let scratch = try ScratchDirectory("transport")
        chmod(scratch.path, 0o755)
        try scratch.write("tlsa-invalid.example local:\n", to: "transport")
        chmod(scratch.file("transport"), 0o644)
        let site = try await Site(
            "Every service but one", service: "10587", maps: ["transport_maps": "texthash:\(scratch.file("transport"))"]
        )
        #expect(try await site.code(site.postfix.port) == 250)
        try scratch.write("other.example local:\n", to: "transport")
        try site.postfix.reload()
        #expect(try await eventually(within: .seconds(60)) { try await site.code(site.postfix.port) == 451 })
        await site.stop()
    }
}
