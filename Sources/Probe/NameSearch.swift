import NIOCore
import NIOPosix
import Synchronization

/// Finds the name that a prober gives in EHLO. It is known at once, or it is searched for in the background (F-79).
///
/// A search delays probes for at most ``limit``. After that, the address literal is used until a name is found. If the
/// name service does not answer, the search is repeated every minute, because a machine may have started before its
/// network.
final class NameSearch: Sendable {
    private struct State {
        var name: ClientName?
        var isClosed = false
        var waiters: [EventLoopPromise<ClientName>] = []
        var listeners: [@Sendable (ClientName) -> Void] = []
        /// The time limit, or the next search.
        var timer: Scheduled<Void>?
    }

    /// How long a search may delay a probe, counted from the start of the search.
    static let limit = TimeAmount.seconds(2)

    private let loop: any EventLoop
    private let pause: TimeAmount
    private let look: @Sendable () -> HostName.Finding
    private let state: Mutex<State>

    /// Uses a known name, or starts a search.
    ///
    /// - Parameters:
    ///   - known: The name; nil to search for it.
    ///   - loop: Runs the timers.
    ///   - limit: How long the search may delay a probe.
    ///   - pause: The time between two searches.
    ///   - look: Looks for the name. It may block its thread.
    init(
        _ known: ClientName?, on loop: any EventLoop, limit: TimeAmount = limit, pause: TimeAmount = .seconds(60),
        look: @escaping @Sendable () -> HostName.Finding = { HostName.look() }
    ) {
        self.loop = loop
        self.pause = pause
        self.look = look
        state = Mutex(State(name: known))
        guard known == nil else { return }
        let timer = loop.scheduleTask(in: limit) { [weak self] () -> Void in self?.settle(.ownAddress, isFinal: false) }
        state.withLock { $0.timer = timer }
        begin()
    }

    /// The name; nil during a search, for at most ``limit``.
    var name: ClientName? { state.withLock { $0.name } }

    /// The name, as soon as it is known.
    func name(on loop: any EventLoop) -> EventLoopFuture<ClientName> {
        let promise = loop.makePromise(of: ClientName.self)
        let known = state.withLock { state -> ClientName? in
            if state.name == nil { state.waiters.append(promise) }
            return state.name
        }
        if let known { promise.succeed(known) }
        return promise.futureResult
    }

    /// Sets a function that gets the name now or as soon as it is known, and whenever it changes. It runs on any
    /// thread.
    func listen(_ listener: @escaping @Sendable (ClientName) -> Void) {
        let known = state.withLock { state in
            state.listeners.append(listener)
            return state.name
        }
        if let known { listener(known) }
    }

    /// Ends the search. Probes that wait for the name use the address literal.
    func close() {
        let timer = state.withLock { state in
            state.isClosed = true
            return state.timer
        }
        timer?.cancel()
        settle(.ownAddress, isFinal: false)
    }

    private func begin() {
        // One of NIO's own threads, because this blocks. Nothing waits for it at the end.
        NIOThreadPool.singleton.submit { [weak self] work in
            guard case .active = work, let self else { return }
            switch self.look() {
            case .name(let text): self.settle(.host(text), isFinal: true)
            case .none: self.settle(.ownAddress, isFinal: true)
            case .unknown:
                self.settle(.ownAddress, isFinal: false)
                self.tryLater()
            }
        }
    }

    private func tryLater() {
        let isClosed = state.withLock { $0.isClosed }
        guard !isClosed else { return }
        let timer = loop.scheduleTask(in: pause) { [weak self] () -> Void in self?.begin() }
        state.withLock { $0.timer = timer }
    }

    /// Sets the name, unless the present one is as good.
    private func settle(_ name: ClientName, isFinal: Bool) {
        typealias Told = (waiters: [EventLoopPromise<ClientName>], listeners: [@Sendable (ClientName) -> Void])
        if isFinal { state.withLock { $0.timer }?.cancel() }
        let told = state.withLock { state -> Told in
            guard state.name == nil || (state.name == .ownAddress && name != .ownAddress && !state.isClosed) else {
                return ([], [])
            }
            state.name = name
            defer { state.waiters = [] }
            return (state.waiters, state.listeners)
        }
        for waiter in told.waiters { waiter.succeed(name) }
        for listener in told.listeners { listener(name) }
    }
}
