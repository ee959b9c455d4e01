import DANE
import RuleMarks
import Testing

@testable import Inspection
@testable import Records

/// How much of the last hour's mail a broken next hop of this site's own stands for.
@Suite struct OwnHopCountsTests {
    private let start = ContinuousClock.now
    private let relay = Destination(.host("relay.example"), port: 587)
    private let other = Destination(.domain("other.example"), port: 25)

    private func note(
        _ counts: OwnHopCounts, _ destination: Destination, _ outcome: Outcome, times: Int, after minutes: Int
    ) {
        for _ in 0..<times {
            counts.note(
                destination, outcome, isFailing: outcome == .pending ? nil : !outcome.allowsDelivery,
                at: start + .seconds(minutes * 60 + 1))
        }
    }

    @Test(.rules("F-91")) func theShareIsThatOfTheLastHour() throws {
        let counts = OwnHopCounts()
        for minute in 0..<180 {
            counts.tell(total: UInt64(minute * 10), at: start + .seconds(minute * 60 + 1))
            note(counts, relay, .verified, times: 2, after: minute)
        }
        let now = start + .seconds(179 * 60 + 30)
        let standing = try #require(counts.standing(total: 1800, at: now).first)
        #expect(standing.destination == relay && standing.recipients == 120 && !standing.isFailing)
        #expect(abs(standing.share - 0.2) < 0.001, "\(standing.share)")
        #expect(counts.standing(total: 1800, at: now + .seconds(3600)).isEmpty, "an hour later nothing is left of it")
    }

    /// It fails from now on: what it stood for before counts, so that it is told at once.
    @Test(.rules("F-91")) func theLastRecipientSaysHowItIs() throws {
        let counts = OwnHopCounts()
        note(counts, relay, .verified, times: 99, after: 0)
        note(counts, other, .opportunistic, times: 10, after: 0)
        #expect(counts.standing(total: 200, at: start + .seconds(2)).allSatisfy { !$0.isFailing })
        note(counts, relay, .tlsaInvalid, times: 1, after: 1)
        note(counts, relay, .pending, times: 1, after: 1)
        let standings = counts.standing(total: 202, at: start + .seconds(62))
        #expect(standings.map(\.destination) == [relay, other])
        #expect(standings[0].isFailing && standings[0].outcome == .tlsaInvalid && standings[0].recipients == 101)
        #expect(standings[0].share == 0.5)
        note(counts, relay, .verified, times: 1, after: 2)
        #expect(counts.standing(total: 203, at: start + .seconds(122)).allSatisfy { !$0.isFailing })
    }

    @Test func aDaemonThatHasJustStartedCountsFromItsStart() throws {
        let counts = OwnHopCounts()
        note(counts, relay, .nullMX, times: 1, after: 0)
        let standing = try #require(counts.standing(total: 4, at: start + .seconds(1)).first)
        #expect(standing.share == 0.25 && standing.isFailing)
        // Totals that lag behind make no more than the whole.
        #expect(counts.standing(total: 0, at: start + .seconds(1)).first?.share == 1)
    }

    @Test func moreNextHopsThanThatAreNotCounted() {
        let counts = OwnHopCounts()
        for number in 0..<2000 {
            counts.note(
                Destination(.domain(DomainName("r\(number).example")!), port: 25), .verified, isFailing: false,
                at: start + .seconds(number))
        }
        #expect(counts.standing(total: 2000, at: start + .seconds(2000)).count == OwnHopCounts.limit)
    }
}
