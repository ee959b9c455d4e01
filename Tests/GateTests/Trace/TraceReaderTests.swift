import DANE
import Foundation
import RuleMarks
import Synchronization
import Testing
import WorldServers

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Reports
@testable import Support

@Suite(.timeLimit(.minutes(5))) struct TraceReaderTests {
    /// A trace with a recipient for each minute.
    private static func filled() throws -> TracePlace {
        let place = try TracePlace()
        let store = place.store()
        let entries: [TraceEntry] = [
            traceEntry("a@one.example", time: 1_000),
            traceEntry("A@One.example", .nullMX, time: 60_000, sender: "<>"),
            traceEntry("b@sub.one.example", .pending, time: 120_000, action: .tempfail, client: "192.0.2.2"),
            traceEntry("c@two.example", time: 180_000, action: .accept, would: .reject, hop: "relay.one.example"),
            traceEntry("d@ne.example", time: 240_000, sender: "x@example.com", hop: "one.example"),
        ]
        for entry in entries { store.record(entry) }
        store.close(within: .seconds(30))
        return place
    }

    @Test(
        arguments: [
            ([:], "abcde"), (["recipient": "a@ONE.example"], "ab"), (["sender": "<>"], "b"),
            (["sender": "X@example.com"], "e"),
            (["domain": "one.example"], "abe"), (["domain": ".one.example"], "cd"), (["domain": ".example"], "abcde"),
            (["domain": "example"], ""), (["domain": "ONE.EXAMPLE."], "abe"), (["outcome": "null-mx"], "b"),
            (["ruling": "reject"], "abde"), (["ruling": "tempfail"], "c"), (["client": "192.0.2.2"], "c"),
            (["since": "1970-01-01T00:01:00Z"], "bcde"), (["until": "1970-01-01T00:01:00Z"], "a"),
            (["domain": ".one.example", "outcome": "tlsa-invalid"], "d"),
        ] as [([String: String], String)])
    func filtersChoose(_ options: [String: String], _ expected: String) throws {
        let place = try Self.filled()
        var filter = TraceFilter()
        filter.recipient = options["recipient"]
        filter.sender = options["sender"]
        filter.client = options["client"]
        if let text = options["domain"] { try filter.take(domain: text) }
        if let text = options["outcome"] { try filter.take(outcome: text) }
        if let text = options["ruling"] { try filter.take(ruling: text) }
        filter.since = try options["since"].map { try TraceFilter.moment($0, option: "--since") }
        filter.until = try options["until"].map { try TraceFilter.moment($0, option: "--until") }
        let letters = Array("abcde")
        let rows = try place.reader.rows(filter, limit: nil)
        #expect(String(rows.map { letters[Int($0.time / 60_000)] }) == expected)
        #expect(try place.reader.rows(filter, limit: 1).map(\.time) == rows.last.map { [$0.time] } ?? [])
        // What follows comes in the order in which it was written.
        #expect(try place.reader.rows(filter, limit: nil, after: 0).map(\.id) == rows.map(\.id))
        #expect(try place.reader.rows(filter, limit: nil, after: 3).map(\.id) == rows.map(\.id).filter { $0 > 3 })
    }

    /// Addresses that are no text come out as they came, and are found as they stand in the log.
    @Test(.rules("F-98")) func bytesAreWrittenAndFound() throws {
        let place = try TracePlace()
        let store = place.store()
        let bytes: [[UInt8]] = [[0xFC], [0xFD], Array("ü".utf8), Array("\\xfc".utf8)]
        for (index, byte) in bytes.enumerated() {
            var entry = traceEntry("x@a.example", time: Int64(index))
            let recipient = Recipient(received: ReceivedText(Array("<b".utf8) + byte + Array("@a.example>".utf8)))
            let sender = Recipient(received: ReceivedText(byte + Array("@s.example".utf8)))
            (entry.recipient, entry.recipientBytes) = (recipient.address, recipient.bytes)
            (entry.sender, entry.senderBytes) = (sender.address, sender.bytes)
            store.record(entry)
        }
        store.close(within: .seconds(30))
        let rows = try place.rows()
        let shown = ["b\\xfc@a.example", "b\\xfd@a.example", "b\\xc3\\xbc@a.example", "b\\\\xfc@a.example"]
        #expect(rows.map(\.shownRecipient) == shown)
        #expect(
            rows[0].text.contains("recipient:     b\\xfc@a.example\n")
                && rows[0].text.contains("sender:        \\xfc@s.example\n"))
        var table = TraceTableText(width: nil)
        #expect(table.lines(rows, isFirst: false)[1].contains(" b\\xfd@a.example "))
        let objects = try rows.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.json(isWhole: false).utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["recipient"] as? String } == [shown[0], shown[1], "bü@a.example", "b\\xfc@a.example"])
        #expect(
            objects.map { $0["recipient_bytes"] as? String } == [
                "62fc40612e6578616d706c65", "62fd40612e6578616d706c65", nil, nil,
            ])
        #expect(
            objects[0]["sender_bytes"] as? String == "fc40732e6578616d706c65" && objects[2]["sender_bytes"] is NSNull)
        // As it is shown it is found. What is typed with a backslash is, too: the first stands for the last as well.
        let found = try shown.map { text in try place.rows { $0.recipient = text }.map(\.time) }
        #expect(found == [[0, 3], [1], [2], [3]])
        #expect(try place.rows { $0.recipient = "BÜ@a.example" }.map(\.time) == [])
        #expect(try place.rows { $0.recipient = "bü@A.example" }.map(\.time) == [2])
        #expect(try place.rows { $0.sender = "\\xfd@s.example" }.map(\.time) == [1])
    }

    /// The beginning of an id is one if one recipient has it.
    @Test(.rules("F-97")) func aBeginningFindsItsRecipients() throws {
        let place = try Self.filled()
        let ids = try place.rows().map(\.trace)
        #expect(try place.rows { try $0.take(id: ids[2]) }.map(\.trace) == [ids[2]])
        #expect(try place.rows { try $0.take(id: "550 5.7.323 x: y [\(ids[3])]") }.map(\.trace) == [ids[3]])
        // They were made within a moment, and are told apart at their end.
        #expect(try place.rows { try $0.take(id: String(ids[2].dropLast())) }.map(\.trace).contains(ids[2]))
        #expect(try place.rows { try $0.take(id: String(ids[2].prefix(5))) }.count == 5)
        #expect(try place.rows { try $0.take(id: "0000") }.isEmpty)
    }

    @Test func whatMakesNoSenseIsASentence() {
        var filter = TraceFilter()
        #expect(throws: TraceFilterError.self) { try filter.take(domain: "a..b") }
        #expect(throws: TraceFilterError.self) { try filter.take(outcome: "bad") }
        #expect(throws: TraceFilterError.self) { try filter.take(ruling: "bounce") }
        #expect(throws: TraceFilterError.self) { try filter.take(id: "123") }
        for text in ["", "a", "example.org", "<>"] {
            #expect(throws: TraceFilterError.self, "\(text)") { try filter.take(recipient: text) }
        }
        for text in ["", "192.0.2", "192.0.2.0/24", "mx.example", "a@b", "::1/64"] {
            #expect(throws: TraceFilterError.self, "\(text)") { try filter.take(client: text) }
        }
        for text in ["192.0.2.1", "[192.0.2.1]", "2001:DB8:0::1", "unknown"] {
            #expect(throws: Never.self, "\(text)") { try filter.take(client: text) }
        }
        for words in [[""], ["a b"], ["1", "2"], ["<>"]] {
            #expect(throws: TraceFilterError.self, "\(words)") { try TraceSubject(words) }
        }
        for (since, until, follows, isRefused) in [
            (10, 10, false, true), (20, 10, false, true), (5, 10, false, false), (200, nil, false, true),
            (200, nil, true, false), (nil, 50, true, true), (nil, 50, false, false), (nil, 500, true, false),
        ] as [(Int64?, Int64?, Bool, Bool)] {
            var filter = TraceFilter()
            (filter.since, filter.until) = (since, until)
            let refused = (try? filter.check(follows: follows, now: 100)) == nil
            #expect(refused == isRefused, "\(since ?? -1) \(until ?? -1) \(follows)")
        }
        for text in ["", "yesterday", "2027-13-01", "-2h", "2x", "99999d"] {
            #expect(throws: TraceFilterError.self, "\(text)") { try TraceFilter.moment(text, option: "--since") }
        }
        #expect((try? TraceFilter.moment("2h", option: "--since", now: 10_000_000)) == 2_800_000)
    }

    @Test func noTraceIsASentence() throws {
        let place = try TracePlace()
        #expect(throws: TraceReaderError.self) { try place.reader.lastID() }
        try place.directory.write("nonsense", to: TraceFile.name)
        #expect(throws: TraceReaderError.self) { try place.reader.lastID() }
    }

    /// Time, recipient, outcome, code and the whole id, of whatever is refused and of what would be.
    @Test(arguments: Outcome.allCases, [nil, Ruling.Action.reject]) func eightyColumnsShowWhatMatters(
        outcome: Outcome, would: Ruling.Action?
    ) throws {
        let place = try TracePlace()
        let store = place.store()
        let entries = ["a@b.example", "firstname.lastname+newsletter@a.rather.long.subdomain.of.example.org"].map {
            traceEntry($0, outcome, action: would == nil ? .reject : .accept, would: would)
        }
        for entry in entries { store.record(entry) }
        store.close(within: .seconds(30))
        var table = TraceTableText(width: 80)
        let lines = table.lines(try place.rows(), isFirst: true)
        let titles = lines[0].split(separator: " ").filter { $0 != "(UTC)" }
        #expect(titles == ["TIME", "RECIPIENT", "OUTCOME", "CODE", "TRACE"], "\(lines)")
        for (line, entry) in zip(lines.dropFirst(), entries) {
            #expect(line.count <= 80, "\(line)")
            #expect(line.hasPrefix("01-15 08:00:00 ") && line.hasSuffix(entry.trace), "\(line)")
            let code = entry.code ?? "-"
            #expect(line.contains(would == nil ? " \(code) " : " (\(code)) "), "\(line)")
        }
        #expect(lines[1].contains(" a@b.example ") && lines[2].contains("mple.org "), "\(lines)")
    }

    @Test(
        arguments: [
            (["user@example.org"], .recipient("user@example.org")),
            (["<user@example.org>"], .recipient("user@example.org")),
            (["@example.org"], .domain("example.org")), (["example.org"], .domain("example.org")),
            ([".example.org"], .domain(".example.org")), (["localhost"], .domain("localhost")),
            (["192.0.2.1"], .client("192.0.2.1")), (["2001:db8::1"], .client("2001:db8::1")),
            (["[192.0.2.1]"], .client("[192.0.2.1]")),
            (["01KB4D7V9M8Q3RZ6T2W5X1Y0AB"], .id("01KB4D7V9M8Q3RZ6T2W5X1Y0AB")), (["01KB4D"], .id("01KB4D")),
            (["[01KB4D7V9M8Q3RZ6T2W5X1Y0AB]"], .id("[01KB4D7V9M8Q3RZ6T2W5X1Y0AB]")), (["o1kb4d"], .id("o1kb4d")),
            (["01kb.example"], .domain("01kb.example")),
            (
                ["550", "5.7.323", "a@b.example", "[01KB4D7V9M8Q3RZ6T2W5X1Y0AB]"],
                .id("550 5.7.323 a@b.example [01KB4D7V9M8Q3RZ6T2W5X1Y0AB]")
            ),
            (
                ["to=a@b.example trace=01KB4D7V9M8Q3RZ6T2W5X1Y0AB"],
                .id("to=a@b.example trace=01KB4D7V9M8Q3RZ6T2W5X1Y0AB")
            ),
        ] as [([String], TraceSubject)])
    func aWordIsTakenForWhatItLooksLike(words: [String], subject: TraceSubject) throws {
        #expect(try TraceSubject(words) == subject)
        var filter = TraceFilter()
        try filter.take(subject)
    }

    @Test func nobodyIsToldAndSinceWhen() throws {
        let place = try TracePlace()
        let store = place.store()
        #expect(store.settle(within: .seconds(30)))
        let settings = Settings()
        var filter = TraceFilter()
        #expect(try place.reader.extent().sentence(filter, settings).contains("the trace is empty"))
        store.counts.add(.verified, .accept, would: nil, isCached: true)
        #expect(store.settle(within: .seconds(30)))
        let counted = try place.reader.extent()
        #expect(counted == TraceExtent(rows: 0, since: 1_800_000_000_000))
        #expect(
            counted.sentence(filter, settings).contains("back to 2027-01-15 08:00:00 UTC, and nobody has been refused"))
        store.record(traceEntry("a@a.example", time: 1_800_000_060_000))
        store.close(within: .seconds(30))
        filter.outcome = .verified
        let sentence = try place.reader.extent().sentence(filter, settings)
        #expect(sentence.contains("among the 1 recipient of the trace, which goes back to 2027-01-15 08:00:00 UTC"))
        #expect(sentence.contains("danegate report tells how much"))
    }

    @Test(arguments: [40, 80, 100, 200]) func aTableFitsTheTerminal(width: Int) throws {
        let place = try TracePlace()
        let store = place.store()
        let local = String(repeating: "long", count: 15)
        store.record(traceEntry("\(local)@\(String(repeating: "a", count: 60)).example"))
        store.record(traceEntry("b\u{1B}[31m\u{202E}@b.example", .certificateHostMismatch))
        store.close(within: .seconds(30))
        let rows = try place.rows()
        var table = TraceTableText(width: width)
        let lines = table.lines(rows, isFirst: true)
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(lines[0].hasPrefix("TIME (UTC)"))
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 || $0 == "…" } })
        var whole = TraceTableText(width: nil)
        #expect(whole.lines(rows, isFirst: true)[1].contains("\(local)@"))
    }

    @Test func aReportCountsWhatThereWas() throws {
        let place = try TracePlace()
        let store = place.store()
        func judge(_ name: String, _ outcome: Outcome, _ action: Ruling.Action, would: Ruling.Action? = nil, times: Int)
        {
            let ruling = Ruling(
                action: action, would: would, outcome: outcome, code: nil, failingFor: .seconds(7200), hazard: nil)
            let destination = DomainName(name).map { Destination(.domain($0), port: 25) }
            for _ in 0..<times {
                store.counts.add(outcome, action, would: would, isCached: true)
                if let destination { store.count(ruling.outcome, isHazard: ruling.hazard != nil, destination) }
                if action != .accept || would != nil {
                    store.record(
                        traceEntry("x@\(name)", outcome, action: action, would: would, failingFor: .seconds(7200)))
                }
            }
        }
        for number in 0..<1000 { judge("d\(number).example", .opportunistic, .accept, times: 9) }
        judge("v.example", .verified, .accept, times: 980)
        judge("bad.example", .tlsaInvalid, .reject, times: 10)
        judge("worse.example", .dnssecInvalid, .accept, would: .tempfail, times: 6)
        judge("gone.example", .noSuchDomain, .reject, times: 4)
        store.counts.addPassed(isExempt: true)
        #expect(store.settle(within: .seconds(30)))
        // Written twice, counted once.
        place.pass(3600)
        judge("v.example", .verified, .accept, times: 1)
        store.close(within: .seconds(30))
        let now = place.now.withLock { $0 }
        let report = try ImpactReport(place.reader, since: now - 7 * 86_400_000, until: now + 1, top: 1)
        #expect(report.recipients == 10_001 && report.destinations == 1004 && report.destinationsAreExact)
        #expect(report.rulings == ["accept": 9987, "reject": 14] && report.would == ["tempfail": 6])
        #expect(report.exempt == 1 && report.passed == 0 && report.cached == 10_001)
        #expect(report.brokenRecipients == 16 && report.brokenDestinations == 2)
        #expect(
            report.outcomes.map(\.outcome) == [
                "opportunistic", "verified", "tlsa-invalid", "dnssec-invalid", "no-such-domain",
            ])
        #expect(report.outcomes.map(\.destinations) == [1000, 1, 1, 1, 1])
        let top = try #require(report.top.first)
        #expect(report.top.count == 1 && top.destination == "bad.example" && top.recipients == 10)
        #expect(top.outcome == "tlsa-invalid" && top.host == "mx.bad.example")
        #expect(top.firstSeen == 1_800_000_000_000 - 7_200_000 && top.lastSeen == 1_800_000_000_000)
        #expect(report.text.contains("0.16 % of recipients (16), 0.2 % of destinations (2)"), "\(report.text)")
        #expect(report.json.contains("\"destinations\":1004") && report.json.contains("\"age_s\":10800"))
        let none = try ImpactReport(place.reader, since: now + 7_200_000, until: now + 9_000_000, top: 1)
        #expect(none.text.contains("Nothing was judged; the trace goes back to 2027-01-15 08:00:00 UTC."))
    }

    @Test func anOutcomesOrdinalIsItsPlace() {
        #expect(Outcome.allCases.map(\.ordinal) == Array(Outcome.allCases.indices))
    }

    @Test(arguments: [1, 100, 2048, 20_000, 200_000]) func aSketchTellsHowMany(size: Int) throws {
        let sketch = DestinationSketch()
        let hashes = try (0..<size).map { number in
            Destination(.domain(try #require(DomainName("d\(number).example"))), port: 25).stableHash
        }
        DispatchQueue.concurrentPerform(iterations: 4) { part in
            for index in stride(from: part, to: size, by: 2) { sketch.insert(hashes[index]) }
            for index in stride(from: 1 - part % 2, to: size, by: 2) { sketch.insert(hashes[index]) }
        }
        let set = sketch.set
        #expect(set.isExact == (size <= 2048))
        #expect(abs(set.count - size) <= size * 4 / 100 && (!set.isExact || set.count == size), "\(set.count)")
        // Written down, read, and united with itself and a part of it.
        var read = try #require(SketchSet(bytes: set.bytes))
        #expect(read == set)
        read.formUnion(set)
        var part = SketchSet()
        for hash in hashes.prefix(10) { part.insert(hash) }
        read.formUnion(part)
        #expect(read == set)
        part.formUnion(set)
        #expect(part == set)
        sketch.clear()
        #expect(sketch.set.count == 0)
    }

    @Test(arguments: [[], [3], [1, 2], [2, 0], [1] + [UInt8](repeating: 0, count: 7)] as [[UInt8]])
    func bytesThatAreNoSketchAreNone(bytes: [UInt8]) { #expect(SketchSet(bytes: bytes) == nil) }
}
