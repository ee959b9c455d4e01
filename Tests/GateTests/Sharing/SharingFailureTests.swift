import DANE
import Glibc
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Sharing
@testable import Verdicts

/// Whatever the store does, this host finds out what it would have found out alone.
@Suite("A shared store that fails", .timeLimit(.minutes(3))) struct SharingFailureTests {
    /// What the store does.
    enum Failure: String, CaseIterable, Sendable { case killed, frozen, full, emptied }

    @Test(arguments: Failure.allCases) func verdictsAreTheSame(failure: Failure) async throws {
        try await SharingHost.run(
            ["a", "b"], settings: failure == .full ? ["maxmemory 100", "maxmemory-policy noeviction"] : []
        ) {
            $0.patience = .milliseconds(200)
            $0.store.slow = .milliseconds(200)
            $0.store.silence = .milliseconds(500)
        } _: { redis, hosts async throws in
            for host in hosts { host.set(.tlsaInvalid, of: "bad.example") }
            switch failure {
            case .killed: await redis.kill()
            case .frozen: redis.signal(SIGSTOP)
            case .full: break
            case .emptied: try await hosts[0].store(Array("FLUSHALL".utf8))
            }
            for host in hosts {
                #expect(await host.ask("good.example").verdict.outcome == .verified)
                #expect(await host.ask("bad.example").verdict.outcome == .tlsaInvalid)
                #expect(await !host.ask("bad.example").verdict.isForeign)
            }
        }
    }

    /// What stands in the store's place, and says this.
    @Test(arguments: [
        "", "+OK\r\n", "$-1\r\n", "*1\r\n", "%1\r\n+proto\r\n:3\r\n", "\u{0}\u{1}", "HTTP/1.1 400\r\n\r\n",
    ])
    func nonsenseIsNoStore(says text: String) async throws {
        let proxy = try await StoreProxy(text.isEmpty ? .mute : .answering(Array(text.utf8)))
        let host = try await SharingHost("a", "redis://127.0.0.1:\(proxy.port)", outcome: .tlsaInvalid) {
            $0.patience = .milliseconds(200)
        }
        #expect(try await eventually(within: SharingHost.patience) { proxy.connections > 0 })
        #expect(await host.ask("d.example").verdict.outcome == .tlsaInvalid)
        #expect(await !host.ask("d.example").verdict.isForeign)
        await host.stop()
        await proxy.stop()
    }

    /// A host may read and not write: it uses what others know.
    @Test func whoMayNotWriteReads() async throws {
        try await SharingHost.run(["a", "b"]) { _, hosts async throws in
            _ = await hosts[0].ask("d.example")
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[1].value("danegate:1:default:v:d.example") != .null
                })
            try await hosts[1].store(
                Array("ACL".utf8), Array("SETUSER".utf8), Array("default".utf8), Array("-set".utf8))
            #expect(await hosts[1].ask("d.example").verdict.isForeign)
            #expect(await !hosts[1].ask("e.example").verdict.isForeign)
            #expect(hosts[1].sharing.standing.isUp)
        }
    }

    @Test func itIsSaidSinceWhen() async throws {
        try await SharingHost.run(["a"]) {
            $0.store.firstPause = .milliseconds(50)
            $0.store.breaker.pause = .milliseconds(100)
        } _: { redis, hosts async throws in
            #expect(hosts[0].sharing.standing.isUp && hosts[0].sharing.standing.reason == nil)
            await redis.kill()
            #expect(
                try await eventually(within: SharingHost.patience) {
                    !hosts[0].sharing.standing.isUp
                        && hosts[0].sharing.standing.reason?.contains("connection refused") == true
                })
            _ = await hosts[0].ask("d.example")
            #expect(hosts[0].sharing.standing.asked[.unanswered] == 1)
            try await redis.restart()
            #expect(try await eventually(within: SharingHost.patience) { hosts[0].sharing.standing.isUp })
            #expect(hosts[0].sharing.standing.connections == 2)
        }
    }
}
