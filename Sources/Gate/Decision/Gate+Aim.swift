import DANE
import Inspection
import Policy
import Verdicts

extension Gate {
    /// A next hop and the domain that policy goes by, after it has been looked up which of the names is an alias.
    struct Aim: Sendable {
        /// What is judged.
        let destination: Destination
        /// Whether this site's own configuration leads there.
        let isOwn: Bool
        /// The domain of the address; the name of the next hop if it has none.
        let domain: DomainName
        /// The name by which the MTA has replaced the domain; nil if the domain is not judged in its place.
        let replacement: DomainName?
        /// Why that could not be looked up; nil if it could.
        let doubt: InspectionService.Answer?

        init(_ hop: Hop, _ domain: DomainName, _ standing: InspectionService.Replaced?) {
            // F-90: judge the typed domain if it is an alias of the one by which the MTA has replaced it.
            let judged: DomainName? =
                switch standing {
                case nil, .other: nil
                case .alias, .unknown: hop.typed
                }
            destination = judged.map(hop.destination.renamed) ?? hop.destination
            isOwn = judged == nil && hop.isOwn
            self.domain = judged ?? domain
            replacement = judged == nil ? nil : hop.destination.name
            doubt = if case .unknown(let answer) = standing { answer } else { nil }
        }

        /// What is ruled upon. Behind a next hop of this site's own, the roll-out goes by the recipients' domains.
        var subject: Ruleset.Subject {
            .init(destination: destination, place: isOwn ? domain : destination.name, isOwnHop: isOwn)
        }
    }
}
