/// Seconds since 1970 as text, without Foundation, a time zone, or the shared buffers of the C library.
public enum UnixTime {
    /// `2026-11-23 13:45:00 UTC`. Years after 9999, which X.509 does not have, get more digits.
    public static func text(_ seconds: Int64) -> String { "\(day(seconds)) \(time(seconds)) UTC" }

    /// `2026-11-23 13:45 UTC`.
    public static func minute(_ seconds: Int64) -> String { "\(day(seconds)) \(time(seconds).dropLast(3)) UTC" }

    /// A time in ISO 8601: `2026-11-23T13:45:00Z`.
    public static func iso8601(_ seconds: Int64) -> String { "\(day(seconds))T\(time(seconds))Z" }

    /// Milliseconds since 1970 in ISO 8601: `2026-11-23T13:45:00.250Z`.
    package static func iso8601(milliseconds time: Int64) -> String {
        let seconds = time.dividingFloor(1000)
        // The leading 1 keeps the zeros.
        return "\(day(seconds))T\(Self.time(seconds)).\("\(1000 + time - seconds * 1000)".dropFirst())Z"
    }

    /// Reads what `iso8601` writes, with milliseconds or without: years 1970 to 9999.
    ///
    /// - Returns: Milliseconds since 1970; nil for any other text.
    package static func milliseconds(iso8601 text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 || bytes.count == 24 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var sum: Int64 = 0
            for byte in bytes[range] {
                guard byte.isDigit else { return nil }
                sum = sum * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return sum
        }
        let marks: [(place: Int, mark: Unicode.Scalar)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard marks.allSatisfy({ bytes[$0.place] == UInt8(ascii: $0.mark) }), bytes.last == UInt8(ascii: "Z"),
            let year = number(0..<4), year >= 1970, let month = number(5..<7), let day = number(8..<10),
            let date = CalendarDate(year: year, month: month, day: day),
            let hour = number(11..<13), hour < 24, let minute = number(14..<16), minute < 60,
            let second = number(17..<19), second < 60
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
        guard bytes.count == 24 else { return seconds * 1000 }
        guard bytes[19] == UInt8(ascii: "."), let part = number(20..<23) else { return nil }
        return seconds * 1000 + part
    }

    private static func time(_ seconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let second = seconds - seconds.dividingFloor(86_400) * 86_400
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    private static func day(_ seconds: Int64) -> CalendarDate {
        CalendarDate(daysSince1970: seconds.dividingFloor(86_400))
    }
}

extension Int64 {
    /// The quotient rounded down, also for negative numbers.
    func dividingFloor(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
