import DANE
import Rules
import Testing

@testable import Gate

@Suite struct RecipientTests {
    @Test(arguments: [
        ("<user@example.org>", "user", Recipient.Domain.name("example.org")),
        ("user@EXAMPLE.org.", "user", .name("example.org")),
        ("<postmaster>", "postmaster", .none),
        ("<>", "", .none),
        ("<user@[192.0.2.1]>", "user", .literal),
        ("<user@[IPv6:2001:db8::1]>", "user", .literal),
        ("<\"a@b\"@example.org>", "\"a@b\"", .name("example.org")),
        ("<\"a\\\"@b\"@example.org>", "\"a\\\"@b\"", .name("example.org")),
        ("<\"unclosed@example.org>", "\"unclosed", .name("example.org")),
        ("<@relay.example,@other.example:user@example.org>", "user", .name("example.org")),
        ("<a%b@example.org>", "a%b", .name("example.org")),
        ("<user@exa%mple.org>", "user", .malformed),
        ("<user@exa mple.org>", "user", .malformed),
        ("<user@example.org\r\n550 x>", "user", .malformed),
        ("<user@.org>", "user", .malformed),
        ("<user@>", "user", .none),
        ("<user@.>", "user", .malformed),
        ("<user@bücher.example>", "user", .name("xn--bcher-kva.example")),
        ("<user@\u{FFFD}.example>", "user", .malformed),
        // What the fuzzing found: an ideographic full stop is the root to IDNA, and the root would have been judged.
        ("<user@\u{3002}>", "user", .malformed),
        ("<user@\u{FF0E}>", "user", .malformed),
        ("<user@\u{FF11}92.0.2.1>", "user", .literal),
        ("<user@192.0.2.1.>", "user", .literal),
    ])
    func pathsAreTakenApart(path: String, localPart: String, domain: Recipient.Domain) {
        let recipient = Recipient(path: path)
        #expect(recipient.localPart == localPart)
        #expect(recipient.domain == domain)
    }

    @Test func aLabelOf300BytesIsNoDomain() {
        #expect(Recipient(path: "<user@\(String(repeating: "a", count: 300)).example>").domain == .malformed)
    }

    @Test func aNameOfMegabytesIsNoDomain() {
        #expect(Recipient(path: "<user@" + String(repeating: "é.", count: 500_000) + "example>").domain == .malformed)
    }

    @Test(
        .rules("D-21", "D-38"),
        arguments: [
            ("example.org", Destination.Parsed.destination(Destination(.domain("example.org"), port: 25))),
            ("example.org:587", .destination(Destination(.domain("example.org"), port: 587))),
            ("example.org:submission", .destination(Destination(.domain("example.org"), port: 587))),
            ("[mx.example.org]", .destination(Destination(.host("mx.example.org"), port: 25))),
            ("[mx.example.org]:2525", .destination(Destination(.host("mx.example.org"), port: 2525))),
            ("[192.0.2.1]", .literal), ("192.0.2.1", .literal), ("192.0.2.1:2525", .literal), ("2001:db8::1", .literal),
            ("[2001:db8::1]:25", .literal), ("[IPv6:2001:db8::1]", .literal),
            ("first.example, second.example", .several),
            ("[mx.example.org", .malformed), ("example.org:0", .malformed), ("example.org:70000", .malformed),
            ("", .malformed),
            ("[]", .malformed),
        ])
    func nextHopsAreRead(text: String, parsed: Destination.Parsed) {
        #expect(Destination.parse(nextHop: text, port: 25) == parsed)
    }
}

@Suite struct ScopeTests {
    private func decide(
        _ path: String, _ mailer: String?, _ nextHop: String?, route: Settings.RouteSource = .nexthop
    ) -> Scope.Decision {
        var settings = Settings()
        settings.route = route
        return Scope(settings).decide(Recipient(path: path), mailer: mailer, nextHop: nextHop)
    }

    @Test(
        .rules("D-21"),
        arguments: [
            (
                "<a@example.org>", "smtp", "example.org",
                Scope.Decision.judged(Destination(.domain("example.org"), port: 25))
            ),
            ("<a@example.org>", "SMTP", "example.org", .judged(Destination(.domain("example.org"), port: 25))),
            ("<a@example.org>", nil, nil, .judged(Destination(.domain("example.org"), port: 25))),
            (
                "<a@example.org>", "smtp", "[mx.relay.example]:2525",
                .judged(Destination(.host("mx.relay.example"), port: 2525))
            ),
            ("<a@example.org>", "local", "example.org", .notOurs),
            ("<a@example.org>", "error", "5.1.1", .notOurs),
            ("<a@[192.0.2.1]>", "smtp", "[192.0.2.1]", .notOurs),
            ("<a@[192.0.2.1]>", nil, nil, .notOurs),
            ("<postmaster>", nil, nil, .notOurs),
            ("<user>", nil, nil, .notOurs),
            ("<Postmaster@example.org>", "smtp", "example.org", .passed("exempt local part")),
            ("<\"post\\master\"@example.org>", "smtp", "example.org", .passed("exempt local part")),
            ("<a@exa%mple.org>", "smtp", "exa%mple.org", .impossible),
            ("<a@example.org>", "smtp", "not a host", .passed("several next hops")),
            ("<a@example.org>", "smtp", "%%", .passed("the next hop is not understood")),
            ("<a@example.org>", "smtp", "[relay.example]:465", .passed("the next hop speaks TLS from the start")),
            ("<a@192.0.2.1>", "smtp", "192.0.2.1", .notOurs), ("<a@192.0.2.1>", nil, nil, .notOurs),
        ] as [(String, String?, String?, Scope.Decision)])
    func recipientsAreSorted(path: String, mailer: String?, nextHop: String?, decision: Scope.Decision) {
        #expect(decide(path, mailer, nextHop) == decision)
    }

    @Test func behindARelayhostTheAddressMayDecide() {
        #expect(
            decide("<a@example.org>", "smtp", "[relay.example]", route: .recipient)
                == .judged(Destination(.domain("example.org"), port: 25)))
    }
}
