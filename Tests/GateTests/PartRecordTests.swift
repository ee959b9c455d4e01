import DNSSEC
import Testing

@testable import Verdicts

/// How a part of the way to the DNS fails, and comes to be relied upon again.
@Suite struct PartRecordTests {
    private static let fault = ResolverHealth.Fault(.denials, .unproven, "lost")
    private let start = ContinuousClock.now

    /// Tests that find all in order, every ten seconds, until it is taken to work.
    ///
    /// - Returns: How many seconds that took.
    private func trial(_ record: inout PartRecord, from second: Int) -> Int {
        for passed in stride(from: 0, through: 1000, by: 10) {
            record.succeed(at: start + .seconds(second + passed))
            if record.fault == nil { return passed }
        }
        return .max
    }

    @Test func itFailsAtOnceAndWorksAfterAWhile() {
        var record = PartRecord()
        #expect(record.fault == nil && record.doubt(at: start) == nil)
        record.succeed(at: start)
        #expect(record.fault == nil)
        record.fail(Self.fault, at: start)
        #expect(record.fault == Self.fault && record.doubt(at: start) == "lost")
        #expect(trial(&record, from: 10) == 20)
        // A clean end leaves nothing behind.
        #expect(record.doubt(at: start + .seconds(31)) == nil)
    }

    /// The more often it fails the longer it has to work.
    @Test func aWayThatComesAndGoesIsBelievedLaterEachTime() {
        var record = PartRecord()
        var second = 0
        var trials: [Int] = []
        for _ in 0..<7 {
            record.fail(Self.fault, at: start + .seconds(second))
            trials.append(trial(&record, from: second + 10))
            second += 10 + (trials.last ?? 0) + 10
            #expect(trials.count == 1 || record.doubt(at: start + .seconds(second)) != nil, "after \(trials)")
        }
        #expect(trials == [20, 40, 80, 160, 300, 300, 300])
        #expect(record.doubt(at: start + .seconds(second + 301)) == nil)
        // Half an hour later all is forgotten.
        second += 1801
        record.fail(Self.fault, at: start + .seconds(second))
        #expect(trial(&record, from: second + 10) == 20)
    }

    /// One test in between that fails, and the time begins anew; many at once are no time.
    @Test func onlyTimeWithoutAFailureCounts() {
        var record = PartRecord()
        record.fail(Self.fault, at: start)
        for second in 1...100 {
            record.succeed(at: start + .seconds(second))
            if second % 15 == 0 { record.fail(Self.fault, at: start + .seconds(second)) }
            #expect(record.fault != nil)
        }
        record.fail(Self.fault, at: start + .seconds(100))
        for _ in 0..<100 { record.succeed(at: start + .seconds(119)) }
        #expect(record.fault != nil)
    }
}
