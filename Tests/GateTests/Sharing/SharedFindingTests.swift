import DANE
import DNSSEC
import Probe
import RESP
import Store
import Testing
import WorldHosts
import WorldServers
import WorldStore

@testable import Inspection
@testable import Records
@testable import Sharing
@testable import Verdicts

/// What hosts tell each other of probes, and what whoever has the key could make of it.
@Suite("Probes of other hosts", .timeLimit(.minutes(3))) struct SharedFindingTests {
    private static let address = IPAddress("192.0.2.25")
    private static let base = DomainName("mx.example")
    private static let target = ProbeTarget(address: address, serverName: base)

    private static func session(_ chain: IssuedChain) -> ProbeReport.End {
        .secured(.init(protocolVersion: "TLS1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", chain: chain.der))
    }

    private static func records(_ chain: IssuedChain, usage: UInt8 = 3, depth: Int = 0) throws -> [TLSARecord] {
        [try #require(TLSARecord(presentation: chain.tlsa(usage: usage, depth: depth)))]
    }

    /// A host's way to servers that all show the same.
    private struct Way {
        let prober: FakeProber
        let probing: SharedProbing

        init(_ host: SharingHost, _ end: ProbeReport.End) {
            prober = FakeProber([SharedFindingTests.address: end])
            probing = SharedProbing(
                ProbeCache(
                    prober, lifetime: .seconds(600), failureLifetime: .seconds(60),
                    journal: ReportJournals(nil, host.sharing)), host.sharing)
        }

        func probe(_ records: [TLSARecord], mayRely: Bool = true) async -> ProbeReport.End {
            let handle = InspectionHandle { _ in }
            if mayRely { handle.relyOnOthers() }
            return await InspectionHandle.$current.withValue(handle) {
                await probing.probe(SharedFindingTests.target, publishing: records, for: .nobody).end
            }
        }
    }

    private static func kept(_ end: ProbeReport.End, _ records: [TLSARecord], age: Duration = .zero) -> KeptReport {
        KeptReport(target: target, records: records, end: end, age: age, lifetime: .seconds(600))
    }

    private static func key(_ records: [TLSARecord]) -> String { SharedKeys.finding(target, records, "default") }

    @Test func oneConnectionServesAll() async throws {
        let chain = try await IssuedChain.selfSigned("mx.example")
        let records = try Self.records(chain)
        try await SharingHost.run(["a", "b", "c"]) { _, hosts async throws in
            let ways = hosts.map { Way($0, Self.session(chain)) }
            #expect(await ways[0].probe(records) == Self.session(chain))
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[0].value(Self.key(records)).bytes != nil
                })
            for (way, host) in zip(ways, hosts).dropFirst() {
                let end = await way.probe(records)
                guard case .foreign(let foreign) = end else {
                    Issue.record("\(end)")
                    continue
                }
                #expect(foreign.writer == "a" && foreign.record == records[0] && foreign.source != 0)
                #expect(way.prober.targets.isEmpty)
                #expect(host.sharing.standing.findingsUsed == 1)
            }
            // What this host has seen itself goes before what others say.
            #expect(await ways[0].probe(records) == Self.session(chain))
            #expect(hosts[0].sharing.standing.findingsTold == 1)
            // Small enough for a store with many: the certificates are not in it.
            let bytes = try #require(try await hosts[0].value(Self.key(records)).bytes)
            #expect(bytes.count < 400)
        }
    }

    /// Whoever has to prove something makes a connection.
    @Test func aProofRestsOnNobody() async throws {
        let chain = try await IssuedChain.selfSigned("mx.example")
        let records = try Self.records(chain)
        try await SharingHost.run { _, hosts async throws in
            await hosts[0].sharing.tell(Self.kept(Self.session(chain), records))
            let way = Way(hosts[1], Self.session(chain))
            #expect(await way.probe(records, mayRely: false) == Self.session(chain))
            #expect(await way.probing.probe(Self.target, publishing: records).end == Self.session(chain))
            #expect(way.prober.targets.count == 1)
        }
    }

    /// What a probe may find, and whether it is told.
    enum Found: String, CaseIterable, Sendable {
        case good, goodUnderTA, old, otherCertificate, otherName, noTLS, refused, failed, unreachable, withheld
        case expiredIssuer, withoutRecords
    }

    @Test(arguments: Found.allCases) func onlyWhatIsGoodIsTold(found: Found) async throws {
        let root = try await CertificateAuthority.root()
        let (own, stranger) = (try await root.issue("mx.example"), try await root.issue("other.example"))
        let late = try await CertificateAuthority.root(validity: .expired).issue("mx.example")
        var records = try Self.records(own)
        var end = Self.session(own)
        var age = Duration.zero
        switch found {
        case .good: break
        case .goodUnderTA: records = try Self.records(own, usage: 2, depth: 1)
        case .old: age = .seconds(600)
        case .otherCertificate: end = Self.session(stranger)
        // Another next hop may be in the certificate.
        case .otherName: (records, end) = (try Self.records(stranger, usage: 2, depth: 1), Self.session(stranger))
        case .noTLS: end = .startTLSNotOffered("no")
        case .refused: end = .startTLSRefused("454 no")
        case .failed: end = .tlsFailed(TLSFailure(.closed, "closed"))
        case .unreachable: end = .unreachable(.connect, "refused")
        case .withheld: end = .withheld("enough", earlier: nil)
        case .expiredIssuer: (records, end) = (try Self.records(late, usage: 2, depth: 1), Self.session(late))
        case .withoutRecords: records = []
        }
        let isTold = found == .good || found == .goodUnderTA
        try await SharingHost.run { [records, end, age] _, hosts async throws in
            await hosts[0].sharing.tell(Self.kept(end, records, age: age))
            #expect((try await hosts[0].value(Self.key(records)).bytes != nil) == isTold)
            let way = Way(hosts[1], end)
            let isForeign = if case .foreign = await way.probe(records) { true } else { false }
            #expect(isForeign == isTold)
        }
    }

    /// A server that shows a fault here is no longer good for others.
    @Test func aFaultTakesItBack() async throws {
        let (chain, other) = (
            try await IssuedChain.selfSigned("mx.example"), try await IssuedChain.selfSigned("mx.example")
        )
        let records = try Self.records(chain)
        try await SharingHost.run { _, hosts async throws in
            await hosts[0].sharing.tell(Self.kept(Self.session(chain), records))
            #expect(try await hosts[0].value(Self.key(records)).bytes != nil)
            await hosts[1].sharing.tell(Self.kept(Self.session(other), records))
            #expect(try await hosts[0].value(Self.key(records)) == .null)
        }
    }

    /// How a finding is poisoned. All but the first two have a right seal.
    enum Poison: String, CaseIterable, Sendable {
        case noSeal, otherServer, otherSettings, future, otherRecord, wordsForRecord, unusable, ended, over, noTime
        case noVersion, otherVersion, verdict
    }

    @Test(arguments: Poison.allCases) func countsAsNothing(poison: Poison) async throws {
        let chain = try await IssuedChain.selfSigned("mx.example")
        let other = try await IssuedChain.selfSigned("mx.example")
        var records = try Self.records(chain)
        if poison == .unusable { records = [try #require(TLSARecord(presentation: chain.tlsa(usage: 1)))] }
        try await SharingHost.run(["b"]) { [records] _, hosts async throws in
            let host = hosts[0]
            let now = try await host.time()
            let proof = HostAuthentication.Proof(
                record: records[0], protocolVersion: poison == .otherVersion ? "TLS0.9" : "TLS1.3",
                end: poison == .ended ? now / 1000 - 5 : nil)
            let age: Int64 = poison == .over ? 700_000 : poison == .future ? -3_600_000 : 0
            var record = try #require(
                SharedRecord(
                    proof, lifetime: .seconds(600), writer: "liar", at: now - age,
                    settings: poison == .otherSettings ? "other" : "same"))
            switch poison {
            case .otherRecord: record.m = other.tlsa()
            case .wordsForRecord: record.m = "3 1 1 yes"
            case .noTime: record.f = nil
            case .noVersion: record.p = nil
            case .verdict: (record.m, record.o, record.r) = (nil, "verified", "a lie")
            default: break
            }
            let name = Self.key(records)
            let place = poison == .otherServer ? "\(name)x" : name
            var bytes = try #require(record.sealed(host.sharing.seal, at: place))
            if poison == .noSeal { bytes[bytes.count - 1] ^= 1 }
            try await host.write(bytes, at: name)
            let way = Way(host, Self.session(chain))
            #expect(await way.probe(records) == Self.session(chain))
            #expect(way.prober.targets.count == 1)
            #expect(host.sharing.standing.findingsUsed == 0)
            if poison == .ended { #expect(host.sharing.standing.refused == [.time: 1]) }
        }
    }

    /// One that has the key, and lies about a server with a fault, is found out by the first probe that checks it.
    @Test func aLiarIsFoundOut() async throws {
        let (chain, other) = (
            try await IssuedChain.selfSigned("mx.example"), try await IssuedChain.selfSigned("mx.example")
        )
        let records = try Self.records(chain)
        try await SharingHost.run(["b"]) {
            $0.checkedShare = 1
        } _: { _, hosts async throws in
            let host = hosts[0]
            let proof = HostAuthentication.Proof(record: records[0], protocolVersion: "TLS1.3", end: nil)
            func lie(by writer: String) async throws {
                let record = SharedRecord(
                    proof, lifetime: .seconds(600), writer: writer, at: try await host.time(), settings: "same")
                try await host.write(record, at: Self.key(records))
            }
            try await lie(by: "liar")
            let way = Way(host, Self.session(other))
            #expect(await way.probe(records) == Self.session(other))
            #expect(host.sharing.standing.differences == 1)
            // It is asked no more, and so never right again.
            try await lie(by: "liar")
            let fresh = Way(host, Self.session(other))
            #expect(await fresh.probe(records) == Self.session(other))
            #expect(host.sharing.standing.checks == 1)
            // A server that cannot be reached proves nothing against anybody.
            try await lie(by: "honest")
            let blind = Way(host, .unreachable(.connect, "refused"))
            #expect(await blind.probe(records) == .unreachable(.connect, "refused"))
            #expect(host.sharing.standing.checks == 1 && host.sharing.standing.differences == 1)
        }
    }

    /// A verdict that rests on another host's connection says so, and both are disbelieved if it was wrong.
    @Test func aVerdictNamesWhoHasMadeTheConnection() async throws {
        try await SharingHost.run(["b"], outcome: .tlsaInvalid) {
            $0.checkedShare = 1
        } _: { _, hosts async throws in
            let host = hosts[0]
            func write(_ domain: String, finder: String?, writer: String) async throws {
                let verdict = Verdict(outcome: .verified, host: "mx", cause: "a lie")
                let record = SharedRecord(
                    verdict, fresh: .seconds(600), stale: .zero, finder: finder, writer: writer,
                    at: try await host.time(), settings: "same")
                try await host.write(record, at: "danegate:1:default:v:\(domain)")
            }
            try await write("d.example", finder: "liar", writer: "believer")
            #expect(await host.ask("d.example").verdict.isForeign)
            #expect(try await eventually(within: SharingHost.patience) { host.sharing.standing.differences == 1 })
            for (domain, writer, finder) in [
                ("e.example", "believer", nil), ("f.example", "liar", nil), ("g.example", "third", "liar"),
            ] as [(String, String, String?)] {
                try await write(domain, finder: finder, writer: writer)
                #expect(await host.ask(domain).verdict.outcome == .tlsaInvalid, "\(domain)")
            }
            host.set(.verified, of: "h.example")
            try await write("h.example", finder: nil, writer: "fourth")
            #expect(await host.ask("h.example").verdict.isForeign)
        }
    }

    /// What may rest on others is the look of a host that knows nothing. Where it has seen a fault, where others say
    /// that there is one, and where it checks them, it sees for itself.
    @Test func onlyALookWithoutSuspicionMayRestOnOthers() async throws {
        try await SharingHost.run(["b"]) {
            $0.checkedShare = 1
        } _: { _, hosts async throws in
            let host = hosts[0]
            #expect(await host.ask("plain.example").verdict.outcome == .verified)
            #expect(host.mayHaveRelied(on: "plain.example") == [true])
            host.set(.tlsaInvalid, of: "broken.example")
            #expect(await host.ask("broken.example").verdict.outcome == .tlsaInvalid)
            #expect(host.service.noteRechecked(SharingHost.key("broken.example")))
            #expect(await host.ask("broken.example").verdict.outcome == .tlsaInvalid)
            #expect(host.mayHaveRelied(on: "broken.example") == [true, false])
            for (domain, outcome) in [("blamed.example", Outcome.tlsaInvalid), ("praised.example", .verified)] {
                let record = SharedRecord(
                    Verdict(outcome: outcome, host: "mx", cause: "said"), fresh: .seconds(600), stale: .zero,
                    writer: "a", at: try await host.time(), settings: "same")
                try await host.write(record, at: "danegate:1:default:v:\(domain)")
                #expect(await host.ask(domain).verdict.outcome == .verified)
                #expect(
                    try await eventually(within: SharingHost.patience) { host.mayHaveRelied(on: domain) == [false] })
            }
        }
    }

    /// An inspection knows what it rests on.
    @Test func anInspectionSaysWhatItRestsOn() async throws {
        let record = InspectorTests.usable
        let foreign = ProbeReport.Foreign(source: 7, writer: "a", record: record, protocolVersion: "TLS1.3")
        let inspector = Inspector(
            resolver: FakeResolver(
                mx: ["d.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
                aaaa: ["mx.example": .absent], tlsa: ["_25._tcp.mx.example": .secured(record)]),
            prober: FakeProber(["192.0.2.1": .foreign(foreign)]), expiredEE: .ignore, isComplete: false, now: { 0 })
        let inspection = await inspector.inspect(SharingHost.destination("d.example"))
        #expect(inspection.verdict.outcome == .verified && inspection.verdict.source == 7)
        #expect(inspection.verdict.cause.contains("authenticated by another host, a, on an earlier connection"))
    }
}
