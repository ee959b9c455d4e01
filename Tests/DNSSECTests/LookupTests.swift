import DANE
import DNSSEC
import Foundation
import Synchronization
import RuleMarks
import Testing
import World

/// Lookups that are late, given up, many at once, or left behind.
@Suite(
    .names(
        [
            Zone("busy.example", records: ["* MX 10 mx"] + (0..<500).map { "n\($0) MX \($0) mx" }),
            Zone("changing.example", "@ MX 10 before"),
        ],
        dead: ["dead.example"]),
    .timeLimit(.minutes(2)))
struct LookupTests {
    @Test(.rules("D-06")) func deadlineIsKept() async throws {
        // libunbound itself is made to wait for minutes, so that the deadline ends the lookup on any machine.
        let world = try NameServers.current
        let directory = try ScratchDirectory("patient")
        let text = try String(contentsOfFile: world.configurationPath, encoding: .utf8)
        let patient = try directory.write("server:\n    infra-cache-max-rtt: 120000\n\(text)", to: "unbound.conf")
        let resolver = try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(world.trustAnchorPath), configuration: patient, timeout: .milliseconds(250)))
        #expect(await resolver.mx(try name("a.dead.example")).failure == "no answer within 0.25 s")
        // Asked again while libunbound is still at it: joins, and is given its own time.
        #expect(await resolver.mx(try name("a.dead.example")).failure == "no answer within 0.25 s")
    }

    /// The servers are silent for a while, and each question in that time goes unanswered; then they answer again.
    @Test func anOutageEndsWhenItEnds() async throws {
        let world = try await NameServers(zones: [Zone("back.example", records: (0..<100).map { "n\($0) MX 10 mx" })])
        let resolver = try world.resolver(timeout: .milliseconds(1500))
        #expect(await resolver.mx(try name("n0.back.example")).isSecure)
        world.setWireFaults([WireFault("*", nil, .drop)])
        for number in 1...8 {
            #expect(await resolver.mx(try name("n\(number).back.example")).failure != nil)
        }
        world.setWireFaults([])
        var next = 9
        let isBack = try await eventually(within: .seconds(45)) {
            defer { next += 1 }
            return await resolver.mx(try name("n\(min(next, 99)).back.example")).isSecure
        }
        #expect(isBack)
        await world.stop()
    }

    @Test func cancellationIsHonoured() async throws {
        let resolver = try NameServers.current.resolver(timeout: .seconds(100))
        let owner = try name("c.dead.example")
        let task = Task { await resolver.mx(owner) }
        // Once the query is under way, or before: both must end it.
        try await untilAsked { task.cancel() }
        #expect(await task.value.failure == "cancelled")
        // Cancelled before it is asked.
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await resolver.mx(owner)
        }
        #expect(await early.value.failure == "cancelled")
        // The resolver is none the worse for it.
        #expect(await resolver.mx(try name("n1.busy.example")).isSecure)
    }

    /// Every lookup ends exactly once, whatever comes first; the continuation would trap otherwise.
    @Test func cancellationRacesAnswers() async throws {
        let resolver = try NameServers.current.resolver()
        _ = await resolver.mx(try name("n0.busy.example"))
        let cached = try name("n0.busy.example")
        await withTaskGroup(of: Bool.self) { group in
            for round in 0..<4000 {
                let task = Task { await resolver.mx(cached) }
                group.addTask {
                    if round % 2 == 0 { await Task.yield() }
                    task.cancel()
                    let answer = await task.value
                    return answer.isSecure || answer.failure == "cancelled"
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func deadlineRacesAnswers() async throws {
        let resolver = try NameServers.current.resolver(timeout: .microseconds(300))
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<2000 {
                guard let name = DomainName("n\(number % 500).busy.example") else { continue }
                group.addTask {
                    let answer = await resolver.mx(name)
                    return answer.isSecure || answer.failure?.hasPrefix("no answer within") == true
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    /// With the library's own 16 ports, none of 50 good lookups beside 200 dead ones is answered within 59 s.
    @Test func deadServersDoNotHoldUpOthers() async throws {
        let resolver = try NameServers.current.resolver(timeout: .seconds(100))
        let dead = (0..<200).compactMap { number in
            DomainName("d\(number).dead.example").map { name in Task { await resolver.mx(name) } }
        }
        // They would end with SERVFAIL after some seconds: nothing good may wait for that.
        let ended = Atomic(false)
        let watch = Task {
            for task in dead { _ = await task.value }
            ended.store(true, ordering: .relaxed)
        }
        for number in 0..<50 { #expect(await resolver.mx(try name("n\(number).busy.example")).isSecure) }
        let hasEnded = ended.load(ordering: .relaxed)
        #expect(!hasEnded)
        for task in dead { task.cancel() }
        await watch.value
    }

    @Test func thousandsAtOnce() async throws {
        // As many at once as the one small server of this world can take beside the other tests.
        let resolver = try NameServers.current.resolver(timeout: .seconds(60), concurrency: 250)
        let failures = await withTaskGroup(of: String?.self) { group in
            for number in 0..<5000 {
                // Half of them are asked for five times over.
                let label = number % 2 == 0 ? "n\(number % 500)" : "w\(number)"
                guard let name = DomainName("\(label).busy.example") else { continue }
                group.addTask {
                    let answer = await resolver.mx(name)
                    return answer.isSecure ? nil : "\(answer)"
                }
            }
            return await group.reduce(into: [String: Int]()) { if let failure = $1 { $0[failure, default: 0] += 1 } }
        }
        #expect(failures == [:])
    }

    /// More than may be worked on at once wait for their turn, and no longer than their deadline.
    @Test func queueIsServed() async throws {
        let resolver = try NameServers.current.resolver(timeout: .seconds(60), concurrency: 2)
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<300 {
                guard let name = DomainName("q\(number).busy.example") else { continue }
                group.addTask { await resolver.mx(name).isSecure }
            }
            for await isSecure in group { #expect(isSecure) }
        }
        let blocked = try NameServers.current.resolver(timeout: .milliseconds(300), concurrency: 1)
        async let dead = blocked.mx(try name("e.dead.example"))
        #expect(await blocked.mx(try name("f.dead.example")).failure?.hasPrefix("no answer within") == true)
        #expect(try await dead.failure?.hasPrefix("no answer within") == true)
    }

    @Test func resolversAreFreedWithLookupsOutstanding() async throws {
        for _ in 0..<20 {
            let resolver = try NameServers.current.resolver(timeout: .milliseconds(50))
            let tasks = (0..<50).compactMap { number in
                DomainName("g\(number).dead.example").map { name in Task { await resolver.mx(name) } }
            }
            tasks.prefix(25).forEach { $0.cancel() }
            for task in tasks { #expect(await task.value.failure != nil) }
            // Freed here, while libunbound still waits for the dead server.
        }
    }

    @Test func freshLooksPastTheCache() async throws {
        let world = try NameServers.current
        let resolver = try world.resolver()
        let domain = try name("changing.example")
        #expect(await resolver.mx(domain).hosts == ["before.changing.example"])
        try await world.replace(Zone("changing.example", "@ MX 10 after"))
        #expect(await resolver.mx(domain).hosts == ["before.changing.example"])
        #expect(await (try resolver.fresh()).mx(domain).hosts == ["after.changing.example"])
        try await world.replace(Zone("changing.example", signing: .dsMismatch, "@ MX 10 after"))
        guard case .bogus = await (try resolver.fresh()).mx(domain) else {
            Issue.record("not bogus")
            return
        }
        try await world.replace(Zone("changing.example", signing: .unsigned, "@ MX 10 last"))
        #expect(await (try resolver.fresh()).mx(domain).hosts == ["last.changing.example"])
    }

    /// One that is kept and emptied sees what a new one sees, and asks for it as a new one does: the keys from the root
    /// on.
    @Test func whatIsEmptiedIsAsGoodAsNew() async throws {
        let world = try await NameServers(zones: [Zone("changing.example", "@ MX 10 before")])
        let resolver = try world.resolver()
        let domain = try name("changing.example")
        let kept = try resolver.fresh()
        #expect(await kept.mx(domain).hosts == ["before.changing.example"])
        for turn in 0..<3 {
            try await world.replace(Zone("changing.example", "@ MX 10 after\(turn)"))
            #expect(await kept.mx(domain).hosts != ["after\(turn).changing.example"])
            world.clearQueries()
            let new = try resolver.fresh()
            #expect(await new.mx(domain).hosts == ["after\(turn).changing.example"])
            let asked = world.queries.map(\.description).sorted()
            world.clearQueries()
            try await kept.emptyCaches()
            #expect(await kept.mx(domain).hosts == ["after\(turn).changing.example"])
            #expect(world.queries.map(\.description).sorted() == asked)
        }
        try await world.replace(Zone("changing.example", signing: .dsMismatch, "@ MX 10 after"))
        try await kept.emptyCaches()
        guard case .bogus = await kept.mx(domain) else {
            Issue.record("not bogus")
            return
        }
        // What is under way begins again, and everybody has an answer.
        try await world.replace(Zone("changing.example", "* MX 10 mx", "@ MX 10 mx"))
        try await kept.emptyCaches()
        let names = try (0..<40).map { try name("n\($0).changing.example") }
        let secure = try await withThrowingTaskGroup(of: Bool.self) { group in
            for name in names { group.addTask { await kept.mx(name).isSecure } }
            for _ in 0..<5 { try await kept.emptyCaches() }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(secure == names.count)
        await world.stop()
    }

    /// libunbound's parser of configurations works on process globals: unguarded, this ended the process.
    @Test func manyAreMadeAtOnce() async throws {
        let world = try NameServers.current
        let resolver = try world.resolver()
        let domain = try name("n1.busy.example")
        let secure = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { await (try resolver.fresh()).mx(domain).isSecure } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(secure == 64)
    }

    @Test func questionsAreWrittenDown() async throws {
        let world = try NameServers.current
        let resolver = try world.resolver()
        #expect(await resolver.mx(try name("noted.busy.example")).isSecure)
        #expect(world.queries.contains(Query("noted.busy.example", "MX")))
        #expect(!world.queries.contains(Query("other.busy.example", "MX")))
    }

    private func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }

    /// Runs the body after other lookups had their turn on the resolver's thread.
    private func untilAsked(_ body: () -> Void) async throws {
        let other = try NameServers.current.resolver()
        _ = await other.mx(try name("n2.busy.example"))
        body()
    }
}

extension Answer {
    /// The reason of a failure.
    var failure: String? { if case .failed(let reason) = self { reason.description } else { nil } }

    /// Whether it is secure and has records.
    var isSecure: Bool { if case .secure(let found) = self { found.existence == .records } else { false } }
}

extension Answer<MXRecord> {
    /// The hosts of an answer that may be used.
    var hosts: [String]? {
        switch self {
        case .secure(let found), .insecure(let found):
            found.records.map { if case .host(let name) = $0.exchange { name.text } else { "\($0.exchange)" } }
        case .bogus, .failed: nil
        }
    }
}
