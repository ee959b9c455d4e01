import DANE
import Inspection
import Milter

/// Decides which recipients are judged, and which next hop is judged for them. It is the first step for each recipient.
package final class Scope: Sendable {
    /// What becomes of a recipient.
    package enum Decision: Equatable {
        /// The recipient does not leave the site, or no DANE policy exists for it. It passes without a line in the log.
        case notOurs
        /// The recipient passes, and the log has the reason.
        case passed(String)
        /// The recipient's domain is no domain name. So no such domain can exist.
        case impossible
        /// The recipient is judged.
        case judged(Hop)
    }

    /// The values of `{rcpt_mailer}` that leave the site, in lower case.
    let transports: Set<String>
    /// The same if they are few. Then a search through them costs less than a hash.
    private let fewTransports: [String]
    /// Whether the transport `smtp` leaves the site.
    package let judgesSMTP: Bool
    /// Whether the recipient's domain or the MTA's next hop is judged.
    let route: Settings.RouteSource
    /// Whether the recipient's domain is judged, and not the next hop.
    package var judgesDomains: Bool { route == .recipient }
    /// The TCP port if the next hop names none.
    let port: UInt16
    /// The local parts that are never refused, in lower case.
    let exemptLocalparts: Set<String>
    /// A bit for each of their lengths in bytes.
    private let exemptLengths: UInt64

    init(_ settings: Settings) {
        transports = settings.transports
        fewTransports = transports.count <= 8 ? Array(transports) : []
        judgesSMTP = transports.contains("smtp")
        route = settings.route
        port = settings.probePort
        exemptLocalparts = settings.exemptLocalparts
        exemptLengths = exemptLocalparts.reduce(0) { $0 | Recipient.lengthBit($1.utf8.count) }
    }

    /// Decides what becomes of a recipient.
    ///
    /// - Parameters:
    ///   - recipient: The recipient, as the MTA has rewritten it if it has (F-93).
    ///   - typed: The recipient as the client typed it, if that is another one.
    ///   - mailer: The macro `{rcpt_mailer}`, the transport that the MTA will use; nil or empty if the MTA did not say.
    ///   - nextHop: The macro `{rcpt_host}`, the next hop that the MTA will use; nil or empty if the MTA did not say.
    package func decide(
        _ recipient: Recipient, typed: Recipient? = nil, mailer: String?, nextHop: String?
    ) -> Decision {
        if let mailer, !mailer.isEmpty, !fewTransports.contains(mailer), !transports.contains(mailer),
            !transports.contains(mailer.lowercased())
        {
            return .notOurs
        }
        if recipient.isLocalPart(in: exemptLocalparts, lengths: exemptLengths) {
            return recipient.domain == .none ? .notOurs : .passed("exempt local part")
        }
        // Who names a next hop and no recipient asks about the next hop.
        if route == .nexthop || recipient.isEmpty, let nextHop, !nextHop.isEmpty {
            // Most next hops are the recipient's domain, which has been read already.
            if case .name(let name) = recipient.domain, name.text == nextHop { return .judged(hop(to: name, typed)) }
            switch Destination.parse(nextHop: nextHop, port: port) {
            // RFC 8314 §3.3: on this port TLS begins with the connection. The probe does not speak that.
            case .destination(let destination) where destination.port == 465:
                return .passed("the next hop speaks TLS from the start")
            case .destination(let destination):
                if case .name(let name) = recipient.domain, destination == Destination(.domain(name), port: port) {
                    return .judged(hop(to: name, typed))
                }
                return .judged(Hop(destination: destination, isOwn: !recipient.names(nextHop)))
            // D-21, RFC 7672 §2.2: DANE does not apply to addresses.
            case .literal: return .notOurs
            case .several: return .passed("several next hops")
            // A domain that is no domain name is its own next hop. Any other next hop that is not understood is left to
            // the MTA: the address's domain must not be judged in its place, because the mail does not go there.
            case .malformed, .unmapped:
                if recipient.domain != .malformed { return .passed("the next hop is not understood") }
            }
        }
        switch recipient.domain {
        case .none, .literal: return .notOurs
        case .name(let name): return .judged(hop(to: name, typed))
        case .malformed: return .impossible
        case .unmapped: return .passed("the domain is not one that IDNA maps")
        }
    }

    /// Returns the next hop for the address's own domain.
    ///
    /// F-90, RFC 7672 §2.2.2: if the MTA has replaced the domain, the DNS tells which of the two is judged.
    private func hop(to domain: DomainName, _ typed: Recipient?) -> Hop {
        var hop = Hop(destination: Destination(.domain(domain), port: port))
        if case .name(let name) = typed?.domain, name != domain { hop.typed = name }
        return hop
    }
}

extension Recipient {
    fileprivate var isEmpty: Bool { domain == .none && localPart.isEmpty }

    /// Whether a next hop is the text after the `@`.
    ///
    /// RFC 5321 §4.1.3 has only addresses in brackets, and Postfix 3.7 refuses all else. If an MTA accepts
    /// `user@[mx.example.org]`, the sender chose the next hop.
    fileprivate func names(_ nextHop: String) -> Bool {
        domain == .literal && address.utf8.count == localPart.utf8.count + 1 + nextHop.utf8.count
            && address.lowercased().hasSuffix("@\(nextHop.lowercased())")
    }
}
