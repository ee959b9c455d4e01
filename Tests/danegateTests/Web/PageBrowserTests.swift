import Foundation
import Testing
import World

/// The page in Chromium, through Tests/Browser/page.py. The pictures that it takes are to be looked at.
@Suite(.timeLimit(.minutes(12))) struct PageBrowserTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// One of each kind: in order, broken in each way, not known, and names and certificates full of markup.
    private static let labels = [
        "verified", "tlsa-invalid", "unsigned-host", "child.corrupt-ds", "one-host-bogus", "keys-servfail",
        "ta-expired", "markup", "slow-banner",
    ]

    /// Runs a script of Tests/Browser, which must find no fault.
    ///
    /// - Returns: How many pictures it has taken.
    private static func run(_ name: String, _ address: String, _ token: String, _ names: [String]) async throws -> Int {
        let python = root.appendingPathComponent(".build/browser/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw WorldError("there is no \(python); deploy/test makes it")
        }
        let kept = ProcessInfo.processInfo.environment["PAGE_PICTURES"]
        let scratch = try ScratchDirectory("pictures")
        let pictures = kept ?? scratch.path
        let script = root.appendingPathComponent("Tests/Browser/\(name)").path
        let run = try await ChildProcess.run(
            python, ["-B", script, address, token, pictures] + names, environment: [:], within: .seconds(500))
        #expect(run.status == 0, "\(run.output)")
        return try FileManager.default.contentsOfDirectory(atPath: pictures).filter { $0.hasSuffix(".png") }.count
    }

    @Test func peopleCanUseIt() async throws {
        let domains = Self.labels.map(MailDomains.named)
        let world = try await MailWorld(domains)
        let site = try await PageSite(world, ["DEFER_FOR": "0", "PROBE_PER_HOUR": "0"])
        for domain in domains { _ = try await site.gate.answer("<user@\(domain.name)>") }
        let taken = try await Self.run("page.py", site.address, PageSite.token, domains.map(\.name))
        #expect(taken >= 4 * (domains.count + 6), "\(taken)")
        #expect(await site.gate.daemon.stop() == 0)
    }

    /// The page of all hosts: one has a long name, one is not there, and one says what is no answer.
    @Test func allHostsAreSeen() async throws {
        let site = try await HostsSite("tlsa-invalid", "verified")
        for (number, gate) in site.gates.enumerated() {
            #expect(try await gate.answer("<user\(number)@tlsa-invalid.example>") != .continue)
            #expect(try await gate.answer("<user\(number)@verified.example>") == .continue)
        }
        let added = try await site.ask(
            "mta01 mta02", ["exempt", "add", "--until", "30d", "--reason", "they move", "--by", "alice", "x.example"])
        #expect(added.status == 0, "\(added.output)")
        #expect(try await eventually { try await site.objects("mta01 mta02", ["trace"]).count == 2 })
        let label = String(repeating: "long-", count: 12) + "mta"
        let hosts = ["mta01", "mta02", "absent", "garbage", "\(label).\(label).example.org"]
        let page = try await site.page(hosts.joined(separator: " "))
        let token = try #require(page.token)
        let taken = try await Self.run("hosts.py", "http://127.0.0.1:\(page.place)", token, hosts)
        #expect(taken >= 12, "\(taken)")
        #expect(await page.process.stop() == 0)
        await site.stop()
    }
}
