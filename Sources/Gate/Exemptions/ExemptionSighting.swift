import DANE
import Inspection
import Policy
import Support

/// What was seen when an exempt domain was looked at.
package struct ExemptionSighting: Sendable {
    /// What that says of the domain.
    enum Kind: Sendable, Equatable {
        /// Without the exemption its mail would be accepted, and there is nothing to find fault with.
        case clean
        /// A fault is proven: its days in order are counted anew.
        case failing
        /// Nothing is known: the time since the last look does not count, and what was counted before stays.
        case doubtful

        /// How much it weighs beside others: of several destinations the worst speaks for all.
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
    /// When, in milliseconds since 1970.
    let at: Int64
    /// What it says.
    let kind: Kind
    /// What was seen, in words.
    let seen: String
    /// The longest time since the look before that may count: nobody knows what was while the daemon was stopped.
    let longestStep: Duration

    /// What was seen in an inspection.
    ///
    /// - Parameters:
    ///   - demandingDANE: Whether policy will demand DANE of the domain once the exemption has gone.
    ///   - isInTrouble: Whether the trouble may be our own: then nothing is known.
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

    /// What a domain's inspection says of it.
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

    /// How long a domain has been in order with this look, and when it was last, after so long until the look before.
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
