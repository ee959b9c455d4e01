import DANE
import Policy
import Testing

@testable import Records

/// Each kind of recipient has a place of its own, and threads lose no count.
@Suite struct RecipientCountsTests {
    private static let actions: [Ruling.Action] = [.accept, .tempfail, .reject]

    @Test func eachKindIsCountedApart() {
        let counts = RecipientCounts()
        var expected: [UInt64] = []
        for outcome in Outcome.allCases {
            for action in Self.actions {
                for would in [nil] + Self.actions {
                    for isCached in [false, true] {
                        let times = UInt64(expected.count % 5 + 1)
                        for _ in 0..<times { counts.add(outcome, action, would: would, isCached: isCached) }
                        expected.append(times)
                        let kind = counts.snapshot().first {
                            $0.key.outcome == outcome && $0.key.action == action && $0.key.would == would
                                && $0.key.isCached == isCached
                        }
                        #expect(kind?.value == times, "\(outcome) \(action) \(String(describing: would)) \(isCached)")
                    }
                }
            }
        }
        counts.addPassed(isExempt: false)
        for _ in 0..<2 { counts.addPassed(isExempt: true) }
        let snapshot = counts.snapshot()
        #expect(snapshot.count == expected.count + 2)
        #expect(snapshot.first { $0.key.outcomeText == "passed" }?.value == 1)
        #expect(snapshot.first { $0.key.outcomeText == "exempt" }?.value == 2)
        #expect(counts.total == expected.reduce(3, +))
        // What has been taken still counts.
        #expect(counts.take().keys.allSatisfy { $0.action == .accept && $0.would == nil })
        #expect(counts.take().isEmpty && counts.snapshot() == snapshot)
    }

    @Test func placesAreToldApartAndTheTraceSumsThemUp() {
        let counts = RecipientCounts()
        for (index, place) in RecipientCounts.Place.all.enumerated() {
            #expect(place.ordinal == index)
            for _ in 0...index { counts.add(.verified, .accept, would: nil, isCached: true, at: place) }
            counts.addPassed(isExempt: true, at: place)
        }
        let places = RecipientCounts.Place.all.count
        for isTaken in [false, true] {
            let cells = counts.cells().filter { $0.key.kind.outcome == .verified }
            let found = cells.sorted { $0.key.place.ordinal < $1.key.place.ordinal }.map(\.value)
            #expect(found == (1...UInt64(places)).map(\.self) && counts.total == found.reduce(UInt64(places), +))
            if !isTaken { #expect(counts.take().values.sorted() == [UInt64(places), found.reduce(0, +)].sorted()) }
        }
    }

    @Test func noThreadLosesACount() async {
        let counts = RecipientCounts()
        await withTaskGroup(of: UInt64.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50_000 { counts.add(.verified, .accept, would: nil, isCached: true) }
                    return 0
                }
            }
            group.addTask { (0..<100).reduce(0) { sum, _ in sum + counts.take().values.reduce(0, +) } }
            let taken = await group.reduce(0, +)
            #expect(taken + counts.take().values.reduce(0, +) == 200_000)
        }
        #expect(counts.total == 200_000)
    }
}
