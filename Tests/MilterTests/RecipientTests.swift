import Testing
import World

@Suite("Recipients over the milter protocol", .timeLimit(.minutes(2))) struct RecipientTests {
    @Test("each recipient of a message is judged alone")
    func alone() async throws {
        let daemon = try await TestDaemon()
        #expect(try await daemon.isSound())
        #expect(try await daemon.isIdle())
        await daemon.process.stop()
    }

    @Test("messages, RSETs and repeated MAILs on one connection leave nothing behind")
    func noLeaks() async throws {
        let daemon = try await TestDaemon()
        let texts = try await daemon.client { client in
            func echo(_ macros: [String: String] = [:]) throws -> String {
                guard case .reply(let text) = try client.recipient("<echo@e.example>", macros: macros) else {
                    return "none"
                }
                return text
            }
            try client.open()
            try client.mail("<one@a.example>", macros: ["{auth_authen}": "alice", "i": "Q1"])
            let first = try echo(["{rcpt_mailer}": "smtp", "{rcpt_host}": "e.example", "{rcpt_addr}": "echo@e.example"])
            _ = try client.recipient("<reject@e.example>")
            try client.abort()
            // As MTAs do, with a packet of macros for every MAIL: libmilter forgets those of the last one only then.
            try client.mail("<>", macros: ["{client_addr}": "192.0.2.3"])
            let second = try echo()
            // No abort between, as Sendmail may do after a refused message.
            try client.mail("<three@a.example>")
            let third = try echo(["{rcpt_mailer}": "local"])
            try client.abort()
            try client.quit()
            return [first, second, third]
        }
        #expect(texts[0].contains("from=<one@a.example> mailer=smtp host=e.example addr=echo@e.example i=Q1"))
        #expect(texts[0].contains("auth=alice"))
        #expect(texts[1].contains("from=<> mailer=- host=- addr=- i=- client=192.0.2.3 name=- auth=- daemon=-"))
        #expect(texts[2].contains("from=<three@a.example> mailer=local host=- "))
        await daemon.process.stop()
    }

    @Test("a refusal's text does not stick to later recipients or messages")
    func notSticky() async throws {
        let daemon = try await TestDaemon()
        let answers = try await daemon.client { client in
            try client.open()
            try client.mail()
            return try ["reject", "fine", "reject", "tempfail", "fine", "tempfail", "shutdown"].map {
                try client.recipient("<\($0)@example.com>")
            }
        }
        #expect(
            answers == [
                .reply("550 5.7.323 rejected for 1"), .continue, .reply("550 5.7.323 rejected for 3"),
                .reply("451 4.7.324 deferred for 4"), .continue, .reply("451 4.7.324 deferred for 6"),
                .reply("451 4.3.2 a 421 that must not be sent"),
            ])
        await daemon.process.stop()
    }

    @Test("the client's address comes from the macros, or from CONNECT where macros cannot be asked for")
    func clientAddress() async throws {
        let daemon = try await TestDaemon()
        func echo(_ offer: MilterClient.Offer, address: String, _ macros: [String: String]) async throws -> String {
            try await daemon.client { client in
                try client.open(offer, address: address)
                try client.mail(macros: macros)
                guard case .reply(let text) = try client.recipient("<echo@e.example>") else { return "none" }
                return text
            }
        }
        let asked = ["{client_addr}": "198.51.100.7", "{client_name}": "c.example", "{daemon_name}": "d.example"]
        #expect(
            try await echo(.init(), address: "192.0.2.1", asked)
                .contains("client=198.51.100.7 name=c.example auth=- daemon=d.example simulated=false"))
        for old in [MilterClient.Offer(actions: 0x3F, steps: 0x7F), .init(version: 2, actions: 0x3F, steps: 0x7F)] {
            #expect(try await echo(old, address: "192.0.2.1", [:]).contains("client=192.0.2.1 name=client.example.org"))
            #expect(try await echo(old, address: "2001:db8::7", [:]).contains("client=2001:db8::7 name="))
        }
        #expect(
            try await echo(.init(), address: "-", ["{client_addr}": "IPv6:2001:db8::1"]).contains("client=2001:db8::1 ")
        )
        await daemon.process.stop()
    }

    @Test("Postfix's simulated session is recognised")
    func simulated() async throws {
        let daemon = try await TestDaemon()
        let texts = try await daemon.client { client in
            try client.open()
            try client.mail("", macros: ["{client_addr}": "127.0.0.1", "{client_name}": "localhost"])
            return try ["echo@e.example", "<echo@e.example>"].map { "\(try client.recipient($0))" }
        }
        #expect(texts[0].contains("simulated=true"))
        #expect(texts[1].contains("simulated=false"))
        await daemon.process.stop()
    }

    @Test("hostile addresses and macros change neither the reply's form nor the daemon")
    func hostile() async throws {
        let daemon = try await TestDaemon()
        let addresses: [[UInt8]] = [
            Array("<percent@%s%n%d.example>".utf8), Array("<echo@\r\n250 ok>".utf8),
            Array("<echo@münchen.example>".utf8),
            [0x3C] + Array("echo@".utf8) + [0xFF, 0xFE, 0xC3, 0x28, 0x3E], Array("<echo@a\0b.example>".utf8), [],
            [0x3C],
            Array("<\"echo@a.example\"@b.example>".utf8), Array("<@a,@b:echo@c.example>".utf8),
            Array("<echo@".utf8) + [UInt8](repeating: 0x61, count: 60_000) + [0x3E],
            [UInt8](repeating: 0x3C, count: 10_000), Array("<long@example.com>".utf8),
        ]
        let answers = try await daemon.client { client in
            try client.open()
            try client.mail(String(repeating: "%s\u{7F}", count: 4000), macros: ["{auth_authen}": "a\r\nb%n"])
            return try addresses.map {
                try client.recipient(
                    [$0] + (0..<40).map { Array("X\($0)=%s\r\n".utf8) },
                    macros: ["{rcpt_host}": "h%n\r\n", "{rcpt_addr}": String(repeating: "a", count: 5000), "odd": ""])
            }
        }
        for answer in answers {
            guard case .reply(let text) = answer else {
                #expect(answer == .continue)
                continue
            }
            #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "%") }, "\(text)")
            #expect(text.utf8.count <= 400)
            #expect(text.hasPrefix("550 5.7."))
        }
        #expect("\(answers[9])".contains("bytes=2048 cut=true parameters=32"))
        #expect("\(answers[3])".contains("bytes=11 cut=false"))
        #expect(try await daemon.isSound())
        await daemon.process.stop()
    }
}
