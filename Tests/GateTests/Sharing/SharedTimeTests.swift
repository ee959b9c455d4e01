import DANE
import DNSSEC
import Probe
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Policy
@testable import Sharing
@testable import Verdicts

/// How long what hosts tell each other lasts, and since when.
@Suite("Times that hosts share", .timeLimit(.minutes(3))) struct SharedTimeTests {
    private static let destination = SharingHost.destination("d.example")
    private static let fault = "danegate:1:default:f:d.example"
    private static let lock = "danegate:1:default:l:d.example"
    private static let verdict = "danegate:1:default:v:d.example"

    private static func good(at time: Int64, fresh: Duration = .seconds(600)) -> SharedRecord? {
        SharedRecord(
            Verdict(outcome: .verified, host: "mx", cause: "said"), fresh: fresh, stale: .zero, writer: "a", at: time,
            settings: "same")
    }

    private static func sighting(at time: Int64) -> SharedRecord {
        SharedRecord(writer: "a", at: time, settings: "same")
    }

    /// A host whose PROBE_TTL is longer tells others what is too old for them.
    @Test(arguments: [(300, 300), (900, 0)]) func aVerdictLastsAsLongAsOnesOwn(age: Int, left: Int) async throws {
        let redis = try await RedisServer()
        var settings = Settings()
        settings.probeTTL = .seconds(600)
        let host = try await SharingHost("b", "redis://127.0.0.1:\(redis.port)", settings: settings)
        try await host.join()
        let time = try await host.time() - Int64(age) * 1000
        try await host.write(Self.good(at: time, fresh: .seconds(7200)), at: Self.verdict)
        #expect(await host.ask("d.example").verdict.isForeign == (left > 0))
        let kept = host.service.keeper.cache.peek(SharingHost.key("d.example"), at: .now)?.fresh ?? .zero
        #expect(left == 0 || kept <= .seconds(left + 1))
        await host.stop()
        await redis.stop()
    }

    /// Numbers that no host writes.
    @Test(arguments: [Int64.min, -1, 366 * 86_400 + 1, .max])
    func noTimeIsBeyondReckoning(seconds: Int64) async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            for (fresh, stale) in [(seconds, 0), (600, seconds)] {
                var record = try #require(Self.good(at: try await hosts[0].time()))
                (record.f, record.e) = (fresh, stale)
                try await hosts[0].write(record, at: Self.verdict)
                #expect(await !hosts[0].ask("d.example").verdict.isForeign)
                #expect(hosts[0].service.noteRechecked(SharingHost.key("d.example")))
            }
            #expect(hosts[0].sharing.standing.refused[.form] == 2)
        }
    }

    /// Where policy demands DANE and this host has seen that there is none, others do not end that: later it would be
    /// as old as if it had lasted.
    @Test func whoHasMissedWhatPolicyDemandsSeesForHimself() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            let subject = FaultBook.Subject.policy(Self.destination)
            host.service.keeper.faults.note(subject, at: .now - .seconds(3600))
            try await host.write(Self.good(at: try await host.time()), at: Self.verdict)
            let answer = await host.service.verdict(
                on: Self.destination, demandingDANE: true, before: .now + SharingHost.patience)
            #expect(!answer.verdict.isForeign && host.looks(at: "d.example") == 1)
            #expect(!host.service.keeper.faults.knows(subject))
        }
    }

    /// The next doubt does not last since this one.
    @Test func aGoodVerdictOfOthersEndsADoubt() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            host.service.keeper.faults.note(.doubt(Self.destination), at: .now - .seconds(3600))
            try await host.write(Self.good(at: try await host.time()), at: Self.verdict)
            #expect(await host.ask("d.example").verdict.isForeign)
            #expect(!host.service.keeper.faults.knows(.doubt(Self.destination)))
        }
    }

    /// A host that may not probe now has not seen that a fault is over, nor that another host is right.
    @Test func whoHasNotProbedEndsNoFault() async throws {
        let inspector = Inspector(
            resolver: FakeResolver(
                mx: ["d.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
                aaaa: ["mx.example": .absent], tlsa: ["_25._tcp.mx.example": .secured(InspectorTests.usable)]),
            prober: FakeProber(["192.0.2.1": .withheld("enough", earlier: nil)]), expiredEE: .ignore,
            isComplete: false, now: { 0 })
        let inspection = await inspector.inspect(Self.destination)
        #expect(inspection.verdict.outcome == .unprobed)
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Self.sighting(at: try await host.time() - 3_600_000), at: Self.fault)
            let token = Array("mine".utf8)
            try await host.write(token, at: Self.lock)
            var verdict = Verdict(outcome: .verified, cause: "said")
            verdict.source = try #require(host.sharing.writers.number(of: "a", writing: 1))
            let known = SharedVerdict(verdict, age: .zero, fresh: .seconds(60), stale: .zero)
            host.service.keep(inspection, SharingHost.key("d.example"), SharedClaim(known: known, lock: token))
            // What is told comes before the lock is freed.
            #expect(try await eventually(within: SharingHost.patience) { try await host.value(Self.lock) == .null })
            #expect(try await host.value(Self.fault) != .null)
            #expect(host.sharing.standing.checks == 0)
        }
    }

    /// Faults that came from this host's own way to the DNS are no faults for the others either, nor for this one when
    /// the destination really fails.
    @Test(arguments: ["b", "a"]) func falseFailuresAreTakenBack(writer: String) async throws {
        try await SharingHost.run(["b"], outcome: .dnssecInvalid) { _, hosts async throws in
            let host = hosts[0]
            let faults = host.service.keeper.faults
            let subject = FaultBook.Subject.destination(Self.destination)
            if writer == "a" {
                try await host.write(Self.sighting(at: try await host.time() - 3_600_000), at: Self.fault)
            } else {
                faults.note(subject, isOfDNS: true, at: .now - .seconds(3600))
            }
            #expect(await host.ask("d.example").verdict.outcome == .dnssecInvalid)
            #expect(try await eventually(within: SharingHost.patience) { try await host.value(Self.verdict) != .null })
            let last = FaultBook.Subject.doubt(Self.destination)
            host.sharing.takeBack(host.service.keeper.takeBackDNSFailures(since: .now - .seconds(7200)) + [last])
            #expect(!faults.knows(subject))
            // A second order is carried out behind the first.
            try await host.write(SharedRecord(writer: "b", at: try await host.time(), settings: "same"), at: Self.doubt)
            host.sharing.takeBack([last])
            #expect(try await eventually(within: SharingHost.patience) { try await host.value(Self.doubt) == .null })
            // What another host has seen first stays.
            #expect(try await (host.value(Self.fault) == .null) == (writer == "b"))
            host.set(.tlsaInvalid, of: "d.example")
            _ = await host.ask("d.example")
            #expect((faults.failingFor(subject) < .seconds(900)) == (writer == "b"))
        }
    }

    private static let doubt = "danegate:1:default:d:d.example"
}
