import DNSSEC
import Testing

@testable import Inspection

/// Who has a place, and who gives way.
@Suite struct FairSharesTests {
    private func path(_ name: String) -> LanePath { LanePath(of: name) }

    @Test func whoeverComesFindsAPlaceWhileThereAreAny() {
        var shares = FairShares<Int>(100)
        for key in 0..<100 { #expect(shares.enter(key, at: path("n\(key).crowd.example")).isEntered) }
        #expect(shares.count == 100)
        #expect(shares.foremost?.domain == "crowd.example" && shares.foremost?.count == 100)
        for key in 0..<100 { shares.leave(key, from: path("n\(key).crowd.example")) }
        #expect(shares.count == 0 && shares.foremost == nil)
        shares.leave(0, from: path("n0.crowd.example"))
        #expect(shares.count == 0)
    }

    @Test func whoHasMostGivesWayAndNobodyElse() {
        var shares = FairShares<Int>(100)
        for key in 0..<90 { _ = shares.enter(key, at: path("crowd.example")) }
        for key in 90..<100 { _ = shares.enter(key, at: path("small\(key).example")) }
        var displaced: [Int] = []
        for key in 100..<150 {
            guard case .displaced(let other) = shares.enter(key, at: path("other\(key).example")) else { continue }
            displaced.append(other)
        }
        #expect(displaced == Array(0..<50), "who came first goes first")
        // The crowd itself gains nothing by coming.
        #expect(shares.enter(200, at: path("crowd.example")).isFull)
        #expect(shares.count == 100)
    }

    /// Within a domain it is the zones that share.
    @Test func aZoneGivesWayToItsNeighbour() {
        var shares = FairShares<Int>(20)
        for key in 0..<20 { _ = shares.enter(key, at: path("n\(key).a.co.zz")) }
        #expect(shares.enter(20, at: path("n.b.co.zz")).displaced == 0)
        #expect(shares.enter(21, at: path("n.a.co.zz")).isFull)
        for key in 22..<31 { #expect(shares.enter(key, at: path("n\(key).b.co.zz")).displaced != nil) }
        #expect(shares.enter(31, at: path("n.b.co.zz")).isFull, "both have ten")
    }

    @Test func equalsDoNotDisplaceEachOther() {
        var shares = FairShares<Int>(10)
        for key in 0..<10 { _ = shares.enter(key, at: path("zone\(key).example")) }
        #expect(shares.enter(10, at: path("zone10.example")).isFull)
        #expect(shares.enter(11, at: path("zone1.example")).isFull)
    }
}

extension FairShares.Entry {
    fileprivate var isEntered: Bool { if case .entered = self { true } else { false } }
    fileprivate var isFull: Bool { if case .full = self { true } else { false } }
    fileprivate var displaced: Key? { if case .displaced(let key) = self { key } else { nil } }
}
