import Testing
import World

/// What an MTA on this machine tells a client.
enum MTASession {
    /// The reply to RCPT, or to MAIL if that is refused already; lines joined by blanks.
    static func reply(
        _ port: UInt16, _ recipient: String, from sender: String = ""
    ) async throws -> SMTPClient.Reply {
        try await onOwnThread {
            let client = try SMTPClient(port: port, timeout: .seconds(90))
            guard client.greeting.code == 220 else { return client.greeting }
            try client.hello("client.example")
            defer { _ = try? client.quit() }
            let mail = try client.mail(sender)
            return mail.code == 250 ? try client.recipient(recipient) : mail
        }
    }
}

extension SMTPClient.Reply {
    /// It as one line, without the id that each reply has of its own.
    var line: String {
        description.replacing("\n", with: " ").replacing(#/ \[[0-9A-Z]{26}\]/#, with: "")
    }
}
