package import Inspection
package import Policy
import Support
package import Verdicts

/// Looks at exempt domains in the background, so that their exemptions can be lifted once the domains are in order. The
/// cost does not depend on the amount of mail.
///
/// A domain is looked at as a next hop. Its name may also be that of a relay, in brackets or with another port. Any
/// such destination that is known to have failed is looked at too, and must be in order too.
package struct ExemptionWatch: Sendable {
    /// At most so many looks run at once.
    private static let concurrency = 4
    /// At most so many destinations of one name are looked at.
    private static let destinationLimit = 8
    /// The longest time that one look may take.
    private static let patience = Duration.seconds(90)

    private let book: ExemptionBook
    private let policies: PolicyBook
    private let breaker: Breaker
    private let verdicts: VerdictKeeper
    private let port: UInt16
    private let settings: SettingsBook
    private var interval: Duration { Self.interval(liftAfter: settings.settings.exemptLiftAfter) }
    private let inspect: @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection
    private let report: @Sendable (ExemptionSighting) -> Void

    /// Makes a watch.
    ///
    /// - Parameters:
    ///   - verdicts: The cache that keeps what is found out. So no verdict from before the exemption is used after it.
    ///   - inspect: Inspects a destination; it must honour cancellation.
    ///   - report: Takes in what was seen.
    package init(
        _ settings: SettingsBook, book: ExemptionBook, policies: PolicyBook, breaker: Breaker, verdicts: VerdictKeeper,
        inspect: @escaping @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection,
        report: @escaping @Sendable (ExemptionSighting) -> Void
    ) {
        self.book = book
        self.policies = policies
        self.breaker = breaker
        self.verdicts = verdicts
        port = settings.settings.probePort
        self.settings = settings
        self.inspect = inspect
        self.report = report
    }

    /// Returns the time between two looks at a domain.
    static func interval(liftAfter: Duration) -> Duration { min(.seconds(3600), liftAfter / 4) }

    /// Looks at exempt domains until the task is cancelled.
    package func run() async {
        var next: [Exemption.Key: ContinuousClock.Instant] = [:]
        // The destinations that have failed since their domain was exempted. They must be in order for as long as it.
        var others: [Exemption.Key: Set<Destination>] = [:]
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let watched = (book.current?.exemptions ?? []).filter(\.isWatched)
            let keys = Set(watched.map(\.key))
            next = next.filter { keys.contains($0.key) }
            others = others.filter { keys.contains($0.key) }
            // After a start, the looks at many domains are spread over the interval.
            let isSpread = watched.count > Self.concurrency
            for exemption in watched where next[exemption.key] == nil {
                next[exemption.key] = now + (isSpread ? min(interval, .seconds(600)) * Double.random(in: 0...1) : .zero)
            }
            // While this site itself has trouble, no look counts.
            if breaker.trouble == nil {
                let due = watched.filter { next[$0.key].map { $0 <= now } ?? false }.prefix(64)
                let failing = verdicts.faults.failing(
                    named: Set(due.map(\.pattern.domain)), atMost: Self.destinationLimit)
                for exemption in due {
                    next[exemption.key] = now + interval
                    guard let found = failing[exemption.pattern.domain] else { continue }
                    let known = others[exemption.key] ?? []
                    others[exemption.key] = Set(known.union(found).prefix(Self.destinationLimit))
                }
                await look(at: due.map { ($0, others[$0.key] ?? []) })
            }
            try? await Task.sleep(for: min(.seconds(1), interval))
        }
    }

    private func look(at due: [(Exemption, others: Set<Destination>)]) async {
        await withTaskGroup(of: Void.self) { group in
            for (number, (exemption, others)) in due.enumerated() {
                if number >= Self.concurrency { await group.next() }
                group.addTask { await look(at: exemption, others) }
            }
        }
    }

    private func look(at exemption: Exemption, _ others: Set<Destination>) async {
        let domain = exemption.pattern.domain
        let itself = Destination(.domain(domain), port: port)
        var worst: ExemptionSighting?
        for destination in [itself] + others.subtracting([itself]) {
            guard let sighting = await look(at: destination, of: exemption) else { return }
            if sighting.kind.weight > worst?.kind.weight ?? -1 { worst = sighting }
        }
        if let worst { report(worst) }
    }

    /// Looks at one destination, and returns what it saw; nil if the task was cancelled meanwhile.
    private func look(at destination: Destination, of exemption: Exemption) async -> ExemptionSighting? {
        let domain = exemption.pattern.domain
        let demandsDANE = policies.table.policy(for: domain, at: unixTime())?.kind == .require
        let inspection = await Deadline.run(Self.patience) { await inspect(destination, demandsDANE) }
        guard !Task.isCancelled else { return nil }
        let isInTrouble = breaker.trouble != nil
        verdicts.keep(inspection, demandingDANE: demandsDANE, isInTrouble: isInTrouble)
        return ExemptionSighting(
            exemption.key, inspection, demandingDANE: demandsDANE, isInTrouble: isInTrouble,
            at: StateClock.system.wall(), longestStep: interval * 2)
    }
}
