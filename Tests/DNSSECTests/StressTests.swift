import DANE
import Foundation
import Glibc
import RuleMarks
import Synchronization
import Testing
import World

@testable import DNSSEC

/// Many dead zones, several contexts, and a context that breaks.
@Suite(
    .names(
        [
            Zone("busy.example", records: (0..<100).map { "n\($0) MX \($0) mx" }),
            Zone("quiet.example", "@ MX 10 mx", "n1 MX 10 mx"), Zone("calm.example", "@ MX 10 mx", "n1 MX 10 mx"),
            Zone("still.example", "@ MX 10 mx", "n1 MX 10 mx"), Zone("even.example", "@ MX 10 mx", "n1 MX 10 mx"),
        ],
        dead: ["dead.example"] + (0..<200).map { "dead\($0).example" }),
    .timeLimit(.minutes(2)))
struct StressTests {
    /// Lookups of dead zones, and how many of them have ended.
    private final class Dead: Sendable {
        let ended = Atomic(0)
        private let tasks: Mutex<[Task<Void, Never>]> = Mutex([])

        func ask(_ names: [DomainName], _ resolver: Resolver) {
            let begun = names.map { name in
                Task {
                    _ = await resolver.mx(name)
                    ended.add(1, ordering: .relaxed)
                }
            }
            tasks.withLock { $0 += begun }
        }

        func stop() async {
            let all = tasks.withLock { $0 }
            for task in all { task.cancel() }
            for task in all { await task.value }
        }
    }

    @Test(arguments: [1, 3]) func deadZonesDoNotHoldUpOthers(contexts: Int) async throws {
        let resolver = try NameServers.current.resolver(timeout: .seconds(100), contexts: contexts)
        let dead = Dead()
        dead.ask((0..<200).compactMap { DomainName("a.dead\($0).example") }, resolver)
        for number in 0..<50 { #expect(await resolver.mx(try name("n\(number).busy.example")).isSecure) }
        #expect(dead.ended.load(ordering: .relaxed) < 200)
        await dead.stop()
    }

    /// More names of one dead zone than all lookups that may be under way: they leave room for others.
    @Test(arguments: [1, 3]) func oneDeadZoneHoldsUpItself(contexts: Int) async throws {
        let resolver = try NameServers.current.resolver(timeout: .seconds(100), contexts: contexts)
        let dead = Dead()
        dead.ask((0..<5000).compactMap { DomainName("a\($0).dead.example") }, resolver)
        // All of them stand before the live ones.
        let last = try name("last.dead.example")
        let isAsked = Task { await resolver.mx(last) }
        for number in 0..<50 { #expect(await resolver.mx(try name("n\(number).busy.example")).isSecure) }
        #expect(dead.ended.load(ordering: .relaxed) < 2500)
        isAsked.cancel()
        await dead.stop()
    }

    /// Names below one dead domain, whatever the lengths of its labels, and beside a dead zone below a domain its
    /// neighbour.
    @Test(.rules("F-111"), arguments: 0..<2) func namesBelowADeadDomainHoldUpThemselves(_: Int) async throws {
        let (dead, live, shared) = (FairQueueTests.drawn(), FairQueueTests.drawn(), FairQueueTests.drawn())
        let world = try await NameServers(
            zones: [Zone(live, "* MX 10 mx"), Zone("live.\(shared)", "* MX 10 mx")], dead: [dead, "dead.\(shared)"])
        let resolver = try world.resolver(concurrency: 400)
        let attack = Dead()
        attack.ask((0..<1500).compactMap { DomainName("a\($0).\(dead)") }, resolver)
        attack.ask((0..<1500).compactMap { DomainName("a\($0).dead.\(shared)") }, resolver)
        var secure = 0
        for number in 0..<50 {
            if await resolver.mx(try name("n\(number).\(live)")).isSecure { secure += 1 }
            if await resolver.mx(try name("n\(number).live.\(shared)")).isSecure { secure += 1 }
        }
        #expect(secure == 100, "dead \(dead), live \(live), shared \(shared)")
        while ![dead, shared].contains(resolver.occupancy.foremost) { try await Task.sleep(for: .milliseconds(20)) }
        let occupancy = resolver.occupancy
        #expect(occupancy.used > 0 && occupancy.used <= occupancy.limit && occupancy.limit <= 400, "\(occupancy)")
        await attack.stop()
        await world.stop()
    }

    /// Wrong answers before the right ones, with the server's address and port and another ID, or from another port:
    /// while many names are under way none of them counts.
    @Test(.rules("F-113"), arguments: [AnswerForgery.wrongIDFirst, .strangerFirst])
    func noForgedAnswerCounts(forgery: AnswerForgery) async throws {
        let world = try await NameServers(
            zones: [
                Zone("plain.example", signing: .unsigned, records: (0..<300).map { "n\($0) MX \($0) mx" }),
                Zone("signed.example", records: (0..<300).map { "n\($0) MX \($0) mx" }),
            ])
        world.setWireFaults([WireFault("*", nil, .forged(forgery))])
        let resolver = try world.resolver()
        // Names that nobody has asked for yet, each time.
        for round in 0..<3 {
            let right = await withTaskGroup(of: Bool.self) { group in
                for number in round * 200..<round * 200 + 200 {
                    let zone = number % 2 == 0 ? "plain.example" : "signed.example"
                    let name = DomainName("n\(number / 2).\(zone)")!
                    group.addTask {
                        let answer = await resolver.mx(name)
                        return answer.isSecure == (number % 2 == 1) && answer.hosts == ["mx.\(zone)"]
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(right == 200)
        }
        await world.stop()
    }

    /// RFC 9276 §3.2: a denial with more iterations than a validator is ready for proves nothing, and is no fault of
    /// the zone's.
    @Test(arguments: [(0, true), (150, true), (151, false), (500, false)])
    func manyIterationsAreNoFault(count: Int, isSecure: Bool) async throws {
        let world = try await NameServers(
            zones: [Zone("hashed.example", signing: .nsec3Iterations(count), "@ MX 10 mx")])
        let resolver = try world.resolver()
        for name in ["hashed.example", "gone.hashed.example", "a.b.c.d.e.f.gone.hashed.example"] {
            let answer = await resolver.tlsa(try self.name(name))
            switch answer {
            case .secure: #expect(isSecure, "\(name)")
            case .insecure: #expect(!isSecure, "\(name)")
            case .bogus, .failed: Issue.record("\(name): \(answer)")
            }
        }
        #expect(await resolver.mx(try name("hashed.example")).isSecure)
        await world.stop()
    }

    /// Its keys are fetched once, and once only.
    @Test func aZoneIsInOneContext() async throws {
        let world = try await NameServers(
            zones: ["busy", "quiet", "calm", "still", "even"].map {
                Zone("\($0).example", records: (0..<20).map { "n\($0) MX 10 mx" })
            })
        let resolver = try world.resolver(contexts: 4)
        let zones = ["busy", "quiet", "calm", "still", "even"].map { "\($0).example" }
        for zone in zones {
            for number in 0..<20 { #expect(await resolver.mx(try name("n\(number).\(zone)")).isSecure) }
        }
        for zone in zones { #expect(world.queries.count { $0 == Query(zone, "DNSKEY") } == 1) }
        let parts = Set(zones.map { Neighbourhood(of: $0).part(of: 4) })
        #expect(parts.count > 1)
        #expect(world.queries.count { $0.type == "DNSKEY" && ["", "."].contains($0.name) } == parts.count)
        await world.stop()
    }

    /// All contexts together have as many ports as one, and no more lookups than ports.
    @Test(arguments: [1, 2, 4, 16]) func portsAreShared(contexts: Int) throws {
        let configuration = try NameServers.current.configuration(contexts: contexts)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        var ports = 0
        for index in 0..<contexts {
            let part = ContextOptions.Part(index: index, count: contexts)
            let options = try ContextOptions(configuration, for: .cached, part: part)
            let own = try #require(options.settings.last { $0.0 == "outgoing-range" }.flatMap { Int($0.1) })
            #expect(options.inFlight <= own)
            ports += own
        }
        #expect(ports <= 4096 && ports * 2 < limit.rlim_cur, "\(ports)")
    }

    /// RFC 5011: one context keeps the file, and the others follow it.
    @Test func contextsFollowTheAnchorThatOneKeeps() async throws {
        let world = try NameServers.current
        let scratch = try ScratchDirectory("anchor")
        let other = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
        let path = try scratch.write(other, to: "auto.key")
        var configuration = world.configuration(contexts: 2)
        configuration.trustAnchor = .automatic(path)
        configuration.anchorInterval = .zero
        let options = try (0..<2).map {
            try ContextOptions(configuration, for: .cached, part: .init(index: $0, count: 2))
        }
        #expect(options.map(\.automaticAnchorPath) == [path, nil])
        #expect(options.map(\.followedAnchorPath) == [nil, path])
        let resolver = try Resolver(configuration)
        let zone = try #require(
            ["quiet", "calm", "still", "even"].first { Neighbourhood(of: "\($0).example").part(of: 2) == 1 })
        guard case .bogus = await resolver.mx(try name("\(zone).example")) else {
            Issue.record("not bogus by the wrong anchor")
            return
        }
        try scratch.write(String(contentsOfFile: world.trustAnchorPath, encoding: .utf8), to: "auto.key")
        #expect(await resolver.mx(try name("n1.\(zone).example")).isSecure)
    }

    /// libunbound reports a pipe that is out of step: a new context takes its place, and what was under way goes again.
    @Test func aBrokenPipeIsMended() async throws {
        let configuration = try NameServers.current.configuration(timeout: .seconds(60))
        let options = try ContextOptions(configuration, for: .cached)
        let context = try Context(options)
        let descriptor = context.descriptor
        let inbox = try Inbox()
        var engine: Engine? = Engine(
            inbox: inbox, context: context, options: options, configuration: configuration, purpose: .cached)
        // It keeps the time since it was made: only what breaks soon after has to wait.
        engine?.made -= .seconds(60)
        try ResolverThread.start(try #require(engine))
        engine = nil
        #expect(await ask(inbox, "n1.busy.example").isSecure)
        async let outstanding = ask(inbox, "a.dead0.example", timeout: .seconds(5))
        async let other = ask(inbox, "n2.busy.example")
        #expect(shutdown(descriptor, Int32(SHUT_RDWR)) == 0)
        for number in 3..<20 { #expect(await ask(inbox, "n\(number).busy.example").isSecure) }
        #expect(await other.isSecure)
        #expect(await outstanding.failure?.hasPrefix("no answer within") == true)
        inbox.shut()
    }

    private func ask(_ inbox: Inbox, _ name: String, timeout: Duration = .seconds(60)) async -> Answer<[UInt8]> {
        let lookup = Lookup(name: name, type: .mx, deadline: .now + timeout)
        return await withCheckedContinuation { inbox.start(lookup, $0) }
    }

    private func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }
}
