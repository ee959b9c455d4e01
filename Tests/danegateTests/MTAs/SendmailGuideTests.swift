import Foundation
import Testing
import World

/// The lines of contrib/sendmail, in a real Sendmail with Debian's configuration, before a real danegate.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PrivateRoot.unavailable == nil, "\(PrivateRoot.unavailable ?? "")"))
struct SendmailGuideTests {
    private static let guide = "sendmail/README.md"
    private static let all = "Every recipient judged"

    /// The lines that sections of the guide add to sendmail.mc.
    static func lines(_ headings: [String]) throws -> String {
        try headings.map { heading in
            try #require(try GuideTests.examples(guide, heading).first { $0.kind == "sendmail.mc" }?.text)
        }.joined()
    }

    /// Copies the files that sections of the guide name, with the places of this test in them, and starts Sendmail.
    static func start(
        _ sendmail: SendmailInstance, _ headings: [String], places: KeyValuePairs<String, String>
    ) async throws {
        let root = sendmail.root
        try root.copy(contrib, to: "/root/contrib")
        for name in ["danegate.mc", "danegate-sts.mc"] {
            let text = try GuideTests.file("sendmail/\(name)")
            try root.write(
                places.reduce(text) { $0.replacing($1.key, with: $1.value) }, to: "/root/contrib/sendmail/\(name)")
        }
        for heading in headings {
            // `make` and the restart are `start` here; what is above them copies.
            guard let step = try GuideTests.examples(guide, heading).first(where: { $0.kind == "sh" }) else { continue }
            try await root.run(steps: step.text, in: "/root")
        }
        try await sendmail.start()
    }

    private static var contrib: String { GuideTests.contrib.path }

    /// danegate, and Sendmail with the lines of sections.
    private struct Site: Sendable {
        let daemon: ChildProcess
        let sendmail: SendmailInstance

        init(
            _ world: MailWorld, _ headings: [String], mailertable: String = "", words: [String: String] = [:],
            settings: [String: String] = [:]
        ) async throws {
            let port = try freePort()
            let lines = try words.reduce(SendmailGuideTests.lines(headings)) { $0.replacing($1.key, with: $1.value) }
            sendmail = try SendmailInstance(lines: lines, mailertable: mailertable)
            let socket = ["MILTER_SOCKET": "inet:\(port)@127.0.0.1", "DEFER_FOR": "0"]
            daemon = try await Danegate.start(environment: world.environment(socket.merging(settings) { $1 }))
            try await SendmailGuideTests.start(sendmail, headings, places: ["inet:8895@": "inet:\(port)@"])
        }

        func line(_ recipient: String) async throws -> String {
            try await MTASession.reply(sendmail.port, recipient).line
        }

        func stop() async {
            await sendmail.stop()
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func theLinesAreAllThatIsNeeded() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified", "null-mx", "www.alias"].map(MailDomains.named))
        let site = try await Site(world, [Self.all])
        let rows: [(recipient: String, line: String)] = [
            ("user@verified.example", "250 2.1.5 "), ("user@www.alias.example", "250 2.1.5 "),
            (
                "user@tlsa-invalid.example",
                "550 5.7.323 <user@tlsa-invalid.example>... tlsa-invalid: tlsa-invalid.example: "
            ),
            ("user@null-mx.example", "556 5.1.10 null-mx: "),
            ("user@no-such.example", "550 5.1.2 <user@no-such.example>... no-such-domain: "),
            ("postmaster@tlsa-invalid.example", "250 2.1.5 "), ("mail@local.example", "250 2.1.5 "),
        ]
        for row in rows {
            let line = try await site.line(row.recipient)
            #expect(line.hasPrefix(row.line), "\(row.recipient): \(line)")
        }
        // A domain that is an alias has its own name here, and a local recipient is not asked about.
        let log = site.daemon.output
        #expect(log.contains("domain=www.alias.example outcome=verified"), "\(log)")
        #expect(!log.contains("local.example"), "\(log)")
        await site.stop()
        await world.stop()
    }

    /// The map of the section about delivery, asked by the command of the guide.
    @Test func theMapOfDeliveryIsAsked() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let heading = "Delivery held to the verdict"
        let sendmail = try SendmailInstance(lines: Self.lines([heading]))
        mkdir(sendmail.root.file("/run/danegate"), 0o755)
        try await Self.start(sendmail, [heading], places: [:])
        let examples = try GuideTests.examples(Self.guide, heading)
        let command = try #require(examples.first { $0.kind == "try" }?.text)
            .replacing("sendmail -bt", with: "/usr/libexec/sendmail/sendmail -bt")
        func ask(_ domain: String) async throws -> String {
            // Where a lookup fails it ends with a status of its own.
            try await sendmail.root.run("sh", "-c", command.replacing("example.org", with: domain)).output
        }
        #expect(try await ask("verified.example").contains("no match (75)"))
        let line = try #require(examples.first { $0.kind == "danegate.env" }?.text.split(separator: "\n").first)
        let socket = line.trimmingPrefix("DANEGATE_TLS_POLICY_SOCKET=unix:")
        let gate = try await DaemonTests.Gate(
            world, ["DEFER_FOR": "0", "TLS_POLICY_SOCKET": "unix:\(sendmail.root.file(String(socket)))"])
        #expect(try await ask("verified.example").contains("sts (verified.example) no match (68)"))
        #expect(try await ask("tlsa-invalid.example").contains("sts (tlsa-invalid.example) no match (75)"))
        await gate.daemon.stop()
        await sendmail.stop()
        await world.stop()
    }

    @Test func aSmartHostIsTheNextHop() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let heading = "A smarthost or a mailertable"
        let settings = try #require(
            try GuideTests.examples(Self.guide, heading).first { $0.kind == "danegate.env" }?.text
                .split(separator: "\n").first)
        let site = try await Site(
            world, [Self.all, heading], mailertable: "partner.example\trelay:[mx.verified.example]\n",
            words: ["smarthost.example": "mx.tlsa-invalid.example"],
            settings: ["TRANSPORTS": String(settings.trimmingPrefix("DANEGATE_TRANSPORTS="))])
        #expect(
            try await site.line("user@verified.example").hasPrefix(
                "451 4.7.323 tlsa-invalid: [mx.tlsa-invalid.example]: "))
        #expect(try await site.line("user@partner.example").hasPrefix("250 2.1.5 "))
        await site.stop()
        await world.stop()
    }
}
