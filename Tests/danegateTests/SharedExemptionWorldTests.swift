import Foundation
import Testing
import World
import WorldServers
import WorldStore

/// Exemptions and rechecks on one of two daemons that share a store.
@Suite(.timeLimit(.minutes(5))) struct SharedExemptionWorldTests {
    /// Two daemons, each with a state directory and a user of the store of its own.
    private struct Site {
        /// What danegate.env(5) says that a user needs: one that may write exemptions, and one that may not.
        static let users = [
            "user default off",
            "user writer on >secret ~danegate:1:* resetchannels \(commands) +hget +hset +hdel",
            "user reader on >secret ~danegate:1:*:[dflnrv]:* %R~danegate:1:*:x resetchannels \(commands)",
        ]
        private static let commands =
            "-@all +hello +ping +select +time +client|tracking +client|setname +get +mget +set +del +pexpire +eval "
            + "+evalsha +hscan +incr +expire"

        let world: MailWorld
        let redis: RedisServer
        let scratch: ScratchDirectory
        let gates: [DaemonTests.Gate]

        init(_ domains: [MailDomain], _ users: [String]) async throws {
            world = try await MailWorld(domains)
            redis = try await RedisServer(acl: Self.users)
            scratch = try ScratchDirectory("shared")
            try scratch.write("0123456789abcdef0123456789abcdef\n", to: "key")
            var gates: [DaemonTests.Gate] = []
            for (number, user) in users.enumerated() {
                try scratch.write("user=\(user)\npassword=secret\n", to: "user\(number)")
                let directory = scratch.file("\(number)")
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                let gate = try await DaemonTests.Gate(
                    world, Self.settings(number, redis, scratch))
                #expect(await gate.daemon.waitForOutput { $0.contains("event=shared result=up") })
                gates.append(gate)
            }
            self.gates = gates
        }

        private static func settings(
            _ number: Int, _ redis: RedisServer, _ scratch: ScratchDirectory
        ) -> [String: String] {
            [
                "SHARED": "redis://127.0.0.1:\(redis.port)", "SHARED_KEY_FILE": scratch.file("key"),
                "SHARED_CREDENTIALS_FILE": scratch.file("user\(number)"), "STATE_DIRECTORY": scratch.file("\(number)"),
                "FAILURE_TTL": "120s",
            ]
        }

        /// Runs the program on one of the hosts.
        @discardableResult
        func run(_ number: Int, _ arguments: String...) async throws -> (status: Int32, output: String) {
            try await Danegate.run(
                arguments, environment: world.environment(Self.settings(number, redis, scratch)))
        }

        func accepts(_ number: Int, _ domain: String) async throws -> Bool {
            try await gates[number].answer("<a@\(domain)>") == .continue
        }

        func stop() async {
            for gate in gates { #expect(await gate.daemon.stop() == 0) }
            await redis.stop()
            await world.stop()
        }
    }

    @Test func anExemptionHoldsOnBothUntilOneEndsIt() async throws {
        let site = try await Site([MailDomains.named("tlsa-invalid")], ["writer", "writer"])
        let domain = "tlsa-invalid.example"
        for number in 0..<2 { #expect(try await !site.accepts(number, domain)) }
        let (status, output) = try await site.run(
            0, "exempt", "add", domain, "--until", "30d", "--reason", "they are moving", "--by", "alice")
        #expect(status == 0 && output.contains("All hosts that use the shared store have it."), "\(output)")
        // No waiting here: the daemon was told.
        #expect(try await site.accepts(0, domain))
        #expect(try await eventually(within: .seconds(60)) { try await site.accepts(1, domain) })
        #expect(
            await site.gates[1].daemon.waitForOutput {
                $0.contains("event=exemption result=added domain=\(domain) by=\"alice on ")
            })
        #expect(
            await site.gates[1].daemon.waitForOutput { $0.contains("passed=\"exempt: they are moving (alice on ") })
        #expect(try await site.run(1, "exempt", "list").output.contains("alice on "))
        #expect(try await site.run(1, "status").output.contains("; 1 exemptions shared"))
        #expect(try await site.run(1, "exempt", "remove", domain, "--by", "bob").status == 0)
        #expect(try await !site.accepts(1, domain))
        #expect(try await eventually(within: .seconds(60)) { try await !site.accepts(0, domain) })
        #expect(
            await site.gates[0].daemon.waitForOutput {
                $0.contains("event=exemption result=removed domain=\(domain) by=\"bob on ")
            })
        await site.stop()
    }

    @Test func whoMayNotWriteIsToldSo() async throws {
        let site = try await Site([MailDomains.named("tlsa-invalid")], ["reader", "writer"])
        let domain = "tlsa-invalid.example"
        let (status, output) = try await site.run(0, "exempt", "add", domain, "--until", "1d", "--reason", "moving")
        #expect(status == 0 && output.contains("does not let this host write exemptions"), "\(output)")
        #expect(output.contains("NOPERM"), "\(output)")
        #expect(try await site.accepts(0, domain))
        #expect(try await !site.accepts(1, domain))
        #expect(
            await site.gates[0].daemon.waitForOutput { $0.contains("event=shared result=exemptions-refused") })
        // What another host writes holds here too.
        #expect(try await site.run(1, "exempt", "add", ".example", "--until", "1d", "--reason", "all").status == 0)
        #expect(
            try await eventually(within: .seconds(60)) {
                try await site.run(0, "exempt", "list").output.contains(".example ")
            })
        await site.stop()
    }

    /// Each has found the domain to be in order itself, and would go by that for an hour.
    @Test func aRecheckIsSeenByBoth() async throws {
        let domain = MendableDomain("mended", sound: true)
        let site = try await Site([domain.domain], ["writer", "reader"])
        #expect(try await site.accepts(0, domain.name))
        #expect(try await site.accepts(1, domain.name))
        try domain.set(mended: false, in: site.world)
        #expect(try await site.accepts(1, domain.name))
        #expect(try await site.run(0, "recheck", domain.name).status != 0)
        #expect(try await eventually(within: .seconds(60)) { try await !site.accepts(1, domain.name) })
        await site.stop()
    }
}
