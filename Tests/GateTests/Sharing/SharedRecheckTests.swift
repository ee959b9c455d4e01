import DANE
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Sharing
@testable import Verdicts

@Suite("A recheck on one of several hosts", .timeLimit(.minutes(3))) struct SharedRecheckTests {
    private static let name = "danegate:1:default:r:d.example"

    /// Looks anew as `danegate recheck` has the daemon do.
    private func recheck(_ host: SharingHost, _ outcome: Outcome) {
        host.service.keep(
            SharingHost.inspection(
                SharingHost.destination("d.example"), Verdict(outcome: outcome, host: "mx", cause: "looked at anew")),
            SharingHost.key("d.example"), isOrdered: true)
    }

    private func isKept(_ host: SharingHost) -> Bool {
        host.service.keeper.cache.peek(SharingHost.key("d.example"), at: .now) != nil
    }

    /// Also what a host has found itself, good or bad.
    @Test(arguments: [Outcome.verified, .tlsaInvalid], [Outcome.verified, .tlsaInvalid])
    func dropsWhatAllOthersHave(before: Outcome, after: Outcome) async throws {
        try await SharingHost.run(["a", "b", "c"], outcome: before) { _, hosts async throws in
            // Each looks itself, so that none of them is concerned by what others find.
            for host in hosts {
                host.service.keep(
                    SharingHost.inspection(
                        SharingHost.destination("d.example"), Verdict(outcome: before, host: "mx", cause: "seen")),
                    SharingHost.key("d.example"))
                #expect(isKept(host))
            }
            for host in hosts {
                #expect(try await eventually(within: SharingHost.patience) { host.sharing.standing.told == 1 })
                host.set(after, of: "d.example")
            }
            recheck(hosts[0], after)
            for host in hosts.dropFirst() {
                #expect(try await eventually(within: SharingHost.patience) { !isKept(host) })
                #expect(await host.ask("d.example").verdict.outcome == after)
            }
            #expect(await hosts[0].ask("d.example").verdict.cause == "looked at anew")
        }
    }

    /// How an order is poisoned.
    enum Poison: String, CaseIterable, Sendable { case noSeal, otherName, late, future, otherSettings, garbage, empty }

    @Test(arguments: Poison.allCases) func aFalseOrderDropsNothing(poison: Poison) async throws {
        try await SharingHost.run(["a", "b"]) { _, hosts async throws in
            #expect(await hosts[0].ask("d.example").verdict.outcome == .verified)
            let now = try await hosts[1].time()
            let time = poison == .late ? now - 120_000 : poison == .future ? now + 120_000 : now
            let record = SharedRecord(
                writer: "liar", at: time, settings: poison == .otherSettings ? "other" : "same")
            let name = poison == .otherName ? Self.name + "m" : Self.name
            let right = try #require(record.sealed(hosts[1].sharing.seal, at: name))
            let bytes: [UInt8] =
                switch poison {
                case .noSeal: Array(right.dropLast(16)) + [UInt8](repeating: 0, count: 16)
                case .garbage: (0..<300).map { _ in UInt8.random(in: 0...255) }
                case .empty: []
                default: right
                }
            try await hosts[1].write(bytes, at: Self.name)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    hosts[0].sharing.standing.refused.values.reduce(0, +) == 1
                })
            #expect(isKept(hosts[0]))
        }
    }

    /// Whoever has the key empties no cache.
    @Test func onlySoManyOrdersAreObeyed() {
        var orders = SharedOrders()
        let now = ContinuousClock.now
        var obeyed = 0
        for _ in 0..<500 where orders.hasRoom(at: now) { obeyed += 1 }
        #expect(obeyed == SharedOrders.limit)
        let hasRoomLater = orders.hasRoom(at: now + SharedOrders.window)
        #expect(hasRoomLater)
    }
}
