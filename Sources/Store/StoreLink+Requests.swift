import NIOCore
import RESP

/// Requests and what their answers say of the store.
extension StoreLink {
    /// Answers that say that the store cannot serve, whatever it is asked.
    private static let failures: Set<String> = ["LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "READONLY"]
    /// Those that another place may not give.
    private static let misplaced: Set<String> = ["MASTERDOWN", "READONLY"]

    /// Sends a request that has room, and ends it at that time.
    func send(_ exchange: StoreExchange, until deadline: NIODeadline) {
        let error: StoreError? =
            if isShutDown {
                .closed
            } else if !isReady || breaker.phase != .closed {
                .unavailable
            } else if deadline <= .now() {
                .late
            } else {
                nil
            }
        if let error {
            if error == .unavailable { parts.gauge.count(.unavailable) }
            if error == .late { parts.gauge.count(.late) }
            return end(exchange, error)
        }
        guard let connection, connection.send(exchange) else {
            parts.gauge.count(.unavailable)
            return end(exchange, .unavailable)
        }
        parts.gauge.count(.sent, exchange.commands.count)
        exchange.limit(to: deadline, on: loop) { [self] in
            parts.gauge.count(.late)
            noteSlow()
        }
    }

    /// Takes what has been answered, and tells whoever waits once its room is free again.
    func answered(_ exchange: StoreExchange) {
        defer { exchange.succeed() }
        release(exchange)
        if !exchange.isOwn {
            parts.gauge.count(.answers, exchange.answers.count)
            let elapsed = NIODeadline.now() - exchange.began
            if !exchange.isLate, elapsed > TimeAmount(parts.options.slow) { noteSlow() }
        }
        let errors = exchange.answers.compactMap(\.error)
        guard !errors.isEmpty else { return }
        if !exchange.isOwn { parts.gauge.count(.refusals, errors.count) }
        // Once a request: a hundred commands that were sent together fail together. What the greeting is answered with
        // is judged by whoever has sent it.
        guard isReady, let error = errors.first(where: { Self.failures.contains($0.code) }) else { return }
        noteFailure("it answers \"\(error)\"")
        if Self.misplaced.contains(error.code) { leave("it answers \"\(error)\"") }
    }

    /// Ends a request whose connection has ended.
    func lose(_ exchange: StoreExchange) {
        if !exchange.isOwn, !exchange.isLate { parts.gauge.count(.lost) }
        end(exchange, isShutDown ? .closed : .lost)
    }

    private func end(_ exchange: StoreExchange, _ error: StoreError) {
        release(exchange)
        exchange.fail(error)
    }

    private func release(_ exchange: StoreExchange) {
        if !exchange.isOwn { parts.gauge.leave(exchange.commands.count, bytes: exchange.size) }
    }

    // MARK: The breaker

    /// Notes that the store has failed.
    func noteFailure(_ reason: String? = nil) {
        guard breaker.noteFailure(at: .now()) else { return }
        rest(reason)
    }

    private func noteSlow() {
        parts.gauge.count(.slow)
        guard breaker.noteSlow(at: .now()) else { return }
        let limits = parts.options.breaker
        rest("\(limits.slowAnswers) answers within \(limits.window) took longer than \(parts.options.slow)")
    }

    private func rest(_ reason: String?) {
        parts.gauge.count(.rests)
        if let reason { parts.gauge.show(reason: reason) }
        show()
        waitForTrial()
    }

    /// Waits until the store is to be tried: by a PING if there is a connection, and by making one if there is none.
    func waitForTrial() {
        guard let time = breaker.nextTrial else { return }
        wait(until: time) { link in
            guard link.breaker.beginTrial(at: .now()) else { return link.waitForTrial() }
            if link.connection != nil { link.ping() } else { link.beginRound() }
        }
    }

    private func ping() {
        let exchange = StoreExchange([RESPCommand("PING")], isOwn: true) { [self] result in
            guard breaker.phase == .halfOpen else { return }
            // Even NOPERM is an answer.
            let hasServed = (try? result.get())?.allSatisfy { !Self.failures.contains($0.error?.code ?? "") } ?? false
            breaker.endTrial(isGood: hasServed && !isTooSlow, at: .now())
            if breaker.phase == .closed { parts.gauge.show(reason: nil) } else { waitForTrial() }
            show()
        }
        trialBegan = exchange.began
        guard connection?.send(exchange) == true else { return exchange.fail(.lost) }
        exchange.limit(to: .now() + TimeAmount(parts.options.silence), on: loop) {}
    }

    private var isTooSlow: Bool { NIODeadline.now() - trialBegan > TimeAmount(parts.options.slow) }
}
