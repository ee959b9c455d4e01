import Support

/// A line of a mail log, as far as surveys read it. Its bytes are valid only during the call.
enum MailLogLine {
    /// A delivery or an attempt.
    case delivery(MailDelivery)
    /// A ruling of danegate: the destination, and why it passed without an inspection if it did.
    case ruling(LentBytes, passed: LentBytes?)
    /// Another line: of another program, another agent, or another message.
    case other
    /// A line of a log that cannot be read, and the reason, as a clause.
    case unread(String)

    /// Reads a line of any MTA's log. `LogHead` knows what may stand before the message.
    ///
    /// - Parameter isExim: Whether earlier lines were of Exim's own log, which names no program. It is set if this line
    ///   is one of them.
    /// - Returns: The line; nil if it is no line of a log.
    static func read(_ line: LentBytes, isExim: inout Bool) -> MailLogLine? {
        // journalctl writes such lines between the entries.
        if line.begins(with: "-- "), line.suffix(3).elementsEqual(" --".utf8) { return .other }
        switch LogHead.read(line) {
        case .head(let head):
            if head.program == nil { isExim = true }
            return read(head.message, of: head.program)
        case .time(let behind):
            if let entry = bare(behind.rest) { return entry }
            if isExim || EximLine.isNotice(behind.rest) { return .other }
            let isNotice = notices.contains { behind.contains($0) } || behind.isAtEnd
            return isNotice ? .other : .unread("a line with a time whose program is not found")
        case .nothing: return bare(line)
        }
    }

    /// The beginnings of lines that a syslog daemon writes about itself.
    private static let notices: [StaticString] = [
        "last message repeated", "message repeated", "-- MARK --", ": restart", "exiting on signal",
        "log file turned over",
        "logfile turned over",
    ]

    /// Reads a message of a program.
    static func read(_ message: LentBytes, of program: LogProgram?) -> MailLogLine {
        var message = message
        // rsyslog writes a repeated message in this form.
        var rest = ByteScanner(message)
        if rest.skip("message repeated "), rest.skip(past: " times: ["), message.last == UInt8(ascii: "]") {
            rest.skipBlanks()
            message = rest.rest.part(0..<rest.rest.count - 1).trimmed
        }
        switch program {
        case .postfix(let service, let agent):
            guard program?.isRead == true else { return .other }
            return PostfixLine.read(message, transport: .named(service ?? agent))
        case .agent(let agent):
            // macOS puts the library of the call before the message. Messages of Postfix itself have keys that no other
            // program writes.
            var rest = ByteScanner(message)
            if rest.starts(with: "("), rest.skip(past: ") ") { message = rest.rest }
            rest = ByteScanner(message)
            guard rest.contains(", delays="), rest.contains(", dsn=") else { return .other }
            return PostfixLine.read(message, transport: .named(agent))
        case .sendmail: return SendmailLine.read(message)
        case .exim, nil: return EximLine.read(message)
        case .danegate: return ruling(ByteScanner(message)) ?? .other
        case .other: return .other
        }
    }

    /// Reads a message with nothing before it, as `journalctl -o cat` prints it.
    private static func bare(_ line: LentBytes) -> MailLogLine? {
        var rest = ByteScanner(line)
        if rest.starts(with: "ruling=") { return ruling(rest) }
        guard let id = rest.token(), PostfixLine.isQueueID(id), rest.starts(with: "to=") else {
            return EximLine.isMessage(line) ? EximLine.read(line) : nil
        }
        if rest.starts(with: "to=<"), case .delivery(let delivery) = PostfixLine.read(line, transport: .unknown) {
            return .delivery(delivery)
        }
        if rest.contains(", mailer="), case .delivery(let delivery) = SendmailLine.read(line) {
            return .delivery(delivery)
        }
        return nil
    }

    /// Reads `ruling=… mode=… to=… domain=… outcome=…`. A value with a blank in it is quoted.
    private static func ruling(_ rest: ByteScanner) -> MailLogLine? {
        var rest = rest
        guard rest.starts(with: "ruling=") else { return .other }
        var domain: LentBytes?
        var passed: LentBytes?
        for _ in 0..<40 {
            guard let key = rest.take(upTo: UInt8(ascii: "=")) else { break }
            let value = rest.pairValue()
            if key.equals("domain") {
                domain = value
            } else if key.equals("passed") {
                passed = value
            }
            rest.skipBlanks()
        }
        guard let domain, domain.first != UInt8(ascii: "\""), !domain.equals("-") else { return .other }
        return .ruling(domain, passed: passed)
    }
}

extension ByteScanner {
    /// Takes a value of danegate's own log: up to the next blank, or with its quotes. In quotes a backslash hides the
    /// next character.
    fileprivate mutating func pairValue() -> LentBytes {
        guard starts(with: "\"") else { return take(peek().count) }
        var isEscaped = false
        for index in rest.indices.dropFirst() {
            switch rest[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\""):
                let value = take(index + 1)
                drop(peek().count)
                return value
            default: break
            }
        }
        return take(rest.count)
    }
}
