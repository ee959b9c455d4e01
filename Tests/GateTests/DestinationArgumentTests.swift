import RuleMarks
import Testing

@testable import Inspection
@testable import Policy

/// What people hand to a command where it wants a destination.
@Suite(.rules("F-97")) struct DestinationArgumentTests {
    @Test(arguments: [
        ("example.org", "example.org"), ("Example.ORG.", "example.org"), (" example.org ", "example.org"),
        ("user@example.org", "example.org"), ("<user@example.org>", "example.org"),
        ("user@example.org>", "example.org"),
        ("user@example.org,", "example.org"), ("user@example.org;", "example.org"), ("<example.org>", "example.org"),
        ("Doe, John <user@example.org>", "example.org"), ("\"a b\"@example.org", "example.org"),
        ("@example.org", "example.org"),
        ("mailto:user@example.org", "example.org"), ("MAILTO:user%2Bx@example.org?subject=a%20b", "example.org"),
        ("\"a@b\"@example.org", "example.org"), ("<@relay.example:user@example.org>", "example.org"),
        ("[mx.example.org]", "[mx.example.org]"), ("[mx.example.org]:2525", "[mx.example.org]:2525"),
        ("[mx.example.org]:25", "[mx.example.org]"), ("[mx.example.org]:submission", "[mx.example.org]:587"),
        ("example.org:2525", "example.org:2525"), ("example.org:", "example.org"), ("'example.org'", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"), ("user@BÜCHER.example", "xn--bcher-kva.example"),
        ("[localhost]:2525", "[localhost]:2525"), ("ai.", "ai"), ("user@ai.", "ai"), ("exa_mple.org", "exa_mple.org"),
    ])
    func aDestinationIsFound(text: String, destination: String) throws {
        #expect(try DestinationArgument(text, port: 25).text(standard: 25) == destination)
    }

    @Test(arguments: [
        ("", "is empty"), ("<>", "is empty"), (".", "is not a domain name"), ("..", "is not a domain name"),
        ("http://example.org", "is a URL: give the domain of mail addresses, example.org perhaps"),
        ("ftp://", "is a URL"),
        ("https://user@example.org/x", "is a URL"), ("smtp://[mx.example.org]:25", "is a URL"),
        ("example.org/path", "is a path"), ("/etc/passwd", "is a path"), ("C:\\mail", "is a path"),
        ("not a domain", "more than one word"), ("a.example b.example", "more than one word"),
        ("a.example,b.example", "more than one word"),
        ("a@b.example c@d.example", "more than one"), ("a@b.example,c@d.example", "more than one"),
        ("a@b@c.example", "more than one"),
        ("user@", "has no domain"), ("user@exa mple.org", "is no mail address"),
        ("user@.example.org", "is no domain name"),
        ("192.0.2.1", "DANE does not apply"), ("[192.0.2.1]:25", "DANE does not apply"),
        ("2001:db8::1", "DANE does not apply"),
        ("[IPv6:2001:db8::1]", "DANE does not apply"), ("user@[192.0.2.1]", "DANE does not apply"),
        ("user@192.0.2.1", "DANE does not apply"),
        (".example.org", "stands for many"), ("*.example.org", "stands for many"),
        ("exa!mple.org", "is not a domain name"),
        ("example..org", "is not a domain name"), ("[mx.example.org", "is not a domain name"),
        ("[mx.example.org]:0", "is not a domain name"),
        ("example.org:99999", "is not a domain name"), ("550", "its last part is a number"),
        ("5.7.323", "its last part is a number"),
        ("_25._tcp.mx.example.org", "give the mail domain, or the host as [mx.example.org]"),
        ("nonsense", "has no dot"),
        ("user@localhost", "has no dot"), ("first.last@localhost", "has no dot"), ("\u{1B}[2J", "is not a domain name"),
        ("\u{FF1F}.example", "IDNA"), (String(repeating: "a", count: 2000), "is too long"),
        (String(repeating: "a.", count: 200) + "example", "is not a domain name"),
    ])
    func whatIsNoneIsSaidSo(text: String, clause: String) {
        do throws(DestinationArgumentError) {
            Issue.record("\(text): \(try DestinationArgument(text, port: 25).text(standard: 25))")
        } catch {
            #expect(error.sentence.contains(clause), "\(error.sentence)")
            #expect(error.sentence.hasSuffix(".") && error.sentence.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        }
    }

    /// Policies and exemptions may be about next hops without a dot.
    @Test func aPolicyMayBeAboutAnyName() throws {
        #expect(try DestinationArgument("mailhub", port: 25, names: .any).destination.name == "mailhub")
        #expect(throws: DestinationArgumentError.self) { try DestinationArgument("mail hub", port: 25, names: .any) }
    }

    @Test func theLocalPartIsKept() throws {
        for text in [
            "postmaster@a.example", "PostMaster@a.example", "\"postmaster\"@a.example", "mailto:postmaster@a.example",
        ] {
            #expect(try DestinationArgument(text, port: 25).isExempt(Settings()), "\(text)")
        }
        #expect(try !DestinationArgument("user@a.example", port: 25).isExempt(Settings()))
        #expect(try DestinationArgument("a.example", port: 25).mailbox == nil)
    }
}
