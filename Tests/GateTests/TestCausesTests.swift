import DNSSEC
import Testing

@testable import Support
@testable import Verdicts

/// What is a reason to test the resolver out of turn, and how often.
@Suite struct TestCausesTests {
    private let start = ContinuousClock.now

    private func place(_ name: String) -> Neighbourhood { Neighbourhood(of: name) }

    /// A turn of the watch: a test if there is reason for one, which finds all in order.
    private func turn(_ causes: inout TestCauses, at now: ContinuousClock.Instant, isWell: Bool = true) -> Bool {
        guard causes.claim(at: now) else { return false }
        let met = causes.begin()
        if isWell { causes.clear(met, at: now) }
        return true
    }

    @Test func theFirstRecipientIsReasonEnough() {
        var causes = TestCauses()
        #expect(!turn(&causes, at: start))
        causes.note(place("mx.one.example"), isKnownGood: false, at: start)
        #expect(turn(&causes, at: start))
        #expect(!turn(&causes, at: start))
    }

    /// A domain whose own fault it is costs one test in five minutes, whatever comes for it.
    @Test func whomATestClearedIsNoReasonForAnother() {
        var causes = TestCauses()
        var tests = 0
        for second in 0..<3000 {
            let now = start + .seconds(second)
            causes.note(place("mx\(second).broken.example"), isKnownGood: second % 7 == 0, at: now)
            if turn(&causes, at: now) { tests += 1 }
        }
        #expect(tests == 10)
        // Another one is not taken for it.
        causes.note(place("fresh.example"), isKnownGood: false, at: start + .seconds(3001))
        #expect(turn(&causes, at: start + .seconds(3001)))
    }

    /// Where a test did not find all in order nobody is cleared.
    @Test func nobodyIsClearedByATestThatFails() {
        var causes = TestCauses()
        for round in 0..<3 {
            causes.note(place("one.example"), isKnownGood: false, at: start + .seconds(round * 70))
            #expect(turn(&causes, at: start + .seconds(round * 70), isWell: false))
        }
    }

    /// A stranger with any number of broken zones does not have us poll the root, and does not hide what befalls
    /// others.
    @Test func aStrangersZonesAreBoundedAndHideNothing() {
        var causes = TestCauses()
        var tests = 0
        for second in 0..<3600 {
            let now = start + .seconds(second)
            for number in 0..<20 { causes.note(place("b\(second)x\(number).example"), isKnownGood: false, at: now) }
            if turn(&causes, at: now) { tests += 1 }
        }
        #expect((60...63).contains(tests), "\(tests)")
        // Right after a test the allowance is used up.
        var now = start + .seconds(3600)
        repeat {
            now += .seconds(1)
            causes.note(place("last\(now).example"), isKnownGood: false, at: now)
        } while !turn(&causes, at: now)
        causes.note(place("stranger.example"), isKnownGood: false, at: now)
        #expect(!turn(&causes, at: now))
        causes.note(place("acquaintance.example"), isKnownGood: true, at: now)
        #expect(turn(&causes, at: now))
        // Nor do those whom he lets be in order first.
        tests = 0
        for second in 0..<3600 {
            let now = start + .seconds(4000 + second)
            causes.note(place("g\(second).example"), isKnownGood: true, at: now)
            if turn(&causes, at: now) { tests += 1 }
        }
        #expect(tests <= 3 * 60 + 13, "\(tests)")
    }

    @Test func whatATestFoundElsewhereIsLookedIntoAtOnce() {
        var causes = TestCauses()
        for _ in 0..<5 {
            causes.urge()
            #expect(turn(&causes, at: start))
            #expect(!turn(&causes, at: start))
        }
    }

    @Test func anAllowanceComesBackWithTime() {
        var allowance = Allowance(3, every: .seconds(10))
        for _ in 0..<3 {
            #expect(allowance.wait(at: start) == .zero)
            allowance.take(at: start)
        }
        #expect(allowance.wait(at: start) == .seconds(10))
        #expect(allowance.wait(at: start + .seconds(4)) == .seconds(6))
        #expect(allowance.wait(at: start + .seconds(10)) == .zero)
        allowance.take(at: start + .seconds(10))
        #expect(allowance.wait(at: start + .seconds(10)) == .seconds(10))
        // Not more than all of it.
        for _ in 0..<3 { allowance.take(at: start + .seconds(1000)) }
        #expect(allowance.wait(at: start + .seconds(1000)) == .seconds(10))
    }
}
