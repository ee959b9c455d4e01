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
        var queue = FairQueue(FairQueue.Limits(flights: 1000))
        let (crowd, one, other) = (
            Neighbourhood(of: "a.example"), Neighbourhood(of: "b.example"), Neighbourhood(of: "c.example")
        )
        for id in 0..<100 { queue.add(UInt64(id), of: crowd) { _ in true } }
        for id in 200..<202 { queue.add(UInt64(id), of: one) { _ in true } }
        queue.add(300, of: other) { _ in true }
        #expect((0..<7).map { _ in take(&queue) } == [0, 200, 300, 1, 201, 2, 3])
    }

    @Test func aNeighbourhoodHasItsShareAndNoMore() throws {
        var queue = FairQueue(FairQueue.Limits(flights: 40))
        let crowd = Neighbourhood(of: "a.example")
        for id in 0..<100 { queue.add(UInt64(id), of: crowd) { _ in true } }
        var flights: [FairQueue.Lane] = []
        while let next = queue.next(isWanted: { _ in true }) { flights.append(next.lane) }
        #expect(flights.count == queue.limits.lane && flights.count == 10)
        let last = try #require(flights.last)
        queue.landed(last, wasSlow: false)
        #expect(take(&queue) == 10)
        #expect(take(&queue) == nil)
    }

    /// Those that do not come back block their own neighbourhood alone, and it goes on when they have come back.
    @Test func slowOnesBlockTheirOwn() throws {
        var queue = FairQueue(FairQueue.Limits(flights: 32))
        #expect(queue.limits.slow == 2)
        let dead = Neighbourhood(of: "dead.example")
        for id in 0..<10 { queue.add(UInt64(id), of: dead) { _ in true } }
        let first = queue.next { _ in true }
        let lane = try #require(first?.lane)
        _ = queue.next { _ in true }
        queue.slowed(lane)
        queue.slowed(lane)
        #expect(take(&queue) == nil)
        queue.add(100, of: Neighbourhood(of: "live.example")) { _ in true }
        #expect(take(&queue) == 100)
        queue.landed(lane, wasSlow: true)
        #expect(take(&queue) == 2)
    }

    @Test func whatNobodyWaitsForIsPassedOverAndForgotten() throws {
        var queue = FairQueue(FairQueue.Limits(flights: 100))
        let zone = Neighbourhood(of: "a.example")
        for id in 0..<10 { queue.add(UInt64(id), of: zone) { _ in true } }
        let next = queue.next { $0 > 7 }
        let (id, lane) = try #require(next)
        #expect(id == 8)
        #expect(take(&queue, isWanted: { _ in false }) == nil)
        #expect(queue.count == 1)
        queue.landed(lane, wasSlow: false)
        #expect(queue.count == 0)
        // A lane all of whose lookups were given up while it had its turn.
        queue.add(20, of: zone) { _ in true }
        #expect(take(&queue, isWanted: { _ in false }) == nil)
        #expect(queue.count == 0)
    }

    private func take(_ queue: inout FairQueue, isWanted: (UInt64) -> Bool = { _ in true }) -> UInt64? {
        queue.next(isWanted: isWanted)?.id
    }
}
