import Foundation

/// A real Sendmail with Debian's own configuration, on a free port of 127.0.0.1.
///
/// It relays for this host. `local.example` is its own. It has the resolver's DNS. What Debian sets against strangers
/// who come too often is taken out, for tests come often. What it accepts stays in its queue until `runQueue`.
public final class SendmailInstance: Sendable {
    /// Where it listens, on 127.0.0.1.
    public let port: UInt16
    /// What it sees as `/`.
    public let root: PrivateRoot

    private static let daemon = "/usr/libexec/sendmail/sendmail"
    private static let users = [
        PrivateRoot.User(name: "smmta", number: 61_004, home: "/var/lib/sendmail"),
        PrivateRoot.User(name: "smmsp", number: 61_005, home: "/var/lib/sendmail"),
    ]

    private let running = Running()

    /// Installs it, and does not start it yet.
    ///
    /// - Parameters:
    ///   - resolver: Who answers its questions to the DNS; nil for nobody.
    ///   - lines: What an administrator adds to sendmail.mc, above MAILER_DEFINITIONS.
    ///   - mailertable: Lines of /etc/mail/mailertable: a domain, a tab, `esmtp:[host]`.
    public init(resolver: ValidatingResolver? = nil, lines: String = "", mailertable: String = "") throws {
        port = try freePort()
        root = try PrivateRoot(
            of: "sendmail", hostName: "mta\(port).example", users: Self.users, resolver: resolver)
        try root.install("/etc/mail")
        for (folder, mode) in [
            ("/var/spool/mqueue", mode_t(0o700)), ("/var/lib/sendmail/host_status", 0o700),
            ("/run/sendmail/mta", 0o755), ("/etc/mail/m4", 0o755),
        ] {
            try root.make(folder, for: PrivateRoot.User(name: "root", number: 0, home: "/root"), mode: mode)
        }
        // What Debian's sendmailconfig makes.
        for name in ["m4/dialup.m4", "m4/provider.m4", "access", "aliases"] {
            try root.write("", to: "/etc/mail/\(name)")
        }
        try root.write("local.example\n", to: "/etc/mail/local-host-names")
        try root.write(mailertable, to: "/etc/mail/mailertable")
        let table = mailertable.isEmpty ? "" : "FEATURE(`mailertable')dnl\n"
        try root.write(try configuration(table + lines), to: "/etc/mail/sendmail.mc")
    }

    /// Debian's own sendmail.mc with another port and without its limits of clients and of load, and lines of an
    /// administrator.
    private func configuration(_ lines: String) throws -> String {
        let limits = ["Port=submission", "greet_pause", "ratecontrol", "conncontrol", "THROTTLE", "RATE_WINDOW"]
        let kept = try root.packaged("/usr/share/sendmail/cf/debian/sendmail.mc")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .filter { line in !limits.contains { line.contains($0) } }
        return kept.joined(separator: "\n").replacing("Port=smtp", with: "Port=\(port)")
            .replacing("\nMAILER_DEFINITIONS\n", with: "\n\(Self.underLoad)\(lines)MAILER_DEFINITIONS\n")
    }

    /// On a busy machine Sendmail leaves messages in its queue, and then refuses connections. The load of the tests
    /// must not decide whether a message leaves.
    private static let underLoad = ["QUEUE_LA", "REFUSE_LA", "DELAY_LA"].map { "define(`conf\($0)', `10000')dnl\n" }
        .joined()

    /// Makes its configuration with m4, starts it and waits until it greets.
    ///
    /// - Parameter options: More arguments of sendmail(8).
    public func start(_ options: String...) async throws {
        try await root.run(
            steps: """
                m4 sendmail.mc >sendmail.cf
                for map in access mailertable; do /usr/libexec/sendmail/makemap hash $map <$map; done
                \(Self.daemon) -bi
                """, in: "/etc/mail")
        let words = [Self.daemon, "-bD", "-X", "/var/log/transcript", "-O", "DeliveryMode=queueonly"] + options
        let process = try await root.start(words)
        running.process = process
        guard try await root.greets(process, at: port) else {
            throw WorldError("Sendmail did not start: \(process.output) \(log)")
        }
    }

    /// Tries to deliver what is in the queue, once.
    ///
    /// - Returns: What it says of each message.
    public func runQueue() async throws -> String {
        try await root.run(Self.daemon, "-v", "-q", "-X", "/var/log/transcript").output
    }

    /// The messages in the queue, as mailq(1) shows them.
    public func queue() async throws -> String { try await root.run(Self.daemon, "-bp").output }

    /// All that was said between it, its clients and its hosts.
    public var log: String {
        (try? String(contentsOfFile: root.file("/var/log/transcript"), encoding: .utf8)) ?? ""
    }

    /// Ends Sendmail, and whatever it has started. It also ends with the test process.
    public func stop() async {
        running.process?.signal(SIGKILL)
        _ = await running.process?.waitForEnd()
    }
}
