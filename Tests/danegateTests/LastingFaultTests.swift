import Foundation
import Testing
import World

/// Faults that last: what they cost, and how they end.
@Suite(.timeLimit(.minutes(5))) struct LastingFaultTests {
    /// However much mail is sent to a broken domain, it is looked at once an interval.
    @Test(arguments: ["enforce", "require"]) func aBrokenDomainCostsOneInspectionAnInterval(word: String) async throws {
        let broken = MendableDomain("broken")
        let world = try await MailWorld([broken.domain, MailDomains.named("no-tlsa")])
        try Data(".example \(word)\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        let settings = ["DEFER_FOR": "0", "FAILURE_TTL": "1s", "PROBE_TTL": "1s", "CACHE_MIN_TTL": "0"]
        let gate = try await DaemonTests.Gate(world, settings)
        let domain = word == "enforce" ? broken.name : "no-tlsa.example"
        func count() -> Int {
            let second = word == "enforce" ? "broken" : "no-tlsa"
            return world.names.queries.count { $0.type == "MX" && $0.name.contains(second) }
        }
        #expect(try await gate.answer("<a@\(domain)>") != .continue)
        let begun = ContinuousClock.now
        let first = broken.connections(in: world)
        world.names.clearQueries()
        var mails = 0
        while mails < 300 || ContinuousClock.now - begun < .seconds(13) {
            let recipients = (0..<50).map { Array("<user\($0)@\(domain)>".utf8) }
            let answers = try await gate.answers(recipients)
            #expect(answers.allSatisfy { $0 != .continue })
            mails += answers.count
        }
        // Intervals of 1, 2, 4 and 8 s: three inspections in 13 s, of two looks each. The first look of each finds
        // cached records.
        let inspections = Int(log2((ContinuousClock.now - begun) / .seconds(1) + 1))
        #expect(count() <= 2 * inspections - 1, "\(count()) queries for \(mails) recipients")
        if word == "enforce" {
            #expect(broken.connections(in: world) - first <= 2 * inspections, "\(mails) recipients")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func aMendedDomainIsNoticedAndAPassResetsTheFault() async throws {
        let mendable = MendableDomain("mendable")
        let world = try await MailWorld([mendable.domain])
        let settings = [
            "DEFER_FOR": "6s", "FAILURE_TTL": "1s", "PROBE_TTL": "1s", "CACHE_MIN_TTL": "0", "CACHE_MAX_TTL": "1s",
            "CACHE_STALE_TTL": "0",
        ]
        let gate = try await DaemonTests.Gate(world, settings)
        func reply() async throws -> String {
            guard case .reply(let reply) = try await gate.answer("<a@\(mendable.name)>") else { return "250" }
            return String(reply.prefix(11))
        }
        #expect(try await reply() == "451 4.7.323")
        #expect(try await eventually(within: .seconds(30)) { try await reply() == "550 5.7.323" })
        try mendable.set(mended: true, in: world)
        // The fault was seven seconds old, or a little more: no interval had grown beyond eight.
        #expect(try await eventually(within: .seconds(60)) { try await reply() == "250" })
        try mendable.set(mended: false, in: world)
        var seen: [String] = []
        _ = try await eventually(within: .seconds(30)) {
            seen.append(try await reply())
            return seen.last != "250"
        }
        #expect(seen.last == "451 4.7.323", "the fault is a new one")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
