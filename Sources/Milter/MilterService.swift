import CMilter
public import DANE
import Dispatch
import Glibc
import Synchronization

/// The milter: libmilter, served with one handler.
///
/// libmilter is one of its kind in a process: so is an opened service. Its order is `open`, `start` (or `run`), `stop`; a
/// stopped one is not opened again. What a connection is to libmilter is not quite an SMTP session: Postfix opens one for
/// each SMTP session, and another after XCLIENT.
///
/// Diagnostics: libmilter writes its own to syslog(3), each line led by `name`; garbage on the socket is one line at most.
public final class MilterService: Sendable {
    /// What `stop` gives libmilter to write the replies of callbacks that have returned: it does so behind our back.
    private static let replyGrace: Duration = .milliseconds(100)

    /// The one that is open. Set once: callbacks may run until the process ends.
    private static let opened = Mutex<MilterService?>(nil)
    static var current: MilterService? { opened.withLock { $0 } }

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
    private let relief: WorkerRelief
    /// Calls of the handler that began before `stop`, and those that began after it.
    private let inFlightBefore = Atomic<Int>(0)
    private let inFlightAfter = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)
    private let sessions = Atomic<Int>(0)
    private let sessionNumber = Atomic<UInt64>(0)
    private let isStopping = Atomic<Bool>(false)
    /// Whether what a callback answers from now on is never sent.
    private let isOver = Atomic<Bool>(false)
    /// Entered while `smfi_main` runs.
    private let main = DispatchGroup()

    /// A service that does nothing yet.
    ///
    /// - Parameters:
    ///   - name: How libmilter calls the milter in syslog.
    ///   - socket: Where to listen.
    ///   - inherited: The descriptor of that socket, if it was handed over and listens already: it is neither made nor
    ///     removed then.
    ///   - mode: The mode of a Unix socket; the MTA needs to write to it. 0660 if nil.
    ///   - group: The group of a Unix socket, usually the MTA's.
    ///   - limits: How many connections there may be.
    ///   - handler: Who decides.
    ///   - told: Takes what has become of connections since it was told the last time, where something has, on any
    ///     thread; sentences go to the log where it is nil.
    ///   - log: Takes a sentence about the service now and then, on any thread.
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
        connections = Connections(limits, of: socket)
        relief = WorkerRelief { SocketClaim.wake(socket) }
    }

    /// The version of libmilter, `1.0.1` for instance (`smfi_version`).
    public static var libraryVersion: String {
        var (major, minor, patch) = (UInt32(0), UInt32(0), UInt32(0))
        guard smfi_version(&major, &minor, &patch) == MI_SUCCESS else { return "unknown" }
        return "\(major).\(minor).\(patch)"
    }

    /// How many calls of the handler are under way.
    public var callbacksInFlight: Int {
        inFlightBefore.load(ordering: .relaxed) + inFlightAfter.load(ordering: .relaxed)
    }

    /// How many MTA connections there are that have said something.
    public var connectionsOpen: Int { sessions.load(ordering: .relaxed) }

    /// How many connections there are, silent ones included, and what has become of others.
    public var connectionCounts: ConnectionCounts { connections.counts }

    /// Makes the socket, so that MTAs can connect; they are served from `start` on.
    ///
    /// The socket of a daemon that is gone is replaced. A live daemon's socket, or what is no socket, is left as it is.
    /// Changes the process's umask for a moment: call it before there are other threads that make files.
    ///
    /// - Throws: The reason why it cannot be.
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
            // Nobody but us connects before the socket has its mode and group.
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
        // Every SMTP session costs an accept; the kernel lowers the backlog to net.core.somaxconn.
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
    /// The thread must have all signals blocked, or libmilter stops at a SIGHUP: `start` makes such a thread.
    ///
    /// - Throws: If libmilter gave up, or took a signal and stopped.
    public func run() throws(MilterError) {
        main.enter()
        defer { main.leave() }
        try serve()
    }

    private func serve() throws(MilterError) {
        guard smfi_main() == MI_SUCCESS else {
            throw MilterError(.library, "libmilter gave up serving \(socket); it has told syslog why")
        }
        guard isStopping.load(ordering: .acquiring) else {
            throw MilterError(.library, "libmilter stopped serving \(socket) by itself, probably at a signal it took")
        }
    }

    /// Serves MTAs on a thread of its own, in which all signals are blocked, and returns when it does.
    ///
    /// A SIGHUP that comes meanwhile, some milliseconds, is ignored: the settings have just been read.
    ///
    /// - Parameter ended: Called on that thread when the service is over: nil after `stop`, else why libmilter gave up.
    /// - Throws: If there is no thread to be had.
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
        // A pending SIGHUP falls to libmilter's thread if that begins to wait before the main thread has run.
        var rounds = 2000
        while rounds > 0, !ServiceThread.isWaiting(for: SIGHUP, besides: others) {
            usleep(1000)
            rounds -= 1
        }
    }

    /// How many connections there are, and who has most of them.
    public var occupancy: Occupancy { connections.occupancy }

    /// Ends connections that say nothing, and tells what became of connections, until the service ends.
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

    /// Ends the service: lets the recipients under way have their answers, takes no more sessions, removes the socket.
    ///
    /// libmilter serves on for a moment first, in which MTAs that have sent a recipient already are answered too: once
    /// it is told to stop it does not look at sessions between two commands again, and leaves them to the end of the
    /// process. The handler should answer new recipients at once by then. Blocks the calling thread, any one but the
    /// handler's, for at most `moment`, `drain` and six seconds.
    ///
    /// - Parameters:
    ///   - moment: How long libmilter serves on at least.
    ///   - drain: How long to wait for the recipients that were taken before.
    public func stop(after moment: Duration = .zero, drain: Duration) {
        isEnding.store(true, ordering: .relaxed)
        let begun = ContinuousClock.now
        // A look now and then costs the callbacks nothing, which a group to be entered and left would.
        while ContinuousClock.now < begun + moment { usleep(2000) }
        while inFlightBefore.load(ordering: .relaxed) > 0, ContinuousClock.now < begun + drain { usleep(2000) }
        isStopping.store(true, ordering: .releasing)
        relief.end()
        // smfi_stop blocks until the listener leaves its poll, up to five seconds; a connection wakes it.
        try? ServiceThread.start { _ = smfi_stop() }
        let claim = self.claim.withLock { $0 }
        var rounds = 300
        while rounds > 0, main.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
            SocketClaim.wake(socket)
            rounds -= 1
        }
        // Those that came after the stop are answered at once.
        let end = ContinuousClock.now + .seconds(1)
        while callbacksInFlight > 0, ContinuousClock.now < max(begun + drain, end) { usleep(2000) }
        isOver.store(true, ordering: .relaxed)
        let left = callbacksInFlight
        if left > 0 { log("stopped with \(left) recipient\(left == 1 ? "" : "s") unanswered after \(drain)") }
        usleep(UInt32(Self.replyGrace.components.attoseconds / 1_000_000_000_000))
        claim?.remove()
    }

    // MARK: From the callbacks

    func answer(_ event: borrowing RecipientEvent) -> RecipientAnswer {
        guard !isEnding.load(ordering: .relaxed) else {
            inFlightAfter.add(1, ordering: .relaxed)
            defer { inFlightAfter.subtract(1, ordering: .relaxed) }
            return sent(handler.recipient(event), to: event)
        }
        inFlightBefore.add(1, ordering: .relaxed)
        defer { inFlightBefore.subtract(1, ordering: .relaxed) }
        return sent(handler.recipient(event), to: event)
    }

    /// An answer, unless the handler was told that nobody gets it: then the thread stays here until the process ends. What is
    /// left of libmilter would send it, and log and trace would say that nobody was answered.
    private func sent(_ answer: RecipientAnswer, to event: borrowing RecipientEvent) -> RecipientAnswer {
        while event.isToldLost { usleep(100_000) }
        return answer
    }

    /// Runs a wait of the handler's, on the calling thread. Meanwhile libmilter is kept from leaving other sessions in its
    /// queue behind it: see `WorkerRelief`.
    ///
    /// Static, as libmilter is: without an opened service it is the wait and nothing else.
    ///
    /// - Parameter body: Waits, and returns when it is done.
    public static func wait(_ body: () -> Void) {
        guard let service = current else { return body() }
        service.relief.waitBegins()
        defer { service.relief.waitEnds() }
        body()
    }

    /// Whether the service has ended, so that nobody gets what a callback answers from now on.
    var hasEnded: Bool { isOver.load(ordering: .relaxed) }

    func sessionOpened() -> UInt64 {
        sessions.add(1, ordering: .relaxed)
        return sessionNumber.add(1, ordering: .relaxed).newValue
    }

    func sessionClosed() { sessions.subtract(1, ordering: .relaxed) }
}
