import Synchronization

/// How many connections may wait for the end of a test, in all and of one client. The others are for short requests:
/// whoever watches the daemon has an answer however many wait.
final class FollowerLimits: Sendable {
    /// A follower's place. It is free again when nobody holds this any more.
    final class Place: Sendable {
        private let limits: FollowerLimits
        private let key: String?

        fileprivate init(_ limits: FollowerLimits, _ key: String?) {
            self.limits = limits
            self.key = key
        }

        deinit { limits.leave(key) }
    }

    /// Why nobody else may wait.
    enum Refusal: Error, Equatable {
        /// The client waits with too many connections.
        case client
        /// Too many wait, of all clients.
        case all
    }

    private struct State {
        var count = 0
        var clients: [String: Int] = [:]
    }

    private let total: Int
    /// The most of one client.
    private let perClient: Int
    private let state = Mutex(State())

    /// Half of so many connections, and of those that one address may have.
    init(connections: Int, ofOneAddress perAddress: Int) {
        total = max(1, connections / 2)
        perClient = max(1, perAddress / 2)
    }

    /// How many wait.
    var count: Int { state.withLock { $0.count } }

    /// Enters a follower. Called from any thread.
    ///
    /// - Returns: Its place, to be held for as long as it waits.
    func enter(_ client: PageClient) throws(Refusal) -> Place {
        let key = client.key
        let refusal = state.withLock { state -> Refusal? in
            guard state.count < total else { return .all }
            if let key {
                guard state.clients[key, default: 0] < perClient else { return .client }
                state.clients[key, default: 0] += 1
            }
            state.count += 1
            return nil
        }
        if let refusal { throw refusal }
        return Place(self, key)
    }

    private func leave(_ key: String?) {
        state.withLock { state in
            state.count -= 1
            guard let key, let count = state.clients[key] else { return }
            state.clients[key] = count > 1 ? count - 1 : nil
        }
    }
}
