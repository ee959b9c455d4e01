import DANE
import Testing

@testable import Verdicts

@Suite(.timeLimit(.minutes(1))) struct WaitingRoomTests {
    private let start = ContinuousClock.now
    private let far = ContinuousClock.now + .seconds(50)

    @Test func whoHasWaitedLongestGivesWay() throws {
        let room = WaitingRoom(2)
        let first = try #require(room.enter(at: start))
        let second = try #require(room.enter(at: start + .milliseconds(10)))
        // Both have just come.
        #expect(room.enter(at: start + .milliseconds(200)) == nil)
        let third = try #require(room.enter(at: start + WaitingRoom.moment))
        #expect(first.wait(until: far) == nil)
        // The second has not waited for so long yet.
        #expect(room.enter(at: start + WaitingRoom.moment) == nil)
        let verdict = Verdict(outcome: .verified, cause: "it is")
        second.call(verdict)
        third.call(verdict)
        #expect(second.wait(until: far) == verdict)
        #expect(third.wait(until: far) == verdict)
    }

    /// Those whose destinations wait for a second look give way first, and at once.
    @Test func whoIsPutAsideGivesWayFirst() throws {
        let room = WaitingRoom(3)
        let first = try #require(room.enter(at: start))
        let second = try #require(room.enter(at: start))
        let third = try #require(room.enter(at: start))
        room.putAside([second, third])
        room.leave(second)
        #expect(room.enter(at: start) != nil)
        #expect(room.enter(at: start) != nil)
        #expect(third.wait(until: far) == nil)
        #expect(room.enter(at: start) == nil, "the others have just come")
        room.putAside([second])
        #expect(room.enter(at: start) == nil, "it has been left")
        room.leave(first)
        #expect(room.count == 2)
    }

    @Test func aSeatThatIsLeftIsFree() throws {
        let room = WaitingRoom(2)
        let first = try #require(room.enter(at: start))
        let second = try #require(room.enter(at: start))
        room.leave(second)
        let third = try #require(room.enter(at: start))
        room.leave(first)
        room.leave(first)
        #expect(room.enter(at: start) != nil)
        #expect(room.enter(at: start) == nil)
        // It has been left before the moment was over, and calls nobody else.
        room.leave(third)
        #expect(room.enter(at: start) != nil)
    }

    @Test func whoGaveWayKeepsAVerdictThatCameFirst() throws {
        let room = WaitingRoom(1)
        let first = try #require(room.enter(at: start))
        let verdict = Verdict(outcome: .verified, cause: "it is")
        first.call(verdict)
        _ = room.enter(at: start + .seconds(1))
        #expect(first.wait(until: far) == verdict)
    }
}
