import DANE
import Inspection
import Policy
import Support

/// What a look at an exempt domain saw.
package struct ExemptionSighting: Sendable {
    /// What a sighting says of the domain.
    enum Kind: Sendable, Equatable {
        /// Without the exemption its mail would be accepted, and no fault is known.
        case clean
        /// A fault is proven. The time in order begins anew.
        case failing
        /// Nothing is known. The time since the last look does not count, and the time before it is kept.
        case doubtful

        /// The weight beside other sightings. Of several destinations, the worst decides.
        var weight: Int {
            switch self {
            case .clean: 0
            case .doubtful: 1
            case .failing: 2
            }
        }
    }

    /// The exemption.
    let key: Exemption.Key
    /// When it was seen, in milliseconds since 1970.
    let at: Int64
    /// What the sighting says.
    let kind: Kind
    /// What was seen, in words.
    let seen: String
    /// The most time since the look before that may count. Nobody knows how the domain was while the daemon was
    /// stopped.
    let longestStep: Duration

    /// Makes a sighting of an inspection.
    ///
    /// - Parameters:
    ///   - demandingDANE: Whether policy will demand DANE of the domain after the exemption.
    ///   - isInTrouble: Whether this site itself may have trouble. Then nothing is known of the domain.
    init(
        _ key: Exemption.Key, _ inspection: Inspection, demandingDANE: Bool, isInTrouble: Bool, at now: Int64,
        longestStep: Duration
    ) {
        self.key = key
        at = now
        self.longestStep = longestStep
        let verdict = inspection.verdict
        seen = String("\(verdict.outcome.rawValue): \(verdict.cause)".prefix(300))
        kind = isInTrouble ? .doubtful : Self.kind(inspection, demandingDANE: demandingDANE)
    }

    /// Returns what an inspection says of the domain.
    static func kind(_ inspection: Inspection, demandingDANE: Bool) -> Kind {
        let verdict = inspection.verdict
        if verdict.outcome.isDoubt || verdict.outcome == .unprobed { return .doubtful }
        guard verdict.outcome.allowsDelivery, verdict.hazards.isEmpty else { return .failing }
        if demandingDANE, !verdict.outcome.satisfiesDANE { return .failing }
        guard verdict.isDegraded else { return .clean }
        let isProven = inspection.hosts.contains { host in
            let outcome = host.finding.outcome
            return host.finding.isDegraded || !outcome.allowsDelivery && !outcome.isDoubt
        }
        return isProven ? .failing : .doubtful
    }

    /// Returns how long the domain has been in order with this sighting counted, and when it was last in order. The
    /// parameters are the same values before this sighting.
    func after(_ cleanFor: Int64, _ cleanAt: Int64?) -> (cleanFor: Int64, cleanAt: Int64?) {
        switch kind {
        case .failing: return (0, nil)
        case .doubtful: return (cleanFor, nil)
        case .clean:
            let step = cleanAt.map { min(max(0, at - $0), longestStep.milliseconds) } ?? 0
            return (cleanFor + step, at)
        }
    }
}
