import Foundation
import Testing
import World

/// An Exim on which the guide's steps were followed, before a world, and perhaps a danegate.
struct EximSite: Sendable {
    /// Exim, started.
    let exim: EximInstance
    private let resolver: ValidatingResolver

    /// Follows sections of contrib/exim/README.md, and starts Exim.
    ///
    /// - Parameters:
    ///   - words: What stands in the guide, and what takes its place here.
    ///   - files: More files of Exim's.
    init(
        _ world: MailWorld, _ headings: [String] = ["Debian's split configuration"],
        _ configuration: EximInstance.Configuration = .split, smarthost: String? = nil, relayDomains: String = "",
        aliases: String = "", words: [String: String] = [:], files: [String: String] = [:]
    ) async throws {
        resolver = try await ValidatingResolver(before: world.names)
        exim = try EximInstance(
            configuration, resolver: resolver, smarthost: smarthost, relayDomains: relayDomains, aliases: aliases)
        for (path, text) in files { try exim.root.write(text, to: path) }
        try exim.root.copy(GuideTests.contrib.path, to: "/root/contrib")
        for heading in ["The query socket"] + headings {
            let steps = try GuideTests.examples("exim/README.md", heading).filter { $0.kind == "sh" }
            try #require(!steps.isEmpty, "\(heading)")
            for step in steps {
                // The user danegate exists in there alone, and no systemd: danegate itself runs outside, as root.
                let lines = step.text.split(separator: "\n").filter {
                    !$0.hasPrefix("usermod ") && !$0.hasPrefix("systemctl ")
                }
                let text = words.reduce(lines.joined(separator: "\n")) { $0.replacing($1.key, with: $1.value) }
                try await exim.root.run(steps: text, in: "/root")
            }
        }
        try await exim.start()
    }

    /// The settings of a danegate that answers where this Exim asks.
    var settings: [String: String] {
        ["QUERY_SOCKET": "unix:\(socket)", "QUERY_SOCKET_MODE": "0666"]
    }

    /// Where this Exim asks.
    var socket: String { exim.root.file("/run/danegate/query.sock") }

    /// A danegate that answers where this Exim asks.
    func gate(_ world: MailWorld, _ settings: [String: String] = [:]) async throws -> DaemonTests.Gate {
        try await DaemonTests.Gate(world, self.settings.merging(settings) { $1 })
    }

    /// What a client is told at RCPT.
    ///
    /// Exim waits eight seconds for danegate, which needs five at most. A machine that stands still for a while takes
    /// the rest, and Exim then asks the client to try again, as a sender does, and so does this one.
    func reply(_ recipient: String, from sender: String = "") async throws -> SMTPClient.Reply {
        for _ in 0..<4 {
            let reply = try await MTASession.reply(exim.port, recipient, from: sender)
            guard reply.line == Self.unanswered || reply.line.hasPrefix("451 4.7.0 pending: ") else { return reply }
        }
        return try await MTASession.reply(exim.port, recipient, from: sender)
    }

    /// What Exim says if danegate does not answer in time (`GATE_DOWN`).
    private static let unanswered = "451 4.4.3 the policy service does not answer"

    func stop() async {
        await exim.stop()
        await resolver.stop()
    }
}
