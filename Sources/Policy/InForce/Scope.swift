import DANE
import Inspection
import Milter

/// Which recipients are judged, and by what: the first step of a recipient's way.
package struct Scope: Sendable {
    /// What becomes of a recipient.
    package enum Decision: Equatable {
        /// It does not leave the site, or no DNS policy exists for it: passed on at once, without a line in the log.
        case notOurs
        /// Passed on at once, and logged, for the reason given.
        case passed(String)
        /// Its domain is no domain name, so that no such domain can exist.
        case impossible
        /// To be judged.
        case judged(Hop)
    }

    /// The `{rcpt_mailer}` values that leave the site, lower case.
    let transports: Set<String>
    /// The same if they are few: to look through them costs less than to hash.
    private let fewTransports: [String]
    /// What a recipient is judged by.
    let route: Settings.RouteSource
    /// The port where the next hop names none.
    let port: UInt16
    /// Local parts that are never refused, lower case.
    let exemptLocalparts: Set<String>

    init(_ settings: Settings) {
        transports = settings.transports
        fewTransports = transports.count <= 8 ? Array(transports) : []
        route = settings.route
        port = settings.probePort
        exemptLocalparts = settings.exemptLocalparts
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - recipient: The recipient, as the MTA has rewritten it if it has.
    ///   - typed: The recipient as the client typed it, where that is another one.
    ///   - mailer: The macro `{rcpt_mailer}`: the transport that the MTA would use; nil or empty if it did not say.
    ///   - nextHop: The macro `{rcpt_host}`: the next hop that the MTA would use; nil or empty if it did not say.
    package func decide(
        _ recipient: Recipient, typed: Recipient? = nil, mailer: String?, nextHop: String?
    ) -> Decision {
        if let mailer, !mailer.isEmpty, !fewTransports.contains(mailer), !transports.contains(mailer),
            !transports.contains(mailer.lowercased())
        {
            return .notOurs
        }
        if recipient.isLocalPart(in: exemptLocalparts) {
            return recipient.domain == .none ? .notOurs : .passed("exempt local part")
        }
        if route == .nexthop, let nextHop, !nextHop.isEmpty {
            // Most often it is the recipient's domain, which has been read.
            if case .name(let name) = recipient.domain, name.text == nextHop { return .judged(hop(to: name, typed)) }
            switch Destination.parse(nextHop: nextHop, port: port) {
            // RFC 8314 §3.3: there TLS begins with the connection, which the probe does not try.
            case .destination(let destination) where destination.port == 465:
                return .passed("the next hop speaks TLS from the start")
            case .destination(let destination):
                if case .name(let name) = recipient.domain, destination == Destination(.domain(name), port: port) {
                    return .judged(hop(to: name, typed))
                }
                return .judged(Hop(destination: destination, isOwn: !recipient.names(nextHop)))
            case .literal: return .notOurs
            case .several: return .passed("several next hops")
            // A domain that is none is its own next hop. Any other next hop that is not understood is the MTA's affair: to
            // judge the address instead would be to judge a host that the mail never goes to.
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

    /// The way to the address's own domain.
    ///
    /// F-90, RFC 7672 §2.2.2: where the MTA has replaced the domain, which of the two is judged is for the DNS to say.
    private func hop(to domain: DomainName, _ typed: Recipient?) -> Hop {
        var hop = Hop(destination: Destination(.domain(domain), port: port))
        if case .name(let name) = typed?.domain, name != domain { hop.typed = name }
        return hop
    }
}

extension Recipient {
    /// Whether a next hop is what stands behind the `@`. RFC 5321 §4.1.3 knows nothing but addresses in brackets, and
    /// Postfix 3.7 refuses all else; an MTA that takes `user@[mx.example.org]` goes where the sender says.
    fileprivate func names(_ nextHop: String) -> Bool {
        domain == .literal && address.utf8.count == localPart.utf8.count + 1 + nextHop.utf8.count
            && address.lowercased().hasSuffix("@\(nextHop.lowercased())")
    }
}
