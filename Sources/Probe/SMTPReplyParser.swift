/// Puts reply lines together (RFC 5321 §4.2.1): three digits, then a hyphen if another line follows, or a blank or
/// nothing on the last.
///
/// What breaks that is taken as Postfix 3.7 takes it (smtp_chat_resp of smtp_chat.c), for Postfix is who delivers: of
/// several codes in one reply that of the last line counts, and a line that is no reply line is one more line of the
/// text. Other than Postfix, which reads on until its time is up, it takes ten such lines in one reply and no more.
struct SMTPReplyParser {
    /// The most lines of one reply.
    static let maximumLines = 100
    /// The most lines of one reply that are no reply lines.
    static let maximumStrayLines = 10

    private var lines: [String] = []
    /// The first line that was no reply line, of the reply that is under way.
    private var stray: (first: SMTPViolation, count: Int)?

    /// What is wrong with the reply that is under way, as a reason to wait for its end no longer than for others; nil
    /// if nothing.
    var doubt: SMTPViolation? { stray?.first }

    /// Takes the next line, without its ending.
    ///
    /// - Returns: The reply this line completes; nil if more lines follow.
    /// - Throws: If the host speaks another protocol, or the reply is beyond a bound.
    mutating func add(_ line: [UInt8]) throws(SMTPViolation) -> SMTPReply? {
        let code = Self.code(of: line)
        if code == nil {
            let violation = Self.violation(line)
            // RFC 4253 §4.2: who says so says nothing more before it is answered.
            guard !line.starts(with: "SSH-".utf8) else { throw violation }
            stray = (stray?.first ?? violation, (stray?.count ?? 0) + 1)
            if let stray, stray.count > Self.maximumStrayLines { throw stray.first }
        }
        guard lines.count < Self.maximumLines else {
            throw SMTPViolation("the host sent a reply of more than \(Self.maximumLines) lines")
        }
        lines.append(Printable.text(Self.text(of: line)))
        guard let code, line.dropFirst(3).first != UInt8(ascii: "-") else { return nil }
        defer {
            lines = []
            stray = nil
        }
        return SMTPReply(code: code, lines: lines)
    }

    /// Why a line that has only begun is no reply line; nil if it may become one.
    static func doubt(of unfinished: [UInt8]) -> SMTPViolation? {
        let isPossible = zip(unfinished, 0...).allSatisfy { byte, place in
            switch place {
            case 0..<3: isDigit(byte)
            // What the ending may be made of, at the fourth place too.
            case 3: [UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains(byte)
            default: true
            }
        }
        return isPossible ? nil : violation(unfinished)
    }

    /// The code of a reply line; nil if the line is none.
    private static func code(of line: [UInt8]) -> Int? {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy(isDigit) else { return nil }
        switch line.dropFirst(3).first {
        case nil, UInt8(ascii: " "), UInt8(ascii: "-"): break
        default: return nil
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// What stands behind the first word and its blank or hyphen. A tab is no blank (RFC 5321 §4.2), and is made `?`
    /// like anything else that cannot be printed: a keyword that ends in one is another keyword, to Postfix too.
    private static func text(of line: [UInt8]) -> [UInt8] {
        func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }
        return line.drop(while: isSeparator).drop { !isSeparator($0) }.dropFirst()
            .map { $0 == UInt8(ascii: "\t") ? UInt8(ascii: "?") : $0 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func violation(_ line: [UInt8]) -> SMTPViolation {
        SMTPViolation("the host does not speak SMTP: \"\(Printable.text(line, limit: 64))\"")
    }
}
