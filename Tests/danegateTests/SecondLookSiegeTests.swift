import DANE
import DNSSEC
import Foundation
import RuleMarks
import Synchronization
import Testing
import World

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Support
@testable import Verdicts

/// Strangers' zones whose names fail by the thousand, beside destinations that are in order and others that fail.
@Suite(.timeLimit(.minutes(3))) struct SecondLookSiegeTests {
    /// A label, a second level or a top level of drawn letters.
    private static func drawn(_ length: Int) -> String {
        String((0..<length).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x" })
    }

    /// One zone's bad signatures come at once, and its key after 2.5 s; another one is plainly bogus. Good and failing
    /// destinations beside them, all cold, have their verdicts.
    @Test(.rules("F-110")) func zonesThatFailByTheThousandHoldUpThemselves() async throws {
        let slow = "\(Self.drawn(5)).\(Self.drawn(2))"
        let bogus = "\(Self.drawn(2)).\(Self.drawn(3))"
        var expected: [String: Outcome] = [:]
        var zones = [
            Zone(slow, faults: [.corruptSignature(name: "*", type: "MX")], records: ["* MX 10 mx", "mx A 127.0.0.1"]),
            Zone(bogus, signing: .expired, records: ["* MX 10 mx", "mx A 127.0.0.1"]),
        ]
        for number in 0..<8 {
            for (label, signing, outcome) in [
                ("unsigned", Zone.Signing.unsigned, Outcome.opportunistic), ("signed", .nsec, .opportunistic),
                ("failing", .expired, .dnssecInvalid),
            ] {
                zones.append(Zone("\(label)\(number).example", signing: signing, "@ MX 10 mx", "mx A 127.0.0.1"))
                expected["\(label)\(number).example"] = outcome
            }
        }
        let names = try await NameServers(
            zones: zones, wire: [WireFault(slow, "DNSKEY", .delay(.milliseconds(2500)))])
        let resolver = try Resolver(
            ResolverConfiguration(trustAnchor: .file(names.trustAnchorPath), configuration: names.configurationPath))
        let look = SecondLook(
            Inspector(
                resolver: HostAnswers(resolver), prober: nil, expiredEE: .ignore, isComplete: false, now: unixTime),
            uncached: nil)
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        let breaker = Breaker(settings, log: GateLog(settings))
        var watch = TroubleWatch(breaker, .init(ResolverTests(resolver)) { _ in nil })
        await watch.turn(at: .now)
        var limits = InspectionService.Limits()
        limits.inspections = 60
        limits.waiting = 64
        let service = InspectionService(keeper: VerdictKeeper(settings), breaker: breaker, limits: limits) {
            destination, _ in
            await look.inspect(destination)
        }
        @Sendable func ask(_ name: String, within limit: Duration) -> Verdict {
            let destination = Destination(.domain(DomainName(name)!), port: 25)
            return service.verdict(on: destination, before: .now + limit).verdict
        }
        let attacked = Atomic(0)
        let refused = Atomic(0)
        let attack = Task {
            while !Task.isCancelled {
                let number = attacked.add(1, ordering: .relaxed).newValue
                for zone in [slow, bogus] {
                    // Nobody is told that they are in order, nor is any refused without a look of its own.
                    if !ask("n\(number).\(zone)", within: .zero).outcome.isDoubt { refused.add(1, ordering: .relaxed) }
                }
                if number > 400 { try? await Task.sleep(for: .milliseconds(10)) }
            }
        }
        while attacked.load(ordering: .relaxed) < 400 { await Task.yield() }
        let right = await withTaskGroup(of: Bool.self) { group in
            for (name, outcome) in expected {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            continuation.resume(returning: ask(name, within: .seconds(60)).outcome == outcome)
                        }
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == expected.count, "of \(expected.count), \(look.occupancy), \(service.occupancy)")
        #expect(refused.load(ordering: .relaxed) == 0)
        #expect(service.occupancy.used <= 60)
        let occupancy = look.occupancy
        #expect(occupancy.waiting <= SecondLookQueue.Bounds().waiting)
        #expect(occupancy.foremost.map { [slow, bogus].contains($0) } ?? true, "\(occupancy)")
        attack.cancel()
        await attack.value
        // Its keys are asked for once for many of its names.
        let keys = names.queries.count { $0 == Query(slow, "DNSKEY") }
        #expect(keys < attacked.load(ordering: .relaxed) / 4, "\(keys)")
        await names.stop()
    }
}
