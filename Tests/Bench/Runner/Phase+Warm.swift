import Foundation
import Glibc

extension Bench.Scene {
    /// Verdicts that are known, beside a milter that does nothing.
    func warm() async throws {
        for isTCP in [false, true] {
            let floor = try await Milter.floor(world, isTCP: isTCP)
            let daemon = try await Milter.danegate(world, isTCP: isTCP)
            try await daemon.prime(world.lists.warm)
            for (messages, recipients) in [(100, 1), (1, 1), (100, 50), (1, 50)] {
                for connections in [1, 8, 64, 256] {
                    try await compare(
                        isTCP ? "TCP" : "unix", floor, daemon, connections: connections, messages: messages,
                        recipients: recipients)
                }
            }
            await daemon.stop()
            await floor.stop()
        }
        try await compareLogs()
    }

    /// The same with other logs than a line for each recipient to standard error.
    private func compareLogs() async throws {
        var logs = [("unix, LOG_LEVEL=notice", ["LOG_LEVEL": "notice"])]
        if access("/dev/log", W_OK) == 0 {
            logs.append(("unix, LOG=syslog", ["LOG": "syslog"]))
        } else {
            book.note("warm: no row for syslog, as there is no /dev/log here")
        }
        for (name, settings) in logs {
            let floor = try await Milter.floor(world)
            let daemon = try await Milter.danegate(world, settings)
            try await daemon.prime(world.lists.warm)
            try await compare(name, floor, daemon, connections: 8, messages: 100, recipients: 1)
            await daemon.stop()
            await floor.stop()
        }
    }

    /// One row: rounds on one and the other, in turn.
    private func compare(
        _ name: String, _ floor: Milter, _ daemon: Milter, connections: Int, messages: Int, recipients: Int
    ) async throws {
        let what = "\(name), \(connections) connections, \(messages) messages, \(recipients) recipients"
        let shape = [
            "--connections", "\(connections)", "--messages", "\(messages)", "--recipients", "\(recipients)",
            "--seconds", "\(options.seconds)", "--warmup", "\(options.seconds / 4)",
        ]
        var below: [LoadReport] = []
        var ours: [LoadReport] = []
        for _ in 0..<options.rounds {
            below.append(try await Built.load(floor.socket, world.lists.warm, shape))
            ours.append(try await Built.load(daemon.socket, world.lists.warm, shape))
        }
        if let floor = below.first?.negotiated, let other = ours.first?.negotiated, floor != other {
            book.note("warm: the floor negotiates \(floor), danegate \(other)")
        }
        for report in below { book.round(.warm, what, "floor", report) }
        for report in ours { book.round(.warm, what, "danegate", report) }
        if let odd = ours.first(where: { !$0.oddities.isEmpty }) { book.note("\(what): \(odd.oddities)") }
        book.add(
            WarmRow(
                name: name, connections: connections, messages: messages, recipients: recipients,
                floor: (below.map(\.perSecond).median, below.map(\.p99).median),
                ours: (ours.map(\.perSecond).median, ours.map(\.p99).median),
                rateRatio: zip(ours, below).map { $0.perSecond / max($1.perSecond, 1) }.median,
                tailRatio: zip(ours, below).map { $0.p99 / max($1.p99, 1) }.median))
    }

    /// Failures that are known.
    func broken() async throws {
        let daemon = try await Milter.danegate(world)
        let first = try await daemon.prime(world.lists.broken, connections: 256)
        var tails: [Double] = []
        var middles: [Double] = []
        for _ in 0..<options.rounds {
            let report = try await Built.load(
                daemon.socket, world.lists.broken, ["--connections", "8", "--seconds", "\(options.seconds)"])
            book.round(.broken, "second ask", "danegate", report)
            tails.append(report.p99)
            middles.append(report.p50)
            if report.answers["continue"] != nil || report.answers["451 4.7.0"] != nil {
                book.note("broken: \(report.answers)")
            }
        }
        await daemon.stop()
        book.add(
            .broken, "second ask for a broken or dead destination, 8 connections, p99 (p50), µs",
            ours: "\(tails.median.digits(0)) (\(middles.median.digits(0)))", target: .atMost(tails.median, of: 1000))
        if first.unsettled > 0 { book.note("broken: \(first.unsettled) destinations stayed pending for a minute") }
    }
}
