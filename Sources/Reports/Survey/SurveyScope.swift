import DANE
import Policy
import Probe
import Support

/// F-95: tells which deliveries of a log the daemon would have judged, by its settings. These are those of the
/// transports that leave the site, to hosts of the Internet.
struct SurveyScope: Sendable {
    /// Why a recipient is left out: the reason for which the daemon would pass it. The raw values stand in the JSON.
    enum Reason: String, Sendable, CaseIterable {
        /// The transport is not in `TRANSPORTS`.
        case transport
        /// The relay has an address, or is named by one, that no host of the Internet has.
        case specialAddress = "special_address"
        /// It is no mail, but the test of an address.
        case probe
        /// The local part is in `EXEMPT_LOCALPARTS`.
        case exemptLocalpart = "exempt_localpart"
        /// D-21, RFC 7672 §2.2: an address literal, or an address without a domain.
        case literal
        /// The daemon itself passed it without an inspection because of its next hop.
        case passed
    }

    /// The port if a next hop names none.
    let port: UInt16
    private let transports: Set<String>
    private let exemptLocalparts: Set<String>
    private let allowed: [AddressRange]

    /// Makes the scope of some settings.
    init(_ settings: Settings) {
        port = settings.probePort
        transports = settings.transports
        exemptLocalparts = settings.exemptLocalparts
        allowed = settings.probeAllow
    }

    /// Returns why the daemon would not judge any recipient of a delivery, with a name that explains it; nil if it
    /// would.
    func reason(_ delivery: MailDelivery) -> (Reason, name: String)? {
        // F-95.
        if delivery.state == .probe { return (.probe, "") }
        if let name = foreign(delivery.transport) { return (.transport, name) }
        if let relay = delivery.relay, isSpecial(relay) { return (.specialAddress, relay.name.text.lowercased()) }
        return nil
    }

    /// Returns why the daemon would not judge a recipient; nil if it would.
    func reason(_ recipient: Recipient) -> Reason? {
        switch recipient.domain {
        case .none, .literal: .literal
        case .name, .malformed, .unmapped: recipient.isLocalPart(in: exemptLocalparts) ? .exemptLocalpart : nil
        }
    }

    /// Returns the name of a transport that does not leave the site; nil if it does.
    private func foreign(_ transport: MailDelivery.Transport) -> String? {
        switch transport {
        case .unknown: return nil
        case .named(let name): return transports.contains(name.lowercased()) ? nil : name
        case .exim(let name):
            // Exim tells the daemon no transport, and the administrator names its transports. Those that speak SMTP to
            // other hosts are remote_smtp, remote_smtp_smarthost, smarthost_smtp, dkim_remote_smtp and similar ones.
            let lower = name.lowercased()
            return transports.contains(lower) || lower.contains("smtp") && !lower.contains("lmtp") ? nil : name
        }
    }

    /// Whether the relay cannot be a host of the Internet. The daemon passes a next hop that is an address, and does
    /// not inspect internal networks.
    private func isSpecial(_ relay: MailDelivery.Relay) -> Bool {
        if let named = IPAddress(relay.name.text) { return SpecialPurpose.range(of: named) != nil }
        let name = relay.name.text.lowercased()
        if name == "localhost" || name.hasPrefix("localhost.") { return true }
        guard let address = relay.address, let range = SpecialPurpose.range(of: address) else { return false }
        // If the settings allow probes of such addresses, they are those of mail hosts.
        return Self.internalBlocks.contains(range.name) && !allowed.contains { $0.contains(address) }
    }

    /// The special-purpose blocks that internal networks use.
    private static let internalBlocks: Set<String> = [
        "this network", "private", "shared address space", "loopback", "link-local", "unspecified", "unique-local",
        "site-local",
    ]
}
