import DANE
import Testing

@testable import Verdicts

@Suite(.timeLimit(.minutes(1))) struct WaitingThreadsTests {
    private let start = ContinuousClock.now
    private let far = ContinuousClock.now + .seconds(50)

    @Test func whoHasWaitedLongestGivesWay() throws {
        let threads = WaitingThreads(2)
        let first = try #require(threads.enter(at: start))
        let second = try #require(threads.enter(at: start + .milliseconds(10)))
        // Both have just come.
        #expect(threads.enter(at: start + .milliseconds(200)) == nil)
        let third = try #require(threads.enter(at: start + WaitingThreads.moment))
        #expect(first.wait(until: far) == nil)
        // The second has not waited for so long yet.
        #expect(threads.enter(at: start + WaitingThreads.moment) == nil)
        let verdict = Verdict(outcome: .verified, cause: "it is")
        second.call(verdict)
        third.call(verdict)
        #expect(second.wait(until: far) == verdict)
        #expect(third.wait(until: far) == verdict)
    }

    /// Those whose destinations wait for a second look give way first, and at once.
    @Test func whoIsPutAsideGivesWayFirst() throws {
        let threads = WaitingThreads(3)
        let first = try #require(threads.enter(at: start))
        let second = try #require(threads.enter(at: start))
        let third = try #require(threads.enter(at: start))
        threads.putAside([second, third])
        threads.leave(second)
        #expect(threads.enter(at: start) != nil)
        #expect(threads.enter(at: start) != nil)
        #expect(third.wait(until: far) == nil)
        #expect(threads.enter(at: start) == nil, "the others have just come")
        threads.putAside([second])
        #expect(threads.enter(at: start) == nil, "it has been left")
        threads.leave(first)
        #expect(threads.count == 2)
    }

    @Test func aPlaceThatIsLeftIsFree() throws {
        let threads = WaitingThreads(2)
        let first = try #require(threads.enter(at: start))
        let second = try #require(threads.enter(at: start))
        threads.leave(second)
        let third = try #require(threads.enter(at: start))
        threads.leave(first)
        threads.leave(first)
        #expect(threads.enter(at: start) != nil)
        #expect(threads.enter(at: start) == nil)
        // It has been left before the moment was over, and calls nobody else.
        threads.leave(third)
        #expect(threads.enter(at: start) != nil)
    }

    @Test func whoGaveWayKeepsAVerdictThatCameFirst() throws {
        let threads = WaitingThreads(1)
        let first = try #require(threads.enter(at: start))
        let verdict = Verdict(outcome: .verified, cause: "it is")
        first.call(verdict)
        _ = threads.enter(at: start + .seconds(1))
        #expect(first.wait(until: far) == verdict)
    }
}
