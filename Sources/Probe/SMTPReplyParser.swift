/// Combines reply lines (RFC 5321 §4.2.1): three digits, then a hyphen if another line follows, or a blank or nothing
/// on the last line.
///
/// Lines that break this rule are treated as in Postfix 3.7 (smtp_chat_resp in smtp_chat.c), because Postfix is what
/// delivers (F-83): if a reply has several codes, that of its last line counts, and a line that is not a reply line
/// becomes part of the text. Postfix reads on until its time is up; this parser accepts only ten such lines per reply.
struct SMTPReplyParser {
    /// The most lines of one reply.
    static let maximumLines = 100
    /// The most lines in one reply that are not reply lines.
    static let maximumStrayLines = 10

    private var lines: [String] = []
    /// The first line of the current reply that is not a reply line, and their number.
    private var stray: (first: SMTPProtocolError, count: Int)?

    /// What is wrong with the current reply, so that its end is awaited for a shorter time; nil if nothing is.
    var doubt: SMTPProtocolError? { stray?.first }

    /// Adds the next line, which is given without its ending.
    ///
    /// - Returns: The reply that this line completes; nil if more lines follow.
    /// - Throws: If the host speaks another protocol, or the reply exceeds a limit.
    mutating func add(_ line: [UInt8]) throws(SMTPProtocolError) -> SMTPReply? {
        let code = Self.code(of: line)
        // F-83: a line that is no reply line becomes part of the text.
        if code == nil {
            let violation = Self.violation(line)
            // RFC 4253 §4.2: an SSH server that has sent this waits for an answer.
            guard !line.starts(with: "SSH-".utf8) else { throw violation }
            stray = (stray?.first ?? violation, (stray?.count ?? 0) + 1)
            if let stray, stray.count > Self.maximumStrayLines { throw stray.first }
        }
        guard lines.count < Self.maximumLines else {
            throw SMTPProtocolError("the host sent a reply of more than \(Self.maximumLines) lines")
        }
        lines.append(Printable.text(Self.text(of: line)))
        guard let code, line.dropFirst(3).first != UInt8(ascii: "-") else { return nil }
        defer {
            lines = []
            stray = nil
        }
        return SMTPReply(code: code, lines: lines)
    }

    /// Why an unfinished line is not a reply line; nil if it may become one.
    static func doubt(of unfinished: [UInt8]) -> SMTPProtocolError? {
        let isPossible = zip(unfinished, 0...).allSatisfy { byte, place in
            switch place {
            case 0..<3: isDigit(byte)
            // The fourth byte may also be part of the ending.
            case 3: [UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains(byte)
            default: true
            }
        }
        return isPossible ? nil : violation(unfinished)
    }

    /// The code of a reply line; nil if the line is not one.
    private static func code(of line: [UInt8]) -> Int? {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy(isDigit) else { return nil }
        switch line.dropFirst(3).first {
        case nil, UInt8(ascii: " "), UInt8(ascii: "-"): break
        default: return nil
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// The text after the first word and its blank or hyphen. A tab is not a blank (RFC 5321 §4.2) and becomes `?`,
    /// like any other character that is not printable: a keyword that ends in one is another keyword, for Postfix too.
    private static func text(of line: [UInt8]) -> [UInt8] {
        func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }
        return line.drop(while: isSeparator).drop { !isSeparator($0) }.dropFirst()
            .map { $0 == UInt8(ascii: "\t") ? UInt8(ascii: "?") : $0 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func violation(_ line: [UInt8]) -> SMTPProtocolError {
        SMTPProtocolError("the host does not speak SMTP: \"\(Printable.text(line, limit: 64))\"")
    }
}
