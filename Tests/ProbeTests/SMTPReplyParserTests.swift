import Rules
import Testing

@testable import Probe

@Suite("Reply lines become replies")
struct SMTPReplyParserTests {
    private func replies(_ lines: [String]) throws(SMTPViolation) -> [SMTPReply] {
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
    ])
    func takes(_ lines: [String], _ expected: [SMTPReply]) throws { #expect(try replies(lines) == expected) }

    @Test(arguments: [
        [""], ["25"], ["2x0 hi"], ["250_hi"], ["2500 hi"], ["100 hi"], ["250-a", "251 b"], ["250-a", "hello"],
        ["٢٥٠ hi"],
    ])
    func refuses(_ lines: [String]) { #expect(throws: SMTPViolation.self) { try replies(lines) } }

    @Test func boundsTheLines() throws {
        let lines = Array(repeating: "250-x", count: 99)
        #expect(try replies(lines + ["250 y"]).first?.lines.count == 100)
        #expect(throws: SMTPViolation("the host sent a reply of more than 100 lines")) {
            try replies(lines + ["250-x", "250 y"])
        }
    }

    @Test(
        .rules("F-59", "L-01"),
        arguments: [
            (["mx", "STARTTLS"], true), (["mx", "starttls"], true), (["mx", "StartTLS now"], true),
            (["STARTTLS"], false),
            (["mx", "XSTARTTLS"], false), (["mx", "XXXXXXXA"], false), (["mx", "AUTH STARTTLS"], false),
            (["mx", ""], false),
        ])
    func findsExtensions(_ lines: [String], _ isOffered: Bool) {
        #expect(SMTPReply(code: 250, lines: lines).offers("STARTTLS") == isOffered)
    }
}
