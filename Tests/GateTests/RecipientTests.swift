import DANE
import RuleMarks
import Testing

@testable import Inspection
@testable import Policy

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
        _ path: String, typed: String? = nil, _ mailer: String?, _ nextHop: String?,
        route: Settings.RouteSource = .nexthop, port: UInt16 = 25
    ) -> Scope.Decision {
        var settings = Settings()
        settings.route = route
        settings.probePort = port
        return Scope(settings).decide(
            Recipient(path: path), typed: typed.map(Recipient.init(path:)), mailer: mailer, nextHop: nextHop)
    }

    @Test(
        .rules("D-21"),
        arguments: [
            ("<a@example.org>", "smtp", "example.org", Scope.Decision.judged(.to("example.org"))),
            ("<a@example.org>", "SMTP", "example.org", .judged(.to("example.org"))),
            ("<a@example.org>", nil, nil, .judged(.to("example.org"))),
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
        #expect(decide("<a@example.org>", "smtp", "[relay.example]", route: .recipient) == .judged(.to("example.org")))
    }

    /// Whatever is not the address's own domain on the standard port, this site's configuration leads to; but not what
    /// a sender can name.
    @Test(
        .rules("F-91"),
        arguments: [
            ("a@example.org", "example.org", Hop.to("example.org")),
            ("a@example.org", "Example.Org.", .to("example.org")),
            ("a@EXAMPLE.org.", "example.org", .to("example.org")),
            ("a@example.org", "example.org:25", .to("example.org")),
            ("a@example.org", "example.org:smtp", .to("example.org")),
            ("a@b\u{FC}cher.example", "xn--bcher-kva.example", .to("xn--bcher-kva.example")),
            ("a@example.org", "example.org:587", .own(.domain("example.org"), 587)),
            ("a@example.org", "[example.org]", .own(.host("example.org"))),
            ("a@example.org", "[mx.relay.example]:2525", .own(.host("mx.relay.example"), 2525)),
            ("a@example.org", "relay.example", .own(.domain("relay.example"))),
            ("a@example.org", "relay.example.", .own(.domain("relay.example"))),
            ("a@sub.example.org", "example.org", .own(.domain("example.org"))),
            ("a", "relay.example", .own(.domain("relay.example"))),
            ("a@[192.0.2.1]", "[relay.example]", .own(.host("relay.example"))),
            ("a@exa%mple.org", "[relay.example]", .own(.host("relay.example"))),
            // Postfix takes these brackets for a host, and they are the sender's.
            ("a@[mx.example.org]", "[mx.example.org]", .theirs(.host("mx.example.org"))),
            ("a@[MX.example.org]", "[mx.Example.org]", .theirs(.host("mx.example.org"))),
            ("a@[x.example]@[mx.example.org]", "[mx.example.org]", .theirs(.host("mx.example.org"))),
            ("\"a@[relay.example]\"@example.org", "[relay.example]", .own(.host("relay.example"))),
            ("x[relay.example]", "[relay.example]", .own(.host("relay.example"))),
        ])
    func nextHopsOfThisSitesOwnAreTold(address: String, nextHop: String, hop: Hop) {
        #expect(decide(address, "smtp", nextHop) == .judged(hop))
    }

    @Test func thePortOfTheProbeIsTheStandardOne() {
        #expect(decide("a@example.org", "smtp", "example.org:2525", port: 2525) == .judged(.to("example.org", 2525)))
        #expect(
            decide("a@example.org", "smtp", "example.org:25", port: 2525)
                == .judged(.own(.domain("example.org"), 25)))
    }

    /// The macros of an MTA that has put another domain in the place of the typed one: which is judged the DNS says.
    @Test(
        .rules("F-90"),
        arguments: [
            ("<a@alias.example>", "a@ok.example", "ok.example.", Hop.to("ok.example", typed: "alias.example")),
            ("<a@Alias.Example.>", "a@ok.example", "ok.example", .to("ok.example", typed: "alias.example")),
            ("<A@alias.example>", "a@ok.example", "ok.example.", .to("ok.example", typed: "alias.example")),
            ("<@r.example:a@alias.example>", "a@ok.example", "ok.example.", .to("ok.example", typed: "alias.example")),
            (
                "<a@b\u{FC}cher.example>", "a@ok.example", "ok.example.",
                .to("ok.example", typed: "xn--bcher-kva.example")
            ),
            ("<a%ok.example@here.example>", "a@ok.example", "ok.example", .to("ok.example", typed: "here.example")),
            ("<a@alias.example>", "a@ok.example", nil, .to("ok.example", typed: "alias.example")),
            // The same domain, however it is written.
            ("<a@OK.example.>", "a@ok.example", "ok.example.", .to("ok.example")),
            (
                "<a@b\u{FC}cher.example>", "a@xn--bcher-kva.example", "xn--bcher-kva.example",
                .to("xn--bcher-kva.example")
            ),
            ("<@r.example:a@ok.example>", "a@ok.example", "ok.example", .to("ok.example")),
            ("<a@x.example>", "b@x.example", "x.example", .to("x.example")),
            // No domain was typed, or none that is one.
            ("<a>", "a@ok.example", "ok.example", .to("ok.example")),
            ("<a@[192.0.2.1]>", "a@ok.example", "ok.example", .to("ok.example")),
            ("<a@exa%mple.org>", "a@ok.example", "ok.example", .to("ok.example")),
            // Where the mail does not go to the address's domain, that is not what is judged.
            ("<a@alias.example>", "a@ok.example", "[ok.example]", .own(.host("ok.example"))),
            ("<a@alias.example>", "a@ok.example", "ok.example:587", .own(.domain("ok.example"), 587)),
            ("<a@alias.example>", "a@ok.example", "relay.example.", .own(.domain("relay.example"))),
            ("<a@alias.example>", "a@ok.example", "alias.example", .own(.domain("alias.example"))),
        ] as [(String, String, String?, Hop)])
    func whatTheMTAHasReplacedIsRemembered(typed: String, address: String, nextHop: String?, hop: Hop) {
        #expect(decide(address, typed: typed, "esmtp", nextHop) == .judged(hop))
    }

    @Test(.rules("F-90")) func behindARelayhostTooTheTypedDomainIsRemembered() {
        let decision = decide("a@ok.example", typed: "<a@alias.example>", "esmtp", "[smart.example]", route: .recipient)
        #expect(decision == .judged(.to("ok.example", typed: "alias.example")))
    }
}

extension Hop {
    /// The way to an address's own domain.
    static func to(_ domain: DomainName, _ port: UInt16 = 25, typed: DomainName? = nil) -> Hop {
        Hop(destination: Destination(.domain(domain), port: port), typed: typed)
    }

    /// A next hop that this site's own configuration leads to.
    static func own(_ nextHop: Destination.NextHop, _ port: UInt16 = 25) -> Hop {
        Hop(destination: Destination(nextHop, port: port), isOwn: true)
    }

    /// One that the sender names.
    static func theirs(_ nextHop: Destination.NextHop) -> Hop { Hop(destination: Destination(nextHop, port: 25)) }
}
