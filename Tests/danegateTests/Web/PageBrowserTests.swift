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

    @Test func peopleCanUseIt() async throws {
        let python = Self.root.appendingPathComponent(".build/browser/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw WorldError("there is no \(python); deploy/test makes it")
        }
        let domains = Self.labels.map(MailDomains.named)
        let world = try await MailWorld(domains)
        let site = try await PageSite(world, ["DEFER_FOR": "0", "PROBE_PER_HOUR": "0"])
        for domain in domains { _ = try await site.gate.answer("<user@\(domain.name)>") }
        let kept = ProcessInfo.processInfo.environment["PAGE_PICTURES"]
        let scratch = try ScratchDirectory("pictures")
        let pictures = kept ?? scratch.path
        let script = Self.root.appendingPathComponent("Tests/Browser/page.py").path
        let run = try await ChildProcess.run(
            python, [script, site.address, PageSite.token, pictures] + domains.map(\.name), environment: [:],
            within: .seconds(500))
        #expect(run.status == 0, "\(run.output)")
        let taken = try FileManager.default.contentsOfDirectory(atPath: pictures).filter { $0.hasSuffix(".png") }
        #expect(taken.count >= 4 * (domains.count + 6), "\(taken.count)")
        #expect(await site.gate.daemon.stop() == 0)
    }
}
