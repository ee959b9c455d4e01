import Foundation
import Testing
import World

/// deploy/demo as an administrator runs it: what it shows, and that nothing is left of it.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct DemoTests {
    /// A way to end it while it stays.
    struct Ending: Sendable, CustomTestStringConvertible {
        let name: String
        let signal: Int32
        /// Whether the whole process group gets it, as from a terminal.
        let isForAll: Bool
        /// Whether it comes while the world is built, and not while the demonstration waits.
        var isEarly = false
        var testDescription: String { name }
    }

    static let endings = [
        Ending(name: "Ctrl-C", signal: SIGINT, isForAll: true),
        Ending(name: "Ctrl-C at once", signal: SIGINT, isForAll: true, isEarly: true),
        Ending(name: "the terminal is closed", signal: SIGHUP, isForAll: true),
        Ending(name: "SIGTERM", signal: SIGTERM, isForAll: false),
        Ending(name: "SIGTERM at once", signal: SIGTERM, isForAll: false, isEarly: true),
        Ending(name: "SIGKILL", signal: SIGKILL, isForAll: false),
        Ending(name: "SIGKILL at once", signal: SIGKILL, isForAll: false, isEarly: true),
    ]

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("deploy/demo").path

    private static let built = URL(fileURLWithPath: Danegate.path).deletingLastPathComponent().path

    /// Starts it with a session of its own, as a terminal does.
    private static func start(
        _ arguments: String..., below scratch: ScratchDirectory, path: String? = nil
    ) async throws -> ChildProcess {
        var environment: [String: String?] = ["TMPDIR": scratch.path]
        if let path { environment["PATH"] = path }
        return try await ChildProcess(
            "setsid", [script, "--built", built] + arguments, environment: environment)
    }

    /// The processes that have something to do with a folder: by their words, or because they are in it.
    private static func processes(in folder: String) -> [String] {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return ids.compactMap { id in
            let words = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
            let command = String(decoding: words.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            let place = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/cwd")) ?? ""
            return command.contains(folder) || place.hasPrefix(folder) ? "\(id) \(command) in \(place)" : nil
        }
    }

    private static func expectNothingLeft(of scratch: ScratchDirectory, folder isGone: Bool = true) async throws {
        #expect(
            try await eventually(within: .seconds(60)) { processes(in: scratch.path).isEmpty },
            "\(processes(in: scratch.path))")
        if isGone { #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == []) }
    }

    @Test func itShowsWhatSendersAndAdministratorsSee() async throws {
        let scratch = try ScratchDirectory("demo")
        let demo = try await Self.start(below: scratch)
        #expect(await demo.waitForEnd(within: .seconds(240)) == 0, "\(demo.output)")
        let output = demo.output
        // In this order; a command stands before what it prints.
        let wanted = [
            "$ Playground world --postfix", "tlsa-invalid.example         tlsa-invalid", "$ danegate run --env-file ",
            "event=start ", "http://127.0.0.1:",
            "$ Playground send ", "-> RCPT TO:<user@verified.example>\n<- 250 2.1.5 ",
            "-> RCPT TO:<user@no-tlsa.example>\n<- 250 2.1.5 ", "-> .\n<- 250 2.0.0 Ok: queued as ",
            "$ Playground send ", "-> RCPT TO:<user@tlsa-invalid.example>\n<- 451 4.7.323 tlsa-invalid: ",
            "-> RCPT TO:<user@mx-expired.example>\n<- 451 4.7.324 dnssec-invalid: ",
            "-> RCPT TO:<user@without-starttls.example>\n<- 451 4.7.321 starttls-not-supported: ",
            "-> RCPT TO:<user@ta-expired.example>\n<- 451 4.7.322 certificate-expired: ",
            "-> RCPT TO:<user@null-mx.example>\n<- 556 5.1.10 null-mx: ",
            "-> RCPT TO:<user@tlsa-invalid.example>\n<- 550 5.7.323 ",
            "-> RCPT TO:<user@mx-expired.example>\n<- 550 5.7.324 ",
            "-> RCPT TO:<user@without-starttls.example>\n<- 550 5.7.321 ",
            "-> RCPT TO:<user@ta-expired.example>\n<- 550 5.7.322 ",
            "-> RCPT TO:<user@mx-servfail.example>\n<- 451 4.4.3 dns-unavailable: ",
            "$ danegate trace ", " user@null-mx.example ", "$ danegate trace ", " --id ", "tlsa-invalid",
            "$ danegate report ", "Judged: 12 recipients, 8 destinations", "$ danegate check ",
            "tlsa-invalid.example: tlsa-invalid. ", "(exit status 75)", "$ danegate explain 5.7.323",
            "tlsa-invalid (outcome) 451 4.7.323 / 550 5.7.323", "$ danegate status ", "OK - enforce, 12 recipients, ",
        ]
        var rest = output[...]
        for words in wanted {
            let found = try #require(rest.range(of: words), "\(words) is not behind the others: \(output)")
            rest = rest[found.upperBound...]
        }
        #expect(!output.contains("no recipient of the trace"), "\(output)")
        try await Self.expectNothingLeft(of: scratch)
    }

    @Test(arguments: endings) func nothingIsLeftOfIt(_ ending: Ending) async throws {
        let scratch = try ScratchDirectory("demo")
        let demo = try await Self.start("--keep", below: scratch)
        let sign = ending.isEarly ? "$ Playground world" : "It stays until Ctrl-C."
        #expect(await demo.waitForOutput(within: .seconds(240)) { $0.contains(sign) }, "\(demo.output)")
        if !ending.isEarly { #expect(Self.processes(in: scratch.path).count > 4) }
        _ = kill(ending.isForAll ? -demo.pid : demo.pid, ending.signal)
        let status = try #require(await demo.waitForEnd(within: .seconds(60)))
        #expect(status == (ending.signal == SIGKILL ? -SIGKILL : 128 + ending.signal), "\(demo.output)")
        // Who is killed cannot take its files away.
        try await Self.expectNothingLeft(of: scratch, folder: ending.signal != SIGKILL)
    }

    @Test func whileItStaysItCanBeTalkedTo() async throws {
        let scratch = try ScratchDirectory("demo")
        let demo = try await Self.start("--keep", below: scratch)
        #expect(await demo.waitForOutput(within: .seconds(240)) { $0.contains("tail -f ") }, "\(demo.output)")
        // Its lines as they stand there, in a shell of one's own.
        let advice = try #require(demo.output.components(separatedBy: "It stays until Ctrl-C.").last)
        let lines = advice.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let path = try #require(lines.first { $0.hasPrefix("export PATH=") })
        let send = try #require(lines.first { $0.hasPrefix("Playground send ") })
        let trace = try #require(lines.first { $0.hasPrefix("danegate trace ") }).replacing(" --follow", with: "")
        let sent = try await ChildProcess.run("sh", ["-c", "\(path)\n\(send)"])
        #expect(sent.status == 75 && sent.output.contains("\n<- 451 4.7.321 tls-failed: "), "\(sent.output)")
        #expect(
            try await eventually(within: .seconds(30)) {
                let traced = try await ChildProcess.run("sh", ["-c", "\(path)\n\(trace)"])
                return traced.output.contains(" someone@old-tls.example ")
            })
        // The page, by the address and the token that stand there.
        let page = try #require(advice.firstMatch(of: #/http://127\.0\.0\.1:(\d+)/ /#)).1
        let token = try #require(advice.firstMatch(of: /password +([0-9a-f]{40})\n/)).1
        let (front, closed, open) = try await onOwnThread { [place = String(page), bearer = "Bearer \(token)"] in
            (
                try WebClient.request(place, "GET /", ["Host": "127.0.0.1:\(place)"]),
                try WebClient.request(place, "GET /trace"),
                try WebClient.request(place, "GET /trace", ["Authorization": bearer])
            )
        }
        #expect(front?.status == 200 && front?.body.contains("Test a domain") == true, "\(String(describing: front))")
        #expect(closed?.status == 401 && open?.status == 200)
        #expect(open?.body.contains("someone@old-tls.example") == true, "\(String(describing: open))")
        demo.signal(SIGTERM)
        await demo.waitForEnd()
        try await Self.expectNothingLeft(of: scratch)
    }

    @Test func withoutRootItSaysSo() async throws {
        let scratch = try ScratchDirectory("demo")
        let folder = scratch.file("bin")
        try scratch.write("#!/bin/sh\necho 1000\n", to: "bin/id")
        chmod("\(folder)/id", 0o755)
        let path = "\(folder):/usr/sbin:/usr/bin:/sbin:/bin"
        let demo = try await Self.start(below: scratch, path: path)
        #expect(await demo.waitForEnd() == 1)
        #expect(demo.output.hasPrefix("deploy/demo needs root, ") && demo.output.split(separator: "\n").count == 1)
    }

    @Test func itsHelpIsItsHead() async throws {
        let help = try await ChildProcess.run(Self.script, ["--help"])
        #expect(help.status == 0 && help.output.contains("--keep ") && !help.output.contains("set -euo"))
        let unknown = try await ChildProcess.run(Self.script, ["--kep"])
        #expect(unknown.status == 64 && unknown.output.contains("--kep"))
    }
}
