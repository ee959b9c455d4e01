import Foundation
import Testing
import World

@Suite(.timeLimit(.minutes(10))) struct SoakTests {
    /// 10 000 milter connections, most of them aborted somewhere, do not raise the use of memory, threads and
    /// descriptors.
    @Test func tenThousandConnectionsLeaveNothing() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid", "no-tlsa", "null-mx"].map(MailDomains.named))
        // The rows that wait for the trace's file have a bound (`TraceBatch.limit`), and are many megabytes below it:
        // how many wait depends on how busy the machine is. `secondLooksLeaveNothing` has the trace on.
        let gate = try await DaemonTests.Gate(world, ["TRACE": "off"])
        try await load(gate.socket, connections: Sanitizer.times(3000), seed: 1)
        var before = try await settled(gate)
        // The heap may take one more step until it has its size: a leak grows in every round.
        for seed: UInt64 in 2...3 {
            try await load(gate.socket, connections: Sanitizer.times(10_000), seed: seed)
            let after = try await settled(gate)
            print("10 000 connections: before \(before), after \(after)")
            let isSteady = Sanitizer.isActive || after.residentKB <= before.residentKB + 2048
            #expect(try await isBack(gate, to: before, descriptors: 3, threads: 4))
            #expect(isSteady || seed < 3, "\(before), \(after)")
            if isSteady { break }
            before = after
        }
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Every failure is looked at twice, the second time with a resolver of its own: that memory comes back.
    @Test func secondLooksLeaveNothing() async throws {
        let world = try await MailWorld(["tlsa-invalid", "mx-expired", "no-tlsa"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, ["FAILURE_TTL": "0", "PROBE_PER_HOUR": "0"])
        func look(times: Int) async throws {
            for _ in 0..<times {
                _ = try await gate.answer("<a@tlsa-invalid.example>")
                _ = try await gate.answer("<a@mx-expired.example>")
            }
        }
        // The heap grows in steps until it has its size, the later the busier the machine: a leak grows in every round.
        var usage: [Usage] = []
        var growth: [Int] = []
        for _ in 0..<6 where growth.last.map({ $0 > 1024 }) ?? true {
            try await look(times: Sanitizer.times(150))
            usage.append(try await settled(gate))
            if usage.count > 1 { growth.append(usage[usage.count - 1].residentKB - usage[usage.count - 2].residentKB) }
        }
        print("second looks, 300 a round: \(usage), growth in KB \(growth)")
        // Without shared heaps it is 3 MB and more.
        #expect(Sanitizer.isActive || growth.last.map { $0 <= 1024 } == true, "\(growth)")
        #expect(try await isBack(gate, to: try #require(usage.first), descriptors: 10, threads: 6))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    private func load(_ socket: String, connections: Int, seed: UInt64) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    try await onOwnThread {
                        var chance = Chance(seed &* 1000 &+ UInt64(worker))
                        for _ in 0..<connections / 8 { try Self.connection(socket, &chance) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// A connection that may end at any step, with garbage or half a packet.
    private static func connection(_ socket: String, _ chance: inout Chance) throws {
        let client = try MilterClient(socket)
        if chance.oneIn(10) { return }
        if chance.oneIn(30) { return try client.send(Array("GET / HTTP/1.0\r\n\r\n".utf8)) }
        if chance.oneIn(30) { return try client.send((0..<chance.below(40)).map { _ in UInt8(chance.below(256)) }) }
        try client.open()
        for _ in 0..<1 + chance.below(3) {
            if chance.oneIn(10) { return }
            try client.mail(macros: ["{client_addr}": "192.0.2.1"])
            for _ in 0..<1 + chance.below(4) {
                if chance.oneIn(15) { return }
                if chance.oneIn(15) { return try client.packet("R", Array("<a@verified.example>\0".utf8)) }
                let domain = ["verified", "tlsa-invalid", "no-tlsa", "null-mx"][chance.below(4)]
                _ = try client.recipient("<a@\(domain).example>", macros: ["{rcpt_mailer}": "smtp"])
            }
            if chance.oneIn(10) { return try client.send([0, 0, 1]) }
            try client.abort()
        }
        if !chance.oneIn(3) { try client.quit() }
    }

    /// Whether descriptors and threads come back to what they were, but for so many. What closes yet on a busy machine
    /// ends by and by; what leaks does not.
    private func isBack(
        _ gate: DaemonTests.Gate, to before: Usage, descriptors: Int, threads: Int
    ) async throws -> Bool {
        try await eventually(within: .seconds(60)) {
            let now = try await settled(gate)
            return now.descriptors <= before.descriptors + descriptors && now.threads <= before.threads + threads
        }
    }

    /// The daemon's usage once libmilter's idle threads have gone: the same twice.
    private func settled(_ gate: DaemonTests.Gate) async throws -> Usage {
        var last = try Usage(gate.daemon.pid)
        _ = try await eventually(within: .seconds(15)) {
            // A session wakes a worker, which quits when there are others.
            _ = try await gate.answer("<a@no-tlsa.example>")
            let now = try Usage(gate.daemon.pid)
            defer { last = now }
            return now.descriptors == last.descriptors && now.threads == last.threads
        }
        return try Usage(gate.daemon.pid)
    }
}
