import Support
import Synchronization

/// When a connection was last active. Its callbacks write it; the search for a connection to end reads it.
final class ConnectionActivity: Sendable {
    private let lastSeen = Atomic<Int64>(ConnectionActivity.now)
    private let callbacks = Atomic<Int>(0)
    private let negotiated = Atomic<Bool>(false)
    /// Whether it came when there were too many, so that its negotiation is rejected.
    let isExcess: Bool

    init(isExcess: Bool) { self.isExcess = isExcess }

    /// Whether its MTA has negotiated.
    var hasNegotiated: Bool { negotiated.load(ordering: .relaxed) }

    /// Whether a callback runs, so that the MTA waits for an answer.
    var isBusy: Bool { callbacks.load(ordering: .relaxed) > 0 }

    /// The value of `now` at the last activity. At first, the time when it was made.
    var lastHeard: Int64 { lastSeen.load(ordering: .relaxed) }

    /// Notes that the MTA negotiates.
    func negotiates() { negotiated.store(true, ordering: .relaxed) }

    /// Notes an activity.
    func heard() { lastSeen.store(Self.now, ordering: .relaxed) }

    /// Notes the start of a callback.
    func begins() { callbacks.add(1, ordering: .relaxed) }

    /// Notes the end of a callback.
    func ends() {
        heard()
        callbacks.subtract(1, ordering: .relaxed)
    }

    /// Milliseconds of the monotonic clock, accurate to about 4 ms. The coarse clock is used because it is read per
    /// recipient.
    static var now: Int64 { SystemClock.coarseMonotonic.milliseconds }
}
