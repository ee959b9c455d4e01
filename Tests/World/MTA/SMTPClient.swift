import Foundation

/// A small SMTP client for tests: blocking, for one thread at a time (see `onOwnThread`).
public final class SMTPClient {
    /// A reply of the server.
    public struct Reply: Sendable, Equatable, CustomStringConvertible {
        /// The code, 250 for instance.
        public let code: Int
        /// The enhanced code, `5.7.1` for instance; empty if there is none.
        public let enhanced: String
        /// The text after the codes, lines joined by a line feed.
        public let text: String

        /// `550 5.7.1 text`.
        public var description: String { "\(code) " + (enhanced.isEmpty ? text : "\(enhanced) \(text)") }
    }

    /// What the server said first.
    public let greeting: Reply

    private let socket: StreamSocket
    private var received: [UInt8] = []

    /// Connects to a port of 127.0.0.1 and reads the greeting.
    public init(port: UInt16, timeout: Duration = .seconds(60)) throws {
        socket = try StreamSocket("\(port)", timeout: timeout)
        var received: [UInt8] = []
        greeting = try Self.reply(from: socket, &received)
        self.received = received
    }

    /// EHLO.
    @discardableResult
    public func hello(_ name: String = "client.example") throws -> Reply { try command("EHLO \(name)") }

    /// MAIL; parameters follow the address, `SMTPUTF8` for instance.
    @discardableResult
    public func mail(_ sender: String = "sender@example.org", _ parameters: String = "") throws -> Reply {
        try command("MAIL FROM:<\(sender)>" + (parameters.isEmpty ? "" : " \(parameters)"))
    }

    /// RCPT; parameters follow the address.
    @discardableResult
    public func recipient(_ recipient: String, _ parameters: String = "") throws -> Reply {
        try command("RCPT TO:<\(recipient)>" + (parameters.isEmpty ? "" : " \(parameters)"))
    }

    /// DATA, a message, and the reply to its end; the reply to DATA if that is no 354.
    @discardableResult
    public func data(_ message: String = "Subject: test\r\n\r\ntest") throws -> Reply {
        let reply = try command("DATA")
        return reply.code == 354 ? try command("\(message)\r\n.") : reply
    }

    /// RSET.
    @discardableResult
    public func reset() throws -> Reply { try command("RSET") }

    /// QUIT.
    @discardableResult
    public func quit() throws -> Reply { try command("QUIT") }

    /// Any command, and the reply to it.
    @discardableResult
    public func command(_ line: String) throws -> Reply {
        try send(Array("\(line)\r\n".utf8))
        return try reply()
    }

    /// Sends bytes as they are.
    public func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// The next reply.
    public func reply() throws -> Reply { try Self.reply(from: socket, &received) }

    private static func reply(from socket: StreamSocket, _ received: inout [UInt8]) throws -> Reply {
        var lines: [Substring] = []
        while true {
            guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else {
                guard let more = try socket.receive(atMost: 4096) else { throw WorldError("the server hung up") }
                received += more
                continue
            }
            let line = String(decoding: received[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            received.removeSubrange(...end)
            guard line.utf8.count >= 3, let code = Int(line.prefix(3)) else { throw WorldError("no reply: \(line)") }
            lines.append(line.dropFirst(4))
            if line.dropFirst(3).first != "-" { return reply(code, lines) }
        }
    }

    private static func reply(_ code: Int, _ lines: [Substring]) -> Reply {
        let word = lines.first?.prefix { $0 != " " } ?? ""
        let isEnhanced = word.wholeMatch(of: /[245]\.\d{1,3}\.\d{1,3}/) != nil
        let texts = lines.map { isEnhanced && $0.hasPrefix(word) ? $0.dropFirst(word.count + 1) : $0 }
        return Reply(code: code, enhanced: isEnhanced ? String(word) : "", text: texts.joined(separator: "\n"))
    }
}
