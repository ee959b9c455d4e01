package import Inspection
import DNSSEC
import Logging
package import Records
import Support
package import Verdicts

/// Looks up in the background when the signatures of frequent destinations end, and names in the log those of which
/// something ends soon. Metrics have no names, so an alert leads to the log.
package struct ExpiryWatch: Sendable {
    /// The time between two destinations. A thousand take four hours.
    private static let interval = Duration.seconds(15)
    /// What ends sooner is named, in seconds.
    static let soon: Int64 = 7 * 86_400

    private let destinations: FrequentDestinations
    private let resolver: any Resolving
    private let breaker: Breaker
    private let log: GateLog

    /// A watch over these destinations.
    package init(_ destinations: FrequentDestinations, resolver: any Resolving, breaker: Breaker, log: GateLog) {
        self.destinations = destinations
        self.resolver = resolver
        self.breaker = breaker
        self.log = log
    }

    /// Looks until it is cancelled.
    package func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            // What is found while the DNS is in trouble says nothing.
            if !Task.isCancelled, breaker.trouble == nil { await turn() }
        }
    }

    /// Looks up the signatures of one destination, if one is due.
    func turn(at now: Int64 = unixTime(), on clock: ContinuousClock.Instant = .now) async {
        guard let (destination, entry) = destinations.next(at: clock) else { return }
        destinations.note(destination, await answers(destination, entry))
        let ends = destinations.ends(of: destination, at: now)
        let soon = ends.filter { $0.end.time - now < Self.soon }
        guard !soon.isEmpty, destinations.claimTold(destination, day: now / 86_400) else { return }
        for (what, end) in soon {
            log.event(
                .notice,
                LogLine(event: "expiry").adding("what", what.rawValue).adding("domain", destination.name.text)
                    .adding("ends", UnixTime.minute(end.time)))
        }
    }

    /// What is signed that leads to a destination: its MX records, the addresses of its hosts, and their TLSA records.
    private func answers(
        _ destination: Destination, _ entry: FrequentDestinations.Entry
    ) async -> [SignatureEnds.Question: Answer<SignatureExpiry>] {
        var questions: Set<SignatureEnds.Question> = []
        if entry.isSigned, !destination.isHost { questions.insert(.init(name: destination.name, type: .mx)) }
        for host in entry.owners {
            questions.formUnion([.init(name: host, type: .a), .init(name: host, type: .aaaa)])
            if let owner = host.tlsaOwner(port: destination.port) { questions.insert(.init(name: owner, type: .tlsa)) }
        }
        var answers: [SignatureEnds.Question: Answer<SignatureExpiry>] = [:]
        // One after the other: nobody waits.
        for question in questions { answers[question] = await resolver.signatures(question.name, question.type) }
        return answers
    }
}
