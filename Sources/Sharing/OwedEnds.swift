import Synchronization
import Verdicts

/// The faults and doubts that this host has seen to be over while it could tell nobody. Until the store knows that,
/// what stands there is older than it is.
final class OwedEnds: Sendable {
    /// The most of them. Of those beyond it the store does not learn, and no age counts from before the last of them.
    static let limit = 20_000

    private struct State {
        var ends: [FaultBook.Subject: ContinuousClock.Instant] = [:]
        /// When one had no room; nil if all had.
        var lost: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// Notes that these are over.
    func note(_ subjects: [FaultBook.Subject], at now: ContinuousClock.Instant = .now) {
        guard !subjects.isEmpty else { return }
        state.withLock { state in
            for subject in subjects {
                if state.ends[subject] != nil || state.ends.count < Self.limit {
                    state.ends[subject] = now
                } else {
                    state.lost = now
                }
            }
        }
    }

    /// Forgets these, because the store knows; unless they were over once more since.
    func settle(_ ends: [(subject: FaultBook.Subject, at: ContinuousClock.Instant)]) {
        guard !ends.isEmpty else { return }
        state.withLock { state in
            for end in ends where state.ends[end.subject].map({ $0 <= end.at }) ?? false {
                state.ends[end.subject] = nil
            }
        }
    }

    /// When one was over at the latest; nil if the store knows all.
    func end(of subject: FaultBook.Subject) -> ContinuousClock.Instant? {
        state.withLock { [$0.ends[subject], $0.lost].compactMap { $0 }.max() }
    }

    /// Some of them.
    func some(_ count: Int) -> [(subject: FaultBook.Subject, at: ContinuousClock.Instant)] {
        state.withLock { $0.ends.prefix(count).map { ($0.key, $0.value) } }
    }
}
