import DANE
import Foundation
import Testing
import World
import WorldServers
import WorldStore

/// A store that daemons share, and the settings that lead to it.
struct SharedSite: Sendable {
    let redis: RedisServer
    /// The settings that lead there.
    let shared: [String: String]
    private let scratch: ScratchDirectory

    /// Starts a store for daemons.
    init(_ engine: StoreEngine = .installed) async throws {
        let redis = try await RedisServer(engine: engine)
        try self.init(redis, ["SHARED": "redis://127.0.0.1:\(redis.port)"])
    }

    /// Has a store that runs.
    ///
    /// - Parameter settings: Those that lead there; without a file of the key there is one.
    init(_ redis: RedisServer, _ settings: [String: String]) throws {
        self.redis = redis
        scratch = try ScratchDirectory("shared")
        let key = try scratch.write("0123456789abcdef0123456789abcdef\n", to: "key")
        shared = ["SHARED_KEY_FILE": key].merging(settings) { $1 }
    }

    /// A daemon that uses the store, with its state in a directory of this name.
    ///
    /// - Parameters:
    ///   - others: Variables that are no settings.
    ///   - waits: Whether to wait until it uses the store.
    func daemon(
        _ name: String, _ world: MailWorld, _ settings: [String: String] = [:], _ others: [String: String] = [:],
        waits: Bool = true
    ) async throws -> DaemonTests.Gate {
        let gate = try await DaemonTests.Gate(world, self.settings(name).merging(settings) { $1 }, others)
        if waits { #expect(await gate.daemon.waitForOutput { $0.contains("event=shared result=up") }) }
        return gate
    }

    /// The settings of the daemon of this name.
    func settings(_ name: String) -> [String: String] {
        let directory = scratch.file(name)
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return shared.merging(["STATE_DIRECTORY": directory]) { $1 }
    }

    /// The code and enhanced code that a daemon answers a recipient of a domain with.
    static func code(_ gate: DaemonTests.Gate, _ domain: String) async throws -> String {
        guard case .reply(let reply) = try await gate.answer("<a@\(domain)>") else { return "250" }
        return String(reply.prefix { $0 != " " }) + " " + reply.dropFirst(4).prefix { $0 != " " }
    }

    /// Waits until `danegate status` of the daemon of this name says so.
    func onStatus(of name: String, _ world: MailWorld, _ holds: @escaping (String) async throws -> Bool) async throws {
        var output = ""
        let environment = world.environment(settings(name))
        let isSo = try await eventually(within: .seconds(60)) {
            output = try await Danegate.run(["status"], environment: environment).output
            return try await holds(output)
        }
        #expect(isSo, "\(output)")
    }

    /// Sends a command to the store, and returns what redis-cli prints.
    @discardableResult
    func command(_ words: String...) async throws -> String {
        try await ChildProcess.run("redis-cli", ["-p", "\(redis.port)"] + words).output
    }

    /// The names in the store that begin like this, behind the realm: `v:d.example`. The port of the world's hosts
    /// follows, which is not that of SMTP.
    func names(_ beginning: String) async throws -> [Substring] {
        let text = try await command("KEYS", "danegate:1:default:\(beginning)*")
        return text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("danegate:") }
    }

    /// Ends everything.
    func stop(_ gates: [DaemonTests.Gate], _ world: MailWorld) async {
        for gate in gates { #expect(await gate.daemon.stop() == 0) }
        await redis.stop()
        await world.stop()
    }

    /// Domains below which any name is one more destination of that kind, and their answers with `DEFER_FOR=0`.
    static let wildcards: [(domain: MailDomain, code: String)] = [
        (
            MailDomain("good", "shared", .verified) { draft in
                let chain = try await draft.chain()
                try await draft.address("mx", .normal(chain))
                draft.record("@ MX 10 mx", "* MX 10 mx")
                draft.publish([chain.tlsa()])
            }, "250"
        ),
        (
            MailDomain("plain", "shared", .opportunistic) { draft in
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
            }, "250"
        ),
        (
            MailDomain("broken", "shared", .tlsaInvalid) { draft in
                try await draft.address("mx", .normal(try await draft.chain()))
                draft.record("@ MX 10 mx", "* MX 10 mx")
                draft.publish([try await draft.chain().tlsa()])
            }, "550 5.7.323"
        ),
        (
            MailDomain("bogus", "shared", .dnssecInvalid) { draft in
                draft.zone.faults = [.corruptSignature(name: "*", type: "MX")]
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
            }, "550 5.7.324"
        ),
        (MailDomain("missing", "shared", .noSuchDomain) { _ in }, "550 5.1.2"),
    ]
}
