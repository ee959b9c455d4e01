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
