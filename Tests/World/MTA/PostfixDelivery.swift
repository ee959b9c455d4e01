import Foundation

/// How a Postfix that really delivers finds its hosts: by a validating resolver, at the port of a farm of hosts.
///
/// smtp(8) takes DNSSEC from the resolver of /etc/resolv.conf. So this Postfix has a mount namespace of its own, in
/// which that file is another; nobody else sees it.
public struct PostfixDelivery: Sendable {
    private let resolver: ValidatingResolver
    private let port: UInt16

    /// Delivery to hosts that a resolver knows.
    ///
    /// - Parameters:
    ///   - resolver: Who answers for DNSSEC. It lives as long as this value.
    ///   - port: The port of all hosts that are named without one.
    public init(by resolver: ValidatingResolver, port: UInt16) {
        self.resolver = resolver
        self.port = port
    }

    /// The lines of main.cf that take back what keeps mail in the queue.
    var settings: [String: String] {
        [
            "smtp_dns_support_level": "dnssec", "smtp_host_lookup": "dns", "smtp_tls_security_level": "dane",
            "smtp_tls_loglevel": "1", "smtp_tcp_port": "\(port)", "defer_transports": "relay, lmtp, local, virtual",
            // A message leaves at once, or when a test flushes the queue.
            "queue_run_delay": "3600s", "minimal_backoff_time": "3600s", "maximal_backoff_time": "7200s",
            "smtp_connect_timeout": "10s", "smtp_helo_timeout": "20s",
        ]
    }

    /// Arguments of unshare(1), before the words of a command that is to have the same resolver.
    public var wrapper: [String] {
        let bind = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\""
        return ["-m", "sh", "-c", bind, resolver.configurationPath]
    }

    /// The file for programs that are chrooted.
    var resolverText: String { (try? String(contentsOfFile: resolver.configurationPath, encoding: .utf8)) ?? "" }
}
