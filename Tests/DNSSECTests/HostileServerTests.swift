import DANE
import Foundation
import RuleMarks
import Testing
import World

@testable import DNSSEC

/// Name servers that keep whoever asks over TCP waiting, and somebody off the path who floods a resolver with answers.
@Suite(.timeLimit(.minutes(4))) struct HostileServerTests {
    /// Good names whose answers fit no datagram, cold, beside servers that stall and names that lead to each of
    /// them. The good ones are answered; of the others nothing is believed.
    @Test(
        .serialized, .rules("F-114"),
        arguments: StallingServers.Manner.allCases.filter { $0 != .honesty && $0 != .reverseOrder })
    func serversThatStallOverTCPHoldUpThemselves(manner: StallingServers.Manner) async throws {
        let good = (0..<4).map { "good\($0).example" }
        let world = try await NameServers(
            zones: [Zone("evil.example", signing: .unsigned, "@ MX 10 mx")] + good.map { Zone($0, "* MX 10 mx") })
        let hostile = try StallingServers(80, manner, upstream: world.port)
        let honest = try StallingServers(good.count, .honesty, upstream: world.port)
        let place = try ScratchDirectory("stalling")
        let path = try place.write(
            String(contentsOfFile: world.configurationPath, encoding: .utf8)
                + hostile.configuration(of: (0..<80).map { "z\($0).evil.example" })
                + honest.configuration(of: good, isForwarder: true), to: "unbound.conf")
        let resolver = try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(world.trustAnchorPath), configuration: path, timeout: .seconds(60), contexts: 1))
        let attack = (0..<96).map { number in
            Task { await resolver.mx(DomainName("n\(number).z\(number % 80).evil.example")!) }
        }
        // Nearly all stall.
        #expect(try await eventually(within: .seconds(60)) { hostile.connections >= 64 })
        var waiting = (0..<20).map { "n\($0).\(good[$0 % good.count])" }
        // A busy machine is late, too: who found no answer asks again, as an MTA does.
        for round in 0..<3 where !waiting.isEmpty {
            waiting = await withTaskGroup(of: String?.self) { group in
                for name in waiting {
                    group.addTask { await resolver.mx(DomainName(name)!).isSecure ? nil : name }
                }
                return await group.reduce(into: []) { names, name in if let name { names.append(name) } }
            }
            if round == 0 { #expect(waiting.count <= 10, "\(hostile.connections) connections") }
        }
        #expect(waiting.count <= 1, "\(waiting)")
        #expect(honest.connections > 0)
        let occupancy = resolver.occupancy
        #expect(occupancy.used <= occupancy.limit)
        for lookup in attack { lookup.cancel() }
        for lookup in attack {
            if case .failed = await lookup.value { continue }
            Issue.record("\(manner): a stalling server is believed")
        }
        hostile.stop()
        honest.stop()
        await world.stop()
    }

    /// RFC 7766 §6.2.1.1: answers over one connection come in any order.
    @Test(.rules("F-114")) func answersInAnyOrderAreRight() async throws {
        let world = try await NameServers(
            zones: [Zone("many.example", records: (0..<60).map { "n\($0) MX \($0) mx\($0)" })])
        let servers = try StallingServers(1, .reverseOrder, upstream: world.port)
        let place = try ScratchDirectory("order")
        let path = try place.write(
            String(contentsOfFile: world.configurationPath, encoding: .utf8)
                + servers.configuration(of: ["many.example"], isForwarder: true), to: "unbound.conf")
        let resolver = try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(world.trustAnchorPath), configuration: path, timeout: .seconds(60)))
        let right = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let answer = await resolver.mx(DomainName("n\(number).many.example")!)
                    return answer.isSecure && answer.hosts == ["mx\(number).many.example"]
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 60)
        servers.stop()
        await world.stop()
    }

    /// Somebody off the path guesses IDs; he knows the ports where the names are signed, and guesses them where they
    /// are not. Many names are under way, each for a while.
    @Test(.rules("F-113", "F-117"), arguments: [(Zone.Signing.nsec, true), (.unsigned, false)])
    func aFloodOfForgedAnswersChangesNothing(signing: Zone.Signing, knowsPorts: Bool) async throws {
        let names = (0..<400).map { "n\($0).target.example" }
        let world = try await NameServers(
            zones: [Zone("target.example", signing: signing, records: (0..<400).map { "n\($0) MX \($0) mx" })])
        world.setWireFaults(names.map { WireFault($0, "MX", .delay(.milliseconds(50))) })
        let place = try ScratchDirectory("flood")
        // F-117: reached, it would end this process.
        let path = try place.write(
            String(contentsOfFile: world.configurationPath, encoding: .utf8)
                + "server:\n    unwanted-reply-threshold: 50\n", to: "unbound.conf")
        let resolver = try Resolver(
            ResolverConfiguration(
                trustAnchor: .file(world.trustAnchorPath), configuration: path, timeout: .seconds(60)))
        let spoofer = world.spoofer(of: names, knowsPorts: knowsPorts, atMost: 4000)
        var (all, right, forged) = (0, 0, 0)
        // Four times, and more often where the machine lets him send too few meanwhile.
        while all < names.count, all < 200 || spoofer.sent < 500 {
            let answers = await withTaskGroup(of: Answer<MXRecord>.self) { group in
                for name in names[all..<all + 50] { group.addTask { await resolver.mx(DomainName(name)!) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            all += answers.count
            right += answers.count { $0.isSecure == (signing == .nsec) && $0.hosts == ["mx.target.example"] }
            forged += answers.count { $0.hosts?.contains(Spoofer.host) == true }
        }
        let sent = spoofer.sent
        spoofer.stop()
        #expect(forged == 0)
        #expect(right * 100 >= all * 95, "\(right) of \(all)")
        #expect(sent > 0)
        await world.stop()
    }

    /// RFC 9276 §3.2: at the limit all names are proved. Beyond it denials are insecure, which the zone's owner alone
    /// chose. Records that exist stay secure, so TLSA records still bind.
    @Test(.rules("F-115"), arguments: [(150, true), (151, false), (2500, false)])
    func manyNamesOfManyIterations(count: Int, isProved: Bool) async throws {
        let world = try await NameServers(
            zones: [
                Zone(
                    "hashed.example", signing: .nsec3Iterations(count), "@ MX 10 mx", "_25._tcp.mx TLSA 3 1 1 \(digest)"
                )
            ])
        let resolver = try world.resolver(timeout: .seconds(100))
        let (secure, insecure) = await withTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<100 {
                group.addTask {
                    let answer = await resolver.tlsa(
                        DomainName("_25._tcp.a.b.c.d.e.n\(number).hashed.example")!)
                    if case .secure = answer { return (1, 0) }
                    if case .insecure = answer { return (0, 1) }
                    return (0, 0)
                }
            }
            return await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
        }
        #expect(secure == (isProved ? 100 : 0) && insecure == (isProved ? 0 : 100), "\(secure) \(insecure)")
        guard case .secure(let found) = await resolver.tlsa(try name("_25._tcp.mx.hashed.example")) else {
            Issue.record("records that are there are not secure")
            return
        }
        #expect(found.records.count == 1)
        await world.stop()
    }

    /// Nobody on the way makes a zone insecure by a number of iterations that its owner has not signed.
    @Test(.rules("F-115")) func iterationsThatNobodySignedAreBogus() async throws {
        let world = try await NameServers(
            zones: [Zone("example", signing: .nsec3), Zone("child.example", signing: .nsec3, "@ MX 10 mx")])
        world.setWireFaults([
            WireFault("gone.child.example", nil, .iterations(2500)), WireFault("open.example", nil, .iterations(2500)),
        ])
        let resolver = try world.resolver()
        for name in ["gone.child.example", "open.example"] {
            let answer = await resolver.tlsa(try self.name(name))
            guard case .bogus = answer else {
                Issue.record("\(name): \(answer)")
                continue
            }
        }
        await world.stop()
    }

    private func name(_ text: String) throws -> DomainName { try #require(DomainName(text)) }
}

/// A digest of nothing.
private let digest = String(repeating: "5a", count: 32)
