import DANE
import Foundation
import RuleMarks
import Synchronization
import Testing
import World

/// `danegate survey` on thousands of domains, interrupted and not.
@Suite(.timeLimit(.minutes(10))) struct SurveyWorldTests {
    /// What is read of the results.
    private struct Row: Decodable {
        let domain: String
        let outcome: String
        let ruling: String
        let lasting: String
        let recipients: Int
    }

    private enum Kind: String, CaseIterable {
        case good, plain, broken, bogus, missing, null, dead

        var outcome: Outcome {
            switch self {
            case .good: .verified
            case .plain: .opportunistic
            case .broken: .tlsaInvalid
            case .bogus: .dnssecInvalid
            case .missing: .noSuchDomain
            case .null: .nullMX
            case .dead: .dnsUnavailable
            }
        }

        /// The rulings at first and in the end.
        var rulings: [String] {
            switch self {
            case .good, .plain: ["accept", "accept"]
            case .broken, .bogus: ["tempfail", "reject"]
            case .missing, .null: ["reject", "reject"]
            case .dead: ["tempfail", "tempfail"]
            }
        }
    }

    private final class Hosts: Sendable {
        let places = Mutex<[Kind: IPAddress]>([:])
    }

    /// A world of wildcards, the good and the broken domains on one host each.
    private static func world() async throws -> (world: MailWorld, hosts: [Kind: IPAddress]) {
        let hosts = Hosts()
        @Sendable func shared(_ kind: Kind, _ draft: inout Draft, _ tlsa: IssuedChain? = nil) async throws {
            let chain = try await draft.chain()
            let address = try await draft.farm.add(.normal(chain))
            hosts.places.withLock { $0[kind] = address }
            draft.record("@ MX 10 mx", "* MX 10 mx", "mx A \(address)")
            draft.publish([(tlsa ?? chain).tlsa()])
        }
        let domains = [
            MailDomain("good", "survey", .verified) { draft in try await shared(.good, &draft) },
            MailDomain("broken", "survey", .tlsaInvalid) { draft in
                try await shared(.broken, &draft, try await draft.chain())
            },
            MailDomain("plain", "survey", .opportunistic) { draft in
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
            },
            MailDomain("bogus", "survey", .dnssecInvalid) { draft in
                draft.zone.faults = [.corruptSignature(name: "*", type: "MX")]
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
            },
            MailDomain("missing", "survey", .noSuchDomain) { _ in },
            MailDomain("null", "survey", .nullMX) { draft in draft.record("@ MX 0 .", "* MX 0 .") },
            MailDomain("dead", "survey", .dnsUnavailable) { draft in draft.dead = ["dead.example"] },
        ]
        let world = try await MailWorld(domains)
        return (world, hosts.places.withLock { $0 })
    }

    /// So many destinations of all kinds, mixed: the lines, and what must come out for each destination.
    private static func input(_ count: Int) -> (
        lines: [String], expected: [(domain: String, kind: Kind, recipients: Int)]
    ) {
        var chance = Chance(7)
        var lines = ["# a list", "", "what is this?"]
        var expected: [(String, Kind, Int)] = []
        for number in 0..<count {
            let kind: Kind =
                switch chance.below(100) {
                case ..<50: .good
                case ..<85: .plain
                case ..<88: .broken
                case ..<90: .bogus
                case ..<95: .missing
                default: number % 1000 == 500 ? .dead : .null
                }
            let domain = "d\(number).\(kind.rawValue).example"
            switch chance.below(4) {
            case 0: lines.append(domain)
            case 1: lines.append("\(number),\(domain.uppercased())")
            case 2: lines.append("<a@\(domain)>")
            default:
                lines.append("Nov 23 22:43:10 mail postfix/smtp[7]: 4b: to=<a@\(domain)>, relay=none, status=sent (x)")
            }
            if kind == .broken { lines.append("b@\(domain)") }
            expected.append((domain, kind, kind == .broken ? 2 : 1))
        }
        return (lines, expected)
    }

    @Test func whatIsInterruptedComesOutTheSame() async throws {
        let (world, hosts) = try await Self.world()
        let directory = try ScratchDirectory("survey")
        let count = Sanitizer.isActive ? 500 : 5000
        var (lines, expected) = Self.input(count)
        // One that is in doubt for certain.
        lines.append("x.dead.example")
        expected.append(("x.dead.example", .dead, 1))
        let list = try directory.write(lines.joined(separator: "\n"), to: "list")
        let environment = world.environment(["DNS_TIMEOUT": "5s"])
        func survey(_ output: String, _ more: String...) -> [String] {
            ["survey", "--retry-after", "1", "--output", directory.file(output)] + more + [list]
        }

        let (status, output) = try await Danegate.run(survey("whole"), environment: environment)
        #expect(status == 0, "\(output)")
        #expect(output.contains(":3: ") && output.contains("1 line of the input could not be read"), "\(output)")
        print("survey: \(output.split(separator: "\n").first { $0.contains(" judged in ") } ?? "")")
        let whole = try String(contentsOfFile: directory.file("whole"), encoding: .utf8)
        let rows = try whole.split(separator: "\n").map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
        try #require(rows.map(\.domain) == expected.map(\.domain))
        for (row, (domain, kind, recipients)) in zip(rows, expected) {
            let isRight =
                row.outcome == kind.outcome.rawValue && row.recipients == recipients
                && [row.ruling, row.lasting] == kind.rulings
            #expect(isRight, "\(domain): \(row)")
        }
        // Thousands of domains, and one connection; and a second one to the host that fails.
        #expect(try world.hosts.connections(at: #require(hosts[.good])) == 1)
        #expect(try world.hosts.connections(at: #require(hosts[.broken])) == 2)

        // Interrupted, killed, and gone on with.
        let signals = [SIGINT, SIGKILL, SIGTERM]
        for (turn, number) in signals.enumerated() {
            let arguments = survey("parts", "--concurrency", "20") + (turn == 0 ? [] : ["--resume"])
            let child = try await ChildProcess(
                Danegate.path, arguments, environment: environment.merging(Self.quiet) { $1 })
            let wanted = count / 5 * (turn + 1)
            let isOnItsWay = try await eventually(within: .seconds(120)) {
                child.status != nil || Self.lines(directory.file("parts")) >= wanted
            }
            #expect(isOnItsWay && child.status == nil, "\(child.output)")
            child.signal(number)
            let status = await child.waitForEnd()
            #expect(status == (number == SIGKILL ? -SIGKILL : 128 + number), "\(child.output)")
            if number != SIGKILL { #expect(child.output.contains("--resume"), "\(child.output)") }
            let part = try String(contentsOfFile: directory.file("parts"), encoding: .utf8)
            #expect(whole.hasPrefix(part) && part.utf8.count < whole.utf8.count)
        }
        let (last, told) = try await Danegate.run(survey("parts", "--resume"), environment: environment)
        #expect(last == 0, "\(told)")
        #expect(try String(contentsOfFile: directory.file("parts"), encoding: .utf8) == whole)
        // The summary is that of all.
        let table = { (text: String) in text.split(separator: "\n").filter { $0.hasPrefix("  ") } }
        #expect(table(told) == table(output), "\(told)")
        #expect(try world.hosts.connections(at: #require(hosts[.good])) <= 5)
        #expect(try world.hosts.connections(at: #require(hosts[.broken])) <= 10)
        await world.stop()
    }

    @Test func theOtherFormsAreRight() async throws {
        let (world, _) = try await Self.world()
        let directory = try ScratchDirectory("survey")
        let environment = world.environment()
        let list = try directory.write("a@x.broken.example\nb@x.broken.example\ny.good.example\n", to: "list")

        let csv = try await Danegate.run(
            ["survey", "--format", "csv", "--summary", "none", list], environment: environment)
        let lines = csv.output.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(csv.status == 0 && lines.count == 4, "\(csv.output)")
        #expect(
            lines[0].hasPrefix("domain,outcome,ruling,would,lasting,code,host,cause,degraded,hazards,mx_security,recip")
        )
        #expect(lines[1].hasPrefix("x.broken.example,tlsa-invalid,tempfail,,reject,4.7.323,mx.broken.example,"))
        #expect(lines[1].hasSuffix(",false,,secure,2,,0,recipient"))

        // Monitored, and behind a summary for programs.
        let json = try await Danegate.run(
            ["survey", "--summary", "json", "--timings", list],
            environment: world.environment(["MODE": "monitor", "DEFER_FOR": "0"]))
        let objects = try json.output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        try #require(objects.count == 3, "\(json.output)")
        let broken = objects.first { $0["domain"] as? String == "x.broken.example" }
        #expect(broken?["ruling"] as? String == "accept" && broken?["would"] as? String == "reject")
        #expect(broken?["elapsed_ms"] as? Double != nil)
        let summary = objects.first { $0["domain"] == nil }
        #expect((summary?["lasting_rejected"] as? [String: Int]) == ["destinations": 1, "recipients": 2])

        // What nobody can read is no success, be it a full disk or a reader that has gone.
        let quiet = environment.merging(Self.quiet) { $1 }
        let command = "\(Danegate.path) survey \(list)"
        for shell in ["\(command) > /dev/full; echo status=$?", "{ \(command); echo status=$? >&2; } | true"] {
            let (_, told) = try await ChildProcess.run("bash", ["-c", shell], environment: quiet)
            #expect(told.contains("status=74\n") && told.contains("standard output: it cannot be written"), "\(told)")
        }

        // What is there already is left alone.
        let there = try directory.write("mine", to: "there")
        for arguments in [["--output", there], ["--output", there, "--resume"]] {
            let refused = try await Danegate.run(["survey"] + arguments + [list], environment: environment)
            #expect(refused.status == 73 && refused.output.hasPrefix("danegate: \(there): "), "\(refused.output)")
        }
        #expect(try String(contentsOfFile: there, encoding: .utf8) == "mine")

        // An input that has grown at its end.
        let output = directory.file("grown")
        #expect(try await Danegate.run(["survey", "--output", output, list], environment: environment).status == 0)
        let before = try String(contentsOfFile: output, encoding: .utf8)
        try directory.write("x.broken.example\ny.good.example\na@x.broken.example\nz.good.example", to: "list")
        let grown = try await Danegate.run(["survey", "--output", output, "--resume", list], environment: environment)
        let after = try String(contentsOfFile: output, encoding: .utf8)
        #expect(grown.status == 0 && after.hasPrefix(before), "\(grown.output)")
        #expect(after.dropFirst(before.count).contains("\"domain\":\"z.good.example\""), "\(after)")
        await world.stop()
    }

    /// Logs of several MTAs, in several files, compressed and not. The domains behind a relay are judged by the relay
    /// or by themselves, mail that the daemon passes is left out, and the survey can be continued.
    @Test(.rules("F-95", "F-96")) func logsAreJudgedAsTheGateWould() async throws {
        let (world, _) = try await Self.world()
        let directory = try ScratchDirectory("survey")
        func postfix(_ to: String, _ relay: String, _ status: String, _ tag: String = "postfix/smtp") -> String {
            "2026-11-27T10:00:00.000001+01:00 mail \(tag)[77]: 4fXk1a0Q2zz1: to=<\(to)>, relay=\(relay), delay=1, "
                + "delays=0/0/0/1, dsn=2.0.0, status=\(status)\n"
        }
        // The relay is an MX host of its own domains, and of nobody else.
        let relay = "mx.good.example[192.0.2.77]:25"
        let first =
            postfix("a@x.broken.example", relay, "sent (250 ok, status=deferred)")
            + postfix("b@x.broken.example", relay, "sent (250 ok)")
            + postfix("a@y.plain.example", relay, "bounced (550, relay=127.0.0.1)")
            + postfix("c@z.good.example", relay, "sent (250 ok)")
            + postfix("v@probe.good.example", relay, "deliverable (250 ok)")
            + postfix("i@in.good.example", "10.0.0.5[10.0.0.5]:25", "sent (250 ok)")
            + postfix("o@own.good.example", "exchange.internal[10.0.0.6]:25", "sent (250 ok)", "postfix/relay/smtp")
        let second =
            "2026-11-27 10:00:01 1tGabc-000000001aB-2cDe => bob@e.good.example R=dnslookup T=remote_smtp "
            + "H=mx.good.example [192.0.2.77] C=\"250 Ok\"\nnonsense here\nNov 27 10:00:01 mail sm-mta[1235]: "
            + "5AS9abcd001234: to=<bob@e.good.example>,<d@x.broken.example>, delay=00:00:01, mailer=esmtp, pri=120900, "
            + "relay=mx.good.example. [192.0.2.77], dsn=2.0.0, stat=Sent (Ok)\n"
        let files = [try directory.write(first, to: "first.log"), directory.file("second.log.gz")]
        try directory.write(second, to: "second.log")
        let (packed, why) = try await ChildProcess.run("gzip", [directory.file("second.log")])
        #expect(packed == 0, "\(why)")

        for (route, outcomes) in [
            ("recipient", ["tlsa-invalid", "opportunistic", "verified", "verified"]),
            ("nexthop", ["verified", "verified", "verified", "verified"]),
        ] {
            let output = directory.file("\(route).jsonl")
            let arguments = ["survey", "--route", route, "--output", output] + files
            // The hosts' addresses are those of the log, so that no other name of a host is taken for it.
            let (status, told) = try await Danegate.run(arguments, environment: world.environment())
            #expect(status == 0, "\(told)")
            let written = try String(contentsOfFile: output, encoding: .utf8)
            let rows = try written.split(separator: "\n").map {
                try JSONDecoder().decode(Row.self, from: Data($0.utf8))
            }
            #expect(rows.map(\.domain) == ["x.broken.example", "y.plain.example", "z.good.example", "e.good.example"])
            #expect(rows.map(\.outcome) == outcomes && rows.map(\.recipients) == [3, 1, 1, 2], "\(written)")
            #expect(
                told.contains("4 recipients in 2 destinations went through mx.good.example, which is no MX host"),
                "\(told)")
            #expect(told.contains("(route \(route))") && told.contains("3 address probes") == false)
            #expect(told.contains("1 address probe,") && told.contains("(relay 1)") && told.contains("(10.0.0.5 1)"))
            #expect(told.contains("danegate: \(files[1]):2: more than one word: nonsense here"), "\(told)")
            #expect(told.contains("1 line of the input could not be read"))

            // Cut behind the first result, and gone on with.
            let cut = directory.file("\(route).cut")
            try (written.split(separator: "\n")[0] + "\n{\"cause\":\"").write(
                toFile: cut, atomically: true, encoding: .utf8)
            let resumed = try await Danegate.run(
                ["survey", "--route", route, "--output", cut, "--resume"] + files, environment: world.environment())
            #expect(resumed.status == 0, "\(resumed.output)")
            #expect(try String(contentsOfFile: cut, encoding: .utf8) == written)
            #expect(
                resumed.output.contains("4 recipients in 2 destinations went through mx.good.example"),
                "\(resumed.output)")
            // Other files, or another order, are another input.
            let refused = try await Danegate.run(
                ["survey", "--route", route, "--output", cut, "--resume"] + files.reversed(),
                environment: world.environment())
            #expect(refused.status == 73, "\(refused.output)")
        }
        // Of itself it goes by the setting.
        let json = try await Danegate.run(
            ["survey", "--summary", "json"] + files, environment: world.environment(["ROUTE": "recipient"]))
        #expect(
            json.output.contains("\"relays\":[{\"destinations\":2,\"judged\":false,\"recipients\":4,"), "\(json.output)"
        )
        await world.stop()
    }

    @Test(arguments: [("", 65), ("# nothing\n", 65), ("a b\nc d\n", 65)])
    func anInputWithoutDestinationsIsRefused(text: String, status: Int32) async throws {
        let directory = try ScratchDirectory("survey")
        let output = directory.file("output")
        let refused = try await Danegate.run(
            ["survey", "--output", output, try directory.write(text, to: "list")], environment: Self.quiet)
        #expect(
            refused.status == status && refused.output.contains("there is no destination in it"), "\(refused.output)")
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    @Test func theOddEndsHaveTheirStatus() async throws {
        let directory = try ScratchDirectory("survey")
        let list = try directory.write("example.org\n", to: "list")
        func status(_ arguments: String..., settings: [String: String?] = [:]) async throws -> Int32 {
            try await Danegate.run(["survey"] + arguments, environment: Self.quiet.merging(settings) { $1 }).status
        }
        #expect(try await status(directory.file("none")) == 66)
        #expect(try await status(directory.path) == 66)
        #expect(try await status("--resume", list) == 64)
        #expect(try await status("--concurrency", "0", list) == 64)
        #expect(try await status("--route", "both", list) == 64)
        #expect(try await status("-", "-") == 64)
        #expect(try await status(list, directory.file("none")) == 66)
        #expect(try await status(list, settings: ["DANEGATE_MODE": "x"]) == 78)
        #expect(try await status(list, settings: ["DANEGATE_DNS_TRUST_ANCHOR": list]) == 78)
        #expect(try await status("--output", directory.file("no/such"), list) == 73)
        let nowhere = ["DANEGATE_DNS_FORWARD": "127.0.0.1@9", "DANEGATE_DNS_TIMEOUT": "300ms"]
        #expect(try await status(list, settings: nowhere) == 69)
    }

    @Test func aTerminalShowsHowFarItIs() async throws {
        let (world, _) = try await Self.world()
        let directory = try ScratchDirectory("survey")
        let (lines, _) = Self.input(300)
        let list = try directory.write((lines + ["x.dead.example"]).joined(separator: "\n"), to: "list")
        let command = "\(Danegate.path) survey --retry-after 1 --output \(directory.file("output")) \(list)"
        let (status, output) = try await ChildProcess.run(
            "script", ["-qec", command, "/dev/null"], environment: world.environment().merging(Self.quiet) { $1 })
        #expect(status == 0, "\(output)")
        let drawn = output.split(separator: "\r").filter { $0.contains("/301  ") }
        #expect(drawn.count >= 2, "\(output.debugDescription)")
        #expect(drawn.allSatisfy { $0.count <= 80 })
        #expect(drawn.contains { $0.contains("/s  ETA ") && $0.contains("refused ") && $0.contains("[#") })
        #expect(output.contains("301 destinations with "), "\(output)")
        // Without a terminal there is nothing but the summary.
        let (_, plain) = try await Danegate.run(
            ["survey", "--output", directory.file("again"), list], environment: world.environment())
        #expect(!plain.contains("\r") && !plain.contains("ETA"), "\(plain)")
        await world.stop()
    }

    /// What belongs to the tests is no setting.
    private static let quiet: [String: String?] = [
        "DANEGATE_TEST_SEED": nil, "DANEGATE_TEST_CASES": nil, "DANEGATE_SOAK_SECONDS": nil,
    ]

    private static func lines(_ path: String) -> Int {
        (try? Data(contentsOf: URL(fileURLWithPath: path)))?.count { $0 == 10 } ?? 0
    }
}
