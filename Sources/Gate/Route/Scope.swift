import DANE
import Milter

/// Which recipients are judged, and by what: the first step of a recipient's way.
struct Scope: Sendable {
    /// What becomes of a recipient.
    enum Decision: Equatable {
        /// It does not leave the site, or no DNS policy exists for it: passed on at once, without a line in the log.
        case notOurs
        /// Passed on at once, and logged, for the reason given.
        case passed(String)
        /// Its domain is no domain name, so that no such domain can exist.
        case impossible
        /// To be judged.
        case judged(Destination)
    }

    /// The `{rcpt_mailer}` values that leave the site, lower case.
    let transports: Set<String>
    /// What a recipient is judged by.
    let route: Settings.RouteSource
    /// The port where the next hop names none.
    let port: UInt16
    /// Local parts that are never refused, lower case.
    let exemptLocalparts: Set<String>

    init(_ settings: Settings) {
        transports = settings.transports
        route = settings.route
        port = settings.probePort
        exemptLocalparts = settings.exemptLocalparts
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - recipient: The recipient.
    ///   - mailer: The macro `{rcpt_mailer}`: the transport that the MTA would use; nil or empty if it did not say.
    ///   - nextHop: The macro `{rcpt_host}`: the next hop that the MTA would use; nil or empty if it did not say.
    func decide(_ recipient: Recipient, mailer: String?, nextHop: String?) -> Decision {
        if let mailer, !mailer.isEmpty, !transports.contains(mailer.lowercased()) { return .notOurs }
        if !exemptLocalparts.isEmpty, exemptLocalparts.contains(recipient.localPart.lowercased()) {
            return recipient.domain == .none ? .notOurs : .passed("exempt local part")
        }
        if route == .nexthop, let nextHop, !nextHop.isEmpty {
            switch Destination.parse(nextHop: nextHop, port: port) {
            case .destination(let destination): return .judged(destination)
            case .literal: return .notOurs
            // What the MTA says of its own next hop is not the sender's fault: the address decides.
            case .malformed, .unmapped: break
            }
        }
        switch recipient.domain {
        case .none, .literal: return .notOurs
        case .name(let name): return .judged(Destination(.domain(name), port: port))
        case .malformed: return .impossible
        case .unmapped: return .passed("the domain is not one that IDNA maps")
        }
    }
}
