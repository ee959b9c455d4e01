import RESP
import Testing

@testable import Sharing

/// What is believed of a store's clock.
@Suite struct SharedClockTests {
    private static let now: Int64 = 1_800_000_000

    private static func answer(_ seconds: String, _ micros: String = "5000") -> RESPValue {
        .array([.bulk(Array(seconds.utf8)), .bulk(Array(micros.utf8))])
    }

    @Test(
        arguments: [
            // Clocks of hosts differ; one that is off by an hour shares on.
            (0, true), (3600, true), (-3600, true), (21_600, true), (21_601, false),
            // A day back, an old verdict with a right seal would be new again.
            (-86_400, false), (86_400, false), (-1_800_000_000, false),
        ] as [(Int64, Bool)]) func aClockThatIsFarFromOursIsNotBelieved(offset: Int64, isBelieved: Bool)
    {
        let clock = SharedClock { Self.now }
        let time = clock.take(Self.answer("\(Self.now + offset)"))
        #expect(time == (isBelieved ? (Self.now + offset) * 1000 + 5 : nil))
        #expect((clock.time() != nil) == isBelieved && clock.isApart != isBelieved)
    }

    /// Nobody can tell which of the two is wrong, and what was written before the jump of a clock has a wrong age.
    @Test(arguments: [(0, true), (60, true), (-60, true), (61, false), (-61, false), (3600, false), (86_400, false)])
    func agesCountWhereTheClocksAgree(offset: Int64, agrees: Bool) {
        let clock = SharedClock { Self.now }
        _ = clock.take(Self.answer("\(Self.now + offset)"))
        #expect(clock.disagreement == (agrees ? nil : offset))
        _ = clock.take(Self.answer("\(Self.now)"))
        #expect(clock.disagreement == nil)
    }

    @Test(arguments: [
        ("x", "0"), ("-1", "0"), ("99999999999999999999", "0"), ("9223372036854775807", "0"), ("1800000000", "1000000"),
        ("1800000000", "-1"), ("", ""),
    ]) func whatIsNoTimeIsNone(seconds: String, micros: String) {
        #expect(SharedClock { Self.now }.take(Self.answer(seconds, micros)) == nil)
    }
}
