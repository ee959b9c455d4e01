import Support

/// A message of one of Postfix's delivery agents.
enum PostfixLine {
    /// Reads `4XyZ1: to=<user@example.org>, orig_to=<…>, relay=mx.example.org[192.0.2.1]:25, …, status=sent (…)`.
    ///
    /// Behind the status come the words of the remote server: they are not read, whatever they are.
    ///
    /// - Parameter transport: The transport, by the program's tag.
    static func read(_ message: LentBytes, transport: MailDelivery.Transport) -> MailLogLine {
        var rest = ByteScanner(message)
        guard let id = rest.token(), isQueueID(id), rest.skip("to=<") else { return .other }
        guard let address = rest.postfixAddress() else { return .unread("a delivery that is cut before its status") }
        var relay: MailDelivery.Relay?
        // Keys are fewer; what is none ends the line.
        for _ in 0..<16 {
            guard rest.skip(", ") else { break }
            if rest.skip("status=") {
                guard let state = state(rest.peek()) else { return .other }
                return .delivery(
                    MailDelivery(recipients: [address], transport: transport, relay: relay, state: state))
            }
            if rest.skip("orig_to=<") {
                guard rest.postfixAddress() != nil else { break }
            } else if rest.skip("relay=") {
                let value = rest.take(before: ", ")
                relay = MailDelivery.Relay(value)
            } else {
                _ = rest.take(before: ", ")
            }
        }
        return .unread("a delivery that is cut before its status")
    }

    /// Whether a word is a queue id and its colon, short or long.
    static func isQueueID(_ word: LentBytes) -> Bool {
        word.count > 1 && word.count <= 64 && word.last == UInt8(ascii: ":")
            && word.dropLast().allSatisfy(\.isAlphanumeric)
    }

    /// nil for words that say nothing of a delivery.
    private static func state(_ word: LentBytes) -> MailDelivery.State? {
        if word.equals("sent") || word.equals("bounced") || word.equals("expired") { return .done }
        // SOFTBOUNCE: soft_bounce is on, and what would have been refused is deferred.
        if word.equals("deferred") || word.equals("SOFTBOUNCE") { return .deferred }
        if word.equals("deliverable") || word.equals("undeliverable") { return .probe }
        return nil
    }
}

extension ByteScanner {
    /// An address up to its `>`, which the next key must follow: it does not count inside quotes (RFC 5321 §4.1.2),
    /// unless they never end, nor in an address that Postfix before 3.5 wrote without the quotes it needs.
    ///
    /// - Returns: nil if it does not end.
    fileprivate mutating func postfixAddress() -> LentBytes? {
        guard let end = addressEnd(minding: true) ?? addressEnd(minding: false) else { return nil }
        defer { drop(end + 1) }
        return rest.part(0..<end)
    }

    private func addressEnd(minding quotes: Bool) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for index in rest.indices {
            switch rest[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\"") where quotes: isQuoted.toggle()
            case UInt8(ascii: ">") where !isQuoted:
                let behind = ByteScanner(rest.part(index + 1..<rest.count))
                if Self.keys.contains(where: { behind.starts(with: $0) }) { return index }
            default: break
            }
        }
        return nil
    }

    private static let keys: [StaticString] = [", orig_to=<", ", relay=", ", delay=", ", status="]
}
