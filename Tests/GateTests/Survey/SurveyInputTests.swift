import Foundation
import RuleMarks
import Testing

@testable import Policy
@testable import Reports
@testable import Support

@Suite struct SurveyInputTests {
    /// What a text comes to, read in parts of so many bytes.
    private func read(
        _ text: some Sequence<UInt8>, limit: Int = 1000, part: Int = 1000
    ) throws -> SurveyInput {
        let bytes = Array(text)
        var input = SurveyInput(SurveyScope(Settings()), limit: limit)
        for start in stride(from: 0, to: bytes.count, by: part) {
            try bytes.withUnsafeBufferPointer { try input.read($0.part(start..<min(bytes.count, start + part))) }
        }
        try input.endFile()
        return input
    }

    private func list(_ input: SurveyInput) -> [String] {
        (0..<input.destinations.count).map { "\(input.destinations[$0]) \(input.destinations.recipients(of: $0))" }
    }

    @Test(arguments: [
        ("example.org", "example.org 1"), ("  Example.ORG. \r", "example.org 1"),
        ("[mx.example.org]:2525", "[mx.example.org]:2525 1"),
        ("example.org:2525", "example.org:2525 1"), ("[mx.example.org]:25", "[mx.example.org] 1"),
        ("a@example.org", "example.org 1"), ("<a@example.org>", "example.org 1"),
        ("\"a@b\"@example.org", "example.org 1"),
        ("17,example.org", "example.org 1"), ("17, a@example.org", "example.org 1"),
        ("bücher.example", "xn--bcher-kva.example 1"),
        ("a@bücher.example", "xn--bcher-kva.example 1"), ("example.org # as of today", "example.org 1"),
        ("example.org\t#", "example.org 1"),
    ])
    func aLineIsADestination(line: String, destination: String) throws {
        #expect(list(try read(line.utf8)) == [destination])
        #expect(list(try read("# x\n\n\(line)\n".utf8)) == [destination])
    }

    @Test(arguments: ["", "#", "# example.org", " \t", "\r"])
    func nothingIsNothing(line: String) throws {
        let input = try read("\(line)\n".utf8)
        #expect(input.destinations.count == 0 && input.counts.junk == 0 && input.counts.lines == 1)
    }

    @Test(arguments: [
        "two words", "exa_mple..org", "http://example.org/", "192.0.2.1", "[192.0.2.1]", "a@[192.0.2.1]", "a@",
        "<postmaster>",
        "example.org:0", "a@b@", "\u{1B}[31m", "x\0y", "12,", "rank,domain", "a@exa mple",
        "4XyZ: to=<a@example.org>, relay=x",
    ])
    func junkIsListedWithItsLine(line: String) throws {
        let input = try read("example.org\n\(line)\nexample.com".utf8)
        #expect(list(input) == ["example.org 1", "example.com 1"])
        #expect(input.counts.junk == 1 && input.junk.map(\.line) == [2])
        #expect(input.junk.allSatisfy { $0.text.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    }

    /// With the bytes that came, so that it can be found in the file.
    @Test(.rules("F-98")) func junkIsListedByteForByte() throws {
        let input = try read(
            Array("two w".utf8) + [0xFC, 0x80] + Array("rds \u{FFFD}\n".utf8) + Array("x ".utf8)
                + [UInt8](repeating: 0xFF, count: 90))
        #expect(
            input.junk.map(\.text) == [
                "two w\\xfc\\x80rds \\xef\\xbf\\xbd", "x " + String(repeating: "\\xff", count: 78) + "...",
            ])
    }

    private static let smtp =
        "4bRk5z1Gxyz: to=<A.b@Example.org>, relay=mx.example.org[192.0.2.1]:25, delay=1.2, delays=0.1/0/0.6/0.5, "
        + "dsn=2.0.0, status=sent (250 2.0.0 Ok)"

    @Test(arguments: [
        "Nov 23 22:43:10 mail postfix/smtp[1234]: ", "Nov  3 02:43:10 mail postfix/smtp[1]: ",
        "<22>Nov 23 22:43:10 mail postfix/smtp[1234]: ", "2026-11-23T22:43:10.123456+01:00 mail postfix/smtp[1234]: ",
        "2026-11-23T22:43:10Z mail.example.com postfix-out/smtp[1234]: ",
        "2026-11-23T22:43:10+0100 mail postfix/smtp/smtp[7]: ",
        "2026-11-23 22:43:10 mail postfix/smtp[1234]: ", "Nov 23 22:43:10 postfix/smtp[1234]: ",
        "<22>1 2026-11-23T22:43:10.1Z mail postfix/smtp 1234 - - ", "postfix/smtp[1234]: ",
        "<22>1 2026-11-23T22:43:10.1Z mail postfix/smtp 1234 - [x y=\"z\"] ",
        "Nov 23 22:43:10.123 mail postfix/smtp[1234]: ",
    ])
    func aDeliveryIsItsRecipient(head: String) throws {
        #expect(list(try read("\(head)\(Self.smtp)\n".utf8)) == ["example.org 1"])
    }

    @Test(arguments: [
        "postfix/local[1]: 4bR: to=<root@mail.example>, relay=local, delay=0, status=sent (delivered to mailbox)",
        "postfix/virtual[1]: 4bR: to=<a@virtual.example>, relay=virtual, status=sent (delivered to maildir)",
        "postfix/lmtp[1]: 4bR: to=<a@lmtp.example>, relay=dovecot[private/lmtp], status=sent (250 2.0.0)",
        "postfix/pipe[1]: 4bR: to=<a@pipe.example>, relay=spam, status=sent (delivered via spam service)",
        "postfix/error[1]: 4bR: to=<a@error.example>, relay=none, status=bounced (x)",
        "postfix/discard[1]: 4bR: to=<a@discard.example>, relay=none, status=sent (x)",
        "postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 554; from=<> to=<a@in.example> proto=ESMTP "
            + "helo=<x>",
        "postfix/smtp[1]: connect to mx.example.org[192.0.2.1]:25: Connection timed out",
        "postfix/smtp[1]: 4bR: to=<a@filtered.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, status=sent (250 "
            + "ok)",
        "postfix/smtp[1]: 4bR: to=<a@[192.0.2.7]>, relay=192.0.2.7[192.0.2.7]:25, status=sent (250 ok)",
        "postfix/smtp[1]: 4bR: host mx[192.0.2.1] said: 450 to=<a@said.example> (in reply to RCPT)",
        "postfix/qmgr[1]: 4bR: from=<a@from.example>, size=1, nrcpt=1 (queue active)",
        "sshd[1]: Accepted publickey for a@b.example",
        "smtp[1]: 4bR: to=<a@other.example>, status=sent", "kernel: [  1.0] x", "postfix/smtp[1]:",
        "postfix/smtp[1]: ", "danegate[1]: event=start version=1", "last message repeated 3 times",
        "postfix/smtp[1]: 4bR: to=<postmaster>, status=sent",
    ])
    func otherLinesOfALogAreSilent(message: String) throws {
        let input = try read("Nov 23 22:43:10 mail \(message)\n2026-11-23T22:43:10Z mail \(message)\n".utf8)
        #expect(input.destinations.count == 0 && input.counts.junk == 0, "\(list(input)) \(input.junk)")
    }

    @Test func recipientsAreCounted() throws {
        let deferred = Self.smtp.replacing("status=sent", with: "status=deferred")
        let head = "Nov 23 22:43:10 mail postfix/smtp[1]: "
        let text = """
            example.com
            \(head)\(deferred)
            \(head)\(deferred)
            \(head)4c: to=<"x>, y"@quoted.example>, orig_to=<z@alias.example>, relay=none, status=deferred (x)
            \(head)\(Self.smtp)
            \(head)\(Self.smtp)
            b@example.com
            Nov 23 22:43:10 mail danegate[7]: ruling=accept mode=enforce to=a@example.net domain=example.net \
            outcome=verified
            ruling=reject mode=enforce to="a b@x" domain=[mx.example.net]:2525 outcome=tlsa-invalid code=5.7.323

            """
        let input = try read(text.utf8)
        #expect(
            list(input) == [
                "example.com 2", "example.org 2", "quoted.example 1", "example.net 1", "[mx.example.net]:2525 1",
            ])
        #expect(input.destinations.totalRecipients == 7)
        #expect(input.counts.junk == 0)
    }

    @Test func whatIsTooMuchIsBounded() throws {
        let long = String(repeating: "x", count: 3_000_000)
        let input = try read("\(long)\nexample.org\n\(long)".utf8)
        #expect(list(input) == ["example.org 1"])
        #expect(input.junk.map(\.line) == [1, 3])
        #expect(input.junk.allSatisfy { $0.text.utf8.count < 400 })
        let names = (0..<50).map { "d\($0).example\n" }.joined()
        #expect(throws: DestinationListError.self) { _ = try read(names.utf8, limit: 49) }
        #expect(try read((names + names).utf8, limit: 50).destinations.totalRecipients == 100)
        let junk = try read(String(repeating: "a b\n", count: 100).utf8)
        #expect(junk.counts.junk == 100 && junk.junk.count == 20)
    }

    @Test func bytesAreSurvived() throws {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(try read(bytes).counts.lines > 100)
        #expect(list(try read([0xEF, 0xBB, 0xBF] + "example.org\r\n".utf8)) == ["example.org 1"])
    }

    @Test func aMillionNamesAreTold() throws {
        var list = DestinationList()
        for number in 0..<300_000 { try list.add("d\(number % 200_000).example", recipients: 1) }
        #expect(list.count == 200_000 && list.totalRecipients == 300_000)
        #expect(list[0] == "d0.example" && list[199_999] == "d199999.example")
        #expect(list.recipients(of: 99_999) == 2 && list.recipients(of: 100_000) == 1)
    }
}
