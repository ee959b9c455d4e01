import RuleMarks
import Testing

@testable import DNSSEC

/// Whose turn it is.
@Suite struct FairQueueTests {
    @Test(arguments: [
        ("example.org", "example.org"), ("mx.example.org", "example.org"), ("_25._tcp.mx.example.org", "example.org"),
        ("mx.example.org.", "example.org"), ("org", "org"), ("", ""), (".", ""), ("a.b.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"), ("a.example.uk", "example.uk"), ("mx.bit.ly", "mx.bit.ly"), ("a.mx.bit.ly", "mx.bit.ly"),
        ("mx.abc.example", "abc.example"), ("mx.gov.com", "gov.com"), ("a.b.c.asso.fr", "asso.fr"),
    ])
    func neighbourhoods(_ name: String, _ expected: String) {
        #expect(Neighbourhood(of: name).name == expected)
    }

    @Test func aNeighbourhoodHasOneCacheAndAllCachesAreUsed() {
        var used: Set<Int> = []
        for number in 0..<200 {
            let zone = Neighbourhood(of: "zone\(number).example")
            #expect(zone.part(of: 1) == 0)
            #expect(Neighbourhood(of: "_25._tcp.mx.zone\(number).example").part(of: 4) == zone.part(of: 4))
            used.insert(zone.part(of: 4))
        }
        #expect(used == [0, 1, 2, 3])
    }

    @Test func neighbourhoodsTakeTurns() {
        var queue = FairQueue(FairQueue.Limits(inFlight: 1000))
        let (crowd, one, other) = (
            LanePath(of: "a.example"), LanePath(of: "b.example"), LanePath(of: "c.example")
        )
        for id in 0..<100 { queue.add(UInt64(id), at: crowd) { _ in true } }
        for id in 200..<202 { queue.add(UInt64(id), at: one) { _ in true } }
        queue.add(300, at: other) { _ in true }
        #expect((0..<7).map { _ in take(&queue) } == [0, 200, 300, 1, 201, 2, 3])
    }

    @Test func aNeighbourhoodHasItsShareAndNoMore() throws {
        var queue = FairQueue(FairQueue.Limits(inFlight: 40))
        let crowd = LanePath(of: "a.example")
        for id in 0..<100 { queue.add(UInt64(id), at: crowd) { _ in true } }
        var inFlight: [FairQueue.Lane] = []
        while let next = queue.next(isWanted: { _ in true }) { inFlight.append(next.lane) }
        #expect(inFlight.count == queue.limits.lane && inFlight.count == 10)
        let last = try #require(inFlight.last)
        queue.finished(last, wasSlow: false)
        #expect(take(&queue) == 10)
        #expect(take(&queue) == nil)
    }

    /// Those that do not come back block their own neighbourhood alone, and it goes on when they have come back.
    @Test func slowOnesBlockTheirOwn() throws {
        var queue = FairQueue(FairQueue.Limits(inFlight: 32))
        #expect(queue.limits.slow == 2)
        let dead = LanePath(of: "dead.example")
        for id in 0..<10 { queue.add(UInt64(id), at: dead) { _ in true } }
        let first = queue.next { _ in true }
        let lane = try #require(first?.lane)
        _ = queue.next { _ in true }
        queue.slowed(lane)
        queue.slowed(lane)
        #expect(take(&queue) == nil)
        queue.add(100, at: LanePath(of: "live.example")) { _ in true }
        #expect(take(&queue) == 100)
        queue.finished(lane, wasSlow: true)
        #expect(take(&queue) == 2)
    }

    @Test func whatNobodyWaitsForIsPassedOverAndForgotten() throws {
        var queue = FairQueue(FairQueue.Limits(inFlight: 100))
        let zone = LanePath(of: "a.example")
        for id in 0..<10 { queue.add(UInt64(id), at: zone) { _ in true } }
        let next = queue.next { $0 > 7 }
        let (id, lane) = try #require(next)
        #expect(id == 8)
        #expect(take(&queue, isWanted: { _ in false }) == nil)
        #expect(queue.count == 1)
        queue.finished(lane, wasSlow: false)
        #expect(queue.count == 0)
        // A lane all of whose lookups were given up while it had its turn.
        queue.add(20, at: zone) { _ in true }
        #expect(take(&queue, isWanted: { _ in false }) == nil)
        #expect(queue.count == 0)
    }

    @Test(arguments: [
        ("mx.example.org", nil, "example.org", "mx.example.org"), ("a.b.example.co.uk", nil, "co.uk", "example.co.uk"),
        ("a.b.example.co.uk.", nil, "co.uk", "example.co.uk"), ("example.org", nil, "example.org", "example.org"),
        ("org", nil, "org", "org"), ("", nil, "", ""),
        // A cut that says less than the last three labels do is of no use.
        ("x.y.z.k12.ca.us", "z.k12.ca.us", "ca.us", "z.k12.ca.us"),
        ("x.y.example.org", "example.org", "example.org", "y.example.org"),
    ])
    func lanesOfNames(name: String, cut: String?, domain: String, zone: String) {
        let path = LanePath(of: name, cut: cut)
        #expect(path.domain == domain && path.zone == zone, "\(path)")
    }

    @Test func cutsAreRememberedUpToABound() {
        var cuts = ZoneCuts()
        cuts.note("z.k12.ca.us")
        #expect(cuts.deepest(above: "x.z.k12.ca.us") == "z.k12.ca.us")
        #expect(cuts.deepest(above: "z.k12.ca.us") == "z.k12.ca.us")
        #expect(cuts.deepest(above: "xz.k12.ca.us") == nil)
        for number in 0..<ZoneCuts.limit { cuts.note("z\(number).k12.ca.us") }
        #expect(cuts.deepest(above: "x.z.k12.ca.us") == nil)
    }

    /// Names below one dead domain, each of which might be a zone of its own: whatever the lengths of the labels, they
    /// have no more than the domain's share, and what lives goes on.
    @Test(.rules("F-111"), arguments: 0..<6) func aWildcardBelowADeadDomainHasOneShare(_: Int) throws {
        var queue = FairQueue(FairQueue.Limits(inFlight: 800))
        let (dead, live) = (Self.drawn(), Self.drawn())
        for id in 0..<2000 { queue.add(UInt64(id), at: LanePath(of: "n\(id).\(dead)")) { _ in true } }
        var begun: [FairQueue.Lane] = []
        while let next = queue.next(isWanted: { _ in true }) { begun.append(next.lane) }
        #expect(begun.count <= queue.limits.domain, "\(dead)")
        for lane in begun { queue.slowed(lane) }
        for id in 3000..<3100 { queue.add(UInt64(id), at: LanePath(of: "n\(id).\(live)")) { _ in true } }
        for id in 3000..<3100 { #expect(take(&queue) == UInt64(id), "\(live)") }
        #expect(take(&queue) == nil)
    }

    /// Below a registry's short second level one zone is dead, and its neighbour is not.
    @Test(.rules("F-111")) func aDeadZoneLeavesItsNeighbourBelowTheSameDomainAlone() {
        var queue = FairQueue(FairQueue.Limits(inFlight: 800))
        for id in 0..<2000 { queue.add(UInt64(id), at: LanePath(of: "n\(id).a.co.zz")) { _ in true } }
        var begun: [FairQueue.Lane] = []
        while let next = queue.next(isWanted: { _ in true }) { begun.append(next.lane) }
        #expect(begun.count == queue.limits.lane)
        for lane in begun { queue.slowed(lane) }
        for id in 3000..<3020 { queue.add(UInt64(id), at: LanePath(of: "n\(id).b.co.zz")) { _ in true } }
        // It had no more than its own share of slow ones at any time.
        for lane in begun.dropFirst(queue.limits.slow) { queue.finished(lane, wasSlow: true) }
        for id in 3000..<3020 { #expect(take(&queue) == UInt64(id)) }
        #expect(take(&queue) == nil, "the dead one has no more than its share of slow ones")
    }

    /// Many dead domains together leave room for those that answer.
    @Test func theLastPlacesAreForThoseThatAnswer() {
        var queue = FairQueue(FairQueue.Limits(inFlight: 400))
        var begun: [FairQueue.Lane] = []
        for round in 0..<20 {
            for domain in 0..<100 {
                let id = UInt64(round * 100 + domain)
                queue.add(id, at: LanePath(of: "n\(round).dead\(domain).example")) { _ in true }
            }
            while let next = queue.next(isWanted: { _ in true }) {
                begun.append(next.lane)
                queue.slowed(next.lane)
            }
        }
        #expect(begun.count == queue.limits.reserved)
        for id in 5000..<5050 { queue.add(UInt64(id), at: LanePath(of: "n\(id).live.example")) { _ in true } }
        for id in 5000..<5050 { #expect(take(&queue) == UInt64(id)) }
        // And the others go on when there is room.
        for lane in begun.prefix(200) { queue.finished(lane, wasSlow: true) }
        #expect(take(&queue) != nil)
    }

    /// A domain that may not go does not gather what nobody waits for any more.
    @Test func whatWaitsInABlockedLaneAndIsGivenUpIsForgotten() {
        var queue = FairQueue(FairQueue.Limits(inFlight: 32))
        for id in 0..<12 { queue.add(UInt64(id), at: LanePath(of: "n\(id).dead.example")) { _ in true } }
        while let next = queue.next(isWanted: { _ in true }) { queue.slowed(next.lane) }
        for id in 100..<5000 { queue.add(UInt64(id), at: LanePath(of: "n\(id).dead.example")) { $0 > UInt64(id) - 20 } }
        #expect((queue.foremost?.count ?? 0) <= 12 + 20)
    }

    /// A domain name of drawn labels: a second level of 1 to 12 letters below a top level of 2 to 6.
    static func drawn() -> String {
        func label(_ length: Int) -> String {
            String((0..<length).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x" })
        }
        let second = [1, 2, 3, 4, 8, 12].randomElement() ?? 3
        return "\(label(second)).\(label((2...6).randomElement() ?? 2))"
    }

    private func take(_ queue: inout FairQueue, isWanted: (UInt64) -> Bool = { _ in true }) -> UInt64? {
        queue.next(isWanted: isWanted)?.id
    }
}
