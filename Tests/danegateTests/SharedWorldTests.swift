import DANE
import Foundation
import Testing
import World
import WorldServers
import WorldStore

/// Two daemons that share what they know, in one world.
@Suite(.timeLimit(.minutes(5))) struct SharedWorldTests {
    /// Redis as this machine has it.
    @Test func oneInspectionServesTwoDaemons() async throws { try await inspectionServesAll(.installed) }

    /// Redis and Valkey as Debian 13 has them.
    @Test(
        .enabled(if: StoreEngine.unavailable == nil, "\(StoreEngine.unavailable ?? "")"),
        arguments: StoreEngine.ofDebian13)
    func aLaterStoreDoesTheSame(engine: StoreEngine) async throws {
        try await inspectionServesAll(engine)
        try await aHealIsSeen(engine)
    }

    private func inspectionServesAll(_ engine: StoreEngine) async throws {
        let good = MendableDomain("good", sound: true)
        let world = try await MailWorld([good.domain])
        let site = try await SharedSite(engine)
        let gates = [try await site.daemon("a", world), try await site.daemon("b", world)]
        #expect(try await SharedSite.code(gates[0], good.name) == "250")
        #expect(good.connections(in: world) == 1)
        // What was found is told behind.
        #expect(await gates[0].daemon.waitForOutput { $0.contains("to=a@good.example") })
        try await site.onStatus(of: "a", world) { $0.contains(" 1 told,") }
        world.names.clearQueries()
        #expect(try await SharedSite.code(gates[1], good.name) == "250")
        try await site.onStatus(of: "b", world) { $0.contains("; 1 verdicts of others used,") }
        #expect(world.names.queries.count { $0.name.contains("good") } == 0)
        #expect(good.connections(in: world) == 1)
        await site.stop(gates, world)
    }

    /// Two domains of one provider: the second daemon makes no connection. Where a fault was seen, it makes its own.
    @Test func oneProbeServesTwoDaemons() async throws {
        let good = MendableDomain("good", sound: true)
        let broken = MendableDomain("broken")
        let others = [
            MailDomain("tenant", "verified", .verified) { $0.record("@ MX 10 mx.good.example.") },
            MailDomain("guest", "tlsa-invalid", .tlsaInvalid) { $0.record("@ MX 10 mx.broken.example.") },
        ]
        let world = try await MailWorld([good.domain, broken.domain] + others)
        let site = try await SharedSite()
        let gates = [try await site.daemon("a", world), try await site.daemon("b", world)]
        #expect(try await SharedSite.code(gates[0], good.name) == "250")
        #expect(try await SharedSite.code(gates[0], broken.name) == "451 4.7.323")
        #expect(good.connections(in: world) == 1)
        #expect(try await eventually(within: .seconds(60)) { try await site.names("p:").count == 1 })
        #expect(try await SharedSite.code(gates[1], "tenant.example") == "250")
        try await site.onStatus(of: "b", world) { $0.contains("; 1 connections saved") }
        #expect(good.connections(in: world) == 1)
        // A verdict that rests on another host's connection is told, and used.
        #expect(try await eventually(within: .seconds(60)) { try await site.names("v:tenant.").count == 1 })
        #expect(try await SharedSite.code(gates[0], "tenant.example") == "250")
        let before = broken.connections(in: world)
        #expect(try await SharedSite.code(gates[1], "guest.example") == "451 4.7.323")
        #expect(broken.connections(in: world) > before)
        await site.stop(gates, world)
    }

    /// The second daemon sees the fault for the first time, and knows that it has lasted.
    @Test func aFaultIsAsOldOnBoth() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await SharedSite()
        let settings = ["DEFER_FOR": "6s"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        #expect(try await SharedSite.code(gates[0], "tlsa-invalid.example") == "451 4.7.323")
        let seen = ContinuousClock.now
        try await site.onStatus(of: "a", world) { $0.contains(" 1 told,") }
        // It is time itself that is waited for.
        try await Task.sleep(until: seen + .seconds(7))
        #expect(try await SharedSite.code(gates[1], "tlsa-invalid.example") == "550 5.7.323")
        await site.stop(gates, world)
    }

    @Test func aHealIsSeenByBoth() async throws { try await aHealIsSeen(.installed) }

    private func aHealIsSeen(_ engine: StoreEngine) async throws {
        let broken = MendableDomain("broken")
        let world = try await MailWorld([broken.domain])
        let site = try await SharedSite(engine)
        let settings = ["FAILURE_TTL": "120s"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        for gate in gates { #expect(try await SharedSite.code(gate, broken.name) == "451 4.7.323") }
        try broken.set(mended: true, in: world)
        // Each would know of the failure for two minutes.
        for gate in gates { #expect(try await SharedSite.code(gate, broken.name) == "451 4.7.323") }
        let began = ContinuousClock.now
        let (status, output) = try await Danegate.run(
            ["recheck", broken.name], environment: world.environment(site.settings("a")))
        #expect(status == 0, "\(output)")
        for gate in gates {
            let isHealed = try await eventually(within: .seconds(60)) {
                try await SharedSite.code(gate, broken.name) == "250"
            }
            #expect(isHealed)
        }
        #expect(ContinuousClock.now - began < .seconds(90), "it is the failure's own end that was waited for")
        await site.stop(gates, world)
    }

    /// Domains are what it is about. Who writes to whom is nobody's affair.
    @Test func noPersonIsInTheStore() async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let site = try await SharedSite()
        let gate = try await site.daemon("a", world)
        for (domain, _) in SharedSite.wildcards {
            _ = try await onOwnThread { [socket = gate.socket] in
                let client = try MilterClient(socket, timeout: .seconds(60))
                try client.open(name: "curious.example.net", address: "198.51.100.77")
                try client.mail("<secret.sender@private.example.net>", macros: ["{auth_authen}": "secret.login"])
                let answer = try client.recipient("<secret.recipient@d.\(domain.name)>")
                try client.quit()
                return answer
            }
        }
        #expect(
            try await eventually(within: .seconds(60)) {
                try await site.names("v:d.").count == SharedSite.wildcards.count
            })
        let all = try await site.command(
            "EVAL",
            """
            local all = {}
            for _, key in ipairs(redis.call('KEYS', '*')) do
                all[#all + 1] = key .. ' ' .. (redis.call('TYPE', key).ok == 'string' and redis.call('GET', key) or '?')
            end
            return all
            """, "0")
        #expect(all.contains("d.good.example") && all.contains("verified"), "\(all)")
        for word in ["secret", "curious", "private", "198.51.100", " ?"] { #expect(!all.contains(word), "\(all)") }
        await site.stop([gate], world)
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
