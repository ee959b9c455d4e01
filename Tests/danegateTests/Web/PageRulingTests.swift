import Foundation
import Testing
import World

/// What the page of a test says of mail now, and what it keeps to itself.
@Suite(.timeLimit(.minutes(10))) struct PageRulingTests {
    private static let broken = "tlsa-invalid.example"
    private static let html = ["Accept": "text/html"]

    /// The forms of a result, as anybody reads them.
    private func forms(_ id: String, _ site: PageSite) async throws -> [String] {
        [
            try await site.request("GET /inspection/\(id)", Self.html).body,
            try await site.request("GET /inspection/\(id).json").body,
            try await site.request("GET /inspection/\(id).txt").body,
        ]
    }

    /// Who has exempted a domain, and why, is for administrators; so is which mailbox somebody asked about.
    @Test func visitorsDoNotReadWhoExemptedADomainOrWhy() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let directory = try ScratchDirectory("exempt")
        let settings = ["STATE_DIRECTORY": directory.path, "DEFER_FOR": "0", "EXEMPT_LOCALPARTS": "hidden-box"]
        let site = try await PageSite(world, settings)
        let mailbox = try await forms(try await site.test("hidden-box%40\(Self.broken)"), site)
        for form in mailbox {
            #expect(form.lowercased().contains("exempt") && !form.contains("hidden-box"), "\(form)")
        }
        let (status, output) = try await Danegate.run(
            ["exempt", "add", Self.broken, "--until", "30d", "--reason", "they are moving", "--by", "alice"],
            environment: world.environment(settings))
        #expect(status == 0, "\(output)")
        #expect(await site.gate.daemon.waitForOutput { $0.contains("event=exemption result=added ") })
        // Whoever tests it, the result is the same for all.
        for fields in [[:], PageSite.bearer] {
            let id = try await site.test(Self.broken, as: fields)
            for form in try await forms(id, site) {
                #expect(form.contains("until 20"), "\(form)")
                #expect(!form.contains("they are moving") && !form.contains("alice"), "\(form)")
            }
            let full = try await site.request("GET /inspection/\(id)", PageSite.bearer.merging(Self.html) { $1 }).body
            #expect(full.contains(", by alice: they are moving."), "\(full)")
        }
        let stored = try FileManager.default.subpathsOfDirectory(atPath: "\(directory.path)/tests")
        #expect(!stored.isEmpty)
        for name in stored {
            let text = try String(contentsOfFile: "\(directory.path)/tests/\(name)", encoding: .utf8)
            #expect(!["they are moving", "alice", "hidden-box"].contains { text.contains($0) }, "\(name)")
        }
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// One client's tests of one domain in a row are tests. When the page's probes are used up, it says that it does
    /// not know, and calls nothing accepted or whole.
    @Test func whatThePageMayNotProbeIsNotCalledAccepted() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await PageSite(world)
        for number in 0..<10 {
            let id = try await site.test(Self.broken)
            let page = try await site.request("GET /inspection/\(id)", Self.html).body
            #expect(page.contains("class=\"verdict bad\""), "test \(number): \(page.prefix(2000))")
        }
        var page = ""
        for _ in 0..<60 where !page.contains("could not be tested now") {
            let id = try await site.test(Self.broken, as: PageSite.bearer)
            page = try await site.request("GET /inspection/\(id)", Self.html).body
        }
        #expect(page.contains("\(Self.broken) could not be tested now: the page&#39;s share of probes is used up"))
        #expect(page.contains("class=\"verdict doubt\"") && !page.contains("is accepted"), "\(page)")
        #expect(!page.contains("No link of the chain is broken") && !page.contains("although mail gets through"))
        let end = page.matches(of: /<g class="link ([a-z]+)( broken)?"/).last
        #expect(end?.1 == "doubt", "\(page)")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The first lines are what mail meets now: the daemon's ruling on the same fault, where it knows the fault.
    @Test(arguments: [nil, "2s"]) func theDaemonsRulingComesFirst(deferFor: String?) async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await PageSite(world, deferFor.map { ["DEFER_FOR": $0] } ?? [:])
        let first = try await forms(try await site.test(Self.broken), site)
        #expect(
            first[0].contains("it is seen now for the first time") && first[0].contains("is deferred, and refused if"))
        let code = deferFor == nil ? "451" : "550"
        let isRuled = try await eventually(within: .seconds(60)) {
            "\(try await site.gate.answer("<a@\(Self.broken)>"))".contains(code)
        }
        #expect(isRuled)
        let then = try await forms(try await site.test(Self.broken), site)
        #expect(then[0].contains("The daemon has known this fault since 20"), "\(then[0])")
        #expect(!then[0].contains("for the first time"))
        if deferFor != nil {
            #expect(then[0].contains("Mail to \(Self.broken) is refused</h1>"), "\(then[0])")
            #expect(then[0].contains("<blockquote>550 5.7.323 ") && then[0].contains("(5.7.323)"), "\(then[0])")
        } else {
            #expect(then[0].contains("<blockquote>451 4.7.323 "), "\(then[0])")
        }
        // The object is that of `check`, which sees a fault for the first time.
        #expect(then[1].contains("\"ruling\":\"tempfail\""), "\(then[1])")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The rule is a rule, the records stand at their owner, and every step has a time.
    @Test func whatIsShownIsNamed() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await PageSite(world)
        let page = try await forms(try await site.test(Self.broken), site)[0]
        #expect(page.contains("<dt>Rule</dt><dd>RFC 7672 2.2 and 3.1; "), "\(page)")
        #expect(page.contains("TLSA records at _") && page.contains("._tcp.mx.\(Self.broken)"))
        #expect(page.contains("> the record for the host&#39;s own key</span>"), "\(page)")
        #expect(!page.contains("<span class=\"ms\"></span>"), "every step has a time")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// A doubt is nobody's fault yet, and its remedies are not addressed as if it were.
    @Test func aDoubtIsNotAddressedToTheRecipientAsAFault() async throws {
        let world = try await MailWorld([MailDomains.named("refusing-greeting")])
        let site = try await PageSite(world)
        let page = try await forms(try await site.test("refusing-greeting.example"), site)[0]
        #expect(page.contains("class=\"verdict doubt\"") && page.contains("If it lasts: what the recipient"), "\(page)")
        #expect(!page.contains("administrator should do"), "\(page)")
        #expect(page.contains("Everything was asked afresh."))
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }
}
