import Support
import Synchronization
import Testing

@testable import Records

/// How old the oldest rows are that are not written, whoever is late.
@Suite(.timeLimit(.minutes(1))) struct StateAgeTests {
    private struct Rows: PendingRows {
        var count = 0
        var isEmpty: Bool { count == 0 }
    }

    @Test func rowsWaitUntilTheyAreWritten() async {
        let path = WriteBehind<Rows>(interval: .zero)
        #expect(path.oldest == nil)
        path.add { $0.count += 1 }
        let first = path.oldest
        #expect(first != nil)
        path.add { $0.count += 1 }
        #expect(path.oldest == first)
        // They are being written, which may take long.
        let turn = path.turn(until: .now)
        #expect(turn.rows.count == 2 && path.oldest == first)
        path.add { $0.count += 1 }
        #expect(path.oldest == first)
        turn.end()
        let next = path.turn(until: .now)
        #expect(next.rows.count == 1 && path.oldest ?? .now >= first ?? .now)
        next.end()
        #expect(path.turn(until: .now).rows.isEmpty && path.oldest == nil)
    }

    @Test func lossesTellSinceWhen() {
        var losses = Losses()
        let start = ContinuousClock.now
        #expect(losses.since == nil)
        losses.note(3, at: start)
        losses.note(2, at: start + .seconds(60))
        #expect(losses.since == start && losses.count == 5)
        losses.end()
        #expect(losses.since == nil && losses.count == 5)
    }
}
