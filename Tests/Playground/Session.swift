import World

/// One SMTP session with one message, and what may become of it.
struct Session: Sendable {
    /// How a session ended.
    enum End: Sendable {
        /// The good recipient's message was taken.
        case accepted
        /// The broken recipient was refused as it has to be.
        case refused
        /// A 4xx that is not the refusal: the command, and the codes.
        case putOff(String)
        /// A reply that nobody may ever get.
        case wrong(String)
        /// There was no greeting.
        case notStarted(String)
        /// The connection broke behind the greeting, or the server fell silent.
        case lost(String)
    }

    /// The port on 127.0.0.1.
    let port: UInt16
    /// Whose mail is taken.
    let good: String
    /// Whose mail is refused; nil for good mail alone.
    let broken: String?
    /// The code of the refusal without its class, `7.323`.
    let refusal: String
    /// What tells the messages of this run from those of others.
    let run: String
    /// The longest wait for a reply.
    let patience: Duration

    /// Plays a session, on a thread that may block. Odd numbers have the broken recipient.
    func play(_ number: Int) -> End {
        let client: SMTPClient
        do { client = try SMTPClient(port: port, timeout: patience) } catch { return .notStarted("\(error)") }
        do {
            if let end = end("greeting", client.greeting, wanted: 220) { return end }
            if let end = end("EHLO", try client.hello(), wanted: 250) { return end }
            if let end = end("MAIL", try client.mail(), wanted: 250) { return end }
            if let broken, number % 2 == 1 {
                let reply = try client.recipient(broken)
                _ = try? client.quit()
                return judge(reply)
            }
            if let end = end("RCPT", try client.recipient(good), wanted: 250) { return end }
            let message = "Message-ID: <\(number).\(run)@sessions.example>\r\nSubject: \(number)\r\n\r\n\(number)"
            if let end = end("DATA", try client.data(message), wanted: 250) { return end }
        } catch {
            return .lost("\(error)")
        }
        // The message is the server's now, whatever becomes of the farewell.
        _ = try? client.quit()
        return .accepted
    }

    /// The end that a reply means; nil if the session goes on.
    private func end(_ command: String, _ reply: SMTPClient.Reply, wanted: Int) -> End? {
        if reply.code == wanted { return nil }
        if (400..<500).contains(reply.code) { return .putOff("\(command) \(reply.code) \(reply.enhanced)") }
        return .wrong("\(command): \(reply)")
    }

    private func judge(_ reply: SMTPClient.Reply) -> End {
        switch (reply.code / 100, reply.enhanced.dropFirst(2) == refusal) {
        case (4, true), (5, true): .refused
        case (4, false): .putOff("RCPT \(reply.code) \(reply.enhanced)")
        default: .wrong("RCPT of the broken one: \(reply)")
        }
    }
}
