import DANE
import RuleMarks
import Testing

@testable import Inspection
@testable import Verdicts

@Suite struct VerdictCacheTests {
    private let now = ContinuousClock.now
    private let good = Verdict(outcome: .verified, host: "mx.example", cause: "a record matches")

    private func key(_ name: String, demandsDANE: Bool = false) -> VerdictKey {
        VerdictKey(Destination(.domain(DomainName(name)!), port: 25), demandsDANE: demandsDANE)
    }

    private func state(_ cache: VerdictCache, _ key: VerdictKey, after time: Duration) -> String {
        switch cache.find(key, at: now + time) {
        case .fresh: "fresh"
        case .stale(_, let isDue): isDue ? "due" : "stale"
        case nil: "none"
        }
    }

    @Test func aKeyKeepsWhatItIsMadeOf() {
        for destination in [Destination(.domain("d.example"), port: 25), Destination(.host("d.example"), port: 2525)] {
            for demandsDANE in [true, false] {
                let key = VerdictKey(destination, demandsDANE: demandsDANE)
                #expect(key.destination == destination)
                #expect(key.demandsDANE == demandsDANE)
            }
        }
    }

    @Test(arguments: [
        (Outcome.verified, false, "due"), (.opportunistic, false, "due"), (.opportunistic, true, "none"),
        (.verified, true, "due"), (.tlsaInvalid, false, "none"), (.nullMX, false, "none"),
        (.dnsUnavailable, false, "none"),
    ])
    func onlyGoodVerdictsServeStale(outcome: Outcome, demandsDANE: Bool, expected: String) {
        let cache = VerdictCache(limit: 1000)
        let key = key("d.example", demandsDANE: demandsDANE)
        cache.keep(
            Verdict(outcome: outcome, cause: ""), for: key, fresh: .seconds(60), stale: .seconds(100), at: now)
        #expect(state(cache, key, after: .seconds(59)) == "fresh")
        #expect(state(cache, key, after: .seconds(61)) == expected)
        #expect(state(cache, key, after: .seconds(161)) == "none")
    }

    /// Long names with causes of their own, as a stranger can make them up, push each other out. Short names that share
    /// a cause do not.
    @Test(.rules("F-131"), arguments: [(true, 1_000...9_000), (false, 19_000...20_000)])
    func strangersWordsDoNotFillTheMemory(isLong: Bool, left: ClosedRange<Int>) {
        let cache = VerdictCache(limit: 20_000)
        for number in 0..<20_000 {
            let name = isLong ? "\(String(repeating: "a.", count: 100))\(number).example" : "\(number).example"
            let cause = isLong ? "\(number) \(String(repeating: "x", count: 500))" : "a record matches"
            cache.keep(
                Verdict(outcome: .tlsaInvalid, host: isLong ? name : "mx.example", cause: cause), for: key(name),
                fresh: .seconds(600), at: now)
        }
        #expect(left.contains(cache.count), "\(cache.count)")
    }

    /// Of those who find it, one renews it; the next one only if that came to nothing.
    @Test func oneOfThoseWhoAskRenewsAStaleVerdict() {
        let cache = VerdictCache(limit: 1000)
        let key = key("d.example")
        cache.keep(good, for: key, fresh: .seconds(60), stale: .seconds(1000), at: now)
        #expect(state(cache, key, after: .seconds(61)) == "due")
        #expect(state(cache, key, after: .seconds(62)) == "stale")
        #expect(state(cache, key, after: .seconds(90)) == "due")
    }

    @Test func aRenewalInVainIsPutOffForLongerEachTime() {
        let cache = VerdictCache(limit: 1000)
        let key = key("d.example")
        cache.keep(good, for: key, fresh: .seconds(60), stale: .seconds(3600), at: now)
        var time = Duration.seconds(61)
        var waits: [Int64] = []
        while true {
            guard state(cache, key, after: time) == "due" else {
                if state(cache, key, after: time) == "none" { break }
                time += .seconds(1)
                continue
            }
            #expect(cache.postpone(key, least: .seconds(60), at: now + time))
            waits.append(time.components.seconds)
            time += .seconds(1)
        }
        #expect(waits.count > 3 && waits.count < 12)
        let gaps = zip(waits, waits.dropFirst()).map { $1 - $0 }
        #expect(gaps.first.map { $0 >= 59 } == true, "\(gaps)")
        #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $1 >= $0 - 1 }, "\(gaps)")
        #expect(!cache.postpone(key, least: .seconds(60), at: now + .seconds(4000)))
    }

    @Test func whatIsInUseComesDueSoonAfterItsEndAndSpread() {
        let cache = VerdictCache(limit: 10_000)
        let keys = (0..<1000).map { key("d\($0).example") }
        for key in keys { cache.keep(good, for: key, fresh: .seconds(60), stale: .seconds(600), at: now) }
        // Every second one is asked for.
        for key in keys.enumerated().filter({ $0.offset % 2 == 0 }).map(\.element) { _ = cache.find(key, at: now) }
        var due: [VerdictKey] = []
        var counts: [Int] = []
        for tenth in 0...110 {
            let time = now + .seconds(60) + .milliseconds(Int64(tenth) * 100)
            var found: [VerdictKey] = []
            for _ in 0..<8 { found += cache.due(atMost: 10_000, at: time) }
            due += found
            counts.append(found.count)
            for key in found { cache.keep(good, for: key, fresh: .seconds(60), stale: .seconds(600), at: time) }
        }
        #expect(Set(due).count == 500 && due.count == 500)
        #expect(Set(due) == Set(keys.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)))
        #expect((counts.max() ?? 0) < 50, "\(counts)")
    }

    @Test func whatIsDueIsBoundedAndWaitsForTheNextSearch() {
        let cache = VerdictCache(limit: 10_000)
        for number in 0..<500 {
            let key = key("d\(number).example")
            cache.keep(good, for: key, fresh: .seconds(60), stale: .seconds(6000), at: now)
            _ = cache.find(key, at: now)
        }
        var due: Set<VerdictKey> = []
        for _ in 0..<200 {
            let found = cache.due(atMost: 16, at: now + .seconds(100))
            #expect(found.count <= 16)
            due.formUnion(found)
        }
        #expect(due.count == 500)
        // Long after they ran out, those that could not be renewed are left alone.
        #expect((0..<8).flatMap { _ in cache.due(atMost: 1000, at: now + .seconds(7000)) }.isEmpty)
    }

    @Test func whatHasRunAndIsNotInUseMakesRoom() {
        let cache = VerdictCache(limit: 640)
        let used = key("used.example")
        cache.keep(good, for: used, fresh: .seconds(60), at: now)
        for number in 0..<100_000 {
            cache.keep(good, for: key("d\(number).example"), fresh: .seconds(60), at: now)
            #expect(state(cache, used, after: .zero) == "fresh")
        }
        #expect(cache.count <= 640)
    }

    @Test func equalVerdictsShareABody() {
        let bodies = VerdictBodies()
        let body = bodies.body(good).body
        let copy = Verdict(outcome: .verified, host: "mx.\("example")", cause: "a record \("matches")")
        #expect(bodies.body(copy).body === body)
        for number in 0..<2 * VerdictBodies.limit {
            _ = bodies.body(Verdict(outcome: .opportunistic, host: "mx\(number).example", cause: ""))
            if number % 1000 == 0 { #expect(bodies.body(copy).body === body) }
        }
        #expect(
            bodies.body(Verdict(outcome: .verified, host: "mx.example", cause: "a record matches", isDegraded: true))
                .body
                !== body)
    }

    @Test func whatIsRestoredNeverTakesThePlaceOfWhatIsNewer() {
        let cache = VerdictCache(limit: 1000)
        let destination = key("d.example").destination
        func restore(_ verdict: Verdict, fresh: Duration, stale: Duration) -> Bool {
            cache.restore(
                verdict, on: destination, demandingDANE: false, freshFor: fresh, staleFor: stale, at: now)
        }
        #expect(!restore(good, fresh: .zero, stale: .zero))
        #expect(!restore(Verdict(outcome: .tlsaInvalid, cause: ""), fresh: .zero, stale: .seconds(60)))
        #expect(restore(good, fresh: .zero, stale: .seconds(60)))
        #expect(state(cache, key("d.example"), after: .seconds(1)) == "due")
        #expect(!restore(Verdict(outcome: .tlsaInvalid, cause: ""), fresh: .seconds(60), stale: .zero))
        #expect(state(cache, key("d.example"), after: .seconds(61)) == "none")
        #expect(state(cache, key("d.example", demandsDANE: true), after: .zero) == "none")
    }

    /// Who asks in the first moment, and finds no DNS, has not made the daemon forget what it knew.
    @Test func whatWasGoodTakesThePlaceOfANewerDoubt() {
        let cache = VerdictCache(limit: 1000)
        let key = key("d.example")
        cache.keep(Verdict(outcome: .dnsUnavailable, cause: ""), for: key, fresh: .seconds(60), at: now)
        func restore(_ verdict: Verdict) -> Bool {
            cache.restore(
                verdict, on: key.destination, demandingDANE: false, freshFor: .seconds(60), staleFor: .zero, at: now)
        }
        #expect(!restore(Verdict(outcome: .tlsaInvalid, cause: "")))
        #expect(restore(good))
        #expect(cache.verdict(on: key.destination, at: now) == good)
    }

    /// Restoring fills a cache and drives nothing out of it.
    @Test func whatIsRestoredNeverDrivesOut() {
        let cache = VerdictCache(limit: 64)
        for number in 0..<1000 {
            cache.keep(good, for: key("d\(number).example"), fresh: .seconds(60), at: now)
        }
        let kept = (0..<1000).filter { cache.find(key("d\($0).example"), at: now) != nil }
        #expect(!kept.isEmpty)
        for number in 1000..<2000 {
            cache.restore(
                good, on: key("d\(number).example").destination, demandingDANE: false, freshFor: .seconds(60),
                staleFor: .zero, at: now)
        }
        #expect(kept.allSatisfy { cache.find(key("d\($0).example"), at: now) != nil })
    }
}
