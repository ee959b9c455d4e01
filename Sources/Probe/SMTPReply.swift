/// A complete SMTP reply (RFC 5321 §4.2). Its text is printable.
struct SMTPReply: Hashable, Sendable {
    /// The reply code: any three digits. RFC 5321 defines 200 to 599.
    let code: Int
    /// The text of each line, without code and separator. Never empty.
    let lines: [String]

    /// The first digit of the code, which is the result (RFC 5321 §4.2.1).
    var `class`: Int { code / 100 }

    /// The reply on one line: `454 4.7.0 TLS not available`.
    var text: String {
        let digits = String(code)
        let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return Printable.text("\(padded) \(lines.joined(separator: " "))".utf8)
    }

    /// Whether a reply to EHLO offers an extension, in any case (RFC 5321 §4.1.1.1).
    ///
    /// The keyword is the first word of a line, and must match exactly. The first line with a word names the host. As
    /// in Postfix 3.7, an equals sign also ends a word, and an empty first line does not name the host.
    func offers(_ keyword: String) -> Bool {
        let words = lines.compactMap { line in
            line.split(maxSplits: 1) { $0 == " " || $0 == "=" }.first
        }
        // F-59: a firewall may have replaced the keyword, by XXXXXXXA for instance.
        return words.dropFirst().contains { $0.uppercased() == keyword.uppercased() }
    }
}
