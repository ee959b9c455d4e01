import DANE
import GRDB
import Testing
import WorldServers

@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Reports
@testable import Support

/// Exemptions in their file, and what decides between them and the policy file.
@Suite struct ExemptionTests {
    private static func exemption(_ pattern: String, until: Int64 = 2000, added: Int64 = 1) -> Exemption {
        Exemption(DomainPattern(pattern) ?? DomainPattern(.root), until: until, reason: "why", by: "me", added: added)
    }

    private static func sighting(_ kind: ExemptionSighting.Kind, at seconds: Int64) -> ExemptionSighting {
        let outcome: Outcome =
            switch kind {
            case .clean: .verified
            case .failing: .tlsaInvalid
            case .doubtful: .unreachable
            }
        let inspection = Inspection(
            destination: Destination(.domain("a.example"), port: 25), verdict: Verdict(outcome: outcome, cause: "why"),
            mxSecurity: .secure, hosts: [], steps: [], lifetime: .zero, elapsed: .zero)
        return ExemptionSighting(
            exemption("a.example").key, inspection, demandingDANE: false, isInTrouble: false, at: seconds * 1000,
            longestStep: .seconds(50))
    }

    /// A proven fault begins the count anew. A doubt takes nothing back, but the time around it does not count, and
    /// neither does a long absence.
    @Test(arguments: [
        ("c10 c30 c60", 50, false), ("c10 c30 f40 c60 c70", 10, false), ("c10 c30 d40 c60 c70", 30, false),
        ("d10 d20", 0, false), ("c10 c500", 50, false), ("c10 c5 c6", 1, false), ("c10 c60 c110", 100, true),
        ("c10 c60 d70 c80 c130 f140", 100, true),
    ])
    func timeInOrderIsCounted(looks: String, seconds: Int64, isLifted: Bool) throws {
        let directory = try ScratchDirectory("exempt")
        _ = try ExemptionFile(directory.path).add(Self.exemption("a.example", until: 9_000), at: 0)
        for look in looks.split(separator: " ") {
            let kinds: [Character: ExemptionSighting.Kind] = ["c": .clean, "f": .failing, "d": .doubtful]
            let kind = try #require(kinds[look.first ?? "?"])
            let at = try #require(Int64(look.dropFirst()))
            // A file opened anew each time: nothing is lost at a restart.
            try ExemptionFile(directory.path).update([Self.sighting(kind, at: at)], liftAfter: .seconds(100), at: at)
        }
        let file = try ExemptionFile(directory.path)
        let found = try #require(try file.exemption(Self.exemption("a.example").key))
        #expect(found.cleanFor == seconds * 1000 && (found.end == .lifted) == isLifted)
        #expect(try file.live(at: 0).isEmpty == isLifted)
    }

    @Test(arguments: [
        (Outcome.verified, false, [String](), ExemptionSighting.Kind.clean), (.opportunistic, false, [], .clean),
        (.opportunistic, true, [], .failing), (.encrypted, true, [], .failing), (.unprobed, false, [], .doubtful),
        (.unprobed, true, [], .doubtful), (.verified, false, ["hazard"], .failing), (.tlsaInvalid, false, [], .failing),
        (.noSuchDomain, false, [], .failing), (.dnsUnavailable, false, [], .doubtful),
        (.unreachable, true, [], .doubtful),
    ])
    func aLookSaysThat(outcome: Outcome, isDemanded: Bool, hazards: [String], kind: ExemptionSighting.Kind) {
        let inspection = Inspection(
            destination: Destination(.domain("a.example"), port: 25),
            verdict: Verdict(outcome: outcome, cause: "", hazards: hazards), mxSecurity: .secure, hosts: [], steps: [],
            lifetime: .zero, elapsed: .zero)
        #expect(ExemptionSighting.kind(inspection, demandingDANE: isDemanded) == kind)
    }

    /// Anybody may have written to the file. A row that makes no sense ends no process, and costs no other exemption.
    @Test(arguments: [
        ("until = 'never'", false), ("until = X'FF'", false), ("until = 1e300", false),
        ("until = 9223372036854775807", false), ("added = -1", false), ("reason = X'FF'", false),
        ("keeps = 'x'", false), ("by = X'FF'", false), ("added = 'x'", false), ("ended = 'x'", false),
        ("pattern = 'a b'", false), ("pattern = X'FF'", false),
        // What only tells more about it.
        ("clean_for = 'x'", true), ("clean_at = 'x'", true), ("seen = X'FF'", true), ("how = X'FF'", true),
        ("ended_by = X'FF'", true), ("clean_at = 9223372036854775807", true), ("clean_for = 9223372036854775807", true),
        ("clean_at = -9223372036854775808", true),
    ])
    func aRowThatMakesNoSenseIsLeftOut(change: String, staysInForce: Bool) throws {
        let directory = try ScratchDirectory("exempt")
        for pattern in ["a.example", "b.example"] {
            _ = try ExemptionFile(directory.path).add(Self.exemption(pattern), at: 0)
        }
        let queue = try DatabaseQueue(path: ExemptionFile.path(directory.path))
        try queue.write { try $0.execute(sql: "UPDATE exemption SET \(change) WHERE pattern = 'a.example'") }
        try queue.close()
        let file = try ExemptionFile(directory.path)
        #expect(
            try file.live(at: 10).map(\.pattern.description)
                == (staysInForce ? ["a.example", "b.example"] : ["b.example"]))
        _ = try file.history(at: 10)
        try file.update([Self.sighting(.clean, at: 20)], liftAfter: .seconds(100), at: 20)
        // It can be made anew, and that is in force.
        _ = try file.add(Self.exemption("a.example", added: 9), at: 30)
        #expect(try file.live(at: 30).map(\.added) == [9, 1])
    }

    @Test func onlySoManyThatEndedAreKept() throws {
        let directory = try ScratchDirectory("exempt")
        let file = try ExemptionFile(directory.path)
        let count = ExemptionFile.historyLimit + 5
        let queue = try DatabaseQueue(path: ExemptionFile.path(directory.path))
        try queue.write { db in
            for number in 0..<count {
                try db.execute(
                    sql: """
                        INSERT INTO exemption (pattern, until, reason, keeps, by, added, clean_for, ended, how)
                        VALUES (?, 9, 'r', 0, 'me', ?, 0, ?, 'removed')
                        """, arguments: ["d\(number).example", number, number / 3])
            }
        }
        try queue.close()
        _ = try file.add(Self.exemption("live.example"), at: 10)
        let kept = try file.history(at: 10).map(\.added)
        // The latest stay; of those that ended at once, those that were made last.
        #expect(kept.count == ExemptionFile.historyLimit && Set(kept) == Set((5..<count).map(Int64.init)))
        #expect(try file.live(at: 10).count == 1)
    }

    /// A command may have replaced a corrupt file while the daemon looked at the old one. The new one must stay.
    @Test func aFileThatAnotherReplacedIsNotSetAside() throws {
        let directory = try ScratchDirectory("exempt")
        let path = try directory.write("no SQLite file at all", to: ExemptionFile.name)
        var told: [String] = []
        let live = try ExemptionFile.replacing(in: directory.path, told: { aside, _ in told.append(aside) }) {
            isAgain throws(DatabaseFileError) -> [Exemption] in
            if !isAgain {
                let fault = DatabaseFileError(.corrupt, "as a test")
                _ = try fault.setAside(path)
                _ = try ExemptionFile(directory.path).add(Self.exemption("a.example"), at: 0)
                throw fault
            }
            return try ExemptionFile(directory.path).live(at: 0)
        }
        #expect(told.isEmpty && live.count == 1)
        // Otherwise it is.
        let none = try ExemptionFile.replacing(in: directory.path, told: { aside, _ in told.append(aside) }) {
            isAgain throws(DatabaseFileError) -> [Exemption] in
            if !isAgain { throw DatabaseFileError(.corrupt, "as a test") }
            return try ExemptionFile(directory.path).live(at: 0)
        }
        #expect(told == ["\(path).corrupt"] && none.isEmpty)
    }

    @Test func historyIsKeptAndBounded() throws {
        let directory = try ScratchDirectory("exempt")
        let file = try ExemptionFile(directory.path)
        #expect(try file.add(Self.exemption("a.example", added: 1), at: 0) == nil)
        #expect(try file.add(Self.exemption("a.example", added: 2), at: 10)?.added == 1)
        #expect(try file.add(Self.exemption(".a.example", until: 20, added: 3), at: 10) == nil)
        #expect(try file.live(at: 10).count == 2 && file.live(at: 20).map(\.added) == [2])
        #expect(try file.remove(DomainPattern("a.example"), by: "you", at: 30)?.added == 2)
        #expect(try file.remove(DomainPattern("a.example"), by: "you", at: 30) == nil)
        #expect(try file.history(at: 40).map(\.end) == [.removed, .expired, .replaced])
        #expect(try file.history(at: 40).map(\.endedBy) == ["you", nil, "me"])
    }

    /// An exemption of the very domain wins; one of `.domain` is as good as a line about the same.
    @Test(arguments: [
        ("", "x.a.example", "", Policy.Kind?.none), ("", "x.a.example", "x.a.example require", .require),
        ("x.a.example", "x.a.example", "x.a.example require", .exempt),
        (".a.example", "x.a.example", "x.a.example require", .require),
        (".a.example", "x.a.example", ".a.example require", .exempt),
        (".a.example", "x.a.example", ".example require", .exempt),
        (".example", "x.a.example", ".a.example require", .require),
        ("hop.example", "x.a.example", "x.a.example require", .exempt),
        (".example", "x.a.example", "hop.example require", .exempt),
        (".a.example", "a.example", "hop.example monitor", .monitor),
    ])
    func whichApplies(exempt: String, domain: DomainName, line: String, kind: Policy.Kind?) throws {
        let table = try PolicyTable(text: line, path: "p")
        let exemptions = exempt.isEmpty ? nil : ExemptionTable([Self.exemption(exempt)])
        #expect(StandingPolicy(domain, nextHop: "hop.example", table, exemptions, at: 0).kind == kind)
        #expect(StandingPolicy(domain, nextHop: "hop.example", PolicyTable(), exemptions, at: 2000).kind == nil)
    }

    /// An exemption that a more specific line beats is told as one that does not apply.
    @Test(arguments: [
        (".example", "a.example require", "(does not apply: line 1 is more specific)", false),
        (".example", ".example require", "(applies)", true), ("a.example", "a.example require", "(applies)", true),
        (".other.example", "a.example require", "exemption: none", false),
    ])
    func whetherItAppliesIsTold(exempt: String, line: String, words: String, applies: Bool) throws {
        let reader = try SettingsReader(environment: [:])
        let table = try PolicyTable(text: line, path: "p")
        let report = PolicyReport(
            try DestinationArgument("a.example", port: 25), reader, table, exemptions: [Self.exemption(exempt)], at: 0)
        #expect(report.text.split(separator: "\n").contains { $0.contains("exemption: ") && $0.hasSuffix(words) })
        #expect(report.text.contains("a.example: passed") == applies, "\(report.text)")
        #expect(report.json.contains("\"exemption_applies\":\(applies)"), "\(report.json)")
    }

    @Test func aBookWithoutExemptionsIsEmpty() {
        let book = ExemptionBook()
        #expect(book.count == 0 && book.current == nil)
        book.replace([Self.exemption("a.example"), Self.exemption(".b.example")])
        #expect(book.count == 2 && book.current?.exemption(of: "x.b.example", at: 0) != nil)
        #expect(book.current?.exemption(of: "b.example", at: 0) == nil)
        book.replace([])
        #expect(book.count == 0 && book.current == nil)
    }
}
