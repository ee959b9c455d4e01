import Support

/// Reads the messages of Sendmail.
enum SendmailLine {
    private static let keys: [StaticString] = [
        "ctladdr=", "delay=", "xdelay=", "mailer=", "pri=", "relay=", "dsn=", "stat=", "reply=", "tls_verify=",
        "quarantine=", "nrcpts=", "auth=", "ntries=",
    ]

    /// Reads `5AS9abcd001234: to=<user@example.org>,<…>, ctladdr=…, mailer=esmtp, relay=mx.example.org. [192.0.2.1],
    /// dsn=2.0.0, stat=Sent (…)`.
    ///
    /// `reply=` and `stat=` end with words of the remote server. These are never read.
    static func read(_ message: LentBytes) -> MailLogLine {
        var rest = ByteScanner(message)
        guard let id = rest.token(), PostfixLine.isQueueID(id), rest.skip("to=") else { return .other }
        var recipients: [LentBytes] = []
        var isCut = false
        while let address = rest.sendmailAddress() {
            // Sendmail cuts a long list in the middle.
            if ByteScanner(address).contains("...") { isCut = true } else { recipients.append(address) }
            guard rest.starts(with: ","), !rest.starts(with: ", ") else { break }
            rest.drop(1)
        }
        var mailer: String?
        var relay: MailDelivery.Relay?
        var isDeferred: Bool?
        var isTold = false
        for _ in 0..<20 {
            guard rest.skip(", ") else { break }
            if rest.skip("mailer=") {
                mailer = rest.take(before: ", ").text
            } else if rest.skip("relay=") {
                relay = MailDelivery.Relay(rest.take(before: ", "))
            } else if rest.skip("dsn=") {
                isDeferred = rest.next == UInt8(ascii: "4")
                _ = rest.take(before: ", ")
            } else if rest.starts(with: "reply=") || rest.skip("stat=") {
                isTold = true
                isDeferred = isDeferred ?? (rest.starts(with: "Deferred") || rest.starts(with: "queued"))
                // `stat=queued` has no status code.
                if rest.starts(with: "queued") { isDeferred = true }
                break
            } else if keys.contains(where: { rest.starts(with: $0) }) {
                _ = rest.take(before: ", ")
            } else {
                return .other
            }
        }
        guard isTold else { return .unread("a delivery that is cut before its status") }
        guard let mailer else { return .other }
        return .delivery(
            MailDelivery(
                recipients: recipients, isCut: isCut, transport: .named(mailer), relay: relay,
                state: isDeferred == true ? .deferred : .done))
    }
}

extension ByteScanner {
    /// Takes an address of a list, with or without angle brackets, up to the comma after it. Quotes hide commas.
    fileprivate mutating func sendmailAddress() -> LentBytes? {
        var isQuoted = false
        var isEscaped = false
        var count = 0
        loop: for byte in rest {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: break loop
            default: break
            }
            count += 1
        }
        guard count > 0 else { return nil }
        return take(count)
    }
}
