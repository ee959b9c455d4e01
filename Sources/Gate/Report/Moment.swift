import Foundation

/// A moment as an administrator writes it.
public struct Moment: Sendable, Hashable {
    /// Seconds since 1970.
    public let seconds: Int64

    /// Reads ISO 8601: `2027-01-31`, which is its first second in UTC, or `2027-01-31T12:00:00` with fractions of a second or
    /// not, and `Z` or an offset such as `+01:00`; without either it is UTC.
    ///
    /// - Returns: nil if the text is neither.
    public init?(_ text: String) {
        guard text.utf8.count <= 40 else { return nil }
        let forms: [ISO8601DateFormatter.Options] = [
            [.withFullDate], [.withInternetDateTime], [.withInternetDateTime, .withFractionalSeconds],
        ]
        let formatter = ISO8601DateFormatter()
        // A formatter takes what it knows at the beginning and is content: only a text that it would write so is one.
        for candidate in [text, "\(text)Z"] {
            for form in forms {
                formatter.formatOptions = form
                guard let date = formatter.date(from: candidate), Self.isWhole(candidate, form) else { continue }
                seconds = Int64(date.timeIntervalSince1970.rounded(.down))
                return
            }
        }
        return nil
    }

    private static func isWhole(_ text: String, _ form: ISO8601DateFormatter.Options) -> Bool {
        let pattern =
            form == [.withFullDate]
            ? #/\d{4}-\d{2}-\d{2}/# : #/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})/#
        return text.wholeMatch(of: pattern) != nil
    }
}
