import Foundation
import Testing
import World
import WorldServers
import WorldStore

/// Two daemons that share what they know, in one world.
@Suite(.timeLimit(.minutes(5))) struct SharedWorldTests {
    /// A store, and the settings that lead to it.
    private struct Site {
        let redis: RedisServer
        let scratch: ScratchDirectory

        init() async throws {
            redis = try await RedisServer()
            scratch = try ScratchDirectory("shared")
            try scratch.write("0123456789abcdef0123456789abcdef\n", to: "key")
        }

        /// A daemon that uses the store, with its state in a directory of this name.
        func daemon(
            _ name: String, _ world: MailWorld, _ settings: [String: String] = [:], waits: Bool = true
        ) async throws -> DaemonTests.Gate {
            let gate = try await DaemonTests.Gate(world, self.settings(name).merging(settings) { $1 })
            if waits { #expect(await gate.daemon.waitForOutput { $0.contains("event=shared result=up") }) }
            return gate
        }

        func settings(_ name: String) -> [String: String] {
            let directory = scratch.file(name)
            try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            return [
                "SHARED": "redis://127.0.0.1:\(redis.port)", "SHARED_KEY_FILE": scratch.file("key"),
                "STATE_DIRECTORY": directory,
            ]
        }
    }

    private func stop(_ gates: [DaemonTests.Gate], _ site: Site, _ world: MailWorld) async {
        for gate in gates { #expect(await gate.daemon.stop() == 0) }
        await site.redis.stop()
        await world.stop()
    }

    private func code(_ gate: DaemonTests.Gate, _ domain: String) async throws -> String {
        guard case .reply(let reply) = try await gate.answer("<a@\(domain)>") else { return "250" }
        return String(reply.prefix(11))
    }

    @Test func oneInspectionServesTwoDaemons() async throws {
        let good = MendableDomain("good", sound: true)
        let world = try await MailWorld([good.domain])
        let site = try await Site()
        let gates = [try await site.daemon("a", world), try await site.daemon("b", world)]
        #expect(try await code(gates[0], good.name) == "250")
        #expect(good.connections(in: world) == 1)
        // What was found is told behind.
        #expect(await gates[0].daemon.waitForOutput { $0.contains("to=a@good.example") })
        try await onStatus(of: "a", site, world) { $0.contains(" 1 told,") }
        world.names.clearQueries()
        #expect(try await code(gates[1], good.name) == "250")
        try await onStatus(of: "b", site, world) { $0.contains("; 1 verdicts of others used,") }
        #expect(world.names.queries.count { $0.name.contains("good") } == 0)
        #expect(good.connections(in: world) == 1)
        await stop(gates, site, world)
    }

    /// Waits until `danegate status` says so.
    private func onStatus(
        of name: String, _ site: Site, _ world: MailWorld, _ holds: @escaping (String) -> Bool
    ) async throws {
        var output = ""
        let environment = world.environment(site.settings(name))
        let isSo = try await eventually(within: .seconds(60)) {
            output = try await Danegate.run(["status"], environment: environment).output
            return holds(output)
        }
        #expect(isSo, "\(output)")
    }

    /// The second daemon sees the fault for the first time, and knows that it has lasted.
    @Test func aFaultIsAsOldOnBoth() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await Site()
        let settings = ["DEFER_FOR": "6s"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        #expect(try await code(gates[0], "tlsa-invalid.example") == "451 4.7.323")
        let seen = ContinuousClock.now
        try await onStatus(of: "a", site, world) { $0.contains(" 1 told,") }
        // It is time itself that is waited for.
        try await Task.sleep(until: seen + .seconds(7))
        #expect(try await code(gates[1], "tlsa-invalid.example") == "550 5.7.323")
        await stop(gates, site, world)
    }

    @Test func aHealIsSeenByBoth() async throws {
        let broken = MendableDomain("broken")
        let world = try await MailWorld([broken.domain])
        let site = try await Site()
        let settings = ["FAILURE_TTL": "120s"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        for gate in gates { #expect(try await code(gate, broken.name) == "451 4.7.323") }
        try broken.set(mended: true, in: world)
        // Each would know of the failure for two minutes.
        for gate in gates { #expect(try await code(gate, broken.name) == "451 4.7.323") }
        let began = ContinuousClock.now
        let (status, output) = try await Danegate.run(
            ["recheck", broken.name], environment: world.environment(site.settings("a")))
        #expect(status == 0, "\(output)")
        for gate in gates {
            #expect(try await eventually(within: .seconds(60)) { try await code(gate, broken.name) == "250" })
        }
        #expect(ContinuousClock.now - began < .seconds(90), "it is the failure's own end that was waited for")
        await stop(gates, site, world)
    }

    /// What the store does.
    enum Failure: String, CaseIterable, Sendable { case killed, frozen, missing }

    @Test(arguments: Failure.allCases) func mailIsRuledWithoutTheStore(failure: Failure) async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let site = try await Site()
        if failure == .missing { await site.redis.kill() }
        let gate = try await site.daemon("a", world, ["DEFER_FOR": "0"], waits: failure != .missing)
        if failure == .killed { await site.redis.kill() }
        if failure == .frozen { site.redis.signal(SIGSTOP) }
        #expect(try await code(gate, "verified.example") == "250")
        #expect(try await code(gate, "tlsa-invalid.example") == "550 5.7.323")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=shared result=down") })
        try await onStatus(of: "a", site, world) { $0.contains("NOT USED for") }
        if failure == .frozen { site.redis.signal(SIGCONT) } else { try await site.redis.restart() }
        try await onStatus(of: "a", site, world) { $0.contains(": used for") }
        await stop([gate], site, world)
    }

    @Test(arguments: [
        (["SHARED": "redis://:geheim@h"], "a user or a password"),
        (["SHARED": "redis://127.0.0.1:1"], "needs DANEGATE_SHARED_KEY_FILE"),
        (["SHARED": "rediss://127.0.0.1:1", "SHARED_KEY_FILE": "/dev/null"], "needs DANEGATE_SHARED_CA_FILE"),
        (["SHARED": "redis://127.0.0.1:1", "SHARED_KEY_FILE": "/nowhere"], "DANEGATE_SHARED_KEY_FILE=/nowhere: "),
        (["SHARED": "off", "SHARED_REALM": "a b"], "must be 1 to 64 letters"),
    ])
    func aFaultySettingStopsTheStart(settings: [String: String], told: String) async throws {
        let scratch = try ScratchDirectory("faulty")
        let usual = [
            "MILTER_SOCKET": "unix:\(scratch.file("milter.sock"))", "STATE_DIRECTORY": scratch.path, "LOG": "stderr",
        ]
        var environment: [String: String?] = [:]
        for (name, value) in usual.merging(settings, uniquingKeysWith: { $1 }) {
            environment["DANEGATE_\(name)"] = value
        }
        let (status, output) = try await Danegate.run(["run"], environment: environment)
        #expect(status == 78, "\(output)")
        #expect(output.contains(told) && !output.contains("geheim"), "\(output)")
    }
}
