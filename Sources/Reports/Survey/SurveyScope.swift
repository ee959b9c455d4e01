import DANE
import Policy
import Probe
import Support

/// Which deliveries of a log the gate would have judged, by its settings: those of the transports that leave the site,
/// to hosts of the Internet.
struct SurveyScope: Sendable {
    /// Why a recipient is left out, as the gate would pass it; the raw values are those of the JSON.
    enum Reason: String, Sendable, CaseIterable {
        /// The transport is not in `TRANSPORTS`.
        case transport
        /// The relay is named by an address, or has one, that no host of the Internet has.
        case specialAddress = "special_address"
        /// No mail: an address was tried.
        case probe
        /// `EXEMPT_LOCALPARTS`.
        case exemptLocalpart = "exempt_localpart"
        /// An address literal, or an address without a domain.
        case literal
        /// The gate itself has passed it without a look, for its next hop.
        case passed
    }

    /// The port where a next hop names none.
    let port: UInt16
    private let transports: Set<String>
    private let exemptLocalparts: Set<String>
    private let allowed: [AddressRange]

    /// The scope that the settings give.
    init(_ settings: Settings) {
        port = settings.probePort
        transports = settings.transports
        exemptLocalparts = settings.exemptLocalparts
        allowed = settings.probeAllow
    }

    /// Why the gate would not judge any recipient of a delivery, and what is to be named; nil if it would.
    func reason(_ delivery: MailDelivery) -> (Reason, name: String)? {
        if delivery.state == .probe { return (.probe, "") }
        if let name = foreign(delivery.transport) { return (.transport, name) }
        if let relay = delivery.relay, isSpecial(relay) { return (.specialAddress, relay.name.text.lowercased()) }
        return nil
    }

    /// Why the gate would not judge a recipient; nil if it would.
    func reason(_ recipient: Recipient) -> Reason? {
        switch recipient.domain {
        case .none, .literal: .literal
        case .name, .malformed, .unmapped: recipient.isLocalPart(in: exemptLocalparts) ? .exemptLocalpart : nil
        }
    }

    /// The name of a transport that stays on the site.
    private func foreign(_ transport: MailDelivery.Transport) -> String? {
        switch transport {
        case .unknown: return nil
        case .named(let name): return transports.contains(name.lowercased()) ? nil : name
        case .exim(let name):
            // Exim hands no transport to the gate, and its names are the administrator's: the ones that speak SMTP to
            // other hosts are remote_smtp, remote_smtp_smarthost, smarthost_smtp, dkim_remote_smtp and the like.
            let lower = name.lowercased()
            return transports.contains(lower) || lower.contains("smtp") && !lower.contains("lmtp") ? nil : name
        }
    }

    /// Whether no host of the Internet can be meant: the gate passes an address for a next hop, and does not see
    /// internal networks.
    private func isSpecial(_ relay: MailDelivery.Relay) -> Bool {
        if let named = IPAddress(relay.name.text) { return SpecialPurpose.range(of: named) != nil }
        let name = relay.name.text.lowercased()
        if name == "localhost" || name.hasPrefix("localhost.") { return true }
        guard let address = relay.address, let range = SpecialPurpose.range(of: address) else { return false }
        // Where the settings let such addresses be probed, they are those of mail hosts.
        return Self.internalBlocks.contains(range.name) && !allowed.contains { $0.contains(address) }
    }

    /// The special-purpose blocks in which hosts of internal networks live.
    private static let internalBlocks: Set<String> = [
        "this network", "private", "shared address space", "loopback", "link-local", "unspecified", "unique-local",
        "site-local",
    ]
}
