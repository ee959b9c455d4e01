import Glibc
import Synchronization

/// Threads kept ready for when the system gives no more (pthread_create(3) returns `EAGAIN`: `RLIMIT_NPROC`,
/// `TasksMax`, `threads-max`), and jobs that wait for a thread until it gives some again.
///
/// None of the libraries copes with a missing thread. libmilter never looks at the session again and keeps its
/// descriptor. libdispatch lets the thread that submits work sleep until there is a thread, even in a milter callback.
/// libunbound logs a line, and at its end waits for the thread that was never made. NIO ends the process.
/// `ThreadHook.swift` says what each gets instead.
///
/// All methods may be called on any thread. None waits for a thread.
public final class ThreadReserve: Sendable {
    /// What a thread runs: `pthread_create`'s `start_routine`.
    public typealias Start = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?

    /// The arguments of one call of pthread_create(3). `@unchecked Sendable`: the argument belongs to the new thread.
    struct Job: @unchecked Sendable {
        let start: Start
        let argument: UnsafeMutableRawPointer?
        /// The signal mask of the creator, which a new thread inherits.
        let mask: sigset_t
    }

    /// How many threads of the reserve a caller must leave for others.
    enum Floor: Int {
        /// For a caller that must not fail: it may take the last one.
        case none = 0
        /// For a caller that can get its thread later.
        case some = 4
        /// For a caller that can do without a thread.
        case many = 12
    }

    /// The state of the reserve, for log and status.
    public struct Standing: Sendable, Equatable {
        /// How many times the system has refused a thread since the start.
        public var refused = 0
        /// How many threads the reserve holds.
        public var held = 0
        /// How many jobs wait for a thread.
        public var owed = 0

        /// Whether threads are short: the system gives no more, or did not since the last look.
        public var isShort = false
    }

    private struct State {
        var held: [ParkedThread] = []
        var owed: [Job] = []
        /// Whether `begin` was called. Until then the reserve does nothing.
        var isKept = false
        var told: (@Sendable (Standing) -> Void)?
    }

    /// The reserve of this process.
    public static let shared = ThreadReserve()
    /// How many threads the reserve holds. A waiting thread takes a few kilobytes of memory.
    public static let size = 32
    /// How many jobs may wait for a thread at once.
    private static let mostOwed = 1024

    private let state = Mutex(State())
    private let refused = Atomic<Int>(0)

    init() {}

    /// The state now.
    public var standing: Standing {
        let refused = refused.load(ordering: .relaxed)
        return state.withLock { state in
            let isShort = state.isKept && (state.held.count < Self.size || !state.owed.isEmpty)
            return Standing(refused: refused, held: state.held.count, owed: state.owed.count, isShort: isShort)
        }
    }

    /// Whether a caller that may take the last thread would get one now.
    public var hasOne: Bool {
        guard state.withLock({ $0.isKept && $0.held.isEmpty }) else { return true }
        return fill() == 0 || standing.held > 0
    }

    /// Makes the threads, and starts a thread of its own that keeps their number as long as the process lives.
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

    /// Sets the function that is told when threads become short, every minute while they are, and when there are enough
    /// again.
    ///
    /// - Parameter told: Called on the reserve's own thread. It replaces the one set before.
    public func follow(_ told: @escaping @Sendable (Standing) -> Void) { state.withLock { $0.told = told } }

    fileprivate func tell(_ standing: Standing) { state.withLock { $0.told }?(standing) }

    /// Makes threads for the waiting jobs, then those that the reserve is missing.
    ///
    /// - Returns: 0 if none is missing, else the errno of the thread that could not be made.
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

    /// Counts that the system refused a thread.
    ///
    /// - Returns: Whether the reserve is in use and may help.
    func isRefused() -> Bool {
        refused.add(1, ordering: .relaxed)
        return state.withLock { $0.isKept }
    }

    /// Runs a job on a thread of the reserve.
    ///
    /// - Returns: The thread; nil if only `floor` or fewer are left.
    func take(_ job: Job, isDetached: Bool, leaving floor: Floor) -> pthread_t? {
        let parked = state.withLock { $0.held.count > floor.rawValue ? $0.held.removeLast() : nil }
        return parked?.run(job, isDetached: isDetached)
    }

    /// Lets a job wait for a thread, which nobody will join.
    ///
    /// - Returns: Whether it will get one; false if too many jobs wait.
    func owe(_ job: Job) -> Bool {
        state.withLock { state in
            guard state.owed.count < Self.mostOwed else { return false }
            state.owed.append(job)
            return true
        }
    }
}

/// Keeps the number of threads up, on a thread of its own.
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
            // The reserve may be full again already. If threads were refused since the last look, that is still
            // reported.
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
