import DANE
import Testing

@testable import Gate

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
        #expect(kept == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600])
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
        #expect(keeper.book(inspection(.tlsaInvalid), at: now + .seconds(100)) == .seconds(240))
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
