import Glibc
import Synchronization

/// Threads that are held back for when the system gives none (`EAGAIN` of pthread_create(3): `RLIMIT_NPROC`,
/// `TasksMax`, `threads-max`), and threads that are owed until it gives some again.
///
/// The libraries expect a thread when they want one. libmilter leaves the session without one for ever, and its
/// descriptor with it; libdispatch has whoever brings it work sleep until there is one, a callback of the milter too;
/// libunbound writes a line, and waits at its end for the thread that there never was; NIO ends the process. What each
/// gets instead is in `ThreadHook.swift`.
///
/// All methods may be called on any thread; none waits for a thread.
public final class ThreadReserve: Sendable {
    /// What a thread runs: `pthread_create`'s `start_routine`.
    public typealias Start = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?

    /// What pthread_create(3) makes a thread with. `@unchecked Sendable`: the argument is the new thread's.
    struct Job: @unchecked Sendable {
        let start: Start
        let argument: UnsafeMutableRawPointer?
        /// The signals that the creator has blocked: a thread takes over its mask.
        let mask: sigset_t
    }

    /// How many threads are to be left for others.
    enum Floor: Int {
        /// For what must not fail: none need be left.
        case none = 0
        /// For what can be owed a thread.
        case some = 4
        /// For what can do without one.
        case many = 12
    }

    /// How it stands.
    public struct Standing: Sendable, Equatable {
        /// How many threads the system has not given since the start.
        public var refused = 0
        /// How many are held back.
        public var held = 0
        /// How many are owed.
        public var owed = 0

        /// Whether threads are short: the system gives no more, or did not a moment ago.
        public var isShort = false
    }

    private struct State {
        var held: [ParkedThread] = []
        var owed: [Job] = []
        /// Whether the keeper runs. Without it the reserve does nothing.
        var isKept = false
        var told: (@Sendable (Standing) -> Void)?
    }

    /// The process's own.
    public static let shared = ThreadReserve()
    /// How many are held. One that waits takes some kilobytes.
    public static let size = 32
    /// What may be owed at once, at most.
    private static let mostOwed = 1024

    private let state = Mutex(State())
    private let refused = Atomic<Int>(0)

    init() {}

    /// How it stands.
    public var standing: Standing {
        let refused = refused.load(ordering: .relaxed)
        return state.withLock { state in
            let isShort = state.isKept && (state.held.count < Self.size || !state.owed.isEmpty)
            return Standing(refused: refused, held: state.held.count, owed: state.owed.count, isShort: isShort)
        }
    }

    /// Whether what may have the last of the threads will have one.
    public var hasOne: Bool {
        guard state.withLock({ $0.isKept && $0.held.isEmpty }) else { return true }
        return fill() == 0 || standing.held > 0
    }

    /// Makes the threads, and keeps their number for as long as the process lives.
    ///
    /// - Returns: 0, or the errno of the thread that could not be made.
    public func begin() -> Int32 {
        let isFirst = state.withLock { state in
            defer { state.isKept = true }
            return !state.isKept
        }
        guard isFirst else { return 0 }
        var code = fill()
        if code == 0 {
            let keeper = Unmanaged.passRetained(ThreadKeeper(self))
            var thread = pthread_t()
            code = LibraryThread.create(&thread, blocking: true, keptThread, keeper.toOpaque())
            if code == 0 { pthread_detach(thread) } else { keeper.release() }
        }
        if code != 0 { state.withLock { $0.isKept = false } }
        return code
    }

    /// Has somebody told when threads have become short, every minute while they are, and when there are enough again.
    ///
    /// - Parameter told: Called on the keeper's thread.
    public func follow(_ told: @escaping @Sendable (Standing) -> Void) { state.withLock { $0.told = told } }

    fileprivate func tell(_ standing: Standing) { state.withLock { $0.told }?(standing) }

    /// Makes the threads that are owed, then those that are missing.
    ///
    /// - Returns: 0 if there are all, else the errno of the one that could not be made.
    @discardableResult
    func fill() -> Int32 {
        while state.withLock({ $0.held.count < Self.size || !$0.owed.isEmpty }) {
            let parked = ParkedThread()
            let code = parked.begin()
            guard code == 0 else { return code }
            let job = state.withLock { state -> Job? in
                guard state.owed.isEmpty else { return state.owed.removeFirst() }
                state.held.append(parked)
                return nil
            }
            if let job { parked.run(job, isDetached: true) }
        }
        return 0
    }

    /// Notes that the system gave no thread.
    ///
    /// - Returns: Whether the reserve is kept, and can do something about it.
    func isRefused() -> Bool {
        refused.add(1, ordering: .relaxed)
        return state.withLock { $0.isKept }
    }

    /// Has a thread of those that are held run a job.
    ///
    /// - Returns: The thread; nil if there is none to be had.
    func take(_ job: Job, isDetached: Bool, leaving floor: Floor) -> pthread_t? {
        let parked = state.withLock { $0.held.count > floor.rawValue ? $0.held.removeLast() : nil }
        return parked?.run(job, isDetached: isDetached)
    }

    /// Owes a job a thread, which nobody will join.
    ///
    /// - Returns: Whether it will have one; not if too many are owed.
    func owe(_ job: Job) -> Bool {
        state.withLock { state in
            guard state.owed.count < Self.mostOwed else { return false }
            state.owed.append(job)
            return true
        }
    }
}

/// What keeps the number of threads, on a thread of its own.
private final class ThreadKeeper: Sendable {
    private let reserve: ThreadReserve

    init(_ reserve: ThreadReserve) { self.reserve = reserve }

    func run() -> Never {
        var wasShort = false
        var last = 0
        var lastTold = ContinuousClock.now
        while true {
            reserve.fill()
            var standing = reserve.standing
            // Threads that were missing for so short that the reserve is full again were missing all the same.
            if standing.refused > last { standing.isShort = true }
            let isShort = standing.isShort
            last = standing.refused
            if isShort != wasShort || isShort && .now - lastTold >= .seconds(60) {
                reserve.tell(standing)
                lastTold = .now
            }
            wasShort = isShort
            usleep(isShort ? 50_000 : 500_000)
        }
    }
}

private let keptThread: ThreadReserve.Start = { argument in
    guard let argument else { return nil }
    Unmanaged<ThreadKeeper>.fromOpaque(argument).takeRetainedValue().run()
}
