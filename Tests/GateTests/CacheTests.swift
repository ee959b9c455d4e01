import DANE
import RuleMarks
import Testing

@testable import Inspection
@testable import Policy
@testable import Support
@testable import Verdicts

@Suite struct CacheTests {
    @Test func aBoundedCacheStaysBoundedAndKeepsWhatIsUsed() {
        var cache = BoundedCache<Int, Int>(limit: 100)
        let now = ContinuousClock.now
        for key in 0..<10_000 {
            cache.keep(key, for: key, until: now + .seconds(60))
            _ = cache.value(for: 0, at: now)
        }
        #expect(cache.count <= 100)
        #expect(cache.value(for: 0, at: now) == 0)
        #expect(cache.value(for: 9_999, at: now) == 9_999)
    }

    /// With random weights and keys the bound is never exceeded, unless a single value weighs more. Each key finds its
    /// own value.
    @Test func aBoundedCacheStaysWithinItsWeight() {
        var cache = BoundedCache<Int, Int>(limit: 500, weightLimit: 10_000)
        let now = ContinuousClock.now
        for _ in 0..<20_000 {
            let key = Int.random(in: 0..<800)
            // What weighs nothing need not go to make room.
            let weight = 1 + Int.random(in: 0..<200) * Int.random(in: 0..<20) / 10
            if Bool.random() {
                cache.keep(key * 3, for: key, until: now + .seconds(60), weight: weight)
                #expect(cache.value(for: key, at: now) == key * 3)
            } else {
                cache.restore(key * 3, for: key, until: now + .seconds(60), weight: weight)
            }
            #expect(cache.weight <= 10_000 && cache.count <= 500)
            let other = Int.random(in: 0..<800)
            if let found = cache.value(for: other, at: now) { #expect(found == other * 3) }
        }
        #expect(cache.count > 50)
        cache.keep(1, for: 1, until: now + .seconds(60), weight: 20_000)
        #expect(cache.value(for: 1, at: now) == 1 && cache.count == 1)
        cache.keep(2, for: 2, until: now + .seconds(60), weight: 1)
        #expect(cache.count == 1 && cache.weight == 1)
    }

    @Test func whatIsOutOfDateIsNotGivenOut() {
        var cache = BoundedCache<Int, Int>(limit: 10)
        let now = ContinuousClock.now
        cache.keep(1, for: 1, until: now + .seconds(60))
        #expect(cache.value(for: 1, at: now + .seconds(61)) == nil)
        cache.keep(2, for: 1, until: now + .seconds(120))
        #expect(cache.value(for: 1, at: now + .seconds(61)) == 2)
    }

    private let destination = Destination(.domain("d.example"), port: 25)

    private func inspection(_ outcome: Outcome, lifetime: Duration = .seconds(600)) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: outcome, cause: ""), mxSecurity: .secure, hosts: [],
            steps: [], lifetime: lifetime, elapsed: .zero)
    }

    @Test(arguments: [
        (Outcome.verified, Duration.seconds(600), Duration.seconds(600)), (.opportunistic, .seconds(1), .seconds(60)),
        (.opportunistic, .seconds(1_000_000), .seconds(86400)), (.nullMX, .seconds(300), .seconds(300)),
        (.dnsUnavailable, .seconds(600), .seconds(60)), (.unreachable, .seconds(600), .seconds(60)),
        (.tlsaInvalid, .seconds(600), .seconds(60)),
    ])
    func verdictsAreKeptFor(outcome: Outcome, lifetime: Duration, kept: Duration) {
        #expect(VerdictKeeper(Settings()).book(inspection(outcome, lifetime: lifetime), at: .now) == kept)
    }

    /// Doubt and silence are looked up less and less often, down to once per hour. Answers with a TTL are not.
    @Test(arguments: [
        (Outcome.dnsUnavailable, Duration.seconds(60), [60, 120, 240, 480, 960, 1920, 3600, 3600] as [Int64]),
        (.unreachable, .seconds(60), [60, 120, 240, 480, 960, 1920, 3600, 3600]),
        (.unreachable, .seconds(7200), [7200, 7200]), (.pending, .seconds(60), [15, 15, 15]),
        (.nullMX, .seconds(60), [600, 600, 600]), (.noSuchDomain, .seconds(60), [600, 600, 600]),
    ])
    func aDoubtIsKeptForLongerEachTime(outcome: Outcome, failureTTL: Duration, kept: [Int64]) {
        var settings = Settings()
        settings.failureTTL = failureTTL
        let keeper = VerdictKeeper(settings)
        var now = ContinuousClock.now
        for expected in kept {
            let lifetime = keeper.book(inspection(outcome), at: now)
            #expect(lifetime == .seconds(expected))
            now += lifetime
        }
        // In order once, it is new.
        _ = keeper.book(inspection(.verified), at: now)
        #expect(keeper.book(inspection(outcome), at: now).components.seconds == kept[0])
    }

    @Test func aFailureIsKeptForLongerEachTimeButLookedAtAgainBeforeTheFirst5xx() {
        var settings = Settings()
        settings.deferFor = .seconds(900)
        let keeper = VerdictKeeper(settings)
        var now = ContinuousClock.now
        var kept: [Int64] = []
        for _ in 0..<10 {
            let lifetime = keeper.book(inspection(.tlsaInvalid), at: now)
            kept.append(lifetime.components.seconds)
            now += lifetime
        }
        #expect(kept == [60, 120, 120, 120, 120, 120, 120, 120, 120, 120])
        #expect(keeper.book(inspection(.verified), at: now) == .seconds(600))
        #expect(keeper.faults.failingFor(.destination(destination)) == .zero)
        #expect(keeper.book(inspection(.tlsaInvalid), at: now) == .seconds(60))
    }

    @Test func theLookBeforeThe5xxIsNotPutOff() {
        var settings = Settings()
        settings.deferFor = .seconds(100)
        let keeper = VerdictKeeper(settings)
        let now = ContinuousClock.now
        #expect(keeper.book(inspection(.tlsaInvalid), at: now) == .seconds(60))
        #expect(keeper.book(inspection(.tlsaInvalid), at: now + .seconds(60)) == .seconds(40))
        #expect(keeper.book(inspection(.tlsaInvalid), at: now + .seconds(100)) == .seconds(120))
    }

    /// Every verdict for which somebody may be refused for good, by default or by setting: kept, carried over, stale.
    @Test(
        .rules("F-130"),
        arguments: [
            (Outcome.tlsaInvalid, nil as Outcome?, false, false, true), (.noMailHost, nil, false, false, true),
            (.dnssecInvalid, nil, false, false, true), (.opportunistic, nil, true, false, true),
            (.opportunistic, .opportunistic, false, false, true), (.verified, nil, false, true, true),
            (.unreachable, .unreachable, false, false, true), (.verified, nil, false, false, false),
            (.opportunistic, nil, false, false, false), (.nullMX, nil, false, false, false),
            (.noSuchDomain, nil, false, false, false),
        ])
    func noRefusalRestsOnALookOfMoreThanTwoMinutes(
        outcome: Outcome, rejecting: Outcome?, isDemanded: Bool, isHazardous: Bool, isBound: Bool
    ) {
        var settings = Settings()
        settings.failureTTL = .seconds(3600)
        settings.deferFor = .zero
        if let rejecting { settings.rulings[rejecting] = .reject }
        if isHazardous { settings.onHazard = .reject }
        let verdict = Verdict(outcome: outcome, cause: "", hazards: isHazardous ? ["a hazard"] : [])
        let inspection = Inspection(
            destination: destination, verdict: verdict, mxSecurity: .secure, hosts: [], steps: [],
            lifetime: .seconds(7200), elapsed: .seconds(20))
        let now = ContinuousClock.now
        func isKept(_ keeper: VerdictKeeper, after seconds: Double) -> Bool {
            keeper.cache.find(VerdictKey(destination, demandsDANE: isDemanded), at: now + .seconds(seconds)) != nil
        }
        let keeper = VerdictKeeper(settings)
        keeper.keep(inspection, demandingDANE: isDemanded, at: now)
        #expect(isKept(keeper, after: 99))
        #expect(isKept(keeper, after: 101) == !isBound, "the look began twenty seconds before it ended")
        // What another version has written down.
        let later = VerdictKeeper(settings, unixNow: { 1000 })
        later.restore([
            KeptVerdict(
                destination: destination, demandsDANE: isDemanded, verdict: verdict, made: 990, fresh: .seconds(3600),
                stale: .seconds(3600))
        ])
        #expect(isKept(later, after: 100))
        #expect(isKept(later, after: 115) == !isBound)
    }

    @Test func aFaultNotSeenForHoursIsForgotten() {
        let book = FaultBook(deferFor: .seconds(900))
        let now = ContinuousClock.now
        book.note(.destination(destination), at: now)
        #expect(book.note(.destination(destination), at: now + .seconds(14000)).failingFor == .seconds(14000))
        #expect(book.note(.destination(destination), at: now + .seconds(14000 + 14401)).failingFor == .zero)
    }

    /// Made-up domains whose DNS does not answer must not keep faults from becoming old.
    @Test func doubtsLeaveRoomForFaults() {
        let book = FaultBook(deferFor: .seconds(900))
        let now = ContinuousClock.now
        for port in 0..<UInt16.max {
            book.note(.doubt(Destination(.domain("d.example"), port: port)), at: now)
        }
        for port in 0..<UInt16.max {
            book.note(.doubt(Destination(.domain("e.example"), port: port)), at: now)
        }
        book.note(.destination(destination), at: now)
        #expect(book.failingFor(.destination(destination), at: now + .seconds(60)) == .seconds(60))
        #expect(
            book.failingFor(.doubt(Destination(.domain("e.example"), port: 65000)), at: now + .seconds(60)) == .zero)
    }
}
