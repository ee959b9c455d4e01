import Foundation
import Glibc
import Synchronization
import WorldServers

/// People who test one domain after the other, each on a thread of their own.
final class Visit: Sendable {
    /// What has come of their tests.
    struct Counts {
        /// Those that have ended with a result.
        var tests = 0
        /// Those that the page did not begin.
        var refused = 0
        /// Those that were begun, and had no result.
        var failed = 0

        mutating func add(_ other: Counts) {
            (tests, refused, failed) = (tests + other.tests, refused + other.refused, failed + other.failed)
        }
    }

    private struct State {
        var isOver = false
        var threads = 0
        var begun = 0
        var counts = Counts()
    }

    private let place: String
    private let domains: [String]
    private let state = Mutex(State())

    /// Nobody has come yet.
    ///
    /// - Parameters:
    ///   - place: The path of the page's socket.
    ///   - domains: What they test, each another one.
    init(_ place: String, _ domains: [String]) { (self.place, self.domains) = (place, domains) }

    /// Lets so many come.
    func begin(_ count: Int) {
        state.withLock { $0.threads = count }
        for number in 0..<count { Thread.detachNewThread { self.work(number) } }
    }

    /// Waits until so many tests have been begun, half a minute at most.
    func wait(forTests count: Int) async {
        let end = ContinuousClock.now + .seconds(30)
        while state.withLock({ $0.begun }) < count, .now < end { try? await Task.sleep(for: .milliseconds(20)) }
    }

    /// Sends them home, and waits until they are.
    func end() async -> Counts {
        state.withLock { $0.isOver = true }
        while state.withLock({ $0.threads > 0 }) { try? await Task.sleep(for: .milliseconds(50)) }
        return state.withLock { $0.counts }
    }

    /// How long the first byte of the first page takes, in milliseconds, each on a connection of its own.
    static func looks(_ place: String, _ count: Int) throws -> [Double] {
        try (0..<count).map { _ in
            let start = ContinuousClock.now
            let client = try WebClient(place)
            try client.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
            guard try client.head()?.hasPrefix("HTTP/1.1 200") == true else { throw BenchError("/ is not served") }
            return (ContinuousClock.now - start).seconds * 1000
        }
    }

    private func work(_ number: Int) {
        OtherMachine.yieldThread()
        var turn = number
        while !isOver {
            let domain = domains[turn % domains.count]
            turn += 211
            let begun = try? WebClient.request(
                place, "POST /test", ["Accept": "application/json"], form: "domain=\(domain)")
            guard let path = begun?.fields["location"] else {
                state.withLock { $0.counts.refused += 1 }
                rest(begun)
                continue
            }
            state.withLock { $0.begun += 1 }
            wait(for: path)
        }
        state.withLock { $0.threads -= 1 }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    /// Waits for a result, and asks again as often as the page wants. What has none when all go home does not count.
    private func wait(for path: String) {
        while true {
            let answer = try? WebClient.request(place, "GET \(path).json")
            switch answer?.status {
            case 200: return state.withLock { $0.counts.tests += 1 }
            case 429, 503:
                if isOver { return }
                rest(answer)
            default: return state.withLock { $0.counts.failed += 1 }
            }
        }
    }

    /// Waits as long as an answer says, and not longer than the others are there.
    private func rest(_ answer: WebClient.Answer?) {
        let end = ContinuousClock.now + .seconds(answer?.fields["retry-after"].flatMap { Int($0) } ?? 1)
        while ContinuousClock.now < end, !isOver { usleep(50_000) }
    }
}
