import DANE
import Synchronization
import Testing
import WorldServers

@testable import Inspection
@testable import Verdicts

/// What becomes of ages when processes end, machines boot and clocks are set.
@Suite(.timeLimit(.minutes(1))) struct StateClockTests {
    private static let subject = FaultBook.Subject.destination(Destination(.domain("d.example"), port: 25))
    private static let verdict = KeptVerdict(
        destination: Destination(.domain("d.example"), port: 25), demandsDANE: false,
        verdict: Verdict(outcome: .verified, cause: ""), made: 0, fresh: .seconds(1000), stale: .zero)

    /// What happens between two runs.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The time that passes.
        var passes: Int64 = 100
        /// How far the wall clock is set beside that.
        var set: Int64 = 0
        var boots = false
        /// How long the fault has been seen failing at the end of the first run.
        let age = Duration.seconds(300)
        /// How old the fault is then; nil if it is forgotten.
        var isOld: Int64?
        /// How long the verdict still is fresh; nil if it has run out.
        var isFreshFor: Int64?
    }

    @Test(arguments: [
        Case(testDescription: "nothing", isOld: 400, isFreshFor: 900),
        Case(testDescription: "set forwards", set: 3600, isOld: 400, isFreshFor: 900),
        Case(testDescription: "set far forwards", set: 900 * 86400, isOld: 400, isFreshFor: 900),
        Case(testDescription: "set backwards", set: -3600, isOld: 400, isFreshFor: 900),
        Case(testDescription: "a boot", boots: true, isOld: 400, isFreshFor: 900),
        // The verdict's making lies in the future; the fault was seen just now.
        Case(testDescription: "a boot, set backwards", set: -3600, boots: true, isOld: 300, isFreshFor: nil),
        // Nothing tells it from time that has passed.
        Case(testDescription: "a boot, set far forwards", set: 900 * 86400, boots: true, isOld: nil, isFreshFor: nil),
        Case(testDescription: "hours", passes: 5 * 3600, isOld: nil, isFreshFor: nil),
    ])
    func agesHold(_ change: Case) throws {
        let place = try StatePlace()
        try place.run().end { run in
            let now = ContinuousClock.now
            run.book.note(Self.subject, at: now - change.age)
            run.book.note(Self.subject, at: now)
            run.store.kept(Self.verdict)
        }
        place.clocks.withLock { clocks in
            clocks.wall += change.passes + change.set
            clocks.sinceBoot = change.boots ? 10 : clocks.sinceBoot + change.passes
            if change.boots { clocks.boot = "second" }
        }
        // And again, at once: what was put right stays so.
        for _ in 0..<2 {
            let run = try place.run()
            let fault = run.faults[Self.subject]
            let old = fault.map { ($0.age + $0.sinceLast).components.seconds }
            #expect(
                old.map { abs($0 - (change.isOld ?? -10)) <= 1 } ?? (change.isOld == nil), "\(String(describing: old))")
            let wall = place.clocks.withLock { $0.wall }
            let fresh = run.verdicts.first.map { $0.made + $0.fresh.components.seconds - wall }
            #expect(fresh == change.isFreshFor)
            run.end { _ in }
        }
    }

    @Test func aFaultSeenMeanwhileIsAsOldAsItWas() throws {
        let place = try StatePlace()
        try place.run().end { $0.book.note(Self.subject) }
        place.pass(100)
        let run = try place.run { run in run.book.note(Self.subject) }
        #expect(run.book.failingFor(Self.subject) >= .seconds(99))
        #expect(run.faults[Self.subject]?.sightings == 2)
        run.end()
        place.pass(100)
        let next = try place.run()
        #expect(next.book.failingFor(Self.subject) >= .seconds(198))
        next.end()
    }

    @Test func aFaultThatWasMendedMeanwhileDoesNotComeBack() throws {
        let place = try StatePlace()
        try place.run().end { $0.book.note(Self.subject) }
        place.pass(100)
        let run = try place.run { run in run.book.clear(Self.subject) }
        #expect(run.book.failingFor(Self.subject) == .zero)
        run.end()
        let next = try place.run()
        #expect(next.faults.isEmpty)
        next.end()
    }

    @Test func aFaultThatWasMendedIsForgotten() throws {
        let place = try StatePlace()
        try place.run().end { run in
            run.book.note(Self.subject)
            _ = run.store.settle(within: .seconds(30))
            run.book.clear(Self.subject)
        }
        let run = try place.run()
        #expect(run.faults.isEmpty)
        run.end()
    }

    /// Faults of every kind come back with their counts; ages whatever they are.
    @Test(arguments: 1...5) func faultsComeBackAsTheyWere(seed: UInt64) throws {
        var chance = Chance(seed)
        let place = try StatePlace()
        var expected: [FaultBook.Subject: Int] = [:]
        try place.run().end { run in
            let now = ContinuousClock.now
            for _ in 0..<500 {
                let destination = chance.destination()
                let subject = chance.pick(
                    [FaultBook.Subject.destination(destination), .doubt(destination), .policy(destination)])
                let age = chance.below(10_000)
                guard expected[subject] == nil else { continue }
                run.book.note(subject, at: now - .seconds(age))
                run.book.note(subject, at: now)
                expected[subject] = age
            }
        }
        let run = try place.run()
        #expect(run.faults.count == expected.count)
        for (subject, fault) in run.faults {
            #expect(fault.sightings >= 2)
            #expect((expected[subject] ?? 0) - Int((fault.age + fault.sinceLast).components.seconds) <= 1)
            #expect(Int((fault.age + fault.sinceLast).components.seconds) - (expected[subject] ?? 0) <= 1)
        }
        run.end()
    }
}
