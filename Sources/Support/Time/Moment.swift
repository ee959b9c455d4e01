import Foundation

/// A moment in the form in which an administrator writes it.
public struct Moment: Sendable, Hashable {
    /// Seconds since 1970.
    public let seconds: Int64

    /// Reads ISO 8601: `2027-01-31`, which means its first second in UTC, or `2027-01-31T12:00:00`. The latter may lack
    /// seconds or have fractions of one, and may end with `Z` or an offset such as `+01:00`. Without these it is UTC.
    ///
    /// - Returns: The moment; nil if the text has neither form, or is a day that no calendar has.
    public init?(_ text: String) {
        let pattern = #/(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,]\d{1,9})?(Z|[+-]\d\d(?::?\d\d)?)?)?/#
        guard text.utf8.count <= 40, let parts = text.uppercased().wholeMatch(of: pattern)?.output else { return nil }
        let clock = "\(parts.1)T\(parts.2 ?? "00:00")\(parts.3 ?? ":00")"
        var zone = parts.4.map { $0 == "Z" ? "+0000" : $0.replacing(":", with: "") } ?? "+0000"
        if zone.utf8.count == 3 { zone += "00" }
        let formatter = ISO8601DateFormatter()
        // It is read as UTC first, to compare: the formatter takes the 30th of February for the 2nd of March.
        guard let plain = formatter.date(from: "\(clock)Z"), formatter.string(from: plain) == "\(clock)Z",
            let date = formatter.date(from: clock + zone)
        else { return nil }
        seconds = Int64(date.timeIntervalSince1970)
    }
}
