import Glibc
import Synchronization

/// Prevents sessions from waiting in libmilter's queue behind callbacks that wait.
///
/// For each session that becomes ready, libmilter checks whether a worker is idle, but does not reserve one. If fifty
/// become ready at once, one worker may have to serve them all, one after the other. A new connection makes libmilter
/// look again: it starts a worker if none is idle, or wakes one, and a worker serves the queue before it rests. So a
/// callback that is about to wait gives libmilter an empty connection (`Listener`), which passes the queue on. If the
/// next session waits as well, it does the same.
///
/// libmilter closes such a connection as one on which nothing was sent. It makes no session here and no line in a log.
///
/// Connections are made without waiting, and their number per second is limited. If a burst needs more, a thread makes
/// the rest later; it runs while any callback waits. It also connects from time to time in case the others had no
/// effect.
final class WorkerRelief: Sendable {
    private struct State {
        var waiting = 0
        /// How many connections may be made at once.
        var allowance = WorkerRelief.burst
        /// When `allowance` last grew.
        var last = ContinuousClock.now
        /// Whether a wait began and no connection could be made for it.
        var isOwing = false
        /// Whether the thread runs.
        var isWatched = false
        var hasEnded = false
    }

    /// The most connections at once. As many sessions may become ready together.
    static let burst = 64
    /// The most connections per second in the long run. It limits what a series of destinations without a verdict may
    /// cost.
    static let rate = 200
    /// The longest time between two connections while a callback waits.
    static let interval = Duration.milliseconds(100)
    /// How often the thread checks.
    private static let turn = Duration.milliseconds(5)

    private let state = Mutex(State())
    private let connect: @Sendable () -> Void

    /// A relief that has made no connection yet.
    ///
    /// - Parameter connect: Gives libmilter an empty connection, without waiting.
    init(connect: @escaping @Sendable () -> Void) { self.connect = connect }

    /// Call this on one of libmilter's threads before a wait.
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
            // The next wait tries again.
            state.withLock { $0.isWatched = false }
        }
    }

    /// Call this when the wait is over.
    func waitEnds() { state.withLock { $0.waiting -= 1 } }

    /// Makes no more connections, because libmilter takes none.
    func end() { state.withLock { $0.hasEnded = true } }

    /// Takes a connection from the allowance. Returns false if there is none.
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

    /// Makes connections while callbacks wait. It ends only after 20 checks without a wait, because one wait is often
    /// followed by another.
    private func watch() {
        var next = ContinuousClock.now + Self.interval
        var idleTurns = 0
        while true {
            usleep(UInt32(Self.turn / .microseconds(1)))
            let now = ContinuousClock.now
            let (connects, isOver) = state.withLock { state -> (Bool, Bool) in
                guard state.waiting > 0, !state.hasEnded else {
                    idleTurns += 1
                    // Set under the lock, so that the next wait either finds the thread running or starts a new one.
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
