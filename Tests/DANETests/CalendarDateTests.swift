import Foundation
import Testing

@testable import Support

@Suite struct CalendarDateTests {
    /// Every day of 800 years is the day after the one before, by the other way of counting too.
    @Test func daysFollowEachOther() throws {
        var last = CalendarDate(daysSince1970: -146_098)
        for count in -146_097...146_097 {
            let date = CalendarDate(daysSince1970: Int64(count))
            #expect(date.daysSince1970 == Int64(count))
            let isNext =
                date.day == last.day + 1 && date.month == last.month && date.year == last.year
                || date.day == 1 && date.month == last.month + 1 && date.year == last.year
                || date.day == 1 && date.month == 1 && last.month == 12 && date.year == last.year + 1
            #expect(isNext, "\(last), \(date)")
            #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
            if date.day == 1 { #expect(CalendarDate(year: last.year, month: last.month, day: last.day + 1) == nil) }
            last = date
        }
    }

    /// Foundation's calendar agrees from the year in which the Gregorian one began.
    @Test func foundationAgrees() {
        for second in stride(from: Int64(-12_000_000_000), through: 253_402_300_799, by: 86_399_999) {
            let expected = Date(timeIntervalSince1970: TimeInterval(second)).formatted(.iso8601)
            #expect(UnixTime.iso8601(second) == expected)
        }
    }

    @Test(
        arguments: [
            (0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (-719_528, "0000-01-01"),
            (-719_529, "-0001-12-31"), (2_932_896, "9999-12-31"), (2_932_897, "10000-01-01"),
        ] as [(Int64, String)])
    func daysInWords(days: Int64, text: String) {
        #expect(CalendarDate(daysSince1970: days).description == text)
    }

    @Test(
        arguments: [
            (2027, 2, 29), (1900, 2, 29), (2027, 4, 31), (2027, 0, 1), (2027, 13, 1), (2027, 1, 0), (2027, 12, 32),
        ] as [(Int64, Int64, Int64)])
    func otherDaysThereAreNot(year: Int64, month: Int64, day: Int64) {
        #expect(CalendarDate(year: year, month: month, day: day) == nil)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_442_645_250, "2026-11-23T14:04:05.250Z"),
            (1_795_442_645_007, "2026-11-23T14:04:05.007Z"), (-1, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func milliseconds(time: Int64, text: String) { #expect(UnixTime.iso8601(milliseconds: time) == text) }
}

@Suite struct SystemClockTests {
    @Test(arguments: [SystemClock.wall, .coarseWall, .monotonic, .coarseMonotonic, .sinceBoot])
    func clocksGoForward(clock: SystemClock) {
        let (before, milliseconds, after) = (clock.seconds, clock.milliseconds, clock.microseconds)
        #expect(before <= milliseconds / 1000 && milliseconds <= after / 1000)
        #expect(clock.time >= .microseconds(after) && before > 0)
    }

    @Test func theKindsOfClockDiffer() {
        // The coarse clocks are late by a tick, which is ten milliseconds at most.
        #expect(SystemClock.coarseWall.milliseconds > 1_700_000_000_000)
        let (coarse, fine) = (SystemClock.coarseMonotonic.milliseconds, SystemClock.monotonic.milliseconds)
        #expect(coarse <= fine)
        #expect(SystemClock.monotonic.time <= SystemClock.sinceBoot.time)
        #expect(unixTime() >= SystemClock.coarseWall.seconds)
    }
}
