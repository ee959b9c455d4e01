import NIOCore

@testable import Probe

extension FuzzTarget {
    /// What a host says: lines, replies, and the client that they drive (RFC 5321 §4.2).
    static let smtpReplies = FuzzTarget("smtp-replies") { bytes in
        let whole = try Conversation(of: [bytes])
        // Where TCP cuts the stream must not matter.
        var source = ByteSource(bytes)
        let size = source.below(7) + 1
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            pieces.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let cut = try Conversation(of: pieces)
        try require(whole.replies == cut.replies, "the replies depend on where the stream is cut")
        if bytes.count <= SMTPLineCodec.maximumTotal {
            // Its text may: it quotes what had come.
            try require(
                (whole.violation == nil) == (cut.violation == nil), "the violation depends on where the stream is cut")
        }
        for reply in whole.replies { try check(reply) }
        if let violation = whole.violation { try requireLine(violation.description, atMost: 200, "a violation") }
        try drive(whole.replies, whole.violation, helo: bytes.prefix(80).map { $0 })
    }

    private static func check(_ reply: SMTPReply) throws {
        try require((0...999).contains(reply.code), "a reply with the code \(reply.code)")
        try require((1...SMTPReplyParser.maximumLines).contains(reply.lines.count), "\(reply.lines.count) lines")
        for line in reply.lines { try requireLine(line, atMost: Printable.limit, "a reply's line") }
        try requireLine(reply.text, atMost: Printable.limit, "a reply's text")
        try require(reply.offers("starttls") == reply.offers("STARTTLS"), "a keyword that depends on its case")
    }

    /// Whatever is said, the client comes to one end, says only what it may, and never leaves that end.
    private static func drive(_ replies: [SMTPReply], _ violation: SMTPProtocolError?, helo: [UInt8]) throws {
        var client = SMTPClient(helo: helo.text)
        try require(client.handle(.connected) == .wait, "something is said before the banner")
        var events = replies.map { SMTPClient.Event.reply($0, followed: false) }
        if let violation { events.append(.violated(violation)) }
        events.append(.closed("the host closed the connection"))
        var ends = 0
        for event in events {
            var action = client.handle(event)
            if action == .startTLS {
                let session = ProbeReport.TLSSession(protocolVersion: "TLS1.3", cipherSuite: "-", chain: [])
                action = client.handle(.established(session))
            }
            switch action {
            case .send(let command): try requireLine(command, atMost: Printable.limit + 5, "a command")
            case .end: ends += 1
            case .hangUp: try require(ends == 1, "hung up without an end")
            case .wait, .startTLS: throw Broken(description: "\(action) after a reply")
            }
        }
        try require(ends == 1, "\(ends) ends")
    }
}

/// What comes of bytes that arrive in pieces.
private struct Conversation {
    var replies: [SMTPReply] = []
    var violation: SMTPProtocolError?

    init(of pieces: [[UInt8]]) throws {
        var codec = SMTPLineCodec()
        var parser = SMTPReplyParser()
        do throws(SMTPProtocolError) {
            for piece in pieces {
                try codec.append(ByteBuffer(bytes: piece))
                while let line = try codec.next() {
                    if let reply = try parser.add(line) { replies.append(reply) }
                }
            }
        } catch {
            violation = error
        }
    }
}
