import Support

/// Reads a line of Exim's main log after its time: `1tGabc-000000001aB-2cDe => user@example.org R=dnslookup
/// T=remote_smtp H=mx.example.org [192.0.2.1] …`.
enum EximLine {
    /// The beginnings of Exim's lines that are about no message.
    private static let beginnings: [StaticString] = [
        "Start queue run", "End queue run", "exim ", "Exim ", "SMTP ", "TLS error on connection", "H=", "cwd=",
        "DKIM: ",
        "no host name found", "no IP address found", "unexpected disconnection", "refused connection",
        "Connection from ",
        "rejected ", "ident connection to", "SIGHUP received", "Warning: purging", "daemon: ", "pid ",
    ]

    /// Whether a line without a message id may be one of Exim.
    static func isNotice(_ rest: LentBytes) -> Bool {
        var rest = ByteScanner(rest)
        rest.skipProcess()
        return beginnings.contains { rest.starts(with: $0) } || rest.contains(" authenticator failed for ")
    }

    /// Whether a message id comes next: 16 characters, or 23 since Exim 4.97. The number of the process may stand
    /// before it.
    static func isMessage(_ rest: LentBytes) -> Bool {
        var rest = ByteScanner(rest)
        rest.skipProcess()
        return isID(rest.peek())
    }

    /// Reads a line after its time.
    static func read(_ line: LentBytes) -> MailLogLine {
        var rest = ByteScanner(line)
        // In syslog the line may have a second time, and a long line comes in parts: `[1\3] `.
        _ = rest.skipTime()
        rest.skipProcess()
        guard rest.skipPart() else { return .other }
        _ = rest.skipTime()
        rest.skipProcess()
        guard isID(rest.peek()), rest.token() != nil, let mark = rest.token() else { return .other }
        let state: MailDelivery.State
        switch mark.text {
        case "=>", "->", ">>", "**": state = .done
        case "==": state = .deferred
        // `*>` is a delivery that -N suppressed, and `<=` an arrival. Words such as Completed and Frozen are no marks.
        default: return .other
        }
        guard let address = rest.eximAddress() else { return .other }
        var router: LentBytes?
        var transport: LentBytes?
        var relay: MailDelivery.Relay?
        for _ in 0..<32 {
            // The text after `: ` or `C=` comes from the remote server.
            guard let field = rest.eximField() else { break }
            var isLast = field.isLast
            // Of each key only the first counts, because a stranger may have written the later ones.
            switch field.key {
            case "R" where router == nil: router = field.value
            case "T" where transport == nil: transport = field.value
            case "H" where relay == nil && !isLast:
                if rest.skip("DS ") { rest.skipBlanks() }
                (relay, isLast) = rest.eximRelay(field.value)
            default: break
            }
            if isLast { break }
        }
        guard let transport else {
            // No transport was chosen yet: the router may have waited for the DNS.
            guard let router, state == .deferred || mark.equals("**"), ByteScanner(router).contains("dnslookup") else {
                return .other
            }
            return .delivery(
                MailDelivery(recipients: [address], transport: .exim("remote_smtp"), relay: nil, state: state))
        }
        return .delivery(
            MailDelivery(recipients: [address], transport: .exim(transport.text), relay: relay, state: state))
    }

    private static func isID(_ word: LentBytes) -> Bool {
        let parts: [Int] =
            switch word.count {
            case 16: [6, 6, 2]
            case 23: [6, 11, 4]
            default: []
            }
        guard !parts.isEmpty else { return false }
        var rest = ByteScanner(word)
        for (index, length) in parts.enumerated() {
            guard rest.take(length).allSatisfy(\.isAlphanumeric), index == parts.count - 1 || rest.skip("-") else {
                return false
            }
        }
        return true
    }
}

extension ByteScanner {
    /// Skips the number of the process: `[1234] `.
    fileprivate mutating func skipProcess() {
        var rest = self
        guard rest.skip("["), let number = rest.take(upTo: UInt8(ascii: "]")), !number.isEmpty,
            number.allSatisfy(\.isDigit), rest.next?.isBlank == true
        else { return }
        rest.skipBlanks()
        self = rest
    }

    /// Skips the mark of a part of a line: `[1\3] ` or `[3/3] `.
    ///
    /// - Returns: False if it is not the first part.
    fileprivate mutating func skipPart() -> Bool {
        var rest = self
        guard rest.skip("["), let part = rest.take(upTo: UInt8(ascii: "]")), part.count <= 7,
            let sign = part.firstIndex(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "/") }),
            part.part(0..<sign).allSatisfy(\.isDigit)
        else { return true }
        rest.skipBlanks()
        let isFirst = part.part(0..<sign).equals("1")
        if isFirst { self = rest }
        return isFirst
    }

    /// Takes the address of a delivery, and skips the address that it came from, as in
    /// `user@example.org <alias@example.com>` and `user@example.org (parent) <…>`.
    fileprivate mutating func eximAddress() -> LentBytes? {
        let start = rest
        var length = 0
        // Exim writes the blanks of a local part as they are, quoted or not.
        while !isAtEnd, !starts(with: "R="), !starts(with: "T="), !starts(with: "F=<"),
            length == 0 || !starts(with: "<")
        {
            guard let word = quotedWord() else { break }
            length = start.count - rest.count
            skipBlanks()
            if word.contains(UInt8(ascii: "@")) { break }
        }
        guard length > 0 else { return nil }
        var address = start.part(0..<length)
        if address.last == UInt8(ascii: ":") { address = address.part(0..<length - 1) }
        while starts(with: "<") || starts(with: "(") {
            guard take(inside: starts(with: "<") ? ">" : ")") != nil else { break }
            skipBlanks()
        }
        return address
    }

    /// Takes the text between an opening sign and the closing one. A blank, a colon or the end must follow the closing
    /// sign, and it does not count in quotes.
    private mutating func take(inside end: Unicode.Scalar) -> LentBytes? {
        let end = UInt8(ascii: end)
        for isMinding in [true, false] {
            var isQuoted = false
            for index in rest.indices.dropFirst() {
                if isMinding, rest[index] == UInt8(ascii: "\""), end != UInt8(ascii: "\"") { isQuoted.toggle() }
                guard rest[index] == end, !isQuoted else { continue }
                let behind = index + 1 < rest.count ? rest[index + 1] : 0x20
                guard behind.isBlank || behind == UInt8(ascii: ":") else { continue }
                defer { drop(index + 1) }
                return rest.part(1..<index)
            }
        }
        return nil
    }

    /// Takes a word. Blanks in quotes belong to it.
    private mutating func quotedWord() -> LentBytes? {
        var isQuoted = false
        var isEscaped = false
        var count = 0
        loop: for byte in rest {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case 0x20 where !isQuoted: break loop
            default: break
            }
            count += 1
        }
        if isQuoted { count = rest.prefix { $0 != 0x20 }.count }
        guard count > 0 else { return nil }
        return take(count)
    }

    /// Takes `KEY=value`. A value in quotes or angle brackets is taken as a whole. Words without an equals sign are
    /// skipped.
    ///
    /// - Returns: The field; nil at `C=`, at a word that is no field, and at the end. `isLast` is set if a colon
    ///   follows, because words of others stand after it.
    fileprivate mutating func eximField() -> (key: String, value: LentBytes, isLast: Bool)? {
        while true {
            // Each turn takes a word: with blanks in front there would be none to take, and the loop would not end.
            skipBlanks()
            let word = peek()
            guard !word.isEmpty else { return nil }
            guard let sign = word.firstIndex(of: UInt8(ascii: "=")), sign > 0, sign <= 5,
                word.part(0..<sign).allSatisfy({ $0.isLetter })
            else {
                // `defer (-44)`, `PRDR`, `K`, `TFO*` are words of Exim. Any other word with a colon ends the fields.
                guard word.count <= 12, word.last != UInt8(ascii: ":"), !word.contains(UInt8(ascii: "@")) else {
                    return nil
                }
                _ = token()
                continue
            }
            let key = word.part(0..<sign).text
            if key == "C" { return nil }
            drop(sign + 1)
            if starts(with: "\"") || starts(with: "<") {
                guard let value = take(inside: starts(with: "<") ? ">" : "\"") else { return nil }
                let isLast = starts(with: ":")
                skipBlanks()
                return (key, value, isLast)
            }
            let value = token() ?? rest.part(0..<0)
            let isLast = value.last == UInt8(ascii: ":")
            return (key, isLast ? value.part(0..<value.count - 1) : value, isLast)
        }
    }

    /// Takes `[192.0.2.1]:25` after the name of a host, and tells whether a colon ends it.
    fileprivate mutating func eximRelay(_ name: LentBytes) -> (MailDelivery.Relay?, isLast: Bool) {
        guard starts(with: "["), let word = token() else { return (MailDelivery.Relay(name), false) }
        let isLast = word.last == UInt8(ascii: ":")
        guard let address = MailDelivery.Relay(word) else { return (MailDelivery.Relay(name), isLast) }
        return (MailDelivery.Relay(name: name, address: address.address, port: address.port), isLast)
    }
}
