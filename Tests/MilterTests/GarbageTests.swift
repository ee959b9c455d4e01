import Testing
import World

@Suite("What port scanners and broken MTAs send", .timeLimit(.minutes(2))) struct GarbageTests {
    /// Bytes that are no session, by what they are.
    static let garbage: [(name: String, bytes: [UInt8])] = [
        ("nothing", []),
        ("one byte", [0]),
        ("half a length", [0, 0]),
        ("a length only", [0, 0, 0, 13]),
        ("half a negotiation", [0, 0, 0, 13, 0x4F, 0, 0]),
        ("a length of zero", [0, 0, 0, 0]),
        ("an oversized length", [0xFF, 0xFF, 0xFF, 0xFF, 0x4F]),
        ("the largest signed length", [0x7F, 0xFF, 0xFF, 0xFF, 0x52, 0x3C]),
        ("HTTP", Array("GET / HTTP/1.0\r\nHost: x\r\n\r\n".utf8)),
        ("SMTP", Array("EHLO scanner.example\r\n".utf8)),
        ("TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]),
        ("an unknown command", [0, 0, 0, 1, 0x7A]),
        ("a short negotiation", [0, 0, 0, 5, 0x4F, 0, 0, 0, 6]),
        ("version 0", [0, 0, 0, 13, 0x4F, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0, 0x1F, 0xFF, 0xFF]),
        ("version 4294967295", [0, 0, 0, 13, 0x4F, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0xFF, 0, 0x1F, 0xFF, 0xFF]),
        ("nothing offered", [0, 0, 0, 13, 0x4F, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("RCPT before all", [0, 0, 0, 4, 0x52, 0x3C, 0x3E, 0]),
        ("RCPT without an argument", [0, 0, 0, 1, 0x52]),
        ("RCPT without an end", [0, 0, 0, 3, 0x52, 0x3C, 0x3E]),
        ("MAIL, then RCPT, without negotiation", [0, 0, 0, 4, 0x4D, 0x3C, 0x3E, 0, 0, 0, 0, 4, 0x52, 0x3C, 0x3E, 0]),
        ("CONNECT without an address", [0, 0, 0, 4, 0x43, 0x61, 0, 0x34]),
        ("CONNECT with a bad address", [0, 0, 0, 10, 0x43, 0x61, 0, 0x34, 0, 25, 0x78, 0x79, 0x7A, 0]),
        ("CONNECT of an unknown family", [0, 0, 0, 10, 0x43, 0x61, 0, 0x39, 0, 25, 0x78, 0x79, 0x7A, 0]),
        ("macros without values", [0, 0, 0, 7, 0x44, 0x52, 0x69, 0, 0x6A, 0, 0]),
        ("macros of no stage", [0, 0, 0, 2, 0x44, 0x7A]),
        ("QUIT", [0, 0, 0, 1, 0x51]),
        ("QUIT and a next session", [0, 0, 0, 1, 0x4B, 0, 0, 0, 4, 0x4D, 0x3C, 0x3E, 0]),
    ]

    @Test("is survived, whether the client hangs up or waits")
    func survived() async throws {
        let daemon = try await TestDaemon()
        for (name, bytes) in Self.garbage {
            for hangsUp in [true, false] {
                try await daemon.client { client in
                    try client.send(bytes)
                    guard !hangsUp else { return }
                    client.halfClose()
                    // Until the milter hangs up, which it does as nothing more comes.
                    for _ in 0..<10 where try client.answer() != .closed {}
                }
            }
            #expect(try await daemon.isSound(), "after \(name)")
        }
        #expect(daemon.process.status == nil)
        #expect(try await daemon.isIdle())
        await daemon.process.stop()
    }

    @Test("in the middle of a session is survived", arguments: garbage.indices)
    func midway(index: Int) async throws {
        let daemon = try await TestDaemon()
        for stage in 0..<3 {
            try await daemon.client { client in
                try client.negotiate()
                if stage > 0 { try client.mail() }
                if stage > 1 { _ = try client.recipient("<reject@example.com>") }
                try client.send(Self.garbage[index].bytes)
                client.halfClose()
                for _ in 0..<10 where try client.answer() != .closed {}
            }
        }
        #expect(try await daemon.isSound())
        #expect(try await daemon.isIdle())
        #expect(await daemon.process.stop() == 0)
    }

    @Test("a next session after QUIT_NC is served with state of its own")
    func nextSession() async throws {
        let daemon = try await TestDaemon()
        let texts = try await daemon.client { client in
            try client.open()
            try client.mail("<one@a.example>")
            let first = try client.recipient("<echo@e.example>")
            try client.abort()
            try client.packet("K", [])
            try client.mail("<two@a.example>")
            return ["\(first)", "\(try client.recipient("<echo@e.example>"))"]
        }
        #expect(texts[0].contains("session=1 "))
        #expect(texts[1].contains("session=2 "))
        #expect(texts[1].contains("from=<two@a.example>"))
        await daemon.process.stop()
    }
}
