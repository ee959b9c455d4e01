import ClientTLS
import DANE
import NIOCore
import NIOPosix
import RESP

/// The way to a store: makes connections, one at a time, and decides whether commands may use them. It belongs to one
/// event loop.
final class StoreLink {
    /// What it is made for, and whom it tells.
    struct Parts {
        let address: StoreAddress
        let greeting: StoreGreeting
        let trust: StoreTrust?
        let options: StoreOptions
        let gauge: StoreGauge
        let names: StoreNames
        /// Runs on the event loop.
        let listener: @Sendable (StoreEvent) -> Void
    }

    let parts: Parts
    let loop: any EventLoop
    var breaker: StoreBreaker
    /// The connection that has begun its greeting, or has ended it.
    private(set) var connection: StoreConnection?
    /// Whether the connection has ended its greeting well, and is not to be left.
    private(set) var isReady = false
    private(set) var isShutDown = false
    /// When the last trial by a PING began.
    var trialBegan = NIODeadline.now()

    /// Distinguishes a connection, from its beginning, from those before: what these still say is not heard.
    private var attempt = 0
    /// The place of the attempt, and how many have been tried in vain in this round.
    private var place = 0
    private var tried = 0
    private var faults: [String] = []
    private var pause: Duration
    private var readySince = NIODeadline.now()
    /// Where the next round begins.
    private var next = 0
    private var attemptTimer: Scheduled<Void>?
    private var pauseTimer: Scheduled<Void>?
    private var tick: RepeatedTask?

    private var options: StoreOptions { parts.options }
    private var endpoints: [StoreEndpoint] { parts.address.endpoints }

    init(_ parts: Parts, on loop: any EventLoop) {
        self.parts = parts
        self.loop = loop
        breaker = StoreBreaker(parts.options.breaker)
        pause = parts.options.firstPause
    }

    /// Begins to make connections.
    func start() {
        guard !isShutDown else { return }
        show()
        beginRound()
    }

    /// Ends the connection, and everything that waits for it.
    func shutdown() {
        isShutDown = true
        show()
        forgetAttempt()
        pauseTimer?.cancel()
        connection?.close("the client is shut down")
    }

    /// Runs something later, unless something else is to be run later before. There is one thing to wait for at most.
    func wait(until time: NIODeadline, then next: @escaping (StoreLink) -> Void) {
        pauseTimer?.cancel()
        let bound = NIOLoopBound((self, next), eventLoop: loop)
        pauseTimer = loop.scheduleTask(deadline: time) {
            let (link, next) = bound.value
            if !link.isShutDown { next(link) }
        }
    }

    /// Shows whether commands are sent.
    func show() {
        if isShutDown {
            parts.gauge.show(.closed)
        } else if breaker.phase != .closed {
            parts.gauge.show(.resting)
        } else {
            parts.gauge.show(isReady ? .ready : .connecting)
        }
    }

    // MARK: A round of attempts

    /// Tries all places, beginning with the first one, or with the one after a place that has been left.
    func beginRound() {
        (place, next, tried, faults) = (next, 0, 0, [])
        tryPlace()
    }

    private func tryPlace() {
        attempt += 1
        let bound = NIOLoopBound((self, attempt), eventLoop: loop)
        let timeout = options.connectTimeout
        attemptTimer = loop.scheduleTask(in: TimeAmount(timeout)) {
            let (link, number) = bound.value
            link.failAttempt("no greeting within \(timeout)", of: number)
        }
        parts.names.addresses(of: endpoints[place]).whenSuccess { addresses in
            let (link, number) = bound.value
            guard !addresses.isEmpty else { return link.failAttempt("its name is not found", of: number) }
            link.connect(to: addresses[...], number)
        }
    }

    private func connect(to addresses: ArraySlice<SocketAddress>, _ number: Int) {
        guard number == attempt, let address = addresses.first else { return }
        let bound = NIOLoopBound((self, number), eventLoop: loop)
        let bootstrap = ClientBootstrap(group: loop)
            // Each address of a name has its share.
            .connectTimeout(TimeAmount(options.connectTimeout / addresses.count))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (link, number) = bound.value
                    try link.furnish(channel, number)
                }
            }
        bootstrap.connect(to: address).whenFailure { error in
            let (link, number) = bound.value
            if addresses.count > 1 {
                link.connect(to: addresses.dropFirst(), number)
            } else {
                link.failAttempt(StoreFailure.clause(error), of: number)
            }
        }
    }

    private func furnish(_ channel: any Channel, _ number: Int) throws {
        guard number == attempt else { throw ChannelError.ioOnClosedChannel }
        if let trust = parts.trust, case .tcp(let host, _) = endpoints[place] {
            let session = try StoreTLSSession(host: host, isAddress: IPAddress(host) != nil, trust: trust)
            try channel.pipeline.syncOperations.addHandler(TLSClientHandler(client: session))
        }
        // The connection lets go of its listener when it ends.
        var handler: StoreConnection?
        let made = StoreConnection { [self] event in
            if let handler { hear(event, of: handler, number) }
            if case .ended = event { handler = nil }
        }
        handler = made
        try channel.pipeline.syncOperations.addHandler(made)
    }

    private func hear(_ event: StoreConnection.Event, of speaker: StoreConnection, _ number: Int) {
        switch event {
        case .active:
            guard number == attempt else { return speaker.close("too late") }
            connection = speaker
            greet(speaker, number)
        case .answered(let exchange): answered(exchange)
        case .push(let elements):
            parts.gauge.count(.pushes)
            if number == attempt, let event = StoreEvent(push: elements) { parts.listener(event) }
        case .ended(let reason, let unanswered):
            for exchange in unanswered { lose(exchange) }
            if speaker === connection { ended(reason, number) } else { failAttempt(reason, of: number) }
        }
    }

    private func greet(_ speaker: StoreConnection, _ number: Int) {
        let began = NIODeadline.now()
        let exchange = StoreExchange(parts.greeting.commands, began: began, isOwn: true) { [self] result in
            guard case .success(let answers) = result, number == attempt else { return }
            if let fault = parts.greeting.fault(in: answers) {
                failAttempt(fault, of: number)
            } else {
                established(after: .now() - began)
            }
        }
        _ = speaker.send(exchange)
    }

    private func established(after time: TimeAmount) {
        attemptTimer?.cancel()
        (isReady, readySince) = (true, .now())
        breaker.endTrial(isGood: time <= TimeAmount(options.slow), at: .now())
        parts.gauge.show(endpoint: place)
        let generation = parts.gauge.beginGeneration()
        if breaker.phase == .closed { parts.gauge.show(reason: nil) } else { waitForTrial() }
        show()
        let bound = NIOLoopBound(self, eventLoop: loop)
        let interval = TimeAmount(options.silence)
        tick = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.lookAtSilence() }
        parts.listener(.connected(generation: generation))
    }

    private func failAttempt(_ reason: String, of number: Int) {
        guard number == attempt, !isReady, !isShutDown else { return }
        forgetAttempt()
        connection?.close(reason)
        connection = nil
        faults.append("\(endpoints[place]): \(reason)")
        tried += 1
        place = (place + 1) % endpoints.count
        guard tried >= endpoints.count else { return tryPlace() }
        parts.gauge.count(.failedAttempts)
        parts.gauge.show(reason: faults.joined(separator: "; "))
        if breaker.phase == .halfOpen { breaker.endTrial(isGood: false, at: .now()) } else { noteFailure() }
        waitForRound()
    }

    /// Lets nothing more be heard of the attempt, or of the connection that has come of it.
    private func forgetAttempt() {
        attempt += 1
        attemptTimer?.cancel()
        tick?.cancel()
        tick = nil
    }

    private func waitForRound() {
        show()
        guard breaker.phase == .closed else { return waitForTrial() }
        // Hosts that have lost the same store do not come back at once.
        let wait = pause * Double.random(in: 0.75...1.25)
        pause = min(pause * 2, options.longestPause)
        self.wait(until: .now() + TimeAmount(wait)) { $0.beginRound() }
    }

    // MARK: The end of a connection

    /// Leaves the store of this place once it has answered what it was asked, for the next place.
    func leave(_ reason: String) {
        guard isReady, let connection else { return }
        next = (place + 1) % endpoints.count
        isReady = false
        show()
        connection.closeWhenDrained(reason)
    }

    private func ended(_ reason: String, _ number: Int) {
        guard attempt == number else { return }
        guard tick != nil else { return failAttempt(reason, of: number) }
        forgetAttempt()
        let isLeft = !isReady
        (connection, isReady) = (nil, false)
        parts.gauge.show(endpoint: nil)
        parts.gauge.show(reason: "\(endpoints[place]): \(reason)")
        parts.listener(.disconnected(reason))
        if !isLeft { noteFailure() }
        let hasLasted = NIODeadline.now() - readySince >= TimeAmount(options.silence)
        if hasLasted { pause = options.firstPause }
        show()
        if breaker.phase == .closed, hasLasted || isLeft { beginRound() } else { waitForRound() }
    }

    private func lookAtSilence() {
        guard let connection else { return }
        let now = NIODeadline.now()
        if let oldest = connection.oldest {
            guard now - oldest.began >= TimeAmount(options.silence) else { return }
            connection.close("no answer within \(options.silence)")
        } else if now - connection.lastRead >= TimeAmount(options.keepAlive) {
            _ = connection.send(StoreExchange([RESPCommand("PING")], isOwn: true) { _ in })
        }
    }
}
