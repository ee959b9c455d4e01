import NIOCore
import Testing

@testable import Store

@Suite("A store that fails or is slow is left alone")
struct StoreBreakerTests {
    /// A breaker, and what happens to it so many seconds after its beginning.
    private final class Trial {
        var value = StoreBreaker()

        static func time(_ seconds: Int64) -> NIODeadline {
            .uptimeNanoseconds(1_000_000_000_000) + .seconds(seconds)
        }

        func fails(_ second: Int64) -> Bool { value.noteFailure(at: Self.time(second)) }
        func isSlow(_ second: Int64) -> Bool { value.noteSlow(at: Self.time(second)) }
        func begins(_ second: Int64) -> Bool { value.beginTrial(at: Self.time(second)) }
        func ends(_ isGood: Bool, _ second: Int64) { value.endTrial(isGood: isGood, at: Self.time(second)) }
    }

    @Test func opensAtTheThirdFailure() {
        let breaker = Trial()
        #expect(!breaker.fails(0))
        #expect(!breaker.fails(9))
        #expect(breaker.fails(10))
        #expect(breaker.value.phase == .open)
        #expect(breaker.value.nextTrial == Trial.time(15))
        // What is still on its way when it opens changes nothing.
        #expect(!breaker.fails(11) && !breaker.isSlow(11))
        #expect(breaker.value.nextTrial == Trial.time(15))
    }

    @Test func opensAtTheFifthSlowAnswer() {
        let breaker = Trial()
        for second: Int64 in 0..<4 { #expect(!breaker.isSlow(second)) }
        #expect(breaker.value.phase == .closed)
        #expect(breaker.isSlow(4))
        #expect(breaker.value.phase == .open)
    }

    @Test func forgetsAfterTenSeconds() {
        let breaker = Trial()
        for second: Int64 in stride(from: 0, through: 60, by: 6) {
            #expect(!breaker.fails(second))
        }
        for second: Int64 in stride(from: 60, through: 120, by: 3) { #expect(!breaker.isSlow(second)) }
        #expect(breaker.value.phase == .closed)
    }

    @Test func failuresAndSlownessDoNotAdd() {
        let breaker = Trial()
        for _ in 0..<2 { #expect(!breaker.fails(0)) }
        for _ in 0..<4 { #expect(!breaker.isSlow(0)) }
        #expect(breaker.value.phase == .closed)
    }

    @Test func triesOnceEveryFiveSeconds() {
        let breaker = Trial()
        for _ in 0..<3 { _ = breaker.fails(0) }
        #expect(!breaker.begins(4))
        #expect(breaker.begins(5))
        #expect(breaker.value.phase == .halfOpen)
        #expect(!breaker.begins(6), "a second trial beside the first")
        breaker.ends(false, 7)
        #expect(breaker.value.phase == .open)
        #expect(breaker.value.nextTrial == Trial.time(12))
        #expect(breaker.begins(12))
        breaker.ends(true, 12)
        #expect(breaker.value.phase == .closed)
        #expect(breaker.value.nextTrial == nil)
        // Failures of before do not count any more.
        #expect(!breaker.fails(12) && !breaker.fails(12))
        #expect(breaker.fails(12))
    }

    /// An answer that comes after all decides nothing where no trial is made.
    @Test func endsNoTrialThatIsNone() {
        let breaker = Trial()
        breaker.ends(false, 0)
        #expect(breaker.value.phase == .closed)
        for _ in 0..<3 { _ = breaker.fails(0) }
        breaker.ends(true, 1)
        #expect(breaker.value.phase == .open)
    }
}
