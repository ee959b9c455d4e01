import Foundation
import WorldServers

extension Bench.Scene {
    /// Measures the doors beside the milter: questions a second, beside postfix-mta-sts-resolver's socketmap where a
    /// client keeps its connection, and what a flood of questions costs the milter.
    func doors() async throws {
        // Where the peer is asked over TCP, danegate is as well.
        let places = [
            "query": world.newSocket(isTCP: false), "policy": world.newSocket(isTCP: true),
            "map": world.newSocket(isTCP: true),
        ]
        func place(_ door: String) -> String { places[door] ?? "" }
        let daemon = try await Milter.danegate(
            world, ["QUERY_SOCKET": place("query"), "TLS_POLICY_SOCKET": place("map")])
        let other = try await Milter.danegate(world, ["QUERY_SOCKET": place("policy")])
        for one in [daemon, other] { try await one.prime(world.lists.warm) }
        let peer = try await STSPeer(world)
        if peer == nil { book.note(STSPeer.absence("doors")) }
        // What is asked about is known everywhere.
        for door in places.keys { _ = try await ask(door, place(door), connections: 8, seconds: 1) }
        if peer != nil { _ = try await askPeer(connections: 8, seconds: 2) }
        for connections in [1, 8] {
            try await compareDoors(connections, place, hasPeer: peer != nil)
            let rounds = try await (0..<options.rounds).asyncMap { _ in
                try await ask("query", place("query"), connections: connections)
            }
            report(rounds, "query, \(connections) clients")
            book.add(
                .doors, "query over a Unix socket, \(connections) clients, connections/s (p99, µs)",
                ours: "\(rounds.map(\.perSecond).median.digits(0)) (\(rounds.map(\.p99).median.digits(0)))",
                target: connections == 8 ? .atLeast(rounds.map(\.perSecond).median, of: 10_000) : nil)
        }
        await peer?.stop()
        try await flood(daemon, "query", place("query"))
        try await flood(other, "policy", place("policy"))
        try await flood(daemon, "map", place("map"))
        await other.stop()
        await daemon.stop()
    }

    /// Policy and map beside the peer, in turn.
    private func compareDoors(_ connections: Int, _ place: (String) -> String, hasPeer: Bool) async throws {
        var (policy, map, peer): ([LoadReport], [LoadReport], [LoadReport]) = ([], [], [])
        for _ in 0..<options.rounds {
            if hasPeer { peer.append(try await askPeer(connections: connections)) }
            policy.append(try await ask("policy", place("policy"), connections: connections))
            map.append(try await ask("map", place("map"), connections: connections))
        }
        for report in peer { book.round(.doors, "map, \(connections) connections", "postfix-mta-sts-resolver", report) }
        let what = hasPeer ? "; beside: postfix-mta-sts-resolver's socketmap" : ""
        for (door, ours) in [("policy", policy), ("map", map)] {
            report(ours, "\(door), \(connections) connections")
            let ratio = hasPeer ? zip(ours, peer).map { $0.perSecond / max($1.perSecond, 1) }.median : nil
            book.add(
                .doors, "\(door) over TCP, \(connections) connections, answers/s\(what)",
                ours: ours.map(\.perSecond).median.digits(0),
                beside: hasPeer ? peer.map(\.perSecond).median.digits(0) : "", ratio: ratio,
                target: ratio.map { .atLeast($0, of: 3) })
        }
    }

    /// The milter's p99 while a door is flooded, beside that without.
    private func flood(_ daemon: Milter, _ door: String, _ place: String) async throws {
        let shape = ["--connections", "8", "--rate", "1000", "--seconds", "\(options.seconds * 4)", "--warmup", "0.2"]
        let flood = ["--door", door, "--connections", "64", "--seconds", "\(options.seconds * 4 + 0.4)"]
        let list = world.lists.warm
        var (alone, beside, floods): ([LoadReport], [LoadReport], [LoadReport]) = ([], [], [])
        for _ in 0..<options.rounds {
            alone.append(try await Built.load(daemon.socket, world.lists.warm, shape))
            async let flooding = Built.load(place, list, flood)
            beside.append(try await Built.load(daemon.socket, world.lists.warm, shape))
            floods.append(try await flooding)
        }
        for report in alone { book.round(.doors, "milter alone", "danegate", report) }
        for report in beside { book.round(.doors, "milter beside \(door)", "danegate", report) }
        report(floods, "flood of \(door)")
        if let odd = beside.first(where: { !$0.oddities.isEmpty }) { book.note("doors, \(door): \(odd.oddities)") }
        let ratio = zip(beside, alone).map { $0.p99 / max($1.p99, 1) }.median
        book.add(
            .doors,
            "milter, 1000 recipients/s, p99 in µs while \(door) is flooded by 64 clients "
                + "(\(floods.map(\.perSecond).median.digits(0))/s); beside: without",
            ours: beside.map(\.p99).median.digits(0), beside: alone.map(\.p99).median.digits(0), ratio: ratio,
            target: .atMost(ratio, of: 1.1))
    }

    private func report(_ rounds: [LoadReport], _ what: String) {
        for report in rounds { book.round(.doors, what, "danegate", report) }
        if let odd = rounds.first(where: { !$0.oddities.isEmpty }) { book.note("doors, \(what): \(odd.oddities)") }
    }

    /// A load on a door.
    private func ask(
        _ door: String, _ place: String, connections: Int, seconds: Double? = nil
    ) async throws -> LoadReport {
        let options = [
            "--door", door, "--connections", "\(connections)", "--seconds", "\(seconds ?? self.options.seconds)",
            "--warmup", "\(self.options.seconds / 4)",
        ]
        return try await Built.load(place, world.lists.warm, options)
    }

    private func askPeer(connections: Int, seconds: Double? = nil) async throws -> LoadReport {
        let options = [
            "--door", "map", "--map", "postfix", "--connections", "\(connections)", "--wait", "20", "--seconds",
            "\(seconds ?? self.options.seconds)", "--warmup", "\(self.options.seconds / 4)",
        ]
        return try await Built.load("inet:\(STSPeer.port)@127.0.0.1", world.lists.warm, options)
    }
}

extension Sequence {
    /// The results of work that is done one after the other.
    fileprivate func asyncMap<Result>(_ work: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await work(element)) }
        return results
    }
}
