import ArgumentParser
import World

/// One message, and the dialogue as its sender sees it.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends a message to recipients, and prints the SMTP dialogue.",
        discussion: """
            -> is what the sender says, <- what the server answers. If no recipient is taken, there is no message. \
            Exits 0 if the message was taken for all, 75 if a recipient was put off, 1 if one was refused for good.
            """)

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "The sender's address.")
    var from = "sender@local.example"

    @Argument(help: "The recipients.")
    var recipients: [String]

    func run() async throws {
        let status = try await onOwnThread { [self] in
            let client = try SMTPClient(port: port)
            show(client.greeting)
            _ = try exchange("EHLO client.example", with: client)
            _ = try exchange("MAIL FROM:<\(from)>", with: client)
            let codes = try recipients.map { try exchange("RCPT TO:<\($0)>", with: client) }
            var status: Int32 = codes.contains { $0 >= 500 } ? 1 : codes.contains { $0 >= 400 } ? 75 : 0
            if codes.contains(where: { $0 < 300 }), try exchange("DATA", with: client) == 354 {
                for line in ["Subject: a message of the demonstration", "", "Hello."] { Playground.say("-> \(line)") }
                let message = "Subject: a message of the demonstration\r\n\r\nHello.\r\n."
                if try exchange(message, shown: ".", with: client) >= 400 { status = 1 }
            }
            _ = try exchange("QUIT", with: client)
            return status
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// Says something, and shows it and the reply.
    ///
    /// - Returns: The code of the reply.
    private func exchange(_ command: String, shown: String? = nil, with client: SMTPClient) throws -> Int {
        Playground.say("-> \(shown ?? command)")
        let reply = try client.command(command)
        show(reply)
        return reply.code
    }

    /// A reply of several lines has its codes in each of them.
    private func show(_ reply: SMTPClient.Reply) {
        let lines = reply.text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let enhanced = reply.enhanced.isEmpty ? "" : "\(reply.enhanced) "
            Playground.say("<- \(reply.code)\(number + 1 < lines.count ? "-" : " ")\(enhanced)\(line)")
        }
    }
}
