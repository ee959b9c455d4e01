/// A complete SMTP reply (RFC 5321 §4.2), its text made printable.
struct SMTPReply: Hashable, Sendable {
    /// The reply code, 200 to 599.
    let code: Int
    /// The text of each line, without code and separator. Never empty.
    let lines: [String]

    /// The first digit of the code, which says how it went (RFC 5321 §4.2.1).
    var `class`: Int { code / 100 }

    /// The reply on one line: `454 4.7.0 TLS not available`.
    var text: String { Printable.text("\(code) \(lines.joined(separator: " "))".utf8) }

    /// Whether a reply to EHLO offers an extension: its keyword is the first word of a line after the first (RFC 5321
    /// §4.1.1.1), in any case.
    func offers(_ keyword: String) -> Bool {
        lines.dropFirst().contains { line in
            line.split(separator: " ", maxSplits: 1).first?.uppercased() == keyword.uppercased()
        }
    }
}

/// What a host sent breaks the protocol, or a bound of ours; a sentence that tells what.
struct SMTPViolation: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
