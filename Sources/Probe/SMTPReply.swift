/// A complete SMTP reply (RFC 5321 §4.2), its text made printable.
struct SMTPReply: Hashable, Sendable {
    /// The reply code: three digits, whatever they are. RFC 5321 knows 200 to 599.
    let code: Int
    /// The text of each line, without code and separator. Never empty.
    let lines: [String]

    /// The first digit of the code, which says how it went (RFC 5321 §4.2.1).
    var `class`: Int { code / 100 }

    /// The reply on one line: `454 4.7.0 TLS not available`.
    var text: String {
        let digits = String(code)
        let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return Printable.text("\(padded) \(lines.joined(separator: " "))".utf8)
    }

    /// Whether a reply to EHLO offers an extension, in any case (RFC 5321 §4.1.1.1).
    ///
    /// The keyword is the first word of a line, and the first line that has a word names the host. As Postfix 3.7 has
    /// it: an equals sign ends a word too, and an empty first line is not the one that names the host.
    func offers(_ keyword: String) -> Bool {
        let words = lines.compactMap { line in
            line.split(maxSplits: 1) { $0 == " " || $0 == "=" }.first
        }
        return words.dropFirst().contains { $0.uppercased() == keyword.uppercased() }
    }
}

/// What a host sent breaks the protocol, or a bound of ours; a sentence that tells what.
struct SMTPViolation: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
