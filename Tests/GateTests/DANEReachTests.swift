import DANE
import DNSSEC
import Testing

@testable import Gate
@testable import Inspection

/// Whether DANE applies to all mail hosts of a destination, by DNS answers of a few lines.
@Suite struct DANEReachTests {
    private static let usable = TLSARecord(
        usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: 7, count: 32))
    private static let unusable = TLSARecord(
        usage: 9, selector: 1, matchingType: 1, data: [UInt8](repeating: 7, count: 32))

    /// What the TLSA lookup of a host says; `no` has no address.
    private enum Host {
        case usable, unusable, lacking, failing, bogus, unsigned, away
    }

    private static func resolver(
        _ hosts: [Host], isSecure: Bool = true, more: Int = 0, fresh: FakeResolver? = nil
    ) -> FakeResolver {
        var tlsa: [String: Answer<TLSARecord>] = [:]
        var addresses: [String: Answer<IPAddress>] = [:]
        for (index, host) in hosts.enumerated() {
            let name = "mx\(index).example"
            switch host {
            case .usable: tlsa["_25._tcp.\(name)"] = .secured(usable)
            case .unusable: tlsa["_25._tcp.\(name)"] = .secured(unusable)
            case .failing: tlsa["_25._tcp.\(name)"] = .failed("SERVFAIL")
            case .bogus: tlsa["_25._tcp.\(name)"] = .bogus("a signature has expired")
            case .lacking, .unsigned, .away: break
            }
            switch host {
            case .away: break
            case .unsigned: addresses[name] = .unsigned("192.0.2.1")
            default: addresses[name] = .secured("192.0.2.1")
            }
        }
        let records = (0..<hosts.count + more).map { MXRecord(UInt16($0), "mx\($0).example") }
        let found = Found(records: records, existence: .records, canonicalName: nil, ttl: .seconds(600))
        return FakeResolver(
            mx: ["d.example": isSecure ? .secure(found) : .insecure(found)], a: addresses, tlsa: tlsa,
            fresh: fresh)
    }

    private static let rows: [(hosts: [Host], extent: DANEReach.Extent)] = [
        ([.usable], .everywhere), ([.usable, .usable, .usable], .everywhere), ([.lacking], .nowhere),
        ([.lacking, .lacking], .nowhere), ([.usable, .lacking], .partly), ([.lacking, .usable], .partly),
        // D-17: TLS without authentication, which is no `dane-only`.
        ([.unusable], .partly), ([.usable, .unusable], .partly),
        // Nobody delivers to a host without an address.
        ([.usable, .away], .everywhere), ([.away, .lacking], .nowhere),
        // D-28: at a host whose addresses are insecure, no TLSA records are looked up.
        ([.usable, .unsigned], .partly), ([.unsigned], .nowhere),
        ([.failing], .unknown), ([.usable, .failing], .unknown), ([.bogus, .usable], .unknown),
        // It is known already.
        ([.usable, .lacking, .failing], .partly),
    ]

    @Test(arguments: rows.indices) func allHostsCount(index: Int) async {
        let (hosts, extent) = Self.rows[index]
        let destination = Destination(.domain("d.example"), port: 25)
        let found = await DANEReach(resolver: Self.resolver(hosts)).find(destination)
        #expect(found.extent == extent, "\(hosts)")
        // It is asked for again for each host of one delivery, and what is not known is looked up again soon.
        #expect(extent == .unknown ? found.lifetime == .seconds(5) : found.lifetime >= .seconds(60), "\(found)")
        #expect(found.lifetime <= .seconds(600))
    }

    /// V5, RFC 7672 §2.2.1.
    @Test func insecureMXRecordsLeadToNoDANE() async {
        let resolver = Self.resolver([.usable], isSecure: false)
        let found = await DANEReach(resolver: resolver).find(Destination(.domain("d.example"), port: 25))
        #expect(found.extent == .nowhere && resolver.questions == ["MX d.example"])
    }

    /// A bound: who has more hosts is not asked about.
    @Test func tooManyHostsAreNotLookedUp() async {
        let resolver = Self.resolver([.usable], more: 64)
        let found = await DANEReach(resolver: resolver).find(Destination(.domain("d.example"), port: 25))
        #expect(found.extent == .partly && resolver.questions == ["MX d.example"])
    }

    /// What is kept is kept for all, and what is asked for at the same time is looked up once.
    @Test func oneLookupServesAll() async {
        let resolver = Self.resolver([.usable, .usable])
        let reaches = DANEReaches(DANEReach(resolver: resolver))
        let destination = Destination(.domain("d.example"), port: 25)
        let verdict = Verdict(outcome: .verified, cause: "")
        #expect(reaches.known(destination, verdict) == nil)
        await withTaskGroup(of: DANEReach.Extent.self) { group in
            for _ in 0..<20 {
                group.addTask { await reaches.extent(of: destination, verdict, before: .now + .seconds(60)) }
            }
            for await extent in group { #expect(extent == .everywhere) }
        }
        #expect(reaches.known(destination, verdict) == .everywhere)
        #expect(resolver.questions.count { $0 == "MX d.example" } == 1, "\(resolver.questions)")
    }

    /// A moment that is over ends the wait, not the search.
    @Test(.timeLimit(.minutes(1))) func theWaitHasAnEnd() async {
        let reaches = DANEReaches(DANEReach(resolver: Self.resolver([.usable])))
        let destination = Destination(.domain("d.example"), port: 25)
        let verdict = Verdict(outcome: .verified, cause: "")
        _ = await reaches.extent(of: destination, verdict, before: .now - .seconds(1))
        while reaches.known(destination, verdict) == nil { await Task.yield() }
        #expect(reaches.known(destination, verdict) == .everywhere)
    }

    /// What the verdict has seen and the caches have not, and what has changed since, is looked up past the caches.
    @Test(arguments: [
        (Outcome.tlsaInvalid, [Host.lacking], [Host.usable], DANEReach.Extent.everywhere),
        (.opportunistic, [.usable], [.lacking], .nowhere), (.verified, [.lacking], [.lacking], .nowhere),
        (.verified, [.usable, .lacking], [.usable], .partly), (.encrypted, [.failing], [.usable], .unknown),
    ])
    private func whatContradictsIsLookedUpAnew(
        _ outcome: Outcome, _ cached: [Host], _ fresh: [Host], _ extent: DANEReach.Extent
    ) async {
        let reaches = DANEReaches(DANEReach(resolver: Self.resolver(cached, fresh: Self.resolver(fresh))))
        let verdict = Verdict(outcome: outcome, cause: "")
        let destination = Destination(.domain("d.example"), port: 25)
        #expect(await reaches.extent(of: destination, verdict, before: .now + .seconds(60)) == extent)
        #expect(reaches.known(destination, verdict) == extent)
    }

    /// An administrator's `recheck` counts at delivery as well.
    @Test func aNewVerdictHasAnExtentOfItsOwn() async {
        let fresh = Self.resolver([.usable, .lacking])
        let reaches = DANEReaches(DANEReach(resolver: Self.resolver([.usable, .usable], fresh: fresh)))
        let (old, new) = (Verdict(outcome: .verified, cause: "old"), Verdict(outcome: .tlsaInvalid, cause: "new"))
        let destination = Destination(.domain("d.example"), port: 25)
        #expect(await reaches.extent(of: destination, old, before: .now + .seconds(60)) == .everywhere)
        #expect(fresh.questions.isEmpty)
        #expect(reaches.known(destination, new) == nil)
        #expect(await reaches.extent(of: destination, new, before: .now + .seconds(60)) == .partly)
        #expect(reaches.known(destination, new) == .partly && reaches.known(destination, old) == nil)
    }
}
