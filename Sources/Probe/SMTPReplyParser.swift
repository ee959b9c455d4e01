/// Puts reply lines together (RFC 5321 §4.2.1): three digits, then a hyphen if another line follows, or a blank or
/// nothing on the last; the same code on every line.
struct SMTPReplyParser {
    /// The most lines of one reply.
    static let maximumLines = 100

    private var code: Int?
    private var lines: [String] = []

    /// Takes the next line, without its ending.
    ///
    /// - Returns: The reply this line completes; nil if more lines follow.
    /// - Throws: If the line is no reply line, or does not belong to those before it.
    mutating func add(_ line: [UInt8]) throws(SMTPViolation) -> SMTPReply? {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw SMTPViolation("the host does not speak SMTP: \"\(Printable.text(line, limit: 64))\"")
        }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard (200...599).contains(code) else { throw SMTPViolation("the host sent the reply code \(code)") }
        guard self.code == nil || self.code == code else {
            throw SMTPViolation("the host sent a reply of mixed codes, \(self.code ?? 0) and \(code)")
        }
        let separator = line.dropFirst(3).first
        guard separator == nil || separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") else {
            throw SMTPViolation("the host does not speak SMTP: \"\(Printable.text(line, limit: 64))\"")
        }
        guard lines.count < Self.maximumLines else {
            throw SMTPViolation("the host sent a reply of more than \(Self.maximumLines) lines")
        }
        lines.append(Printable.text(line.dropFirst(4)))
        if separator == UInt8(ascii: "-") {
            self.code = code
            return nil
        }
        defer { self = SMTPReplyParser() }
        return SMTPReply(code: code, lines: lines)
    }
}
