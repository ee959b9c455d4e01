import Testing
import World

@Suite("Memory, threads and descriptors", .timeLimit(.minutes(5))) struct SoakTests {
    @Test("are back where they were after 10 000 sessions, most of them aborted somewhere")
    func soak() async throws {
        let daemon = try await TestDaemon()
        try await load(daemon, sessions: Sanitizer.times(2000), seed: 1)
        var before = try await settled(daemon)
        try await load(daemon, sessions: Sanitizer.times(10_000), seed: 2)
        var after = try await settled(daemon)
        // Sessions that are closing yet end by and by; what leaks does not.
        _ = try await eventually(within: .seconds(60)) {
            after = try await settled(daemon)
            return after.descriptors <= before.descriptors + 2
        }
        print("soak: before \(before), after \(after)")
        #expect(after.descriptors <= before.descriptors + 2)
        #expect(after.threads <= before.threads + 3)
        // The heap grows in steps until it has its size, the later the busier the machine: a leak grows in every round.
        for seed: UInt64 in 3...4 where !Sanitizer.isActive && after.resident > before.resident + 4096 {
            before = after
            try await load(daemon, sessions: 10_000, seed: seed)
            after = try await settled(daemon)
            print("soak: before \(before), after \(after)")
        }
        #expect(Sanitizer.isActive || after.resident <= before.resident + 4096)
        #expect(try await daemon.isSound())
        #expect(try await daemon.isIdle())
        #expect(await daemon.process.stop() == 0)
    }

    /// Eight clients at once, each ending its sessions wherever chance says.
    private func load(_ daemon: TestDaemon, sessions: Int, seed: UInt64) async throws {
        let socket = daemon.socket
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    try await onOwnThread {
                        var chance = Chance(seed &* 1000 &+ UInt64(worker))
                        for _ in 0..<sessions / 8 { try session(socket, &chance) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The daemon's usage once idle threads have gone.
    private func settled(_ daemon: TestDaemon) async throws -> (resident: Int, threads: Int, descriptors: Int) {
        var last = try daemon.usage()
        _ = try await eventually(within: .seconds(10)) {
            // A session wakes a worker, which quits when there are others.
            _ = try await daemon.isSound()
            let now = try daemon.usage()
            defer { last = now }
            return now.descriptors == last.descriptors && now.threads <= 10
        }
        return try daemon.usage()
    }
}

/// One session that may end at any step.
private func session(_ socket: String, _ chance: inout Chance) throws {
    let client = try MilterClient(socket)
    if chance.oneIn(10) { return }
    if chance.oneIn(20) { return try client.send((0..<chance.below(40)).map { _ in UInt8(chance.below(256)) }) }
    try client.open(chance.oneIn(4) ? .init(version: 2, actions: 0x3F, steps: 0x7F) : .init())
    for message in 0..<1 + chance.below(3) {
        if chance.oneIn(10) { return }
        try client.mail("<sender-\(message)@example.org>", macros: ["{client_addr}": "192.0.2.1"])
        for _ in 0..<1 + chance.below(4) {
            if chance.oneIn(15) { return }
            // Hanging up while the milter thinks.
            if chance.oneIn(15) { return try client.packet("R", Array("<wait-5@example.com>\0".utf8)) }
            let local = ["fine", "reject", "tempfail", "echo", "long"][chance.below(5)]
            _ = try client.recipient("<\(local)@example.com>", macros: ["{rcpt_mailer}": "smtp"])
        }
        if chance.oneIn(10) { return try client.send([0, 0, 1]) }
        try client.abort()
    }
    if !chance.oneIn(3) { try client.quit() }
}
