import Glibc

/// A line of a mail log, as far as a survey reads it.
enum MailLogLine {
    /// A delivery of Postfix's smtp(8): the recipient's address as logged, and whether it is to be tried again.
    case delivery(UnsafeBufferPointer<UInt8>, isDeferred: Bool)
    /// A ruling of danegate's own: the destination.
    case ruling(UnsafeBufferPointer<UInt8>)
    /// Something else: another program, another agent, another message.
    case other

    /// Reads a line.
    ///
    /// Time stamps are those of syslog (RFC 3164, RFC 3339, RFC 5424, with or without the priority), of the journal and of postlogd(8);
    /// there may be none.
    ///
    /// - Returns: nil if it is no line of a log.
    static func read(_ line: UnsafeBufferPointer<UInt8>) -> MailLogLine? {
        var rest = ByteScanner(line)
        let isNumbered = rest.skipPriority()
        let hasTime = rest.skipTime()
        guard hasTime else {
            if rest.starts(with: "ruling=") { return ruling(rest) }
            // The journal without times: the agent comes first.
            guard let tag = rest.token(), tag.last == UInt8(ascii: ":"), let (name, isProcess) = program(tag),
                isProcess
            else { return nil }
            return message(rest, of: name)
        }
        if isNumbered { return structured(rest) }
        // The host's name, or none, and perhaps a level.
        for _ in 0..<4 {
            guard let token = rest.token() else { break }
            guard token.last == UInt8(ascii: ":") else { continue }
            return program(token).map { message(rest, of: $0.name) } ?? .other
        }
        return .other
    }

    /// RFC 5424: host, program, process, message id, structured data, message.
    private static func structured(_ rest: ByteScanner) -> MailLogLine {
        var rest = rest
        guard rest.token() != nil, let name = rest.token(), rest.token() != nil, rest.token() != nil else {
            return .other
        }
        if rest.starts(with: "[") {
            guard rest.skip(past: "] ") else { return .other }
        } else {
            _ = rest.token()
        }
        return message(rest, of: name)
    }

    /// The program of a tag `postfix/smtp[123]:`, and whether it says its process.
    private static func program(_ tag: UnsafeBufferPointer<UInt8>) -> (name: UnsafeBufferPointer<UInt8>, Bool)? {
        var end = tag.count - 1
        guard end > 0 else { return nil }
        guard tag[end - 1] == UInt8(ascii: "]") else { return (tag.part(0..<end), false) }
        end -= 1
        let closed = end
        while end > 0, tag[end - 1].isDigit { end -= 1 }
        guard end > 1, end < closed, tag[end - 1] == UInt8(ascii: "[") else { return nil }
        return (tag.part(0..<end - 1), true)
    }

    private static func message(_ rest: ByteScanner, of program: UnsafeBufferPointer<UInt8>) -> MailLogLine {
        let slash = program.lastIndex(of: UInt8(ascii: "/"))
        let agent = program.part((slash.map { $0 + 1 } ?? 0)..<program.count)
        if agent.elementsEqual("danegate".utf8) { return ruling(rest) }
        // `smtp` alone is somebody else's; Postfix's has the name of its instance, and perhaps that of its service, before it.
        guard slash != nil, agent.elementsEqual("smtp".utf8) else { return .other }
        return delivery(rest)
    }

    /// `4XyZ1: to=<user@example.org>, orig_to=<…>, relay=mx.example.org[192.0.2.1]:25, …, status=sent (…)`.
    private static func delivery(_ rest: ByteScanner) -> MailLogLine {
        var rest = rest
        guard let id = rest.token(), id.count > 1, id.last == UInt8(ascii: ":"),
            id.dropLast().allSatisfy(\.isAlphanumeric),
            rest.skip("to=<"), let address = rest.address()
        else { return .other }
        // What goes to a content filter on this machine comes back, and goes out then.
        let local: [StaticString] = [", relay=127.", ", relay=localhost[", ", relay=::1["]
        if local.contains(where: { rest.contains($0) }) { return .other }
        return .delivery(address, isDeferred: rest.contains(", status=deferred"))
    }

    private static func ruling(_ rest: ByteScanner) -> MailLogLine {
        var rest = rest
        guard rest.skip("ruling="), rest.skip(past: " domain="), let domain = rest.token(),
            domain.first != UInt8(ascii: "\""),
            !domain.elementsEqual("-".utf8)
        else { return .other }
        return .ruling(domain)
    }
}
