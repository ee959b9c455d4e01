import Foundation
import Synchronization
import WorldServers

extension Bench.Scene {
    /// What an administrator tells one host, until another acts on it.
    func fleetOrders() async throws {
        let count = 20
        let store = try await FleetStore(world)
        let (here, there) = (try await host(store), try await host(store))
        let lists = (try slice(of: world.lists.broken, count), try slice(of: world.lists.good, count))
        for host in [here, there] {
            for list in [lists.0, lists.1] { try await host.milter.prime(list, connections: 16) }
        }
        // What was found is told behind.
        try await Task.sleep(for: .seconds(1))
        func names(_ list: String) throws -> [String] {
            try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        let question = try Question(there.milter.socket)
        var (exempt, recheck): ([Double], [Double]) = ([], [])
        for name in try names(lists.0) {
            guard try await !question.passes(name) else { throw BenchError("\(name) passes") }
            exempt.append(
                try await order(
                    ["exempt", "add", "--until", "1d", "--reason", "bench", name], on: here.milter.stateDirectory
                ) {
                    try await question.passes(name)
                })
        }
        for name in try names(lists.1) {
            let before = try await self.count(there.metrics, "danegate_shared_dropped_total")
            recheck.append(
                try await order(["recheck", name], on: here.milter.stateDirectory) {
                    try await self.count(there.metrics, "danegate_shared_dropped_total") > before
                })
        }
        try await question.end()
        for one in [here, there] { await one.milter.stop() }
        await store.stop()
        for (what, times) in [("an exemption", exempt), ("an order to look anew", recheck)] {
            let most = times.max() ?? 0
            book.add(
                .fleet,
                "\(what) on one host, from the start of the command until another host acts on it, ms, median (most) "
                    + "of \(times.count)",
                ours: "\(times.median.digits(0)) (\(most.digits(0)))", target: .atMost(most, of: 1000, unit: " ms"))
        }
    }

    /// Gives a command to one daemon, and waits until it shows elsewhere.
    ///
    /// - Parameter state: The state directory of the daemon.
    /// - Returns: Milliseconds from its start until then.
    private func order(
        _ words: [String], on state: String, _ shows: () async throws -> Bool
    ) async throws -> Double {
        let began = ContinuousClock.now
        async let command = ChildProcess.run(
            Built.path("danegate"), words, environment: ["DANEGATE_STATE_DIRECTORY": state])
        var seen: ContinuousClock.Instant?
        while seen == nil {
            if try await shows() { seen = .now }
            guard ContinuousClock.now < began + .seconds(30) else { break }
        }
        let (status, output) = try await command
        guard status == 0, let seen else { throw BenchError("\(words): \(status): \(output.suffix(300))") }
        return (seen - began).seconds * 1000
    }

    /// A client that asks one daemon about a recipient again and again.
    private final class Question: Sendable {
        private let client: Mutex<MilterClient>

        init(_ socket: String) throws {
            let place = socket.hasPrefix("unix:") ? String(socket.dropFirst("unix:".count)) : socket
            let client = try MilterClient(place, timeout: .seconds(30))
            try client.open()
            self.client = Mutex(client)
        }

        /// Whether mail to a domain passes.
        func passes(_ domain: String) async throws -> Bool {
            try await onOwnThread { [self] in
                try client.withLock { client in
                    try client.mail()
                    let answer = try client.recipient("<a@\(domain)>")
                    try client.abort()
                    return answer == .continue
                }
            }
        }

        func end() async throws {
            try await onOwnThread { [self] in try client.withLock { try $0.quit() } }
        }
    }
}
