import Milter
import Testing

@Suite("The setting of the socket") struct MilterSocketTests {
    @Test(
        "both orders are read",
        arguments: [
            ("inet:8895@127.0.0.1", "inet:8895@127.0.0.1", "inet:127.0.0.1:8895"),
            ("inet:127.0.0.1:8895", "inet:8895@127.0.0.1", "inet:127.0.0.1:8895"),
            ("inet:8895@localhost", "inet:8895@127.0.0.1", "inet:127.0.0.1:8895"),
            ("inet:localhost:8895", "inet:8895@127.0.0.1", "inet:127.0.0.1:8895"),
            ("inet:0.0.0.0:8895", "inet:8895@0.0.0.0", "inet:0.0.0.0:8895"),
            ("inet6:8895@::1", "inet6:8895@::1", "inet:[::1]:8895"),
            ("inet6:8895@[::1]", "inet6:8895@::1", "inet:[::1]:8895"),
            ("inet6:[::1]:8895", "inet6:8895@::1", "inet:[::1]:8895"),
            ("inet:[2001:db8::1]:25", "inet6:25@2001:db8::1", "inet:[2001:db8::1]:25"),
            ("inet6:8895@localhost", "inet6:8895@::1", "inet:[::1]:8895"),
            ("unix:/run/x/x.sock", "unix:/run/x/x.sock", "unix:/run/x/x.sock"),
            ("local:/run/x/x.sock", "unix:/run/x/x.sock", "unix:/run/x/x.sock"),
            ("/run/x:y/x.sock", "unix:/run/x:y/x.sock", "unix:/run/x:y/x.sock"),
        ])
    func forms(text: String, libmilter: String, postfix: String) throws {
        let socket = try MilterSocket(text)
        #expect(socket.libmilterForm == libmilter)
        #expect(socket.postfixForm == postfix)
        #expect(try MilterSocket(libmilter) == socket)
        #expect(try MilterSocket(postfix) == socket)
    }

    @Test(
        "nonsense is refused with a sentence",
        arguments: [
            "", "8895", "x.sock", "unix:", "unix:x.sock", "unix:/", "unix:/run/", "inet:", "inet:8895",
            "inet:0@127.0.0.1",
            "inet:65536@127.0.0.1", "inet:+25@127.0.0.1", "inet:smtp@127.0.0.1", "inet:8895@mail.example", "inet:8895@",
            "inet:127.0.0.1:", "inet6:8895@127.0.0.1", "tcp:8895@127.0.0.1", "unix:/run/x\n.sock",
            "unix:/" + String(repeating: "x", count: 106), "inet:127.0.0.1:25@127.0.0.1", ":", "@",
            // What the fuzzing found: control characters that reached the terminal, and values without a bound.
            "\u{7F}", "a\nb", "tcp\u{1B}[2J:25", "inet:8895@\r\u{85}", "ü", String(repeating: "x", count: 100_000),
        ])
    func refused(text: String) throws {
        let error = try #require(throws: MilterError.self) { try MilterSocket(text) }
        #expect(error.code == .badSocket)
        #expect(error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(error.description.utf8.count <= 1000)
        #expect(error.description.contains(" "))
    }

    @Test("a path of 106 bytes is the longest")
    func longest() throws {
        let path = "/" + String(repeating: "x", count: 105)
        #expect(try MilterSocket(path) == .unix(path: path))
    }
}
