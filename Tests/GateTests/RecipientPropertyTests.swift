import Certificates
import DANE
import RuleMarks
import Support
import Testing
import WorldServers

@testable import Inspection
@testable import Policy

/// There is one reader of paths and of next hops, and it reads bytes. Another one that understood a single path in
/// another way would let a recipient pass unjudged.
@Suite struct RecipientPropertyTests {
    /// A recipient as a table has it.
    struct Reading: Equatable, CustomStringConvertible {
        let address: String
        let localPart: String
        let domain: Recipient.Domain

        init(_ recipient: Recipient) {
            (address, localPart, domain) = (recipient.address, recipient.localPart, recipient.domain)
        }

        init(_ address: String, _ localPart: String, _ domain: Recipient.Domain) {
            (self.address, self.localPart, self.domain) = (address, localPart, domain)
        }

        var description: String {
            "\(address.debugDescription) \(localPart.debugDescription) \(domain)"
        }
    }

    /// What stands in paths: what separates their parts, what looks like it, and what domains are made of.
    private static let pieces: [String] = [
        "<", ">", "@", "\"", "\\", ":", ",", "[", "]", ".", "..", " ", "\0", "\r\n", "%", "a", "B", "user",
        "postmaster",
        "@a,@b:", "@relay.example:", "example.org", "EXAMPLE.org.", "192.0.2.1", "[192.0.2.1]", "[IPv6:2001:db8::1]",
        "2001:db8::1", "1.2.3.4.", "bücher.example", "xn--bcher-kva.example", "ｅxample", "\u{FF11}92.0.2.1", "\u{3002}",
        "\u{FFFD}", "\"a@b\"", "\"a\\\"@b\"", "-", "_", String(repeating: "a", count: 63),
        String(repeating: "x.", count: 99),
    ]
    /// What joins the character before it or behind it, so that a reader of characters takes both for one.
    private static let joiners = ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{600}", "\u{20DD}"]

    private static func path(_ chance: inout Chance, joining: Bool) -> String {
        let count = 1 + chance.below(9)
        let all = joining ? pieces + joiners + joiners : pieces
        let middle = (0..<count).map { _ in all[chance.below(all.count)] }.joined()
        return chance.oneIn(2) ? "<\(middle)@\(all[chance.below(all.count)])>" : middle
    }

    /// The former reader of characters agrees about each text in which characters are single scalars.
    @Test(.rules("D-21", "I-01"), arguments: 1...8 as ClosedRange<UInt64>)
    func plainPathsAreReadAsEver(seed: UInt64) {
        var chance = Chance(seed)
        var kinds: Set<String> = []
        for _ in 0..<4000 {
            let path = Self.path(&chance, joining: false).replacing("\r\n", with: "\n")
            guard path.count == path.unicodeScalars.count else { continue }
            let read = Reading(Recipient(path: path))
            let expected = FormerReader.read(path)
            if read != expected { Issue.record("\(path.debugDescription): \(read), not \(expected)") }
            kinds.insert("\(read.domain)".prefix { $0 != "(" }.description)
        }
        #expect(kinds == ["none", "literal", "name", "malformed", "unmapped"])
    }

    /// Text, and the same as bytes; what is no UTF-8 differs by its bytes alone.
    @Test(.rules("F-98"), arguments: 1...8 as ClosedRange<UInt64>)
    func textAndBytesAreReadAlike(seed: UInt64) {
        var chance = Chance(seed)
        for _ in 0..<4000 {
            var bytes = Array(Self.path(&chance, joining: true).utf8)
            let text = Recipient(path: String(decoding: bytes, as: UTF8.self))
            let received = Recipient(received: ReceivedText(bytes))
            if received != text { Issue.record("\(bytes): \(received), not \(text)") }
            // Bytes from 0x80 on that are no UTF-8, anywhere.
            for _ in 0...chance.below(3) {
                bytes.insert(UInt8([0x80, 0xC0, 0xE9, 0xF8, 0xFF][chance.below(5)]), at: chance.below(bytes.count + 1))
            }
            let broken = Recipient(received: ReceivedText(bytes))
            let repaired = Recipient(path: String(decoding: bytes, as: UTF8.self))
            if Reading(broken) != Reading(repaired) { Issue.record("\(bytes): \(broken), not \(repaired)") }
            guard let kept = broken.bytes else { continue }
            #expect(String(decoding: kept, as: UTF8.self) == broken.address)
        }
    }

    /// Where the two readers differed, RFC 5321 §4.1.2 decides: its marks are octets, and RFC 6531 §3.3 adds characters
    /// to what stands between them. The former reader of text missed the `@` of some of these, so nobody judged them,
    /// and it refused the fourth.
    @Test(
        .rules("I-01"),
        arguments: [
            ("<user@\u{301}example.org>", "user", Recipient.Domain.unmapped),
            ("user@\u{200D}example.org", "user", .unmapped),
            ("user\u{600}@example.org", "user\u{600}", .name("example.org")),
            ("<\u{301}user@example.org>", "\u{301}user", .name("example.org")),
            ("<@a.example:\u{301}user@b.example>", "\u{301}user", .name("b.example")),
            ("<\"a@\u{301}b\"@\u{FE0F}c.example>", "\"a@\u{301}b\"", .name("c.example")),
            ("<\u{600}@example.org>", "\u{600}", .name("example.org")),
            ("<\"\u{301}a@b\"@example.org>", "\"\u{301}a@b\"", .name("example.org")),
            ("<user@[\u{301}192.0.2.1]>", "user", .literal),
            ("<user@example.org\u{301}>", "user", .name("example.xn--or-b6a")),
        ])
    func whatSeparatesThePartsIsAByte(path: String, localPart: String, domain: Recipient.Domain) {
        for recipient in [Recipient(path: path), Recipient(received: ReceivedText(Array(path.utf8)))] {
            #expect(recipient.domain == domain && recipient.bytes == nil)
            #expect(Array(recipient.localPart.utf8) == Array(localPart.utf8))
        }
    }

    /// RFC 5321 §4.1.2: a quoted pair is its second octet, and a backslash can be that.
    @Test(arguments: [
        ("\"post\\master\"@d.example", "postmaster"), ("\"postmaster\"@d.example", "postmaster"),
        ("\"\\\\postmaster\"@d.example", "\\postmaster"), ("\"a\\\"b\"@d.example", "a\"b"), ("\"\"@d.example", ""),
        ("\"@d.example", "\""), ("a\\b@d.example", "a\\b"), ("\"\u{301}a\"@d.example", "\u{301}a"), ("a", "a"),
    ])
    func theMailboxHasNoQuotes(path: String, mailbox: String) {
        #expect(Array(Recipient(path: path).mailbox.utf8) == Array(mailbox.utf8))
    }

    /// A next hop that is a domain alone is the domain of an address, whatever it is.
    @Test(.rules("D-21"), arguments: 1...4 as ClosedRange<UInt64>)
    func nextHopsAreReadLikeDomains(seed: UInt64) {
        var chance = Chance(seed)
        for _ in 0..<4000 {
            let all = Self.pieces + Self.joiners
            let text = (0...chance.below(3)).map { _ in all[chance.below(all.count)] }.joined()
            guard !text.utf8.contains(where: { Array(" \t,:[]@".utf8).contains($0) }) else { continue }
            let expected: Destination.Parsed =
                switch Recipient(path: "a@\(text)").domain {
                case .name(let name): .destination(Destination(.domain(name), port: 25))
                case .literal: .literal
                case .none, .malformed: .malformed
                case .unmapped: .unmapped
                }
            let parsed = Destination.parse(nextHop: text, port: 25)
            if parsed != expected { Issue.record("\(text.debugDescription): \(parsed), not \(expected)") }
        }
    }

    @Test(arguments: [
        ("[mx.example\u{301}]", Destination.Parsed.destination(Destination(.host("mx.xn--exampl-gva"), port: 25))),
        ("[\u{301}192.0.2.1]", .unmapped),
        ("[mx.example]\u{301}:25", .malformed), ("[mx.example\u{600}]:25", .unmapped),
        ("a.example,\u{301}b.example", .several),
        (" a.example,", .destination(Destination(.domain("a.example"), port: 25))),
        ("a.example:\u{301}25", .malformed), ("[]:25", .malformed), (",", .malformed),
        ("[IPV6:junk]", .literal), ("[a.example]:+25", .destination(Destination(.host("a.example"), port: 25))),
    ])
    func whatSeparatesNextHopsIsAByte(text: String, parsed: Destination.Parsed) {
        #expect(Destination.parse(nextHop: text, port: 25) == parsed)
    }
}

/// The reader of characters that there was beside that of bytes. Where each character is one scalar, it was right.
private enum FormerReader {
    static func read(_ path: String) -> RecipientPropertyTests.Reading {
        var rest = Substring(path)
        if rest.first == "<" {
            rest = rest.dropFirst()
            if rest.last == ">" { rest = rest.dropLast() }
        }
        if rest.first == "@", let colon = rest.firstIndex(of: ":") { rest = rest[rest.index(after: colon)...] }
        guard let at = lastUnquotedAt(rest) else { return .init(String(rest), String(rest), .none) }
        return .init(String(rest), String(rest[..<at]), domain(rest[rest.index(after: at)...]))
    }

    private static func domain(_ text: Substring) -> Recipient.Domain {
        if text.isEmpty { return .none }
        if text.first == "[" || IPAddress(text) != nil { return .literal }
        if let name = DomainName(text) {
            if name.looksLikeAddress { return .literal }
            return name.isRoot ? .malformed : .name(name)
        }
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        if isASCII || text.unicodeScalars.contains("\u{FFFD}") || text.utf8.count > 1024 { return .malformed }
        guard let name = InternationalName.domainName(String(text)) else { return .unmapped }
        if name.looksLikeAddress { return .literal }
        return name.isRoot ? .malformed : .name(name)
    }

    private static func lastUnquotedAt(_ text: Substring) -> Substring.Index? {
        var found: Substring.Index?
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case "@" where !isQuoted: found = index
            default: break
            }
        }
        return isQuoted ? text.lastIndex(of: "@") : found
    }
}
