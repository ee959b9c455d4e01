import Glibc
import Synchronization

/// Keeps sessions from waiting in libmilter's queue behind callbacks that wait.
///
/// The library's pool asks for each session that becomes ready whether any worker is idle, and reserves none: of fifty that
/// become ready at once, all may be left to one worker, one after the other (milter.md §0.2). What makes it look again is a
/// new connection: it starts a worker if none is idle and wakes one if there is, and a worker serves the queue before it
/// rests. So whoever is about to wait connects to the milter's own socket and hangs up, and by that passes the queue on. If
/// the next session waits as well, it does the same.
///
/// libmilter closes such a connection as one that has said nothing: no session of ours, and no line in a log.
///
/// Connections are made without waiting, and so many in a second at most: what a burst is owed beyond that is made good by a
/// thread that looks while anybody waits. It also connects now and then in case all that was in vain.
final class WorkerRelief: Sendable {
    private struct State {
        var waiting = 0
        /// Connections that may be made at once.
        var allowance = WorkerRelief.burst
        /// When the allowance was last added to.
        var last = ContinuousClock.now
        /// Whether somebody has begun to wait and there was no connection for it.
        var isOwing = false
        /// Whether the thread runs.
        var isWatched = false
        var hasEnded = false
    }

    /// Connections at once, for as many sessions that become ready together.
    static let burst = 64
    /// Connections in a second, in the long run: what cold destinations one after the other must not cost more than.
    static let rate = 200
    /// How often there is one in any case, while anybody waits.
    static let interval = Duration.milliseconds(100)
    /// How often the thread looks.
    private static let turn = Duration.milliseconds(5)

    private let state = Mutex(State())
    private let connect: @Sendable () -> Void

    /// A relief.
    ///
    /// - Parameter connect: Connects to the milter's socket and hangs up, without waiting for anything.
    init(connect: @escaping @Sendable () -> Void) { self.connect = connect }

    /// Called by whoever is about to wait on one of libmilter's threads.
    func waitBegins() {
        let (connects, watches) = state.withLock { state -> (Bool, Bool) in
            state.waiting += 1
            guard !state.hasEnded else { return (false, false) }
            let connects = Self.take(&state, at: .now)
            state.isOwing = !connects
            defer { state.isWatched = true }
            return (connects, !state.isWatched)
        }
        if connects { connect() }
        guard watches else { return }
        do throws(MilterError) {
            try ServiceThread.start { self.watch() }
        } catch {
            // The next to wait tries again.
            state.withLock { $0.isWatched = false }
        }
    }

    /// Called when the wait is over.
    func waitEnds() { state.withLock { $0.waiting -= 1 } }

    /// No connections any more: the socket may be another's soon.
    func end() { state.withLock { $0.hasEnded = true } }

    /// Takes a connection out of the allowance.
    private static func take(_ state: inout State, at now: ContinuousClock.Instant) -> Bool {
        let earned = Int(min(Double(burst), (now - state.last) / .seconds(1) * Double(rate)))
        if earned > 0 {
            state.allowance = min(burst, state.allowance + earned)
            state.last = now
        }
        guard state.allowance > 0 else { return false }
        state.allowance -= 1
        return true
    }

    /// Looks after those who wait, until for a while nobody does: who waits is soon followed by another.
    private func watch() {
        var next = ContinuousClock.now + Self.interval
        var idleTurns = 0
        while true {
            usleep(UInt32(Self.turn / .microseconds(1)))
            let now = ContinuousClock.now
            let (connects, isOver) = state.withLock { state -> (Bool, Bool) in
                guard state.waiting > 0, !state.hasEnded else {
                    idleTurns += 1
                    // Said under the lock, so that the next to wait finds the thread running or makes another.
                    if idleTurns >= 20 { state.isWatched = false }
                    return (false, !state.isWatched)
                }
                idleTurns = 0
                guard state.isOwing || now >= next, Self.take(&state, at: now) else { return (false, false) }
                state.isOwing = false
                return (true, false)
            }
            if isOver { return }
            if connects {
                connect()
                next = now + Self.interval
            }
        }
    }
}
