public import DNSSEC
import Milter
public import Probe

extension Settings {
    /// The forwarders (`DNS_FORWARD`), as `192.0.2.1@53`. Empty for full recursion.
    package var forwarderNames: [String] { dnsForward.map { "\($0.address)@\($0.port)" } }

    /// The resolver's part of the settings.
    public func resolverConfiguration(_ anchor: ResolverConfiguration.TrustAnchor) -> ResolverConfiguration {
        ResolverConfiguration(
            forwarders: dnsForward.map { .init(address: $0.address, port: $0.port) }, rootHints: dnsRootHints,
            trustAnchor: anchor, configuration: dnsConfig, timeout: dnsTimeout)
    }

    /// The probe's part of the settings.
    public var probeConfiguration: ProbeConfiguration {
        ProbeConfiguration(
            helo: probeHelo, timeout: probeTimeout, connectTimeout: probeConnectTimeout,
            concurrency: probeConcurrency, perHost: probePerHost, perHour: probePerHour, allowed: probeAllow,
            denied: probeDeny)
    }

    /// The path of the control socket; nil if there must be none.
    public var controlSocketPath: String? {
        switch controlSocket {
        case .standard: "\(stateDirectory)/control.sock"
        case .path(let path): path
        case .off: nil
        }
    }

    /// Whether something accepts connections on the milter socket, and the same as a clause. The value is nil if this
    /// user cannot find out. It blocks for a moment.
    public var isMilterServed: (isServed: Bool?, clause: String) {
        switch SocketClaim.isServed(milterSocket) {
        case true: (true, "something serves the milter socket \(milterSocket.postfixForm)")
        case false:
            (false, "nobody serves the milter socket \(milterSocket.postfixForm) either: the daemon does not run")
        case nil: (nil, "whether something serves the milter socket \(milterSocket.postfixForm) cannot be told")
        }
    }
}
