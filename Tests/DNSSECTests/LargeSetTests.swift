import DANE
import DNSSEC
import RuleMarks
import Testing
import World

/// Record sets about as large as what libunbound validates, and as a message holds.
///
/// It writes a set in canonical form (RFC 4034 §6.2) behind the signature's own fields into 65,552 bytes, and calls
/// one bogus that does not fit. That is its bound and not the zone's fault: nothing may be refused for it.
struct LargeSet: Sendable, CustomTestStringConvertible {
    enum Kind: String, CaseIterable { case mx, tlsa, a, aaaa }

    /// How many records.
    enum Size: String, CaseIterable {
        /// Nearly as many as can be validated.
        case fitting
        /// A few more.
        case beyond
        /// About as many as a message holds.
        case full
        /// More than a message holds (RFC 1035 §4.2.2).
        case beyondMessage = "overfull"
    }

    let kind: Kind
    let size: Size
    /// Whether its name is nearly as long as a name may be.
    let hasLongName: Bool

    /// The tool that signs takes a time that goes with the square of the number: not all of all kinds.
    static let all =
        Kind.allCases.flatMap { kind in
            [Size.fitting, .beyond].map { LargeSet(kind: kind, size: $0, hasLongName: true) }
        }
        + [Kind.mx, .tlsa].flatMap { kind in
            [Size.fitting, .beyond].map { LargeSet(kind: kind, size: $0, hasLongName: false) }
        }
        + [Size.full, .beyondMessage].map { LargeSet(kind: .mx, size: $0, hasLongName: false) }

    /// Both zones' names have as many bytes.
    static let (signed, unsigned) = ("sets.example", "open.example")
    private static let zoneLength = 14

    var testDescription: String { "\(kind) \(size)\(hasLongName ? ", long name" : "")" }

    /// The owner's name, in its zone.
    var label: String {
        let middle =
            hasLongName ? "." + (0..<3).map { _ in String(repeating: "l", count: 60) }.joined(separator: ".") : ""
        return (kind == .tlsa ? "_25._tcp." : "") + "\(kind)-\(size.rawValue)\(middle)"
    }

    var count: Int {
        // Type, class, TTL and length are ten bytes; 18 of the signature are before its signer's name.
        let whole = label.utf8.count + 1 + Self.zoneLength + 10 + dataLength
        let room = 65_552 - 18 - Self.zoneLength
        // In a message names are short: two bytes for the owner's, and for the end of an exchange.
        let compressed = 12 + (kind == .mx ? 10 + exchange.utf8.count : dataLength)
        return switch size {
        case .fitting: (room - 100) / whole
        case .beyond: room / whole + 2
        case .full: 62_000 / compressed
        case .beyondMessage: 65_536 / compressed + 10
        }
    }

    /// What follows a label of five letters in an exchange's name: with a long one fewer records fill a message.
    private var exchange: String {
        size == .full || size == .beyondMessage ? "." + String(repeating: "x", count: 60) : ""
    }

    private var dataLength: Int {
        switch kind {
        case .mx: 2 + 6 + exchange.utf8.count + Self.zoneLength
        case .tlsa: 35
        case .a: 4
        case .aaaa: 16
        }
    }

    var records: [String] {
        (0..<count).map { number in
            let data =
                switch kind {
                case .mx: "MX 10 m\(1000 + number)\(exchange)"
                case .tlsa: "TLSA 3 1 1 \(String(repeating: "5a", count: 30))\(1000 + number)"
                case .a: "A 127.1.\(number / 250).\(number % 250)"
                case .aaaa: "AAAA fd00::\(number + 1)"
                }
            return "\(label) \(data)"
        }
    }

    /// What a resolver says of it, and how many records it has from it.
    func answer(in zone: String, of resolver: Resolver) async throws -> (ValidationTests.Expected, Int) {
        try await Self.answer(kind, "\(label).\(zone)", of: resolver)
    }

    static func answer(
        _ kind: Kind, _ name: String, of resolver: Resolver
    ) async throws -> (ValidationTests.Expected, Int) {
        let name = try #require(DomainName(name))
        return switch kind {
        case .mx: sum(await resolver.mx(name))
        case .tlsa: sum(await resolver.tlsa(name))
        case .a: sum(await resolver.ipv4(name))
        case .aaaa: sum(await resolver.ipv6(name))
        }
    }

    private static func sum<Record>(_ answer: Answer<Record>) -> (ValidationTests.Expected, Int) {
        switch answer {
        case .secure(let found), .insecure(let found): (ValidationTests.sum(answer), found.records.count)
        case .bogus, .failed: (ValidationTests.sum(answer), 0)
        }
    }
}

private enum LargeSetZones {
    static let sets = LargeSet.all.flatMap(\.records)
    static let long = (0..<2).map { _ in String(repeating: "l", count: 60) }.joined(separator: ".")

    static let all: [Zone] = [
        Zone(LargeSet.signed, records: sets + aliases + (0..<460).map { "*.\(long) MX 10 m\(1000 + $0)" }),
        Zone(LargeSet.unsigned, signing: .unsigned, records: sets),
        Zone("alias.example", "far CNAME mx-beyond.sets.example.", "near CNAME mx-fitting.sets.example."),
        // A signature that is wrong stays so below the bound.
        Zone(
            "wrong.example", faults: [.corruptSignature(name: "below.\(long)", type: "MX")],
            records: (0..<360).map { "below.\(long) MX 10 m\(1000 + $0)" }),
        // Keys, and their digests at the parent, are sets as others.
        Zone(
            "keys.\(long).example", records: ["@ MX 10 mx"] + (0..<500).map { "@ DNSKEY 256 3 250 \(base64($0))" }),
        Zone("example", records: (0..<500).map { "ds.\(long).example. DS \($0) 250 250 abcd" }),
        Zone("ds.\(long).example", "@ MX 10 mx"),
    ]

    private static let aliases = ["alias CNAME mx-beyond", "alias.\(long) CNAME mx-beyond"]

    /// Three bytes.
    private static func base64(_ number: Int) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return "Q" + String([digits[number >> 12 & 63], digits[number >> 6 & 63], digits[number & 63]])
    }
}

@Suite(.names(LargeSetZones.all), .timeLimit(.minutes(4)))
struct LargeSetTests {
    /// RFC 7672 §2.1.1: what cannot be found out is neither bogus nor absent.
    @Test(.rules("F-118"), arguments: LargeSet.all) func signedSets(set: LargeSet) async throws {
        let resolver = try NameServers.current.resolver()
        // The second answer is that of the cache.
        for _ in 0..<2 {
            let (answer, count) = try await set.answer(in: LargeSet.signed, of: resolver)
            switch set.size {
            case .fitting: #expect(answer == .secure && count == set.count, "\(answer) \(count) of \(set.count)")
            // Another version of the library may have more room.
            case .beyond, .full:
                #expect(answer == .failed || answer == .secure && count == set.count, "\(answer) of \(set.count)")
            case .beyondMessage: #expect(answer == .failed, "\(answer) of \(set.count)")
            }
        }
    }

    @Test(.rules("F-118"), arguments: LargeSet.all) func unsignedSets(set: LargeSet) async throws {
        let (answer, count) = try await set.answer(
            in: LargeSet.unsigned, of: try NameServers.current.resolver())
        switch set.size {
        case .beyondMessage: #expect(answer == .failed)
        // libunbound shortens the names of so many records only, and its message is full before the zone's was.
        case .full where answer == .failed: break
        default: #expect(answer == .insecure && count == set.count, "\(answer) \(count) of \(set.count)")
        }
    }

    /// At the end of aliases, below a wildcard, with the keys and the digests of keys on the way.
    @Test(
        .rules("F-118"),
        arguments: [
            "alias.sets.example", "alias.LONG.sets.example", "far.alias.example", "n.LONG.sets.example",
            "\(String(repeating: "n", count: 60)).LONG.sets.example", "keys.LONG.example", "none.keys.LONG.example",
            "ds.LONG.example", "none.ds.LONG.example",
        ])
    func setsOnTheWay(name: String) async throws {
        let resolver = try NameServers.current.resolver()
        for _ in 0..<2 {
            let (answer, _) = try await LargeSet.answer(
                .mx, name.replacing("LONG", with: LargeSetZones.long), of: resolver)
            #expect([.failed, .secure, .secureNoName].contains(answer), "\(answer)")
        }
    }

    /// That a set is large makes nothing a doubt that is wrong.
    @Test(.rules("F-118")) func aLargeSetIsBogusAsAnyOther() async throws {
        let answer = try await LargeSet.answer(
            .mx, "below.\(LargeSetZones.long).wrong.example", of: try NameServers.current.resolver())
        #expect(answer.0 == .bogus)
        let near = try await LargeSet.answer(.mx, "near.alias.example", of: try NameServers.current.resolver())
        #expect(near.0 == .secure)
    }
}
