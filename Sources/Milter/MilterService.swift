import CMilter
public import DANE
import Dispatch
import Glibc
import Synchronization

/// The milter: libmilter with one handler.
///
/// A process can have only one libmilter, and so only one opened service. The order is `open`, `start` (or `run`),
/// `stop`; a stopped service is not opened again. A connection of libmilter is not quite an SMTP session: Postfix opens
/// one per SMTP session, and another one after XCLIENT.
///
/// Diagnostics: libmilter writes its own to syslog(3), with `name` in front. Garbage on the socket causes at most one
/// line.
public final class MilterService: Sendable {
    /// How long `stop` waits for libmilter to write the replies of finished callbacks, which it does not report.
    private static let replyGrace: Duration = .milliseconds(100)
    /// How long `stop` waits until libmilter takes no more connections: longer than one of `AcceptHook`'s waits.
    private static let holdLimit: Duration = .seconds(3)

    /// The opened service. It is set once, because callbacks may run until the process ends.
    private static let opened = Mutex<MilterService?>(nil)
    static var current: MilterService? { opened.withLock { $0 } }

    /// The listener, if the calling thread is libmilter's that waits for connections. poll(2) asks for it every time.
    static var listenerOfThisThread: Listener? {
        guard listeningThread.load(ordering: .relaxed) == UInt(pthread_self()) else { return nil }
        return current?.listener
    }

    /// The thread that runs `smfi_main` (`pthread_self`); 0 as long as there is none.
    private static let listeningThread = Atomic<UInt>(0)

    /// Where it listens.
    public let socket: MilterSocket

    private let name: String
    private let inherited: Int32?
    private let mode: UInt32
    private let group: String?
    private let handler: any RecipientHandler
    private let log: @Sendable (String) -> Void
    private let told: (@Sendable (ConnectionCounts) -> Void)?

    /// The connections of MTAs.
    let connections: Connections
    private let claim = Mutex<SocketClaim?>(nil)
    private let listener: Listener
    private let relief: WorkerRelief
    /// Running calls of the handler: those that began before `stop`, and those that began after it.
    private let inFlightBefore = Atomic<Int>(0)
    private let inFlightAfter = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)
    private let sessions = Atomic<Int>(0)
    private let sessionNumber = Atomic<UInt64>(0)
    private let isStopping = Atomic<Bool>(false)
    /// Whether an answer from a callback can no longer be sent.
    private let isOver = Atomic<Bool>(false)
    /// Entered while `smfi_main` runs.
    private let main = DispatchGroup()

    /// A service that does nothing yet.
    ///
    /// - Parameters:
    ///   - name: The name of the milter in libmilter's lines in syslog.
    ///   - socket: Where to listen.
    ///   - inherited: The descriptor of that socket if it was inherited and listens already. Then it is neither made
    ///     nor removed.
    ///   - mode: The mode of a Unix socket, which the MTA must be able to write to. nil means 0660.
    ///   - group: The group of a Unix socket, usually that of the MTA.
    ///   - limits: How many connections are allowed.
    ///   - handler: Decides about recipients.
    ///   - told: Gets the changes of the connection counts, if there are any, on any thread. If it is nil, sentences
    ///     about them go to `log`.
    ///   - log: Gets a sentence about the service from time to time, on any thread.
    public init(
        name: String = "danegate", socket: MilterSocket, inherited: Int32? = nil, mode: UInt32? = nil,
        group: String? = nil,
        limits: ConnectionLimits = ConnectionLimits(), handler: any RecipientHandler,
        told: (@Sendable (ConnectionCounts) -> Void)? = nil, log: @escaping @Sendable (String) -> Void
    ) {
        self.name = name
        self.socket = socket
        self.inherited = inherited
        self.mode = mode ?? 0o660
        self.group = group
        self.handler = handler
        self.log = log
        self.told = told
        connections = Connections(limits)
        let listener = Listener(of: socket)
        self.listener = listener
        relief = WorkerRelief { listener.pass() }
    }

    /// The version of libmilter, such as `1.0.1` (`smfi_version`).
    public static var libraryVersion: String {
        var (major, minor, patch) = (UInt32(0), UInt32(0), UInt32(0))
        guard smfi_version(&major, &minor, &patch) == MI_SUCCESS else { return "unknown" }
        return "\(major).\(minor).\(patch)"
    }

    /// How many calls of the handler are running.
    public var callbacksInFlight: Int {
        inFlightBefore.load(ordering: .relaxed) + inFlightAfter.load(ordering: .relaxed)
    }

    /// How many open connections of MTAs have sent something.
    public var connectionsOpen: Int { sessions.load(ordering: .relaxed) }

    /// How many connections are open, silent ones included, and what has happened to others.
    public var connectionCounts: ConnectionCounts { connections.counts }

    /// Makes the socket, so that MTAs can connect. They are served from `start` on.
    ///
    /// The socket of a daemon that no longer runs is replaced. The socket of a running daemon, or a file that is not a
    /// socket, is left as it is. The call changes the process's umask for a moment, so call it before other threads
    /// create files.
    ///
    /// - Throws: The reason if that is not possible.
    public func open() throws(MilterError) {
        let isFirst = Self.opened.withLock { opened in
            defer { if opened == nil { opened = self } }
            return opened == nil
        }
        guard isFirst else { throw MilterError(.inUse, "libmilter serves one milter a process, and there is one") }
        do throws(MilterError) {
            if inherited != nil {
                try register()
                guard smfi_opensocket(0) == MI_SUCCESS else {
                    throw MilterError(.cannotListen, "libmilter cannot take over the socket \(socket)")
                }
                return
            }
            let group: gid_t? = if let name = self.group { try SocketClaim.group(name) } else { nil }
            var claim = try SocketClaim(socket)
            try register()
            // Nobody but this user can connect before the socket has its mode and group.
            let before = umask(0o177)
            let result = smfi_opensocket(0)
            umask(before)
            guard result == MI_SUCCESS else {
                throw MilterError(.cannotListen, "libmilter cannot listen on \(socket); it has told syslog why")
            }
            try claim.settle(mode: mode, group: group)
            self.claim.withLock { $0 = claim }
        } catch {
            Self.opened.withLock { $0 = nil }
            throw error
        }
    }

    private func register() throws(MilterError) {
        // libmilter copies both strings.
        let place = inherited.map { "fd:\($0)" } ?? socket.libmilterForm
        let isSet = place.withCString { smfi_setconn(UnsafeMutablePointer(mutating: $0)) == MI_SUCCESS }
        // Every SMTP session needs an accept. The kernel limits the backlog to net.core.somaxconn.
        let isBacklog = smfi_setbacklog(4096) == MI_SUCCESS
        let isRegistered = name.withCString {
            smfi_register(milterDescription(name: UnsafeMutablePointer(mutating: $0))) == MI_SUCCESS
        }
        guard isSet, isBacklog, isRegistered else {
            throw MilterError(.library, "libmilter refuses the milter for \(socket)")
        }
    }

    /// Serves MTAs on the calling thread until `stop`.
    ///
    /// The thread must have all signals blocked, otherwise libmilter stops at a SIGHUP. `start` makes such a thread.
    ///
    /// - Throws: If libmilter gave up, or took a signal and stopped.
    public func run() throws(MilterError) {
        main.enter()
        defer { main.leave() }
        try serve()
    }

    private func serve() throws(MilterError) {
        Self.listeningThread.store(UInt(pthread_self()), ordering: .relaxed)
        listener.isUsed(true)
        let result = smfi_main()
        listener.isUsed(false)
        Self.listeningThread.store(0, ordering: .relaxed)
        guard result == MI_SUCCESS else {
            throw MilterError(.library, "libmilter gave up serving \(socket); it has told syslog why")
        }
        guard isStopping.load(ordering: .acquiring) else {
            throw MilterError(.library, "libmilter stopped serving \(socket) by itself, probably at a signal it took")
        }
    }

    /// Serves MTAs on a new thread, in which all signals are blocked. It returns once that thread serves.
    ///
    /// A SIGHUP during the call, which takes a few milliseconds, is ignored, because the settings have just been read.
    ///
    /// - Parameter ended: Called on that thread when the service ends: nil after `stop`, else why libmilter gave up.
    /// - Throws: If the system gives no thread.
    public func start(ended: @escaping @Sendable (MilterError?) -> Void) throws(MilterError) {
        main.enter()
        var ignored = sigaction()
        ignored.__sigaction_handler.sa_handler = SIG_IGN
        var before = sigaction()
        sigaction(SIGHUP, &ignored, &before)
        defer { sigaction(SIGHUP, &before, nil) }
        let others = ServiceThread.all
        do throws(MilterError) {
            try ServiceThread.start { self.watchConnections() }
            try ServiceThread.start { [self] in
                let failure: MilterError?
                do throws(MilterError) {
                    try serve()
                    failure = nil
                } catch {
                    failure = error
                }
                main.leave()
                ended(failure)
            }
        } catch {
            main.leave()
            throw error
        }
        // If libmilter's thread begins to wait before the main thread has run, a pending SIGHUP would go to libmilter's
        // thread.
        var rounds = 2000
        while rounds > 0, !ServiceThread.isWaiting(for: SIGHUP, besides: others) {
            usleep(1000)
            rounds -= 1
        }
    }

    /// How many connections there are, and which peer has the most.
    public var occupancy: Occupancy { connections.occupancy }

    /// Ends silent connections and reports changes of the connection counts, until the service ends.
    private func watchConnections() {
        var last = ConnectionCounts()
        while !isStopping.load(ordering: .relaxed) {
            usleep(500_000)
            _ = connections.endSilent()
            let counts = connections.counts
            let news = counts.since(last)
            last = counts
            guard news.silent + news.displaced + news.rejected > 0 else { continue }
            if let told { told(news) } else { for sentence in news.sentences { log(sentence) } }
        }
    }

    /// Ends the service: waits for the recipients that are being handled, takes no more sessions, and removes the
    /// socket. An inherited socket stays, and whoever connects from the call on waits there for the next daemon.
    ///
    /// At first libmilter goes on for a moment, so that MTAs that have already sent a recipient get an answer: once
    /// libmilter is told to stop, it no longer looks at sessions that are between two commands, and leaves them until
    /// the process ends. By then the handler should answer new recipients at once. The call blocks its thread for at
    /// most `moment`, `drain` and fourteen seconds. Call it from any thread except the handler's.
    ///
    /// - Parameters:
    ///   - moment: How long libmilter goes on at least.
    ///   - drain: How long to wait for the recipients that came before the call.
    public func stop(after moment: Duration = .zero, drain: Duration) {
        isEnding.store(true, ordering: .relaxed)
        if inherited != nil { listener.hold(atMost: Self.holdLimit) }
        let begun = ContinuousClock.now
        // Polling costs the callbacks nothing. A group that each of them enters and leaves would cost something.
        while ContinuousClock.now < begun + moment { usleep(2000) }
        while inFlightBefore.load(ordering: .relaxed) > 0, ContinuousClock.now < begun + drain { usleep(2000) }
        // If libmilter took a connection when it has been told to stop, it could not serve it, and would sleep for a
        // second before it ends. Meanwhile nobody would listen.
        listener.hold(atMost: Self.holdLimit)
        isStopping.store(true, ordering: .releasing)
        relief.end()
        // smfi_stop blocks until the listener returns from poll.
        try? ServiceThread.start { _ = smfi_stop() }
        listener.end()
        _ = main.wait(timeout: .now() + .seconds(6))
        let claim = self.claim.withLock { $0 }
        // Recipients that came after the start of `stop` are answered at once.
        let end = ContinuousClock.now + .seconds(1)
        while callbacksInFlight > 0, ContinuousClock.now < max(begun + drain, end) { usleep(2000) }
        isOver.store(true, ordering: .relaxed)
        let left = callbacksInFlight
        if left > 0 { log("stopped with \(left) recipient\(left == 1 ? "" : "s") unanswered after \(drain)") }
        usleep(UInt32(Self.replyGrace.components.attoseconds / 1_000_000_000_000))
        claim?.remove()
    }

    /// Removes the socket's file if it is still there and ours: that of a service that was opened and never started.
    public func leave() { claim.withLock { $0 }?.remove() }

    // MARK: From the callbacks

    package func answer(_ event: borrowing RecipientEvent) -> RecipientAnswer {
        guard !isEnding.load(ordering: .relaxed) else {
            inFlightAfter.add(1, ordering: .relaxed)
            defer { inFlightAfter.subtract(1, ordering: .relaxed) }
            return sent(handler.recipient(event), to: event)
        }
        inFlightBefore.add(1, ordering: .relaxed)
        defer { inFlightBefore.subtract(1, ordering: .relaxed) }
        return sent(handler.recipient(event), to: event)
    }

    /// An answer, unless the handler was told that nobody gets it: then the thread stays here until the process ends.
    /// What is left of libmilter would send it, and log and trace would say that nobody was answered.
    private func sent(_ answer: RecipientAnswer, to event: borrowing RecipientEvent) -> RecipientAnswer {
        while event.isToldLost { usleep(100_000) }
        return answer
    }

    /// Runs a wait of the handler on the calling thread. Meanwhile, other sessions do not get stuck behind it in
    /// libmilter's queue; see `WorkerRelief`.
    ///
    /// It is static because libmilter is global. Without an opened service it only runs the wait.
    ///
    /// - Parameter body: Waits, and returns when the wait is over.
    public static func wait(_ body: () -> Void) {
        guard let service = current else { return body() }
        service.relief.waitBegins()
        defer { service.relief.waitEnds() }
        body()
    }

    /// Whether the service has ended, so that an answer from a callback can no longer be sent.
    var hasEnded: Bool { isOver.load(ordering: .relaxed) }

    func sessionOpened() -> UInt64 {
        sessions.add(1, ordering: .relaxed)
        return sessionNumber.add(1, ordering: .relaxed).newValue
    }

    func sessionClosed() { sessions.subtract(1, ordering: .relaxed) }
}
