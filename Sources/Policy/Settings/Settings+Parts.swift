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

    /// Whether something listens on the milter socket, and the same as a clause. The value is nil if that cannot be
    /// told. Nothing is connected to, because that would start a service that systemd listens for.
    public var milterStanding: (isListenedOn: Bool?, clause: String) {
        let place = milterSocket.postfixForm
        return switch milterSocket.isListenedOn {
        case true: (true, "something listens on the milter socket \(place), the daemon or the service manager for it")
        case false: (false, "nobody listens on the milter socket \(place) either: the daemon does not run")
        case nil: (nil, "whether something listens on the milter socket \(place) cannot be told")
        }
    }
}
