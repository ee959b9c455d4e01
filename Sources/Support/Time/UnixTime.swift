/// Seconds since 1970 as text, without Foundation, a time zone, or the shared buffers of the C library.
public enum UnixTime {
    /// `2026-11-23 13:45:00 UTC`. Years after 9999, which X.509 does not have, get more digits.
    public static func text(_ seconds: Int64) -> String { "\(day(seconds)) \(time(seconds)) UTC" }

    /// `2026-11-23 13:45 UTC`.
    public static func minute(_ seconds: Int64) -> String { "\(day(seconds)) \(time(seconds).dropLast(3)) UTC" }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func time(_ seconds: Int64) -> String {
        let second = seconds - seconds.dividingFloor(86_400) * 86_400
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    private static func day(_ seconds: Int64) -> String {
        let day = seconds.dividingFloor(86_400)
        // Howard Hinnant's civil_from_days: the year begins in March, so the leap day is its last day.
        let shifted = day + 719_468
        let era = shifted.dividingFloor(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-\(two(month))-\(two(dayOfMonth))"
    }
}

extension Int64 {
    /// The quotient rounded down, also for negative numbers.
    fileprivate func dividingFloor(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
