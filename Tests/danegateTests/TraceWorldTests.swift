import Foundation
import Testing
import World

/// The message trace behind a real Postfix, and the commands that read it.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct TraceWorldTests {
    private typealias Site = PostfixWorldTests.Site
    private typealias Rows = [[String: Any]]

    /// What `danegate trace --json` prints.
    private static func trace(_ state: ScratchDirectory, _ options: String...) async throws -> (Int32, Rows) {
        let (status, output) = try await Danegate.run(
            ["trace", "--json"] + options, environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        let rows = try output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        return (status, rows)
    }

    /// Waits for so many rows.
    private static func rows(_ state: ScratchDirectory, _ count: Int) async throws -> Rows {
        var rows: Rows = []
        _ = try await eventually(within: .seconds(60)) {
            rows = try await Self.trace(state).1
            return rows.count >= count
        }
        return rows
    }

    @Test func whoIsRefusedIsFoundWithAllThatIsKnown() async throws {
        let world = try await MailWorld(["tlsa-invalid", "null-mx", "verified"].map(MailDomains.named))
        let state = try ScratchDirectory("state")
        let site = try await Site(world, ["STATE_DIRECTORY": state.path])
        let replies = try await site.replies(
            "first@tlsa-invalid.example", "a@verified.example", "second@null-mx.example")
        #expect(replies.map(\.code) == [451, 250, 556])
        let rows = try await Self.rows(state, 2)
        #expect(rows.count == 2)
        let first = try #require(rows.first)
        #expect(first["recipient"] as? String == "first@tlsa-invalid.example")
        #expect(first["sender"] as? String == "sender@example.org" && first["client"] as? String == "127.0.0.1")
        #expect(first["ruling"] as? String == "tempfail" && first["code"] as? String == "4.7.323")
        #expect(first["reply"] as? String == "\(replies[0])" && first["mode"] as? String == "enforce")
        #expect(first["next_hop"] as? String == "tlsa-invalid.example" && first["queue_id"] is NSNull)
        #expect(rows[1]["ruling"] as? String == "reject" && rows[1]["outcome"] as? String == "null-mx")
        // There is one as soon as a recipient of the message was accepted.
        #expect((rows[1]["queue_id"] as? String)?.isEmpty == false)
        // The reply's id finds it, with the inspection.
        let id = try #require(replies[0].text.split(separator: "[").last?.prefix(26))
        let whole = try await Self.trace(state, "--id", "\(id)").1
        let inspection = try #require(whole.first?["inspection"] as? [String: Any])
        #expect(inspection["outcome"] as? String == "tlsa-invalid" && (inspection["hosts"] as? [Any])?.count == 1)
        let text = try await Danegate.run(
            ["trace", "--id", "\(id)"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(text.status == 0 && text.output.contains("TLSA 3 1 1"), "\(text.output)")
        #expect(try await Self.trace(state, "--domain", "null-mx.example").1.count == 1)
        #expect(try await Self.trace(state, "--outcome", "verified").1.isEmpty)
        // By its looks; and where nobody matches, that is said, and since when there is a trace.
        for (word, count) in [
            ("null-mx.example", 1), ("first@tlsa-invalid.example", 1), ("127.0.0.1", 2), ("\(id)", 1),
            ("\(replies[0])", 1),
        ] {
            #expect(try await Self.trace(state, word).1.count == count, "\(word)")
        }
        let nobody = try await Danegate.run(
            ["trace", "verified.example"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(nobody.status == 0, "\(nobody.output)")
        #expect(
            nobody.output.hasPrefix(
                "danegate: nobody matches among the 2 recipients of the trace, which goes back to 20"))
        #expect(nobody.output.split(separator: "\n").count == 1, "\(nobody.output)")
        let unknown = try await Danegate.run(
            ["trace", "00000000000000000000000000"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(unknown.status == 1 && unknown.output.contains("no recipient of the trace has this id"))
        // The counts are written at the end, and read from a daemon that is stopped.
        #expect(await site.stop() == 0)
        let report = try await Danegate.run(
            ["report", "--json"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        let figures = try #require(
            try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any], "\(report.output)")
        #expect(figures["recipients"] as? Int == 3 && figures["destinations"] as? Int == 3)
        #expect(
            figures["accepted"] as? Int == 1 && figures["deferred"] as? Int == 1 && figures["rejected"] as? Int == 1)
        #expect((figures["top"] as? [[String: Any]])?.map { $0["destination"] as? String } == ["tlsa-invalid.example"])
        await world.stop()
    }

    @Test func monitoringAndDomainsAlone() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let state = try ScratchDirectory("state")
        let site = try await Site(
            world, ["STATE_DIRECTORY": state.path, "MODE": "monitor", "DEFER_FOR": "0", "TRACE_ADDRESSES": "domain"])
        #expect(try await site.replies("secretuser@tlsa-invalid.example").map(\.code) == [250])
        let row = try #require(try await Self.rows(state, 1).first)
        #expect(row["recipient"] as? String == "@tlsa-invalid.example" && row["sender"] as? String == "@example.org")
        #expect(row["ruling"] as? String == "accept" && row["would"] as? String == "reject")
        for part in ["", "-wal"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: state.file("trace.sqlite\(part)")))
            #expect(bytes.range(of: Data("secretuser".utf8)) == nil && bytes.range(of: Data("sender@".utf8)) == nil)
        }
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// Outside the roll-out, and inside it by policy.
    @Test func everyKindOfRulingIsTold() async throws {
        let expected: [(domain: String, word: String?, code: Int, outcome: String, ruling: String, would: String?)] = [
            ("null-mx", nil, 250, "null-mx", "accept", "reject"),
            ("tlsa-invalid", nil, 250, "tlsa-invalid", "accept", "tempfail"),
            ("verified", nil, 250, "verified", "accept", nil),
            ("no-tlsa", "require", 451, "dane-required", "tempfail", nil),
            ("record-without-data", "enforce", 451, "encrypted", "tempfail", nil),
            ("stalling-at-starttls", "enforce", 451, "pending", "tempfail", nil),
        ]
        let world = try await MailWorld(expected.map { MailDomains.named($0.domain) })
        let state = try ScratchDirectory("state")
        let policies = expected.compactMap { row in row.word.map { "\(row.domain).example \($0)\n" } }.joined()
        let site = try await Site(
            world,
            [
                "STATE_DIRECTORY": state.path, "ROLLOUT": "0", "PROBE_TIMEOUT": "30s",
                "POLICY_FILE": try state.write(policies, to: "policy"),
            ])
        var replies: [SMTPClient.Reply] = []
        for row in expected { replies += try await site.replies("a@\(row.domain).example") }
        #expect(replies.map(\.code) == expected.map(\.code), "\(replies)")
        let seen = expected.filter { $0.ruling != "accept" || $0.would != nil }
        let rows = try await Self.rows(state, seen.count)
        #expect(rows.count == seen.count)
        // Those that are merely monitored have passed before their verdict: their rows come when it does.
        for expected in seen {
            let row = try #require(rows.first { $0["recipient"] as? String == "a@\(expected.domain).example" })
            #expect(
                row["outcome"] as? String == expected.outcome && row["ruling"] as? String == expected.ruling, "\(row)")
            #expect(row["would"] as? String == expected.would && row["policy"] as? String == expected.word, "\(row)")
            #expect((row["hazard"] is NSNull) == (expected.domain != "record-without-data"), "\(row)")
            // What a look never ended for has none behind it.
            #expect((row["inspection"] is NSNull) == (expected.outcome == "pending"), "\(row)")
        }
        // Since the start, as the daemon tells it, and as it is written down.
        let status = try await Danegate.run(
            ["status", "--json"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(await site.stop() == 0)
        let report = try await Danegate.run(
            ["report", "--json"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        let figures = try #require(
            try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any], "\(report.output)")
        #expect(figures["recipients"] as? Int == 6 && figures["accepted"] as? Int == 3, "\(report.output)")
        #expect(figures["deferred"] as? Int == 3 && figures["rejected"] as? Int == 0, "\(report.output)")
        #expect(figures["would_defer"] as? Int == 1 && figures["would_reject"] as? Int == 1, "\(report.output)")
        let told = try #require(
            try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any], "\(status.output)")
        let counted = (told["recipients"] as? [String: Any])?["by_ruling"] as? [String: [String: Int]]
        #expect(counted?["tempfail"] == ["dane-required": 1, "encrypted": 1, "pending": 1], "\(status.output)")
        #expect(counted?["accept"] == ["null-mx": 1, "tlsa-invalid": 1, "verified": 1], "\(status.output)")
        let totals = (told["recipients"] as? [String: Any])?["totals"] as? [String: Int]
        for key in ["recipients", "accepted", "deferred", "rejected", "would_defer", "would_reject"] {
            #expect(totals?[key] == figures[key] as? Int && totals?[key] != nil, "\(key): \(status.output)")
        }
        #expect((told["trace"] as? [String: Any])?["rows"] as? Int == seen.count, "\(status.output)")
        // Another run of the daemon tells of the same file.
        let next = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": state.path])
        let later = try await Danegate.run(["status"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(
            later.output.contains("\(seen.count) recipients in the file, 0 written since the start"), "\(later.output)")
        #expect(await next.daemon.stop() == 0)
        await world.stop()
    }

    @Test func followGoesOnUntilItIsInterrupted() async throws {
        let world = try await MailWorld([MailDomains.named("null-mx")])
        let state = try ScratchDirectory("state")
        let site = try await Site(world, ["STATE_DIRECTORY": state.path])
        #expect(try await site.replies("before@null-mx.example").map(\.code) == [556])
        #expect(try await Self.rows(state, 1).count == 1)
        let follower = try await ChildProcess(
            Danegate.path, ["trace", "--follow"], environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(await follower.waitForOutput { $0.contains("before@null-mx.example") })
        #expect(try await site.replies("after@null-mx.example").map(\.code) == [556])
        #expect(await follower.waitForOutput { $0.contains("after@null-mx.example") })
        follower.signal(SIGINT)
        #expect(await follower.waitForEnd() == 0)
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// Whether this process may mount.
    private static let mayMount: Bool = {
        guard let place = try? ScratchDirectory("mount"), mount("tmpfs", place.path, "tmpfs", 0, nil) == 0 else {
            return false
        }
        umount2(place.path, Int32(MNT_DETACH))
        return true
    }()

    @Test(.enabled(if: mayMount, "only who may mount can make a small disk"))
    func aFullDiskCostsRowsAndNoMail() async throws {
        let world = try await MailWorld(["null-mx", "verified"].map(MailDomains.named))
        let place = try ScratchDirectory("disk")
        #expect(mount("tmpfs", place.path, "tmpfs", 0, "size=2m") == 0)
        defer { umount2(place.path, Int32(MNT_DETACH)) }
        let site = try await Site(world, ["STATE_DIRECTORY": place.path])
        #expect(try await site.replies("before@null-mx.example").map(\.code) == [556])
        #expect(try await Self.rows(place, 1).count == 1)
        let descriptor = open(place.file("filler"), O_CREAT | O_WRONLY, 0o600)
        let block = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        close(descriptor)
        // Until the room that the file had left is used up.
        let isFull = try await eventually(within: .seconds(120)) {
            for _ in 0..<50 {
                let replies = try await site.replies("full@null-mx.example", "a@verified.example")
                #expect(replies.map(\.code) == [556, 250])
            }
            return site.daemon.output.contains("event=trace result=lost")
        }
        #expect(isFull)
        unlink(place.file("filler"))
        let isBack = try await eventually(within: .seconds(120)) {
            #expect(try await site.replies("after@null-mx.example").map(\.code) == [556])
            return try await !Self.trace(place, "--recipient", "after@null-mx.example").1.isEmpty
        }
        #expect(isBack)
        // What was lost is told as over, and the trace and the status tell of the same rows.
        #expect(await site.daemon.waitForOutput { $0.contains("event=trace result=working rows=") })
        let environment = ["DANEGATE_STATE_DIRECTORY": place.path]
        var status = ""
        // A row may be written between the two.
        let areSame = try await eventually(within: .seconds(60)) {
            let rows = try await Self.trace(place, "--limit", "0").1.count
            status = try await Danegate.run(["status"], environment: environment).output
            return status.contains("Trace: on, \(rows) recipients in the file")
                && status.contains(" trace_rows=\(rows);")
        }
        #expect(areSame, "\(status)")
        #expect(
            status.contains("the trace could not be written for a while: ")
                && status.contains("ago; it is written again"))
        #expect(await site.stop() == 0)
        await world.stop()
    }

    @Test func mailPassesWhateverTheTraceIs() async throws {
        let world = try await MailWorld(["null-mx", "verified"].map(MailDomains.named))
        let state = try ScratchDirectory("state")
        try state.write(String(repeating: "no trace ", count: 10_000), to: "trace.sqlite")
        let site = try await Site(world, ["STATE_DIRECTORY": state.path])
        #expect(try await site.replies("a@null-mx.example", "a@verified.example").map(\.code) == [556, 250])
        #expect(await site.daemon.waitForOutput { $0.contains("event=trace result=set-aside") })
        #expect(try await Self.rows(state, 1).count == 1)
        #expect(await site.stop() == 0)
        await world.stop()
    }

    @Test(
        arguments: [
            (["trace", "--limit", "9223372036854775807"], 66, "there is no message trace"),
            (["trace", "--outcome", "bad"], 64, "there is no such outcome"),
            (["trace", "--since", "soon"], 64, "must be a date"),
            (["trace", "--domain", "a..b"], 64, "no domain name"), (["trace", "--id", "x"], 64, "26 digits"),
            (["report", "--since", "soon"], 64, "must be a date"), (["trace"], 66, "there is no message trace"),
            (["report"], 66, "there is no message trace"),
            (["report", "--since", "1h", "--until", "2h"], 64, "earlier"),
            (["trace", "--since", "1h", "--until", "2h"], 64, "nothing can match"),
            (["trace", "--since", "2999-01-01"], 64, "in the future"),
            (["trace", "--follow", "--until", "1h"], 64, "in the past"),
            (["trace", "--recipient", "example.org"], 64, "an address has an @ in it"),
            (["trace", "--client", "192.0.2.0/24"], 64, "not a network"),
            (["trace", "--client", "mx.example.org"], 64, "not a name"),
            (["trace", "--domain", "192.0.2.1"], 64, "this is an address"),
            (["trace", "--domain", "a.example", "b.example"], 64, "give one of them"),
            (["trace", "no", "such", "thing"], 64, "there is no id in this"),
            (["trace", "a..b"], 64, "no domain name"),
        ] as [([String], Int32, String)])
    func whatMakesNoSenseIsASentence(_ arguments: [String], _ status: Int32, _ words: String) async throws {
        let state = try ScratchDirectory("state")
        let result = try await Danegate.run(arguments, environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(result.status == status && result.output.hasPrefix("danegate: "), "\(result.output)")
        #expect(result.output.contains(words) && result.output.split(separator: "\n").count == 1, "\(result.output)")
    }

    /// Who may read the file and nothing else reads it: while the daemon runs, after it has ended, after it was killed.
    @Test(arguments: [nil, SIGTERM, SIGKILL] as [Int32?]) func anotherUserReads(signal: Int32?) async throws {
        let world = try await MailWorld([MailDomains.named("null-mx")])
        let state = try ScratchDirectory("state")
        let site = try await Site(world, ["STATE_DIRECTORY": state.path])
        #expect(try await site.replies("a@null-mx.example").map(\.code) == [556])
        #expect(try await Self.rows(state, 1).count == 1)
        if let signal {
            site.daemon.signal(signal)
            #expect(await site.daemon.waitForEnd() != nil)
        }
        let nobody = try #require(getpwnam("nobody")?.pointee.pw_gid)
        for part in ["", "-wal", "-shm"] { chown(state.file("trace.sqlite\(part)"), 0, nobody) }
        let before = try FileManager.default.contentsOfDirectory(atPath: state.path).sorted()
        let result = try await ChildProcess.run(
            "setpriv",
            ["--reuid", "nobody", "--regid", "\(nobody)", "--clear-groups", Danegate.path, "trace", "--json"],
            environment: ["DANEGATE_STATE_DIRECTORY": state.path, "DANEGATE_TEST_SEED": nil])
        #expect(result.status == 0 && result.output.contains("a@null-mx.example"), "\(result.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).sorted() == before)
        _ = await site.stop()
        await world.stop()
    }
}
