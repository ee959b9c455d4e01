import NIOCore
import NIOPosix
package import RESP

/// Commands to a store that several hosts share, a Redis or a Valkey.
///
/// There is one connection at a time, on which the commands of all callers leave together. Any number of tasks may ask
/// at once. Nothing waits for a connection: without one, or while the store is left alone, an answer is an error at
/// once. What has no answer at the caller's deadline never delays it. Call `shutdown()` before you release the last
/// reference.
package final class StoreClient: Sendable {
    /// All clients share this thread. It is never ended: a name service may answer after the client is gone.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let options: StoreOptions
    private let endpoints: [StoreEndpoint]
    private let gauge = StoreGauge()
    private let loop: any EventLoop
    private let link: NIOLoopBoundBox<StoreLink>

    /// A client that has not started.
    ///
    /// - Parameters:
    ///   - credentials: Who we are to the store; nil if it asks nobody.
    ///   - trust: Where the chain of the store's certificate must end. It counts if the address asks for TLS.
    ///   - listener: Gets what happens to the connection, and what others change. It runs on the client's thread, in
    ///     order, and must not wait.
    /// - Throws: If the address asks for TLS, and nothing is trusted.
    package convenience init(
        _ address: StoreAddress, credentials: StoreCredentials? = nil, trust: StoreTrust? = nil,
        options: StoreOptions = StoreOptions(), listener: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) throws(StoreTLSError) {
        guard !address.isSecured || trust != nil else {
            throw StoreTLSError("TLS needs the certificates of those who may certify the store")
        }
        let loop = Self.group.next()
        self.init(
            address, credentials, address.isSecured ? trust : nil, options, loop, StoreNames(on: loop), listener)
    }

    /// The same with names that are looked up otherwise.
    init(
        _ address: StoreAddress, _ credentials: StoreCredentials?, _ trust: StoreTrust?, _ options: StoreOptions,
        _ loop: any EventLoop, _ names: sending StoreNames, _ listener: @escaping @Sendable (StoreEvent) -> Void
    ) {
        self.options = options
        self.loop = loop
        endpoints = address.endpoints
        let parts = StoreLink.Parts(
            address: address,
            greeting: StoreGreeting(credentials, database: address.database, options),
            trust: trust, options: options, gauge: gauge, names: names, listener: listener)
        link = NIOLoopBoundBox.makeBoxSendingValue(StoreLink(parts, on: loop), eventLoop: loop)
    }

    /// Begins to make connections, now and whenever one is lost. Does not wait for one. Call it once.
    package func start() { loop.execute { [link] in link.value.start() } }

    /// Ends the connection. Commands that wait, and those that come later, have an error at once.
    package func shutdown() async {
        gauge.show(.closed)
        try? await loop.submit { [link] in link.value.shutdown() }.get()
    }

    /// What is known of the store. Any thread may ask; only the reason is behind a lock, which nobody holds for long.
    package var state: StoreState { gauge.state(endpoints) }

    /// Whether commands are sent. Without a lock.
    package var isReady: Bool { gauge.current == .ready }

    /// Sends a command.
    ///
    /// - Parameter limit: How long to wait for the answer. It should be longer than `StoreOptions/slow`.
    /// - Returns: The answer, which is no error.
    /// - Throws: Why there is none: at once without a connection, and at the limit at the latest.
    package func answer(to command: RESPCommand, within limit: Duration) async throws(StoreError) -> RESPValue {
        let answer = try await answers(to: [command], within: limit)[0]
        if let error = answer.error { throw .refused(error) }
        return answer
    }

    /// Sends commands together. Others may come between two of them.
    ///
    /// - Parameter limit: How long to wait for all answers.
    /// - Returns: As many answers as commands, in their order. Each may be an error.
    /// - Throws: Why there are none: at once without a connection, and at the limit at the latest.
    package func answers(to commands: [RESPCommand], within limit: Duration) async throws(StoreError) -> [RESPValue] {
        guard !commands.isEmpty else { return [] }
        switch gauge.current {
        case .ready: break
        case .closed: throw .closed
        case .idle, .connecting, .resting:
            gauge.count(.unavailable)
            throw .unavailable
        }
        let size = commands.reduce(0) { $0 + $1.size }
        guard
            gauge.enter(
                commands.count, bytes: size, most: options.outstanding, mostBytes: options.outstandingBytes)
        else {
            gauge.count(.crowded)
            throw .crowded
        }
        let began = NIODeadline.now()
        let deadline = began + TimeAmount(limit)
        let result = await withCheckedContinuation { continuation in
            loop.execute { [link] in
                let exchange = StoreExchange(commands, began: began) { continuation.resume(returning: $0) }
                link.value.send(exchange, until: deadline)
            }
        }
        return try result.get()
    }

    /// Runs a script: by its digest, and with its text if the store does not know it.
    ///
    /// - Parameters:
    ///   - keys: The keys that the script uses (`KEYS`).
    ///   - arguments: What it is told besides (`ARGV`).
    ///   - limit: How long to wait for the answer.
    package func run(
        _ script: StoreScript, keys: [[UInt8]], arguments: [[UInt8]] = [], within limit: Duration
    ) async throws(StoreError) -> RESPValue {
        let deadline = ContinuousClock.now + limit
        do throws(StoreError) {
            return try await answer(
                to: script.command(isKnown: true, keys: keys, arguments: arguments), within: limit)
        } catch {
            guard case .refused(let refusal) = error, refusal.code == "NOSCRIPT" else { throw error }
            return try await answer(
                to: script.command(isKnown: false, keys: keys, arguments: arguments),
                within: deadline - ContinuousClock.now)
        }
    }
}
