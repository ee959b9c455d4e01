/// A rule that a DANE-aware sender keeps, or a failure that it meets, by its number.
public struct Rule: Hashable, Sendable {
    /// Its number, `D-44`; the letter tells the family.
    public let id: String
    /// Where it comes from.
    public let source: String
    /// What it says, in short.
    public let text: String

    /// All of them: the table for one host (V), RFC 7672 (D), RFC 7671 (E), RFC 6698 (T), SMTP (S), null MX (N), STARTTLS (L),
    /// internationalised names (I), failures in the field (F).
    public static let all: [Rule] = table + smtpDANE + dane + smtp + field

    /// Rules from lines of `id | source | text`.
    static func rules(_ lines: String) -> [Rule] {
        lines.split(separator: "\n").map { line in
            let parts = line.split(separator: "|", maxSplits: 2).map { $0.trimmed }
            return Rule(id: parts[0], source: parts[1], text: parts[2])
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
