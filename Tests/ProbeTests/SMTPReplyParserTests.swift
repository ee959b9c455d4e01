import RuleMarks
import Testing

@testable import Probe

@Suite("Reply lines become replies")
struct SMTPReplyParserTests {
    private func replies(_ lines: [String]) throws(SMTPProtocolError) -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var replies: [SMTPReply] = []
        for line in lines {
            if let reply = try parser.add(Array(line.utf8)) { replies.append(reply) }
        }
        return replies
    }

    @Test(arguments: [
        (["220 hello"], [SMTPReply(code: 220, lines: ["hello"])]),
        (["250"], [SMTPReply(code: 250, lines: [""])]),
        (["250-"], []),
        (["250-mx", "250-STARTTLS", "250 SIZE 1"], [SMTPReply(code: 250, lines: ["mx", "STARTTLS", "SIZE 1"])]),
        (["220-a", "220", "250 b"], [SMTPReply(code: 220, lines: ["a", ""]), SMTPReply(code: 250, lines: ["b"])]),
        (["554 n\u{7}o"], [SMTPReply(code: 554, lines: ["n?o"])]),
        (["250-mx", "250 STARTTLS\tnow"], [SMTPReply(code: 250, lines: ["mx", "STARTTLS?now"])]),
        (["100 hi", "999", "000 x"], [(100, "hi"), (999, ""), (0, "x")].map { SMTPReply(code: $0, lines: [$1]) }),
        // As Postfix has it: the last code counts, and what is no reply line is one more line.
        (["250-a", "251 b"], [SMTPReply(code: 251, lines: ["a", "b"])]),
        (["250-a", "550 b"], [SMTPReply(code: 550, lines: ["a", "b"])]),
        (["550-a", "250 b"], [SMTPReply(code: 250, lines: ["a", "b"])]),
        (["", "hello there", "220 mx"], [SMTPReply(code: 220, lines: ["", "there", "mx"])]),
        (["250-a", "2500-STARTTLS", "250 b"], [SMTPReply(code: 250, lines: ["a", "STARTTLS", "b"])]),
        (["25", "2x0 hi", "250_hi", "250"], [SMTPReply(code: 250, lines: ["", "hi", "", ""])]),
        (["٢٥٠ hi", "250 ho"], [SMTPReply(code: 250, lines: ["hi", "ho"])]),
    ])
    func takes(_ lines: [String], _ expected: [SMTPReply]) throws { #expect(try replies(lines) == expected) }

    /// RFC 4253 §4.2: an SSH server, and nobody else.
    @Test func refusesAnotherProtocol() {
        #expect(throws: SMTPProtocolError("the host does not speak SMTP: \"SSH-2.0-x\"")) { try replies(["SSH-2.0-x"]) }
    }

    /// The first stray line is what is told of.
    @Test(.rules("F-83")) func boundsTheStrayLines() throws {
        let stray = (1...10).map { "stray \($0)" }
        #expect(try replies(stray + ["250 y"]).first?.lines.count == 11)
        // Of one reply, not of all.
        #expect(try replies(stray + ["250 y"] + stray + ["250 z"]).count == 2)
        #expect(throws: SMTPProtocolError("the host does not speak SMTP: \"stray 1\"")) {
            try replies(stray + ["stray 11", "250 y"])
        }
        #expect(throws: SMTPProtocolError.self) { try replies(["250-a"] + stray + ["250-b", "", "250 c"]) }
    }

    @Test(arguments: [
        ("", true), ("2", true), ("22", true), ("220", true), ("220 x", true), ("220-x", true), ("220\r", true),
        ("220\t", true), ("H", false), ("22x", false), ("2200", false), ("220_", false), ("\u{16}\u{3}", false),
    ])
    func tellsWhatMayBecomeAReplyLine(_ text: String, _ isPossible: Bool) {
        #expect((SMTPReplyParser.doubt(of: Array(text.utf8)) == nil) == isPossible)
    }

    @Test func doubtsUntilTheReplyIsWhole() throws {
        var parser = SMTPReplyParser()
        #expect(parser.doubt == nil)
        _ = try parser.add(Array("hello".utf8))
        #expect(parser.doubt == SMTPProtocolError("the host does not speak SMTP: \"hello\""))
        _ = try parser.add(Array("220 mx".utf8))
        #expect(parser.doubt == nil)
    }

    @Test func boundsTheLines() throws {
        let lines = Array(repeating: "250-x", count: 99)
        #expect(try replies(lines + ["250 y"]).first?.lines.count == 100)
        #expect(throws: SMTPProtocolError("the host sent a reply of more than 100 lines")) {
            try replies(lines + ["250-x", "250 y"])
        }
    }

    @Test(
        .rules("F-59", "L-01"),
        arguments: [
            (["mx", "STARTTLS"], true), (["mx", "starttls"], true), (["mx", "StartTLS now"], true),
            (["STARTTLS"], false),
            (["mx", "XSTARTTLS"], false), (["mx", "XXXXXXXA"], false), (["mx", "AUTH STARTTLS"], false),
            (["mx", ""], false), (["mx", "STARTTLS=now"], true),
            (["mx", " STARTTLS"], true), (["mx", "STARTTLS-now"], false),
            // An empty first line is not the host's name: the next one is.
            (["", "STARTTLS"], false), (["", "mx", "STARTTLS"], true),
        ])
    func findsExtensions(_ lines: [String], _ isOffered: Bool) {
        #expect(SMTPReply(code: 250, lines: lines).offers("STARTTLS") == isOffered)
    }
}
