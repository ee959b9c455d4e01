import Synchronization
import Verdicts

/// The faults and doubts that this host has seen to be over while it could tell nobody. Until the store knows that,
/// what stands there is older than it is.
final class OwedEnds: Sendable {
    /// The most of them. Of those beyond it the store does not learn.
    static let limit = 20_000

    private let state = Mutex<[FaultBook.Subject: ContinuousClock.Instant]>([:])

    /// Notes that these are over.
    func note(_ subjects: [FaultBook.Subject], at now: ContinuousClock.Instant = .now) {
        guard !subjects.isEmpty else { return }
        state.withLock { state in
            for subject in subjects where state[subject] != nil || state.count < Self.limit { state[subject] = now }
        }
    }

    /// Forgets these, because the store knows; unless they were over once more since.
    func settle(_ ends: [(subject: FaultBook.Subject, at: ContinuousClock.Instant)]) {
        guard !ends.isEmpty else { return }
        state.withLock { state in
            for end in ends where state[end.subject].map({ $0 <= end.at }) ?? false { state[end.subject] = nil }
        }
    }

    /// When one was over; nil if the store knows all.
    func end(of subject: FaultBook.Subject) -> ContinuousClock.Instant? { state.withLock { $0[subject] } }

    /// Some of them.
    func some(_ count: Int) -> [(subject: FaultBook.Subject, at: ContinuousClock.Instant)] {
        state.withLock { $0.prefix(count).map { ($0.key, $0.value) } }
    }
}
