import RESP
import Synchronization
import WorldHosts
import WorldServers
import WorldStore

@testable import Store

/// A client of a store, and what it was told.
struct StoreWorld: Sendable {
    /// What a client was told, in order.
    final class Events: Sendable {
        private let list = Mutex<[StoreEvent]>([])

        var all: [StoreEvent] { list.withLock { $0 } }

        func add(_ event: StoreEvent) { list.withLock { $0.append(event) } }

        /// The keys that others have changed.
        var keys: [String] {
            all.flatMap { event -> [String] in
                guard case .invalidated(let keys) = event else { return [] }
                return keys.map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    let client: StoreClient
    let events: Events

    /// Options with which a busy machine is neither slow nor silent.
    static var patient: StoreOptions {
        var options = StoreOptions()
        options.slow = .seconds(30)
        options.silence = .seconds(30)
        options.connectTimeout = .seconds(30)
        return options
    }

    /// How long an answer may take that must come.
    static let patience = Duration.seconds(30)

    /// Starts a client.
    init(
        _ address: String, _ credentials: StoreCredentials? = nil, trust: StoreTrust? = nil,
        options: StoreOptions = Self.patient
    ) throws {
        let events = Events()
        client = try StoreClient(try StoreAddress(address), credentials: credentials, trust: trust, options: options) {
            events.add($0)
        }
        self.events = events
        client.start()
    }

    /// Runs a test with a client that is connected, and ends it.
    static func run(
        _ address: String, _ credentials: StoreCredentials? = nil, trust: StoreTrust? = nil,
        options: StoreOptions = Self.patient, _ body: (StoreWorld) async throws -> Void
    ) async throws {
        let world = try StoreWorld(address, credentials, trust: trust, options: options)
        let result: Result<Void, any Error>
        do {
            try await world.becomes(.ready)
            result = .success(try await body(world))
        } catch {
            result = .failure(error)
        }
        await world.client.shutdown()
        try result.get()
    }

    /// Waits for a condition.
    func becomes(_ condition: StoreState.Condition, generation: Int? = nil) async throws {
        let isSo = try await eventually(within: .seconds(60)) {
            let state = client.state
            return state.condition == condition && (generation.map { state.generation >= $0 } ?? true)
        }
        guard isSo else { throw WorldError("not \(condition) but \(client.state)") }
    }

    /// Sends a command of text.
    @discardableResult
    func ask(_ words: String..., within limit: Duration = Self.patience) async throws(StoreError) -> RESPValue {
        try await client.answer(to: RESPCommand(words: words.map { Array($0.utf8) }), within: limit)
    }

    /// Sends a command of text that fails.
    func failure(_ words: String..., within limit: Duration = Self.patience) async -> StoreError? {
        do throws(StoreError) {
            _ = try await client.answer(to: RESPCommand(words: words.map { Array($0.utf8) }), within: limit)
            return nil
        } catch {
            return error
        }
    }

    /// The code of the error that a command is answered with.
    func refusal(_ words: String...) async -> String? {
        do throws(StoreError) {
            _ = try await client.answer(to: RESPCommand(words: words.map { Array($0.utf8) }), within: Self.patience)
            return nil
        } catch {
            if case .refused(let refusal) = error { return refusal.code }
            return "\(error)"
        }
    }
}

/// Runs a test with a server, and ends that.
func withRedis(
    _ door: RedisServer.Door = .port, acl: [String] = [], settings: [String] = [],
    _ body: (RedisServer) async throws -> Void
) async throws {
    let server = try await RedisServer(door, acl: acl, settings: settings)
    let result: Result<Void, any Error>
    do { result = .success(try await body(server)) } catch { result = .failure(error) }
    await server.stop()
    try result.get()
}
