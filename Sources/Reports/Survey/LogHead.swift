import Support

/// The part before the message in a line of a log: priority, times, host, program. It includes what containers and
/// tools that print logs put before a line.
struct LogHead {
    /// The program; nil if the line names none, as in Exim's own log.
    let program: LogProgram?
    /// The message.
    let message: LentBytes

    /// The beginning of a line.
    enum Found {
        /// A head.
        case head(LogHead)
        /// A time without a program.
        case time(ByteScanner)
        /// Neither.
        case nothing
    }

    /// At most so many words may stand before the program: host, facility, container, stream, and words of tools.
    private static let words = 10
    /// At most so many heads may follow one another, because the log of a container may have lines of syslog in it.
    private static let depth = 4

    /// Reads the head of a line.
    static func read(_ line: LentBytes) -> Found { read(line, depth: 0) }

    private static func read(_ line: LentBytes, depth: Int) -> Found {
        var rest = ByteScanner(line)
        // RFC 6587 §3.4.1: the length of the message stands before it.
        var counted = rest
        if let word = counted.token(), word.allSatisfy(\.isDigit), counted.starts(with: "<") { rest = counted }
        let hasPriority = rest.skipPriority()
        // A version marks RFC 5424. In RFC 3164 the time or the tag follows at once.
        var structured = rest
        if structured.skip("1 "), let found = Self.structured(structured, hasPriority: hasPriority, depth: depth) {
            return found
        }
        return read(rest, depth: depth)
    }

    private static func read(_ start: ByteScanner, depth: Int) -> Found {
        var rest = start
        var hasTime = false
        // The number of words since the time: a host, and perhaps a level.
        var words = 0
        var passed = 0
        while passed < Self.words {
            if rest.skipTime() {
                hasTime = true
                words = 0
                if EximLine.isMessage(rest.rest) { return .head(LogHead(program: nil, message: rest.rest)) }
                continue
            }
            guard let byte = rest.next else { break }
            if byte == UInt8(ascii: "["), let (isTime, behind) = bracketed(rest) {
                hasTime = hasTime || isTime
                rest = behind
                passed += 1
                continue
            }
            if byte == UInt8(ascii: "{"), hasTime, rest.skip(past: "} ") { continue }
            if byte == UInt8(ascii: "\"") {
                rest.drop(1)
                continue
            }
            let before = rest
            guard let token = rest.token() else { break }
            passed += 1
            // The line is a message without its program.
            if hasTime, rest.starts(with: "to="), PostfixLine.isQueueID(token) { return .time(before) }
            // An example is `mail.log:Nov 23 …`, as grep prints it.
            if !hasTime, passed == 1, let colon = token.firstIndex(of: UInt8(ascii: ":")), colon > 0 {
                var behind = start
                behind.drop(colon + 1)
                if behind.skipTime() {
                    var again = start
                    again.drop(colon + 1)
                    return read(again, depth: depth)
                }
            }
            guard let tag = Tag(token) else {
                // FreeBSD's syslogd -vv writes <mail.info>, and others mail.info. These words do not count.
                if !Self.isLevel(token) { words += 1 }
                continue
            }
            let program = LogProgram(tag.name)
            if program.isRead, hasTime || tag.hasProcess {
                return .head(LogHead(program: program, message: withoutID(rest)))
            }
            guard hasTime, tag.hasProcess || words == 1 else {
                words += 1
                continue
            }
            return .head(inner(rest, of: program, depth: depth))
        }
        guard hasTime else { return .nothing }
        var behind = start
        while behind.skipTime() {}
        return .time(behind)
    }

    /// Reads RFC 5424 §6: time, host, program, process, message id, structured data, message.
    private static func structured(_ start: ByteScanner, hasPriority: Bool, depth: Int) -> Found? {
        var rest = start
        guard rest.skipTime() || hasPriority && rest.skip("- ") else { return nil }
        guard rest.token() != nil, let name = rest.token(), rest.token() != nil, rest.token() != nil,
            rest.skipStructuredData()
        else { return .time(start) }
        // §6.4: a byte order mark means that the message is UTF-8.
        rest.skipBlanks()
        if rest.skip("\u{FEFF}") { rest.skipBlanks() }
        let program = LogProgram(name)
        if program.isRead { return .head(LogHead(program: program, message: withoutID(rest))) }
        let head = inner(rest, of: program, depth: depth)
        return name.equals("-") && head.program == .other ? .time(start) : .head(head)
    }

    /// Returns the head of a message that begins with a time, or with the tag of a program that surveys read. For
    /// example, the line of a container in the journal is again a line of syslog. A stranger may have written what
    /// stands elsewhere in a message.
    private static func inner(_ rest: ByteScanner, of program: LogProgram, depth: Int) -> LogHead {
        let outer = LogHead(program: program, message: rest.rest)
        guard depth < Self.depth, program == .other else { return outer }
        var start = rest
        let isLine = start.skipTime() || Tag(rest.peek()).map { $0.hasProcess && LogProgram($0.name).isRead } ?? false
        guard isLine, case .head(let inner) = read(rest.rest, depth: depth + 1) else { return outer }
        return inner
    }

    /// Skips the id that illumos writes before the message: `[ID 197553 mail.info] `.
    private static func withoutID(_ rest: ByteScanner) -> LentBytes {
        var behind = rest
        if behind.skip("[ID "), behind.skip(past: "] ") { return behind.rest }
        return rest.rest
    }

    /// Skips `[pod/mail-0/postfix] `, `[ 1234.567890] ` or `[23/Nov/2026:22:43:10 +0100] `, and tells whether it was a
    /// time.
    private static func bracketed(_ rest: ByteScanner) -> (isTime: Bool, behind: ByteScanner)? {
        var rest = rest
        rest.drop(1)
        guard let inner = rest.take(upTo: UInt8(ascii: "]")), inner.count <= 200, rest.next?.isBlank == true else {
            return nil
        }
        rest.skipBlanks()
        let isTime =
            inner.allSatisfy { $0.isDigit || $0.isBlank || $0 == UInt8(ascii: ".") }
            && inner.count { $0 == UInt8(ascii: ".") } == 1
        return (isTime || inner.count { $0 == UInt8(ascii: ":") } == 3, rest)
    }

    /// Whether a word is `mail.info`, `<mail.info>`, or `info` between a time and a tag.
    private static func isLevel(_ token: LentBytes) -> Bool {
        if token.first == UInt8(ascii: "<"), token.last == UInt8(ascii: ">") { return true }
        guard let dot = token.firstIndex(of: UInt8(ascii: ".")) else { return false }
        let level = token.part(dot + 1..<token.count)
        return levels.contains { level.equals($0) }
    }

    private static let levels: [StaticString] = [
        "debug", "info", "notice", "warning", "warn", "err", "error", "crit", "alert", "emerg", "panic",
    ]

    /// The parts of a tag such as `postfix/smtp[123]:`.
    private struct Tag {
        let name: LentBytes
        /// Whether the tag has the number of the process.
        let hasProcess: Bool

        init?(_ token: LentBytes) {
            var end = token.count
            let hasColon = token.last == UInt8(ascii: ":")
            if hasColon { end -= 1 }
            if end > 0, token[end - 1] == UInt8(ascii: "]"),
                let open = token.part(0..<end).lastIndex(of: UInt8(ascii: "[")), open > 0,
                token.part(open + 1..<end - 1).allSatisfy({
                    $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "-")
                }),
                open + 1 < end - 1
            {
                name = token.part(0..<open)
                hasProcess = true
            } else {
                guard hasColon, end > 0 else { return nil }
                name = token.part(0..<end)
                hasProcess = false
            }
            // The name of a host may be an IPv6 address and end in a colon.
            guard name.allSatisfy(Self.isOfName) else { return nil }
        }

        private static func isOfName(_ byte: UInt8) -> Bool {
            byte.isAlphanumeric || "._-/@()+~#".utf8.contains(byte) || byte >= 0x80
        }
    }
}

extension ByteScanner {
    /// Skips the priority of a syslog message, `<22>`.
    fileprivate mutating func skipPriority() -> Bool {
        var rest = self
        guard rest.skip("<"), let digits = rest.take(upTo: UInt8(ascii: ">")), (1...3).contains(digits.count),
            digits.allSatisfy(\.isDigit)
        else { return false }
        self = rest
        return true
    }

    /// Skips the structured data of a syslog message (RFC 5424 §6.3) and the blank after it. It is `-`, or elements in
    /// brackets. In their quoted values a backslash stands before `"`, `\` and `]`.
    ///
    /// - Returns: False if it does not end.
    fileprivate mutating func skipStructuredData() -> Bool {
        guard starts(with: "[") else {
            guard peek().equals("-") else { return false }
            drop(1)
            return true
        }
        var isQuoted = false
        var isEscaped = false
        var isInside = false
        for index in rest.indices {
            switch rest[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\"") where isInside: isQuoted.toggle()
            case UInt8(ascii: "[") where !isInside: isInside = true
            case UInt8(ascii: "]") where !isQuoted: isInside = false
            case 0x20 where !isInside:
                drop(index)
                return true
            case _ where !isInside: return false
            default: break
            }
        }
        guard !isInside else { return false }
        drop(rest.count)
        return true
    }
}
