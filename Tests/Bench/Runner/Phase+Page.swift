import Foundation
import WorldServers

extension Bench.Scene {
    /// How many people test domains at once: as many as the page lets in.
    private static let visitors = 200
    /// How often the first page is asked for in a round.
    private static let looks = 200

    /// What tests of the page cost recipients: the milter's p99 while two hundred are under way, beside that without.
    /// And how long the first page takes.
    func page() async throws {
        world.yields(true)
        defer { world.yields(false) }
        let socket = world.newSocket(isTCP: false)
        let place = String(socket.dropFirst("unix:".count))
        let daemon = try await Milter.danegate(
            world, ["WEB_LISTEN": socket, "PROBE_PER_HOUR": "0", "LOG_LEVEL": "warning"])
        try await daemon.prime(world.lists.warm)
        let shape = ["--connections", "8", "--rate", "1000", "--seconds", "\(options.seconds * 8)", "--warmup", "0.5"]
        let domains = try String(contentsOfFile: world.lists.good, encoding: .utf8).split(separator: "\n").map(
            String.init)
        // What the machine itself does to answers while it is as busy: a milter that does nothing.
        let floor = try await Milter.floor(world)
        var (alone, beside, floorAlone, floorBeside): ([LoadReport], [LoadReport], [LoadReport], [LoadReport])
        (alone, beside, floorAlone, floorBeside) = ([], [], [], [])
        var (looksAlone, looksBeside): ([[Double]], [[Double]]) = ([], [])
        var all = Visit.Counts()
        for _ in 0..<options.rounds {
            looksAlone.append(try await onOwnThread { try Visit.looks(place, Self.looks) })
            alone.append(try await Built.load(daemon.socket, world.lists.warm, shape))
            floorAlone.append(try await Built.load(floor.socket, world.lists.warm, shape))
            let visit = Visit(place, domains)
            visit.begin(Self.visitors)
            // Until all of them wait for a test: before, there are fewer.
            await visit.wait(forTests: Self.visitors)
            beside.append(try await Built.load(daemon.socket, world.lists.warm, shape))
            floorBeside.append(try await Built.load(floor.socket, world.lists.warm, shape))
            looksBeside.append(try await onOwnThread { try Visit.looks(place, Self.looks) })
            all.add(await visit.end())
        }
        for report in alone { book.round(.page, "milter alone", "danegate", report) }
        for report in beside { book.round(.page, "milter beside the page", "danegate", report) }
        for report in alone + beside where !report.oddities.isEmpty { book.note("page: \(report.oddities)") }
        if all.refused + all.failed > 0 {
            book.note("page: of \(all.tests) tests \(all.refused) were refused at first, \(all.failed) had no result")
        }
        let ratio = zip(beside, alone).map { $0.p99 / max($1.p99, 1) }.median
        book.add(
            .page,
            "milter, 1000 recipients/s, p99 in µs while \(Self.visitors) people test domains on the page "
                + "(\(all.tests / options.rounds) tests a round); beside: without",
            ours: beside.map(\.p99).median.digits(0), beside: alone.map(\.p99).median.digits(0), ratio: ratio,
            target: .atMost(ratio, of: 1.2))
        let floorRatio = zip(floorBeside, floorAlone).map { $0.p99 / max($1.p99, 1) }.median
        book.add(
            .page, "the same of a milter that does nothing, on the same machine at the same time; beside: without",
            ours: floorBeside.map(\.p99).median.digits(0), beside: floorAlone.map(\.p99).median.digits(0),
            ratio: floorRatio)
        tell(looksAlone, "first byte of /, p99 (p50), ms", limit: 50)
        tell(looksBeside, "the same while they test domains")
        await daemon.stop()
        await floor.stop()
    }

    private func tell(_ looks: [[Double]], _ what: String, limit: Double? = nil) {
        let (most, middle) = (looks.map { $0.share(0.99) }.median, looks.map(\.median).median)
        book.add(
            .page, what, ours: "\(most.digits(1)) (\(middle.digits(1)))", target: limit.map { .atMost(most, of: $0) })
    }
}

extension [Double] {
    /// The value below which this share of them lies; 0 of none.
    fileprivate func share(_ share: Double) -> Double {
        let sorted = sorted()
        return sorted.isEmpty ? 0 : sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
