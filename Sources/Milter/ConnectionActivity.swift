import Glibc
import Synchronization

/// When a connection was last heard of. Written by its callbacks, read by whoever looks for a connection to end.
final class ConnectionActivity: Sendable {
    private let lastSeen = Atomic<Int64>(ConnectionActivity.now)
    private let callbacks = Atomic<Int>(0)
    private let negotiated = Atomic<Bool>(false)
    /// Whether it came when there were too many, and its negotiation is to be rejected.
    let isExcess: Bool

    init(isExcess: Bool) { self.isExcess = isExcess }

    /// Whether its MTA has said what it wants.
    var hasNegotiated: Bool { negotiated.load(ordering: .relaxed) }

    /// Whether a callback runs: somebody waits for an answer.
    var isBusy: Bool { callbacks.load(ordering: .relaxed) > 0 }

    /// The milliseconds of `now` when it was last heard of; at first, when it was made.
    var lastHeard: Int64 { lastSeen.load(ordering: .relaxed) }

    /// Notes that the MTA has said what it wants.
    func negotiates() { negotiated.store(true, ordering: .relaxed) }

    /// Notes that something came.
    func heard() { lastSeen.store(Self.now, ordering: .relaxed) }

    /// Notes that a callback begins.
    func begins() { callbacks.add(1, ordering: .relaxed) }

    /// Notes that a callback ends.
    func ends() {
        heard()
        callbacks.subtract(1, ordering: .relaxed)
    }

    /// Milliseconds of a clock that nobody sets, to some four of them: it is read for every recipient.
    static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
