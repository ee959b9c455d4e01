import Support
import Synchronization

/// How many tests one client may begin, and how many may be under way in all. The page says how many are left before
/// any is refused.
final class TestLimits: Sendable {
    /// What is left to a client.
    struct Left: Sendable, Equatable {
        /// How many tests it may begin now.
        let tests: Int
        /// When there is one more, if there are fewer than at first.
        let next: Duration
    }

    /// Why no test begins.
    enum Refusal: Error, Equatable {
        /// The client has begun too many. After this time it may begin one.
        case client(Duration)
        /// The client has as many under way as it may have at once.
        case atOnce
        /// Too many are under way, of all clients.
        case all
    }

    /// Tests in a row, and then one in each interval.
    static let (burst, interval) = (10, Duration.seconds(30))
    /// Tests of one client at once.
    static let atOnce = 4
    /// The most clients that are remembered. Beyond that, all newcomers are one client.
    static let most = 20_000

    private struct Entry {
        /// When the whole allowance is there again.
        var full: ContinuousClock.Instant
        var running = 0
    }

    private struct State {
        var clients: [String: Entry] = [:]
        var running = 0
        var swept = ContinuousClock.now
    }

    private let total: Int
    private let state = Mutex(State())

    /// At most so many tests at once, of all clients.
    init(total: Int) { self.total = max(1, total) }

    /// How many are under way.
    var running: Int { state.withLock { $0.running } }

    /// Enters a test. `leave` must follow with the same client.
    ///
    func enter(_ client: PageClient, at now: ContinuousClock.Instant = .now) throws(Refusal) {
        let key = client.key
        let refusal = state.withLock { state -> Refusal? in
            guard state.running < total else { return .all }
            if let key {
                let name = Self.name(key, in: &state, at: now)
                var entry = state.clients[name] ?? Entry(full: now)
                entry.full = max(entry.full, now)
                let wait = entry.full - now - Self.interval * (Self.burst - 1)
                guard wait <= .zero else { return .client(wait) }
                guard entry.running < Self.atOnce else { return .atOnce }
                entry.full += Self.interval
                entry.running += 1
                state.clients[name] = entry
            }
            state.running += 1
            return nil
        }
        if let refusal { throw refusal }
    }

    /// A test has ended.
    func leave(_ client: PageClient) {
        state.withLock { state in
            state.running -= 1
            guard let key = client.key else { return }
            // One that began as a newcomer among others may have a place of its own since.
            let name = (state.clients[key]?.running ?? 0) > 0 ? key : Self.others
            let running = state.clients[name]?.running ?? 0
            state.clients[name]?.running = max(0, running - 1)
        }
    }

    /// What is left to a client.
    func left(_ client: PageClient, at now: ContinuousClock.Instant = .now) -> Left {
        guard let key = client.key else { return Left(tests: Self.burst, next: .zero) }
        return state.withLock { state in
            guard let entry = state.clients[key], entry.full > now else { return Left(tests: Self.burst, next: .zero) }
            let used = (entry.full - now) / Self.interval
            let tests = max(0, Self.burst - Int(used.rounded(.up)))
            return Left(tests: tests, next: entry.full - now - Self.interval * (Self.burst - tests - 1))
        }
    }

    private static let others = "others"

    private static func name(_ key: String, in state: inout State, at now: ContinuousClock.Instant) -> String {
        guard state.clients[key] == nil, state.clients.count >= most else { return key }
        if now - state.swept > .seconds(1) {
            state.swept = now
            state.clients = state.clients.filter { $0.value.full > now || $0.value.running > 0 }
        }
        return state.clients.count < most ? key : others
    }
}
