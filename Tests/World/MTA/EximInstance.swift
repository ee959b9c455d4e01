import Foundation

/// A real Exim with Debian's own configuration, on a free port of 127.0.0.1.
///
/// It relays for this host. `local.example` is its own, where `alice` lives. Other recipients are looked up in the
/// DNS, of which it has the resolver's, and hosts may be on loopback addresses, for there the world has them. What it
/// accepts stays in its queue.
public final class EximInstance: Sendable {
    /// Which of Debian's two ways of configuration it has.
    public enum Configuration: Sendable, CaseIterable {
        /// Many files, below /etc/exim4/conf.d.
        case split
        /// One file, /etc/exim4/exim4.conf.template, and one for macros.
        case whole
    }

    /// Where it listens, on 127.0.0.1.
    public let port: UInt16
    /// What it sees as `/`.
    public let root: PrivateRoot

    private static let user = PrivateRoot.User(name: "Debian-exim", number: 61_001, home: "/var/spool/exim4")
    private static let danegate = PrivateRoot.User(name: "danegate", number: 61_002, home: "/var/lib/danegate")
    private static let alice = PrivateRoot.User(name: "alice", number: 61_003, home: "/home/alice")

    private let running = Running()

    /// Installs it, and does not start it yet.
    ///
    /// - Parameters:
    ///   - resolver: Who answers its questions to the DNS; nil for nobody.
    ///   - smarthost: Where all mail goes, as `dc_smarthost` says it (`host::port`); nil for the DNS.
    ///   - relayDomains: The domains that it is a backup MX host for.
    ///   - aliases: Lines of /etc/aliases.
    public init(
        _ configuration: Configuration = .split, resolver: ValidatingResolver? = nil, smarthost: String? = nil,
        relayDomains: String = "", aliases: String = ""
    ) throws {
        port = try freePort()
        root = try PrivateRoot(
            of: "exim", hostName: "mta\(port).example", users: [Self.user, Self.danegate, Self.alice],
            resolver: resolver)
        try root.install("/etc/exim4")
        try root.make("/var/lib/exim4", for: Self.user, mode: 0o755)
        try root.make("/var/spool/exim4", for: Self.user, mode: 0o750)
        try root.make("/var/log/exim4", for: Self.user, mode: 0o750)
        try root.write(aliases, to: "/etc/aliases")
        try root.write("local.example\n", to: "/etc/mailname")
        // What debconf writes from the administrator's answers.
        try root.write(
            """
            dc_eximconfig_configtype='\(smarthost == nil ? "internet" : "smarthost")'
            dc_other_hostnames='local.example'
            dc_local_interfaces='127.0.0.1.\(port)'
            dc_readhost=''
            dc_relay_domains='\(relayDomains)'
            dc_minimaldns='false'
            dc_relay_nets=''
            dc_smarthost='\(smarthost ?? "")'
            CFILEMODE='644'
            dc_use_split_config='\(configuration == .split)'
            dc_hide_mailname=''
            dc_mailname_in_oh='true'
            dc_localdelivery='mail_spool'

            """, to: "/etc/exim4/update-exim4.conf.conf")
        try allowLoopback(configuration)
    }

    /// Lets hosts on loopback addresses be mail hosts of others.
    private func allowLoopback(_ configuration: Configuration) throws {
        let (macros, routers) =
            switch configuration {
            case .split:
                (
                    "/etc/exim4/conf.d/main/001_world",
                    ["150_exim4-config_hubbed_hosts", "200_exim4-config_primary"].map {
                        "/etc/exim4/conf.d/router/\($0)"
                    }
                )
            case .whole: ("/etc/exim4/exim4.conf.localmacros", ["/etc/exim4/exim4.conf.template"])
            }
        // The notifier's socket has no place in a file system: all Exims of this machine would want the same.
        try root.write("ROUTER_DNSLOOKUP_IGNORE_TARGET_HOSTS = <; 0.0.0.0\nnotifier_socket =\n", to: macros)
        for path in routers {
            let text = try root.packaged(path).replacing(/\n  driver = (dnslookup|manualroute)\n/) {
                "\($0.0)  self = send\n"
            }
            try root.write(text, to: path)
        }
    }

    /// Makes its configuration as Debian does, starts it and waits until it greets.
    public func start() async throws {
        try await root.run(steps: "update-exim4.conf")
        let process = try await root.start(["exim4", "-bdf", "-odq"])
        running.process = process
        guard try await root.greets(process, at: port) else {
            throw WorldError("Exim did not start: \(process.output) \(log)")
        }
    }

    /// All that Exim has logged so far: what happened, what it refused, and what must not happen.
    public var log: String {
        ["mainlog", "paniclog"].map { name in
            (try? String(contentsOfFile: root.file("/var/log/exim4/\(name)"), encoding: .utf8)) ?? ""
        }.joined()
    }

    /// What must not happen, as Exim has logged it; empty if nothing did.
    public var panics: String {
        (try? String(contentsOfFile: root.file("/var/log/exim4/paniclog"), encoding: .utf8)) ?? ""
    }

    /// Ends Exim, and whatever it has started. It also ends with the test process.
    public func stop() async {
        running.process?.signal(SIGKILL)
        _ = await running.process?.waitForEnd()
    }
}
