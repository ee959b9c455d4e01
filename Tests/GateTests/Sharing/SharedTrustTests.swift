import DANE
import Probe
import RESP
import Store
import Testing
import WorldHosts
import WorldServers
import WorldStore

@testable import Inspection
@testable import Sharing
@testable import Verdicts

/// Whom a host believes, for how long, and what makes it see for itself.
@Suite("Trust in other hosts", .timeLimit(.minutes(3))) struct SharedTrustTests {
    private static func verdict(_ domain: String) -> String { "danegate:1:default:v:\(domain)" }

    private static func said(by writer: String, finder: String? = nil, at time: Int64) -> SharedRecord? {
        SharedRecord(
            Verdict(outcome: .verified, host: "mx", cause: "said"), fresh: .seconds(600), stale: .zero, finder: finder,
            writer: writer, at: time, settings: "same")
    }

    /// A server that another host has authenticated, and what this one sees of it.
    private struct Server {
        let records: [TLSARecord]
        let good: ProbeReport.End
        private let proof: HostAuthentication.Proof

        init() async throws {
            let chain = try await IssuedChain.selfSigned("mx.example")
            let record = try #require(TLSARecord(presentation: chain.tlsa()))
            records = [record]
            good = .secured(
                .init(protocolVersion: "TLS1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", chain: chain.der))
            proof = HostAuthentication.Proof(record: record, protocolVersion: "TLS1.3", end: nil)
        }

        func tell(_ target: ProbeTarget, by writer: String, age: Int64 = 0, to host: SharingHost) async throws {
            let record = SharedRecord(
                proof, lifetime: .seconds(600), writer: writer, at: try await host.time() - age, settings: "same")
            try await host.write(record, at: SharedKeys.finding(target, records, "default"))
        }

        /// Probes for an inspection that may rest on others.
        func probe(
            _ targets: [ProbeTarget], _ host: SharingHost, _ ends: [ProbeReport.End]
        ) async -> [ProbeReport.End] {
            let prober = TurningProber(ends)
            let probing = SharedProbing(
                ProbeCache(prober, lifetime: .seconds(600), failureLifetime: .seconds(60)), host.sharing)
            let handle = InspectionHandle { _ in }
            handle.relyOnOthers()
            return await InspectionHandle.$current.withValue(handle) {
                var found: [ProbeReport.End] = []
                for target in targets {
                    found.append(await probing.probe(target, publishing: records, for: .nobody).end)
                }
                return found
            }
        }

        static func target(_ number: Int, offer: CertificateOffer = .any) -> ProbeTarget {
            ProbeTarget(address: IPAddress("192.0.2.\(number)")!, serverName: "mx.example", offer: offer)
        }
    }

    private static func isForeign(_ end: ProbeReport.End) -> Bool { if case .foreign = end { true } else { false } }

    /// What another host has found about a server may be older than a fault that a third one has seen.
    @Test(arguments: ["f", "d"]) func whereOthersHaveSeenAFaultNothingRestsOnThem(kind: String) async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            let sighting = SharedRecord(writer: "a", at: try await host.time() - 3_600_000, settings: "same")
            try await host.write(sighting, at: "danegate:1:default:\(kind):d.example")
            _ = await host.ask("d.example")
            #expect(host.mayHaveRelied(on: "d.example") == [false])
        }
    }

    /// A verdict that others have told may rest on what one has found that is believed no more.
    @Test func whatRestsOnALiarIsDropped() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(
                Self.said(by: "believer", finder: "liar", at: try await host.time()), at: Self.verdict("d.example"))
            #expect(await host.ask("d.example").verdict.isForeign)
            host.sharing.disbelieve([try #require(host.sharing.writers.number(of: "liar", writing: .max))])
            #expect(await !host.ask("d.example").verdict.isForeign)
        }
    }

    /// An inspection that lasts may end when the store has not told its time for a while.
    @Test func nobodyIsDisbelievedForEver() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            let now = try await host.time()
            let seconds = RESPValue.bulk(Array("\(now / 1000 - 60)".utf8))
            _ = host.sharing.clock.take(.array([seconds, .bulk([0x30])]), at: .now - .seconds(60))
            #expect(host.sharing.clock.time() == nil)
            host.sharing.disbelieve([try #require(host.sharing.writers.number(of: "a", writing: 1))])
            try await host.write(Self.said(by: "a", at: now + 20_000), at: Self.verdict("d.example"))
            // It is read, and inspected until it has been right many times.
            #expect(await !host.ask("d.example").verdict.isForeign)
            #expect(host.sharing.standing.checks == 1 && host.sharing.standing.refused == [:])
        }
    }

    /// A server may have no TLS for a moment.
    @Test(arguments: [1, 2]) func aServersFaultMakesALiarIfItIsSeenTwice(count: Int) async throws {
        let server = try await Server()
        let busy = ProbeReport.End.startTLSRefused("454 4.7.0 TLS not available due to temporary reason")
        try await SharingHost.run(["b"]) {
            $0.checkedShare = 1
        } _: { _, hosts async throws in
            let target = Server.target(1)
            try await server.tell(target, by: "a", to: hosts[0])
            let ends = Array(repeating: busy, count: count) + [server.good]
            // The inspection gets what was seen first, and looks again as it does for any failure.
            #expect(await server.probe([target], hosts[0], ends) == [busy])
            #expect(hosts[0].sharing.standing.differences == count - 1)
        }
    }

    /// A verdict names one other host that must be right.
    @Test func anInspectionRestsOnOneOtherHost() async throws {
        let server = try await Server()
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let targets = (1...3).map { Server.target($0) }
            for (target, writer) in zip(targets, ["a", "c", "a"]) {
                try await server.tell(target, by: writer, to: hosts[0])
            }
            let ends = await server.probe(targets, hosts[0], [server.good])
            #expect(ends.map(Self.isForeign) == [true, false, true])
            #expect(hosts[0].sharing.standing.findingsUsed == 2)
        }
    }

    /// What is older than this host's own reports may be is not used, nor for another dialogue.
    @Test(arguments: [30_000, 90_000], [CertificateOffer.any, .rsaOnly])
    func aFindingIsAsOldAsAReportMayBe(age: Int64, offer: CertificateOffer) async throws {
        let server = try await Server()
        try await SharingHost.run(["b"]) {
            $0.findingTime = { .seconds(60) }
        } _: { _, hosts async throws in
            let target = Server.target(1, offer: offer)
            try await server.tell(target, by: "a", age: age, to: hosts[0])
            let ends = await server.probe([target], hosts[0], [server.good])
            #expect(ends.map(Self.isForeign) == [age == 30_000 && offer == .any])
        }
    }

    /// Another dialogue shows another certificate.
    @Test(arguments: CertificateOffer.allCases) func onlyOrdinaryDialoguesAreTold(offer: CertificateOffer) async throws
    {
        let server = try await Server()
        try await SharingHost.run { _, hosts async throws in
            let ordinary = Server.target(2)
            for target in [Server.target(1, offer: offer), ordinary] {
                hosts[0].sharing.kept(
                    KeptReport(
                        target: target, records: server.records, end: server.good, age: .zero, lifetime: .seconds(600)))
            }
            let count = offer == .any ? 2 : 1
            #expect(
                try await eventually(within: SharingHost.patience) { hosts[0].sharing.standing.findingsTold == count })
            let name = SharedKeys.finding(Server.target(1), server.records, "default")
            #expect(try await (hosts[0].value(name) != .null) == (offer == .any))
        }
    }

    /// Who is not believed ends no failure that this host has seen.
    @Test(arguments: [true, false]) func whoIsNotBelievedHealsNothing(isBelieved: Bool) async throws {
        try await SharingHost.run(outcome: .tlsaInvalid) { _, hosts async throws in
            let host = hosts[1]
            #expect(await host.ask("d.example").verdict.outcome == .tlsaInvalid)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await host.value("danegate:1:default:l:d.example") == .null
                })
            if !isBelieved {
                host.sharing.writers.noteWrong(
                    try #require(host.sharing.writers.number(of: "liar", writing: 1)), at: 1)
            }
            let lie = Self.said(by: "liar", at: try await host.time())
            try await hosts[0].write(lie, at: Self.verdict("d.example"))
            // Changes are looked at one after the other, and an order is obeyed in any case.
            let order = SharedRecord(writer: "a", at: try await host.time(), settings: "same")
            _ = host.service.keeper.adopt(
                SharedVerdict(
                    Verdict(outcome: .verified, cause: "kept"), age: .zero, fresh: .seconds(600), stale: .zero),
                for: SharingHost.key("last.example"))
            try await hosts[0].write(order, at: "danegate:1:default:r:last.example")
            let count = isBelieved ? 2 : 1
            #expect(try await eventually(within: SharingHost.patience) { host.sharing.standing.dropped >= count })
            #expect(host.service.isConcerned(SharingHost.key("d.example")) != isBelieved)
        }
    }

    /// A lie about a domain without the DANE that policy demands.
    @Test func aLackOfWhatIsDemandedIsADifference() async throws {
        try await SharingHost.run(["b"], outcome: .opportunistic) {
            $0.checkedShare = 1
        } _: { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Self.said(by: "liar", at: try await host.time()), at: Self.verdict("d.example"))
            let answer = await host.service.verdict(
                on: SharingHost.destination("d.example"), demandingDANE: true, before: .now + SharingHost.patience)
            #expect(answer.verdict.isForeign)
            #expect(try await eventually(within: SharingHost.patience) { host.sharing.standing.differences == 1 })
        }
    }

    /// Who has no key does not keep this host from what administrators order.
    @Test func forgedOrdersTakeNoRoom() async throws {
        try await SharingHost.run { _, hosts async throws in
            #expect(await hosts[1].ask("d.example").verdict.outcome == .verified)
            for number in 0...SharedOrders.limit {
                try await hosts[0].write(Array("forged".utf8), at: "danegate:1:default:r:d\(number).example")
            }
            hosts[0].service.keep(
                SharingHost.inspection(
                    SharingHost.destination("d.example"), Verdict(outcome: .verified, host: "mx", cause: "anew")),
                SharingHost.key("d.example"), isOrdered: true)
            #expect(try await eventually(within: SharingHost.patience) { hosts[1].sharing.standing.dropped == 1 })
        }
    }

    /// Who has no key does not keep an old verdict in use by saying that another host renews it.
    @Test(arguments: [30, 90]) func aLockHeldForEverDelaysARenewalForAMinute(overdue: Int) async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Array("nobody".utf8), at: "danegate:1:default:l:d.example")
            host.service.keeper.cache.keep(
                Verdict(outcome: .verified, host: "mx", cause: "old"), for: SharingHost.key("d.example"),
                fresh: .seconds(1), stale: .seconds(3600), at: .now - .seconds(overdue))
            #expect(await host.ask("d.example").isCached)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    host.sharing.standing.asked[.unknown] == 1 && host.service.inspectionsInFlight == 0
                })
            #expect(host.looks(at: "d.example") == (overdue == 90 ? 1 : 0))
        }
    }
}
