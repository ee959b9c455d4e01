import Support

/// Reads the messages of Postfix's delivery agents.
enum PostfixLine {
    /// Reads `4XyZ1: to=<user@example.org>, orig_to=<…>, relay=mx.example.org[192.0.2.1]:25, …, status=sent (…)`.
    ///
    /// After the status come the words of the remote server. They are never read.
    ///
    /// - Parameter transport: The transport, known from the program's tag.
    static func read(_ message: LentBytes, transport: MailDelivery.Transport) -> MailLogLine {
        var rest = ByteScanner(message)
        guard let id = rest.token(), isQueueID(id), rest.skip("to=<") else { return .other }
        guard let address = rest.postfixAddress() else { return .unread("a delivery that is cut before its status") }
        var relay: MailDelivery.Relay?
        // No line has more keys. A word that is no key ends them.
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

    /// Whether a word is a short or long queue id with its colon.
    static func isQueueID(_ word: LentBytes) -> Bool {
        word.count > 1 && word.count <= 64 && word.last == UInt8(ascii: ":")
            && word.dropLast().allSatisfy(\.isAlphanumeric)
    }

    /// Returns the state that a word means; nil if it means none.
    private static func state(_ word: LentBytes) -> MailDelivery.State? {
        if word.equals("sent") || word.equals("bounced") || word.equals("expired") { return .done }
        // SOFTBOUNCE: soft_bounce is on, so Postfix deferred what it would have refused.
        if word.equals("deferred") || word.equals("SOFTBOUNCE") { return .deferred }
        if word.equals("deliverable") || word.equals("undeliverable") { return .probe }
        return nil
    }
}

extension ByteScanner {
    /// Takes an address up to its `>`, after which the next key must follow. A `>` in quotes does not count (RFC 5321
    /// §4.1.2), unless the quotes never end. Postfix before 3.5 wrote addresses without the quotes that they need, and
    /// there it does not count either.
    ///
    /// - Returns: The address; nil if it does not end.
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
