import Foundation
import Synchronization
import WorldServers

extension Bench.Scene {
    /// How many people test domains at once.
    private static let visitors = 200

    /// What tests of the page cost recipients: the milter's p99 while two hundred are under way, beside that without.
    func page() async throws {
        let socket = world.newSocket(isTCP: false)
        let daemon = try await Milter.danegate(
            world, ["WEB_LISTEN": socket, "PROBE_PER_HOUR": "0", "LOG_LEVEL": "warning"])
        try await daemon.prime(world.lists.warm)
        let shape = ["--connections", "8", "--rate", "1000", "--seconds", "\(options.seconds * 4)", "--warmup", "0.2"]
        let domains = try String(contentsOfFile: world.lists.good, encoding: .utf8).split(separator: "\n").map(
            String.init)
        var (alone, beside): ([LoadReport], [LoadReport]) = ([], [])
        var tests = 0
        for _ in 0..<options.rounds {
            alone.append(try await Built.load(daemon.socket, world.lists.warm, shape))
            let visit = Visit(String(socket.dropFirst("unix:".count)), domains)
            visit.begin(Self.visitors)
            beside.append(try await Built.load(daemon.socket, world.lists.warm, shape))
            tests += await visit.end()
        }
        for report in alone { book.round(.page, "milter alone", "danegate", report) }
        for report in beside { book.round(.page, "milter beside the page", "danegate", report) }
        if let odd = beside.first(where: { !$0.oddities.isEmpty }) { book.note("page: \(odd.oddities)") }
        let ratio = zip(beside, alone).map { $0.p99 / max($1.p99, 1) }.median
        book.add(
            .page,
            "milter, 1000 recipients/s, p99 in µs while \(Self.visitors) people test domains on the page "
                + "(\(tests / options.rounds) tests a round); beside: without",
            ours: beside.map(\.p99).median.digits(0), beside: alone.map(\.p99).median.digits(0), ratio: ratio,
            target: .atMost(ratio, of: 1.2))
        await daemon.stop()
    }
}

/// People who test one domain after the other, each on a thread of their own.
private final class Visit: Sendable {
    private let place: String
    private let domains: [String]
    private let state = Mutex((isOver: false, threads: 0, tests: 0))

    init(_ place: String, _ domains: [String]) { (self.place, self.domains) = (place, domains) }

    func begin(_ count: Int) {
        state.withLock { $0.threads = count }
        for number in 0..<count { Thread.detachNewThread { self.work(number) } }
    }

    /// Ends it.
    ///
    /// - Returns: How many tests have ended.
    func end() async -> Int {
        state.withLock { $0.isOver = true }
        while state.withLock({ $0.threads > 0 }) { try? await Task.sleep(for: .milliseconds(50)) }
        return state.withLock { $0.tests }
    }

    private func work(_ number: Int) {
        var turn = number
        while !state.withLock({ $0.isOver }) {
            let domain = domains[turn % domains.count]
            turn += 211
            let json = ["Accept": "application/json"]
            guard let begun = try? WebClient.request(place, "POST /test", json, form: "domain=\(domain)"),
                let path = begun.fields["location"], (try? WebClient.request(place, "GET \(path).json"))?.status == 200
            else {
                usleep(10_000)
                continue
            }
            state.withLock { $0.tests += 1 }
        }
        state.withLock { $0.threads -= 1 }
    }
}
