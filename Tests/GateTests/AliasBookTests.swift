import DNSSEC
import RuleMarks
import Testing

@testable import Verdicts

/// Whether a domain is an alias of the name that an MTA has put in its place.
@Suite(.timeLimit(.minutes(1))) struct AliasBookTests {
    private static let mx = MXRecord(10, "mx.example")

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let resolver: FakeResolver
        /// nil where it must not be known.
        let standing: AliasBook.Standing?
    }

    static let rows: [Row] = [
        Row(
            testDescription: "an alias", resolver: FakeResolver(mx: ["t.example": .secured(mx, alias: "r.example")]),
            standing: .alias),
        Row(
            testDescription: "an insecure alias",
            resolver: FakeResolver(mx: ["t.example": .unsigned(mx, alias: "r.example")]), standing: .alias),
        Row(
            testDescription: "an alias of a domain without MX records",
            resolver: FakeResolver(
                mx: ["t.example": .secure(Found(records: [], canonicalName: "r.example"))]), standing: .alias),
        Row(
            testDescription: "an alias of a domain that does not exist",
            resolver: FakeResolver(
                mx: [
                    "t.example": .secure(Found(records: [], existence: .noSuchName, canonicalName: "r.example"))
                ]), standing: .alias),
        Row(
            testDescription: "the last of three aliases",
            resolver: FakeResolver(
                mx: ["t.example": .secured(mx, alias: "r.example")],
                cname: [
                    "t.example": .secured("a.example"), "a.example": .secured("b.example"),
                    "b.example": .secured("r.example"),
                ]),
            standing: .alias),
        Row(
            testDescription: "one between",
            resolver: FakeResolver(
                mx: ["t.example": .secured(mx, alias: "end.example")],
                cname: ["t.example": .secured("r.example"), "r.example": .secured("end.example")]), standing: .alias),
        Row(
            testDescription: "another name's alias",
            resolver: FakeResolver(
                mx: ["t.example": .secured(mx, alias: "x.example")], cname: ["t.example": .secured("x.example")]),
            standing: .other),
        Row(
            testDescription: "MX records of its own", resolver: FakeResolver(mx: ["t.example": .secured(mx)]),
            standing: .other),
        Row(testDescription: "no MX record", resolver: FakeResolver(mx: ["t.example": .absent]), standing: .other),
        Row(testDescription: "no such domain", resolver: FakeResolver(), standing: .other),
        Row(
            testDescription: "the new name is an alias of the old one",
            resolver: FakeResolver(
                mx: ["t.example": .secured(mx), "r.example": .secured(mx, alias: "t.example")],
                cname: ["r.example": .secured("t.example")]), standing: .other),
        Row(
            testDescription: "two aliases of the same name",
            resolver: FakeResolver(
                mx: ["t.example": .secured(mx, alias: "x.example")],
                cname: ["t.example": .secured("x.example"), "r.example": .secured("x.example")]), standing: .other),
        // The target is broken: the domain is an alias all the same, and as broken.
        Row(
            testDescription: "an alias of a bogus domain",
            resolver: FakeResolver(
                mx: ["t.example": .bogus("expired")],
                cname: ["t.example": .secured("r.example"), "r.example": .bogus("expired")]), standing: .alias),
        Row(
            testDescription: "an alias of a domain whose DNS is down",
            resolver: FakeResolver(
                mx: ["t.example": .failed("timeout")],
                cname: ["t.example": .secured("r.example"), "r.example": .failed("timeout")]), standing: .alias),
        Row(
            testDescription: "MX records that are bogus, and no alias",
            resolver: FakeResolver(mx: ["t.example": .bogus("expired")], cname: ["t.example": .absent]),
            standing: .other),
        Row(
            testDescription: "the alias is bogus",
            resolver: FakeResolver(mx: ["t.example": .bogus("expired")], cname: ["t.example": .bogus("expired")]),
            standing: nil),
        Row(
            testDescription: "no answer",
            resolver: FakeResolver(mx: ["t.example": .failed("timeout")], cname: ["t.example": .failed("timeout")]),
            standing: nil),
        Row(
            testDescription: "the chain breaks off",
            resolver: FakeResolver(
                mx: ["t.example": .failed("timeout")],
                cname: ["t.example": .secured("a.example"), "a.example": .failed("timeout")]), standing: nil),
        Row(
            testDescription: "a loop",
            resolver: FakeResolver(
                mx: ["t.example": .failed("loop")],
                cname: ["t.example": .secured("a.example"), "a.example": .secured("t.example")]), standing: nil),
    ]

    @Test(.rules("F-90"), arguments: rows) func theDNSDecides(row: Row) async {
        let book = AliasBook(row.resolver, stale: .zero)
        #expect(book.kept("t.example", "r.example") == nil)
        let standing = await book.find("t.example", "r.example")
        if let expected = row.standing {
            #expect(standing == expected)
            #expect(book.kept("t.example", "r.example") == expected, "and is kept")
        } else if case .unknown(let why) = standing {
            #expect(!why.description.isEmpty)
        } else {
            Issue.record("\(standing) of what cannot be known")
        }
        #expect(row.resolver.questions.count <= 20)
    }

    /// What has been found out once costs nobody a question; another name in the same place is another matter.
    @Test func whatIsKnownIsNotAskedAgain() async {
        let resolver = FakeResolver(
            mx: ["t.example": .secured(Self.mx, alias: "r.example")], cname: ["t.example": .secured("r.example")])
        let book = AliasBook(resolver, stale: .zero)
        _ = await book.find("t.example", "r.example")
        let count = resolver.questions.count
        #expect(await book.find("t.example", "r.example") == .alias)
        #expect(await book.find("t.example", "x.example") == .other)
        #expect(book.kept("t.example", "x.example") == .other)
        #expect(resolver.questions.count == count)
    }

    /// As a good verdict may serve after its time, so may an alias.
    @Test(arguments: [(Duration.seconds(60), true), (.zero, false)])
    func whatWasAnAliasStaysOneWhileTheDNSIsSilent(stale: Duration, stays: Bool) async {
        let switched = SwitchedResolver(
            FakeResolver(mx: ["t.example": .secure(Found(records: [Self.mx], canonicalName: "r.example", ttl: .zero))]))
        let book = AliasBook(switched, stale: stale)
        #expect(await book.find("t.example", "r.example") == .alias)
        switched.turn(to: FakeResolver(mx: ["t.example": .failed("timeout")], cname: ["t.example": .failed("timeout")]))
        #expect(book.kept("t.example", "r.example") == nil)
        #expect((await book.find("t.example", "r.example") == .alias) == stays)
        #expect((book.former("t.example", "r.example") == .alias) == stays)
        #expect(await book.find("t.example", "x.example") != .alias)
        switched.turn(to: FakeResolver(mx: ["t.example": .secured(Self.mx)]))
        #expect(await book.find("t.example", "r.example") == .other, "an answer counts for more")
    }
}
