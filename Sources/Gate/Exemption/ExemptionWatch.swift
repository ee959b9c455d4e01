import DANE

/// Looks at exempt domains in the background, so that their exemptions can be lifted once they are in order. What that costs does not
/// depend on their mail.
struct ExemptionWatch: Sendable {
    /// So many are looked at at once.
    private static let concurrency = 4
    /// The longest a look may take.
    private static let patience = Duration.seconds(90)

    private let book: ExemptionBook
    private let policies: PolicyBook
    private let breaker: Breaker
    private let verdicts: VerdictKeeper
    private let port: UInt16
    private let interval: Duration
    private let inspect: @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection
    private let report: @Sendable (ExemptionSighting) -> Void

    /// A watch.
    ///
    /// - Parameters:
    ///   - verdicts: Who keeps what is found out, so that what is ruled by after the exemption is no verdict from before it.
    ///   - inspect: An inspection; it must honour cancellation.
    ///   - report: Who is told what was seen.
    init(
        _ settings: Settings, book: ExemptionBook, policies: PolicyBook, breaker: Breaker, verdicts: VerdictKeeper,
        inspect: @escaping @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection,
        report: @escaping @Sendable (ExemptionSighting) -> Void
    ) {
        self.book = book
        self.policies = policies
        self.breaker = breaker
        self.verdicts = verdicts
        port = settings.probePort
        interval = Self.interval(liftAfter: settings.exemptLiftAfter)
        self.inspect = inspect
        self.report = report
    }

    /// The time between two looks at a domain.
    static func interval(liftAfter: Duration) -> Duration { min(.seconds(3600), liftAfter / 4) }

    /// Looks until it is cancelled.
    func run() async {
        var next: [Exemption.Key: ContinuousClock.Instant] = [:]
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let watched = (book.current?.exemptions ?? []).filter(\.isWatched)
            let keys = Set(watched.map(\.key))
            next = next.filter { keys.contains($0.key) }
            // Many are not looked at all at once after a start.
            let isSpread = watched.count > Self.concurrency
            for exemption in watched where next[exemption.key] == nil {
                next[exemption.key] = now + (isSpread ? min(interval, .seconds(600)) * Double.random(in: 0...1) : .zero)
            }
            // While the trouble is our own nothing would count.
            if breaker.trouble == nil {
                let due = watched.filter { next[$0.key].map { $0 <= now } ?? false }.prefix(64)
                for exemption in due { next[exemption.key] = now + interval }
                await look(at: due)
            }
            try? await Task.sleep(for: min(.seconds(1), interval))
        }
    }

    private func look(at due: ArraySlice<Exemption>) async {
        await withTaskGroup(of: Void.self) { group in
            for (number, exemption) in due.enumerated() {
                if number >= Self.concurrency { await group.next() }
                group.addTask { await look(at: exemption) }
            }
        }
    }

    private func look(at exemption: Exemption) async {
        let domain = exemption.pattern.domain
        let destination = Destination(.domain(domain), port: port)
        let demandsDANE = policies.table.policy(for: domain, at: unixTime())?.kind == .require
        let inspection = await Deadline.run(Self.patience) { await inspect(destination, demandsDANE) }
        guard !Task.isCancelled else { return }
        let isInTrouble = breaker.trouble != nil
        verdicts.keep(inspection, demandingDANE: demandsDANE, isInTrouble: isInTrouble)
        report(
            ExemptionSighting(
                exemption.key, inspection, demandingDANE: demandsDANE, isInTrouble: isInTrouble,
                at: StateClock.system.wall(), longestStep: interval * 2))
    }
}
