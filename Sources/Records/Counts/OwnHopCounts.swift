package import DANE
package import Inspection
import Support
import Synchronization

/// How much of the last hour's mail went to next hops that this site's own configuration names, and how these are: if
/// one is broken, all of the site's mail may be affected (F-91).
///
/// Only such recipients are counted here, under a lock that is held for a table look-up. `RecipientCounts` reports the
/// total once per minute.
public final class OwnHopCounts: Sendable {
    /// The state of one next hop.
    package struct Standing: Sendable, Equatable {
        /// The next hop.
        package let destination: Destination
        /// The last outcome there.
        package let outcome: Outcome
        /// Whether mail was refused because of it, or would have been.
        package let isFailing: Bool
        /// How many recipients the last hour had there.
        package let recipients: UInt64
        /// Their share of all recipients of the last hour, 0 to 1.
        package let share: Double
    }

    /// Recipients by minute, for the last hour including the present minute.
    private struct Minutes {
        private static let count = 60
        private var counts = [UInt32](repeating: 0, count: count)
        private(set) var last: Int

        init(_ minute: Int) { last = minute }

        mutating func add(at minute: Int) {
            turn(to: minute)
            counts[minute % Self.count] &+= 1
        }

        /// The number of recipients in the hour that ends with a minute.
        func sum(at minute: Int) -> UInt64 {
            var turned = self
            turned.turn(to: minute)
            return turned.counts.reduce(0) { $0 + UInt64($1) }
        }

        private mutating func turn(to minute: Int) {
            guard minute > last else { return }
            for passed in (max(last + 1, minute - Self.count + 1))...minute { counts[passed % Self.count] = 0 }
            last = minute
        }
    }

    private struct Hop {
        var minutes: Minutes
        var outcome: Outcome
        var isFailing: Bool
    }

    private struct State {
        var hops: [Destination: Hop] = [:]
        /// All recipients since the start, as counted when a minute began, for a little more than an hour.
        var totals: [(minute: Int, total: UInt64)] = []
    }

    /// The most next hops that are counted at once. With more, none of them has a tenth of the mail.
    static let limit = 256

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// No recipients yet.
    public init() {}

    /// Counts a recipient.
    ///
    /// - Parameters:
    ///   - destination: The next hop.
    ///   - outcome: The outcome there.
    ///   - isFailing: Whether the next hop has a fault; nil if that is not known yet or may be our own fault.
    package func note(
        _ destination: Destination, _ outcome: Outcome, isFailing: Bool?, at now: ContinuousClock.Instant = .now
    ) {
        let minute = minute(at: now)
        state.withLockBarging { state in
            if state.hops[destination] == nil {
                if state.hops.count >= Self.limit,
                    let idle = state.hops.min(by: { $0.value.minutes.last < $1.value.minutes.last })
                {
                    state.hops[idle.key] = nil
                }
                state.hops[destination] = Hop(minutes: Minutes(minute), outcome: outcome, isFailing: isFailing ?? false)
            }
            state.hops[destination]?.minutes.add(at: minute)
            if let isFailing {
                state.hops[destination]?.outcome = outcome
                state.hops[destination]?.isFailing = isFailing
            }
        }
    }

    /// Reports how many recipients there have been since the start. Call it at least once per minute.
    func tell(total: UInt64, at now: ContinuousClock.Instant = .now) {
        let minute = minute(at: now)
        state.withLock { state in
            guard state.totals.last?.minute ?? -1 < minute else { return }
            state.totals.append((minute, total))
            state.totals.removeAll { $0.minute < minute - 60 }
        }
    }

    /// Reports the total every few seconds, until it is cancelled.
    package func follow(_ counts: RecipientCounts) async {
        while !Task.isCancelled {
            tell(total: counts.total)
            try? await Task.sleep(for: .seconds(10))
        }
    }

    /// The state of the next hops, the one with the largest share first.
    ///
    /// - Parameter total: All recipients since the start.
    package func standing(total: UInt64, at now: ContinuousClock.Instant = .now) -> [Standing] {
        let minute = minute(at: now)
        return state.withLock { state in
            // The total when the hour began. A daemon that has run for less than an hour began with none.
            let before = state.totals.first { $0.minute >= minute - 59 && minute >= 60 }?.total ?? 0
            let all = total > before ? total - before : 0
            return state.hops.compactMap { destination, hop in
                let recipients = hop.minutes.sum(at: minute)
                guard recipients > 0 else { return nil }
                return Standing(
                    destination: destination, outcome: hop.outcome, isFailing: hop.isFailing, recipients: recipients,
                    share: min(1, Double(recipients) / Double(max(all, recipients))))
            }.sorted { ($1.recipients, $0.destination.name.text) < ($0.recipients, $1.destination.name.text) }
        }
    }

    private func minute(at now: ContinuousClock.Instant) -> Int { Int(max(.zero, now - start).components.seconds / 60) }
}
