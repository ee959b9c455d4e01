import DANE
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Policy
@testable import Sharing
@testable import Verdicts

/// A fault that ends while a host can tell nobody: the next one is not as old as that.
@Suite("Faults that end while nobody can be told", .timeLimit(.minutes(3))) struct SharedOwedTests {
    private static let name = "danegate:1:default:f:d.example"
    private static let subject = FaultBook.Subject.destination(SharingHost.destination("d.example"))

    /// A host behind a proxy, and one that reaches the store always.
    private func cutOff(_ body: (SharingHost, SharingHost, (Bool) async throws -> Void) async throws -> Void)
        async throws
    {
        try await SharingHost.run(["other"]) { redis, hosts async throws in
            let way = StoreProxy.Conduct.passing(to: redis.port, after: .zero)
            let proxy = try await StoreProxy(way)
            let host = try await SharingHost("cut", "redis://127.0.0.1:\(proxy.port)") {
                $0.patience = .milliseconds(200)
                $0.store.slow = .milliseconds(200)
                $0.store.silence = .milliseconds(500)
                // A connection that comes while the proxy is mute stays mute.
                $0.store.connectTimeout = .seconds(1)
            }
            try await host.join()
            try await body(host, hosts[0]) { isOpen async throws in
                proxy.conduct(isOpen ? way : .mute)
                #expect(
                    try await eventually(within: SharingHost.patience) {
                        let ping = RESPCommand("PING")
                        _ = try? await host.sharing.client.answer(to: ping, within: .milliseconds(300))
                        return host.sharing.client.isReady == isOpen
                    })
            }
            await host.stop()
            await proxy.stop()
        }
    }

    private func tellOldFault(_ host: SharingHost) async throws {
        let first = SharedRecord(writer: "other", at: try await host.time() - 3_600_000, settings: "same")
        try await host.write(first, at: Self.name)
    }

    /// - Parameter isAgain: Whether it begins anew before the store is back.
    @Test(arguments: [false, true]) func theStoreLearnsItLater(isAgain: Bool) async throws {
        try await cutOff { host, other, open in
            try await tellOldFault(other)
            try await open(false)
            host.set(.verified, of: "d.example")
            await host.recheck("d.example")
            if isAgain {
                host.set(.tlsaInvalid, of: "d.example")
                _ = host.service.noteRechecked(SharingHost.key("d.example"))
                await host.recheck("d.example")
            }
            try await open(true)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    guard let bytes = try await other.value(Self.name).bytes else { return !isAgain }
                    let record = try SharedRecord(bytes, other.sharing.seal, at: Self.name)
                    let now = try await other.time()
                    return isAgain && record.t > now - 600_000
                })
            #expect(
                try await eventually(within: SharingHost.patience) { host.sharing.owed.end(of: Self.subject) == nil })
            if !isAgain {
                host.set(.tlsaInvalid, of: "d.example")
                _ = host.service.noteRechecked(SharingHost.key("d.example"))
                _ = await host.ask("d.example")
            }
            #expect(host.service.keeper.faults.failingFor(Self.subject) < .seconds(600))
        }
    }

    /// What was no fault, because the way to the DNS was at fault, is taken back later, too.
    @Test func whatWasNoneIsTakenBackLater() async throws {
        try await cutOff { host, other, open in
            try await tellOldFault(other)
            try await open(false)
            host.sharing.takeBack([Self.subject])
            try await open(true)
            #expect(
                try await eventually(within: SharingHost.patience) { try await other.value(Self.name) == .null })
        }
    }

    /// Until the store knows, what stands there is no older for this host than it can be.
    @Test func anAgeCountsSinceAllWasWell() async throws {
        try await SharingHost.run(["a"], outcome: .tlsaInvalid) { _, hosts async throws in
            let host = hosts[0]
            try await tellOldFault(host)
            #expect(host.sharing.age(.seconds(3600), of: Self.subject) == .seconds(3600))
            host.sharing.owed.note([Self.subject])
            #expect(host.sharing.age(.seconds(3600), of: Self.subject) < .seconds(600))
        }
    }

    /// What another host has seen since then stays.
    @Test func aLaterSightingStays() async throws {
        try await SharingHost.run(["a"]) { _, hosts async throws in
            let host = hosts[0]
            let first = SharedRecord(writer: "other", at: try await host.time() - 60_000, settings: "same")
            try await host.write(first, at: Self.name)
            host.sharing.owed.note([Self.subject], at: .now - .seconds(600))
            await host.sharing.settleOwed()
            #expect(host.sharing.owed.some(1).isEmpty)
            #expect(try await host.value(Self.name) != .null)
        }
    }

    /// What is not shared keeps nothing else waiting.
    @Test func whatIsNotSharedIsSettled() async throws {
        try await SharingHost.run(["a"]) { _, hosts async throws in
            let host = hosts[0]
            let names = (0..<200).map { FaultBook.Subject.policy(SharingHost.destination("d\($0).example")) }
            host.sharing.owed.note(names)
            await host.sharing.settleOwed()
            #expect(host.sharing.owed.some(1).isEmpty)
        }
    }

    @Test func notMoreAreKeptThanAreAllowed() {
        let owed = OwedEnds()
        let all = (0..<OwedEnds.limit + 10).map { FaultBook.Subject.doubt(SharingHost.destination("d\($0).example")) }
        owed.note(all)
        #expect(owed.some(.max).count == OwedEnds.limit)
        // Of which there is no record, the end is that of the last one without room.
        let stranger = FaultBook.Subject.doubt(SharingHost.destination("stranger.example"))
        #expect(owed.end(of: stranger) != nil)
        owed.settle(owed.some(.max))
        #expect(owed.some(1).isEmpty)
    }
}
