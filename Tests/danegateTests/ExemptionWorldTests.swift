import Foundation
import RuleMarks
import Testing
import World

/// Exemptions, from the command to the running daemon and back.
@Suite(.timeLimit(.minutes(5))) struct ExemptionWorldTests {
    /// A daemon, and the command on its state directory.
    private struct Place: Sendable {
        let world: MailWorld
        let state: ScratchDirectory
        let gate: DaemonTests.Gate
        let settings: [String: String]

        init(_ domains: [MailDomain], _ more: [String: String] = [:]) async throws {
            world = try await MailWorld(domains)
            state = try ScratchDirectory("state")
            settings = ["STATE_DIRECTORY": state.path, "DEFER_FOR": "0", "FAILURE_TTL": "1s", "PROBE_TTL": "0"]
                .merging(["CACHE_MIN_TTL": "0"].merging(more) { $1 }) { $1 }
            gate = try await DaemonTests.Gate(world, settings)
        }

        @discardableResult
        func exempt(_ arguments: String...) async throws -> (status: Int32, output: String) {
            try await Danegate.run(["exempt"] + arguments, environment: world.environment(settings))
        }

        /// Whether mail to a domain is accepted.
        func accepts(_ domain: String) async throws -> Bool { try await gate.answer("<a@\(domain)>") == .continue }

        /// Waits for a line of the log about an exemption.
        func waits(for result: String, within limit: Duration = .seconds(60)) async -> Bool {
            await gate.daemon.waitForOutput(within: limit) { $0.contains("event=exemption result=\(result) ") }
        }

        func stop() async {
            #expect(await gate.daemon.stop() == 0)
            await world.stop()
        }
    }

    @Test func anExemptionIsLiveWithoutARestartAndSoIsItsRemoval() async throws {
        let place = try await Place([MailDomains.named("tlsa-invalid")])
        try Data(".example require\n".utf8).write(to: URL(fileURLWithPath: place.world.policies))
        #expect(try await !place.accepts("tlsa-invalid.example"))
        let (status, output) = try await place.exempt(
            "add", "TLSA-invalid.example", "--until", "30d", "--reason", "they are moving", "--by", "alice")
        #expect(status == 0 && output.hasPrefix("tlsa-invalid.example is exempt until 20"), "\(output)")
        #expect(
            try await eventually { try await place.accepts("tlsa-invalid.example") })
        #expect(await place.waits(for: "added domain=tlsa-invalid.example by=alice reason=\"they are moving\""))
        #expect(
            await place.gate.daemon.waitForOutput {
                $0.contains("outcome=- ") && $0.contains("passed=\"exempt: they are moving\"")
            })
        #expect(try await place.exempt("list").output.contains("they are moving"))
        #expect(try await place.exempt("remove", "tlsa-invalid.example", "--by", "bob").status == 0)
        #expect(try await eventually { try await !place.accepts("tlsa-invalid.example") })
        #expect(await place.waits(for: "removed domain=tlsa-invalid.example by=bob"))
        #expect(try await place.exempt("remove", "tlsa-invalid.example").status == 1)
        let history = try await place.exempt("list", "--all", "--json").output
        for part in [
            "\"by\":\"alice\"", "\"how\":\"removed\"", "\"ended_by\":\"bob\"", "\"reason\":\"they are moving\"",
        ] {
            #expect(history.contains(part), "\(history)")
        }
        await place.stop()
    }

    @Test func anExemptionExpiresByItselfAndOutlivesARestart() async throws {
        let place = try await Place([MailDomains.named("tlsa-invalid")])
        let end = Date.now.addingTimeInterval(8).ISO8601Format()
        #expect(try await place.exempt("add", ".example", "--until", end, "--reason", "short").status == 0)
        #expect(await place.waits(for: "added"))
        let accepts = try await place.accepts("tlsa-invalid.example")
        // On a machine that is busy it is over before it has been asked about.
        #expect(accepts || Date.now.ISO8601Format() >= end)
        place.gate.daemon.signal(SIGKILL)
        #expect(await place.gate.daemon.waitForEnd() != nil)
        let next = try await DaemonTests.Gate(place.world, place.settings)
        let isKnown = next.daemon.output.contains("event=exemption result=loaded live=1")
        if isKnown { #expect(Date.now.ISO8601Format() > end || !next.daemon.output.contains("result=expired")) }
        #expect(await next.daemon.waitForOutput { $0.contains("event=exemption result=expired domain=.example") })
        #expect(try await next.answer("<a@tlsa-invalid.example>") != .continue)
        #expect(try await place.exempt("list", "--all").output.contains("expired "))
        #expect(try await place.exempt("list").output.contains("There are no exemptions."))
        #expect(await next.daemon.stop() == 0)
        await place.world.stop()
    }

    /// In order for long enough, without a fault between.
    @Test func anExemptionIsLiftedOnceTheDomainIsInOrder() async throws {
        let mendable = MendableDomain("mendable")
        let kept = MendableDomain("kept")
        let place = try await Place([mendable.domain, kept.domain], ["EXEMPT_LIFT_AFTER": "12s"])
        for (domain, flags) in [(mendable, []), (kept, ["--keep"])] {
            let arguments = ["exempt", "add", domain.name, "--until", "1d", "--reason", "broken"] + flags
            let environment = place.world.environment(place.settings)
            #expect(try await Danegate.run(arguments, environment: environment).status == 0)
        }
        /// How long the command says the domain has been in order, in seconds.
        func clean() async throws -> Int {
            let line = try await place.exempt("list", "--json").output.split(separator: "\n")
                .first { $0.contains(mendable.name) }
            let digits = line?.split(separator: "\"clean_seconds\":").last?.prefix { $0.isNumber }
            return digits.flatMap { Int($0) } ?? -1
        }
        // It is looked at though it has no mail.
        #expect(try await eventually { mendable.connections(in: place.world) > 0 })
        try mendable.set(mended: true, in: place.world)
        try kept.set(mended: true, in: place.world)
        #expect(try await eventually(within: .seconds(60)) { try await clean() >= 1 })
        try mendable.set(mended: false, in: place.world)
        #expect(try await eventually(within: .seconds(60)) { try await clean() == 0 })
        #expect(!place.gate.daemon.output.contains("result=lifted"))
        try mendable.set(mended: true, in: place.world)
        let begun = ContinuousClock.now
        #expect(await place.waits(for: "lifted domain=mendable.example", within: .seconds(90)))
        #expect(ContinuousClock.now - begun >= .seconds(11), "what was before the fault does not count")
        #expect(try await place.accepts(mendable.name))
        #expect(place.gate.daemon.output.contains("seen=\"verified: "))
        try mendable.set(mended: false, in: place.world)
        #expect(try await eventually(within: .seconds(60)) { try await !place.accepts(mendable.name) })
        #expect(!place.gate.daemon.output.contains("lifted domain=kept.example"))
        #expect(kept.connections(in: place.world) == 0)
        let history = try await place.exempt("list", "--all").output
        #expect(history.contains("lifted ") && history.contains("kept "), "\(history)")
        await place.stop()
    }

    /// A file that is overwritten or removed costs no exemption.
    @Test(arguments: [true, false]) func noExemptionIsLostWithItsFile(isOverwritten: Bool) async throws {
        let place = try await Place([MailDomains.named("tlsa-invalid")])
        #expect(try await place.exempt("add", "tlsa-invalid.example", "--until", "1d", "--reason", "x").status == 0)
        #expect(await place.waits(for: "added"))
        let path = place.state.file("exemptions.sqlite")
        if isOverwritten {
            try Data(String(repeating: "no file of ours ", count: 1000).utf8).write(to: URL(fileURLWithPath: path))
            #expect(await place.waits(for: "set-aside"))
            #expect(FileManager.default.fileExists(atPath: "\(path).corrupt"))
        } else {
            try FileManager.default.removeItem(atPath: path)
            #expect(await place.waits(for: "vanished"))
        }
        #expect(try await place.accepts("tlsa-invalid.example"))
        #expect(try await eventually { try await place.exempt("list").output.contains("tlsa-invalid.example") })
        await place.stop()
    }

    /// A check looks at an exempt domain as at any other, and says that its mail passes; it writes nothing.
    @Test func aCheckKnowsOfExemptions() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let state = try ScratchDirectory("state")
        let environment = world.environment(["STATE_DIRECTORY": state.path])
        func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
            try await Danegate.run(arguments, environment: environment)
        }
        #expect(try await run("check", "tlsa-invalid.example").status == 75)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).isEmpty)
        let add = [
            "exempt", "add", "tlsa-invalid.example", "--until", "2d", "--reason", "they are moving", "--by", "alice",
        ]
        #expect(try await Danegate.run(add, environment: environment).status == 0)
        let (status, output) = try await run("check", "tlsa-invalid.example")
        #expect(status == 0 && output.contains("tlsa-invalid.example: tlsa-invalid"), "\(output)")
        #expect(output.contains("Ruling: accept; it would be tempfail if it were not exempt"), "\(output)")
        #expect(output.contains("UTC, by alice: they are moving."), "\(output)")
        try Data("no file of ours".utf8).write(to: URL(fileURLWithPath: state.file("exemptions.sqlite")))
        let (without, words) = try await run("check", "tlsa-invalid.example")
        #expect(
            without == 75 && words.contains("exemptions.sqlite: ") && words.contains("as without exemptions"),
            "\(words)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path) == ["exemptions.sqlite"])
        await world.stop()
    }

    /// Who may not look into the state directory is not told that there are none.
    @Test(arguments: [["list"], ["remove", "a.example"], ["add", "a.example", "--until", "1d", "--reason", "x"]])
    func whatCannotBeSeenIsNotNone(arguments: [String]) async throws {
        let state = try ScratchDirectory("state")
        // A loop of links is closed to root too.
        try FileManager.default.createSymbolicLink(atPath: state.file("loop"), withDestinationPath: "loop")
        let (status, output) = try await Danegate.run(
            ["exempt"] + arguments, environment: ["DANEGATE_STATE_DIRECTORY": state.file("loop")])
        #expect(status == 69 && output.contains("Too many levels of symbolic links"), "\(output)")
    }

    /// Domains as they come: out of an address, a next hop, a list, several at once.
    @Test(.rules("F-97")) func whatIsPastedIsADomain() async throws {
        let state = try ScratchDirectory("state")
        let environment = ["DANEGATE_STATE_DIRECTORY": state.path]
        let domains = [
            "user@a.example", "[Mx.B.example]:2525", "<u@c.example>,", "d.example.", ".e.example", "mailhub",
        ]
        let added = try await Danegate.run(
            ["exempt", "add"] + domains + ["--until", "1d", "--reason", "x"], environment: environment)
        #expect(added.status == 0 && added.output.split(separator: "\n").count == 6, "\(added.output)")
        let listed = try await Danegate.run(["exempt", "list", "--json"], environment: environment).output
        for name in ["a.example", "mx.b.example", "c.example", "d.example", ".e.example", "mailhub"] {
            #expect(listed.contains("\"domain\":\"\(name)\""), "\(name): \(listed)")
        }
        let removed = try await Danegate.run(
            ["exempt", "remove", "x@a.example", "none.example"], environment: environment)
        #expect(
            removed.status == 1 && removed.output.contains("a.example is not exempt any more."), "\(removed.output)")
        #expect(removed.output.contains("there is no exemption for none.example."))
    }

    @Test(arguments: [
        (["a.example", "--until", "2020-01-01", "--reason", "x"], "that is over already"),
        (["a.example", "--until", "2027-02-30", "--reason", "x"], "must be a day like"),
        (["a.example", "--until", "30", "--reason", "x"], "must be a day like"),
        (["a.example", "--until", "2099-01-01", "--reason", "x"], "more than ten years"),
        (["a.example", "--until", "1d", "--reason", " "], "--reason must be text"),
        (["a.example", "--until", "1d", "--reason", "a\u{1B}[2Jb"], "--reason must be text"),
        (["a..example", "--until", "1d", "--reason", "x"], "is not a domain name"),
        (["a.example", "https://b.example/", "--until", "1d", "--reason", "x"], "is a URL"),
        (["a.example", "a@[192.0.2.1]", "--until", "1d", "--reason", "x"], "DANE does not apply"),
        (["*.a.example", "--until", "1d", "--reason", "x"], "all subdomains are written .a.example."),
        ([".", "--until", "1d", "--reason", "x"], "is not a domain name"),
        (["a.example", "--reason", "x"], "--until"), (["a.example", "--until", "1d"], "--reason"),
    ])
    func whatCannotBeIsSaid(arguments: [String], sentence: String) async throws {
        let state = try ScratchDirectory("state")
        let (status, output) = try await Danegate.run(
            ["exempt", "add"] + arguments, environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(status == 64 && output.contains(sentence), "\(output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).isEmpty)
    }
}
