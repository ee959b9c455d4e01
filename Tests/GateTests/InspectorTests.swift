import DANE
import DNSSEC
import Probe
import RuleMarks
import Testing

@testable import Inspection

/// The table of verdicts, V1 to V19, row by row, without a network. The world tests run the same on real servers.
@Suite struct InspectorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let resolver: FakeResolver
        var prober = FakeProber()
        let outcome: Outcome
        var isDegraded = false
    }

    private static let unusable = TLSARecord(
        usage: 1, selector: 1, matchingType: 1, data: [UInt8](repeating: 7, count: 32))
    static let usable = TLSARecord(
        usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: 7, count: 32))
    private static let session = ProbeReport.End.secured(
        .init(protocolVersion: "TLS1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", chain: [[1, 2, 3]]))

    /// A secure domain with one secure host.
    private static func secure(
        _ tlsa: Answer<TLSARecord>, a: Answer<IPAddress> = .secured("192.0.2.1"), aaaa: Answer<IPAddress> = .absent,
        cname: Answer<DomainName>? = nil, at owner: String = "_25._tcp.mx.example"
    ) -> FakeResolver {
        FakeResolver(
            mx: ["d.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": a], aaaa: ["mx.example": aaaa],
            tlsa: [owner: tlsa], cname: cname.map { ["mx.example": $0] } ?? [:])
    }

    private static func mx(_ answer: Answer<MXRecord>) -> FakeResolver {
        FakeResolver(mx: ["d.example": answer], a: ["mx.example": .secured("192.0.2.1")])
    }

    private static let reached = FakeProber(["192.0.2.1": session])

    static let rows: [Row] = [
        Row(testDescription: "V1 bogus MX", resolver: mx(.bogus("expired")), outcome: .dnssecInvalid),
        Row(testDescription: "V1 MX without answer", resolver: mx(.failed("timeout")), outcome: .dnsUnavailable),
        Row(testDescription: "V2 NXDOMAIN", resolver: FakeResolver(), outcome: .noSuchDomain),
        Row(testDescription: "V3 null MX", resolver: mx(.secured(MXRecord(0, "."))), outcome: .nullMX),
        Row(testDescription: "V3 null MX, insecure", resolver: mx(.unsigned(MXRecord(0, "."))), outcome: .nullMX),
        Row(
            testDescription: "V3 null MX of preference 10", resolver: mx(.secured(MXRecord(10, "."))),
            outcome: .nullMX),
        Row(
            testDescription: "null MX beside a host",
            resolver: mx(.secured(MXRecord(0, "."), MXRecord(10, "mx.example"))),
            outcome: .opportunistic),
        Row(
            testDescription: "V4 implicit MX, secure",
            resolver: FakeResolver(
                mx: ["d.example": .absent], a: ["d.example": .secured("192.0.2.1")],
                tlsa: ["_25._tcp.d.example": .secured(unusable)]),
            prober: reached, outcome: .encrypted),
        Row(
            testDescription: "V4 implicit MX, insecure",
            resolver: FakeResolver(mx: ["d.example": .unsignedAbsent], a: ["d.example": .unsigned("192.0.2.1")]),
            outcome: .opportunistic),
        Row(
            testDescription: "V5 insecure MX, secure TLSA",
            resolver: FakeResolver(
                mx: ["d.example": .unsigned(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
                tlsa: ["_25._tcp.mx.example": .secured(usable)]),
            outcome: .opportunistic),
        Row(
            testDescription: "insecure MX, no address",
            resolver: FakeResolver(mx: ["d.example": .unsigned(MXRecord(10, "mx.example"))]), outcome: .noMailHost),
        Row(
            testDescription: "V6 bogus addresses",
            resolver: secure(.secured(usable), a: .bogus("why"), aaaa: .bogus("why")),
            outcome: .dnssecInvalid),
        Row(
            testDescription: "V6 no answers",
            resolver: secure(.secured(usable), a: .failed("why"), aaaa: .failed("why")),
            outcome: .dnsUnavailable),
        Row(
            testDescription: "V6 bogus A, AAAA without answer",
            resolver: secure(.secured(usable), a: .bogus("why"), aaaa: .failed("why")), outcome: .dnsUnavailable),
        Row(
            testDescription: "D-37 AAAA bogus, A fine", resolver: secure(.absent, aaaa: .bogus("denial")),
            outcome: .opportunistic),
        Row(testDescription: "V7 no address", resolver: secure(.secured(usable), a: .absent), outcome: .noMailHost),
        Row(
            testDescription: "V8 insecure address", resolver: secure(.secured(usable), a: .unsigned("192.0.2.1")),
            outcome: .opportunistic),
        Row(
            testDescription: "V9 insecure alias",
            resolver: secure(
                .secured(usable), a: .unsigned("192.0.2.1", alias: "x.example"), cname: .unsigned("x.example")),
            outcome: .opportunistic),
        Row(
            testDescription: "V10 secure alias into an insecure zone",
            resolver: secure(
                .secured(unusable), a: .unsigned("192.0.2.1", alias: "x.example"), cname: .secured("x.example")),
            prober: reached, outcome: .encrypted),
        Row(
            testDescription: "V10 bogus alias",
            resolver: secure(.secured(usable), a: .unsigned("192.0.2.1", alias: "x.example"), cname: .bogus("why")),
            outcome: .dnssecInvalid),
        Row(
            testDescription: "V11 TLSA at the expanded name",
            resolver: secure(
                .secured(unusable), a: .secured("192.0.2.1", alias: "x.example"), at: "_25._tcp.x.example"),
            prober: reached, outcome: .encrypted),
        Row(
            testDescription: "V11 TLSA at the original name alone",
            resolver: secure(.secured(unusable), a: .secured("192.0.2.1", alias: "x.example")), prober: reached,
            outcome: .encrypted),
        Row(testDescription: "V12 bogus TLSA", resolver: secure(.bogus("why")), outcome: .dnssecInvalid),
        Row(
            testDescription: "V12 TLSA without answer", resolver: secure(.failed("SERVFAIL")),
            outcome: .dnsUnavailable),
        Row(testDescription: "V13 TLSA denied", resolver: secure(.absent), outcome: .opportunistic),
        Row(testDescription: "V13 TLSA denied insecurely", resolver: secure(.unsignedAbsent), outcome: .opportunistic),
        Row(testDescription: "V13 insecure TLSA", resolver: secure(.unsigned(usable)), outcome: .opportunistic),
        Row(
            testDescription: "V14 no STARTTLS", resolver: secure(.secured(unusable)),
            prober: FakeProber(["192.0.2.1": .startTLSNotOffered("no STARTTLS")]), outcome: .startTLSNotSupported),
        Row(testDescription: "V15", resolver: secure(.secured(unusable)), prober: reached, outcome: .encrypted),
        Row(
            testDescription: "V16 STARTTLS refused", resolver: secure(.secured(usable)),
            prober: FakeProber(["192.0.2.1": .startTLSRefused("454")]), outcome: .startTLSNotSupported),
        Row(
            testDescription: "V16 handshake fails", resolver: secure(.secured(usable)),
            prober: FakeProber(["192.0.2.1": .tlsFailed("alert")]), outcome: .tlsFailed),
        Row(testDescription: "out of reach", resolver: secure(.secured(usable)), outcome: .unreachable),
        Row(
            testDescription: "not allowed to be probed", resolver: secure(.secured(usable)),
            prober: FakeProber(["192.0.2.1": .notProbed("special")]), outcome: .unreachable),
        Row(
            testDescription: "V19 no match", resolver: secure(.secured(usable)), prober: reached,
            outcome: .tlsaInvalid),
        Row(
            testDescription: "D-21 the MX target is an address", resolver: mx(.secured(MXRecord(10, "192.0.2.1"))),
            outcome: .opportunistic),
        Row(
            testDescription: "more records than are judged, none of which match",
            resolver: secure(
                .secure(Found(records: [TLSARecord](repeating: usable, count: 4097), ttl: .seconds(60)))),
            prober: reached, outcome: .unreachable),
        Row(
            testDescription: "D-21 the MX target is an address, insecurely",
            resolver: mx(.unsigned(MXRecord(10, "192.0.2.1"))), outcome: .opportunistic),
        Row(
            testDescription: "no way to the IPv6 address, IPv4 fails",
            resolver: secure(.secured(usable), aaaa: .secured("2001:db8::1")),
            prober: FakeProber(["192.0.2.1": session, "2001:db8::1": .notProbed("no route")]), outcome: .tlsaInvalid),
        Row(
            testDescription: "no way to the IPv6 address, IPv4 may be used",
            resolver: secure(.secured(unusable), aaaa: .secured("2001:db8::1")),
            prober: FakeProber(["192.0.2.1": session, "2001:db8::1": .notProbed("no route")]), outcome: .encrypted),
        Row(
            testDescription: "one address fails, the other may be used",
            resolver: secure(.secured(unusable), aaaa: .secured("2001:db8::1")), prober: reached, outcome: .encrypted,
            isDegraded: true),
        Row(
            testDescription: "the first host fails, the second may be used",
            resolver: FakeResolver(
                mx: ["d.example": .secured(MXRecord(10, "mx.example"), MXRecord(20, "b.example"))],
                a: ["mx.example": .secured("192.0.2.1"), "b.example": .secured("192.0.2.2")],
                tlsa: ["_25._tcp.mx.example": .secured(usable)]),
            prober: reached, outcome: .opportunistic, isDegraded: true),
        Row(
            testDescription: "a failure that may pass speaks for all",
            resolver: FakeResolver(
                mx: ["d.example": .secured(MXRecord(10, "mx.example"), MXRecord(20, "b.example"))],
                a: ["mx.example": .secured("192.0.2.1"), "b.example": .failed("timeout")],
                aaaa: ["b.example": .failed("timeout")], tlsa: ["_25._tcp.mx.example": .secured(usable)]),
            prober: reached, outcome: .dnsUnavailable),
    ]

    @Test(.rules("D-21", "D-37"), arguments: rows)
    func everyRowIsJudged(row: Row) async {
        let inspection = await inspector(row.resolver, row.prober).inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == row.outcome, "\(inspection.verdict.cause)")
        #expect(inspection.verdict.isDegraded == row.isDegraded)
    }

    /// RFC 7672 §2.2.2: no TLSA query where the address is insecure (D-33).
    @Test(.rules("D-33")) func insecureHostsAreNotAskedForTLSA() async {
        let rows = Self.rows.filter { $0.testDescription.hasPrefix("V8") }
        #expect(!rows.isEmpty)
        for row in rows {
            _ = await inspector(row.resolver, row.prober).inspect(Destination(.domain("d.example"), port: 25))
            #expect(row.resolver.questions.contains { $0.hasPrefix("A ") })
            #expect(row.resolver.questions.allSatisfy { !$0.hasPrefix("TLSA") })
        }
    }

    /// Only hosts that publish TLSA are probed, and with the TLSA base domain as SNI.
    @Test(.rules("D-38", "D-61")) func onlyHostsWithTLSAAreProbed() async {
        let prober = FakeProber(["192.0.2.1": Self.session])
        let without = Self.secure(.absent)
        _ = await inspector(without, prober).inspect(Destination(.domain("d.example"), port: 25))
        #expect(prober.targets.isEmpty)
        let alias = Self.secure(
            .secured(Self.usable), a: .secured("192.0.2.1", alias: "x.example"), at: "_2525._tcp.x.example")
        _ = await inspector(alias, prober).inspect(Destination(.domain("d.example"), port: 2525))
        #expect(prober.targets == [ProbeTarget(address: "192.0.2.1", port: 2525, serverName: "x.example")])
    }

    /// D-23: behind a host that may be used a client does not go; the analyzer does.
    @Test(.rules("D-23")) func theWalkStopsWhereAClientWould() async {
        let resolver = FakeResolver(
            // Neither the order of the answer nor that of the names is the order of the hosts.
            mx: ["d.example": .secured(MXRecord(20, "a.example"), MXRecord(10, "b.example"))],
            a: ["a.example": .secured("192.0.2.1"), "b.example": .secured("192.0.2.2")],
            tlsa: ["_25._tcp.a.example": .secured(Self.unusable)])
        let destination = Destination(.domain("d.example"), port: 25)
        for isComplete in [false, true] {
            let inspection = await inspector(resolver, Self.reached, isComplete: isComplete).inspect(destination)
            #expect(inspection.hosts.map(\.finding.name) == (isComplete ? ["b.example", "a.example"] : ["b.example"]))
            // What protects the host behind is of no use to the one before it.
            #expect(inspection.verdict.outcome == .opportunistic && inspection.verdict.host == "b.example")
        }
    }

    @Test func aBracketedHostHasNoMXLookup() async {
        let resolver = Self.secure(.absent)
        let inspection = await inspector(resolver, FakeProber()).inspect(Destination(.host("mx.example"), port: 25))
        #expect(inspection.verdict.outcome == .opportunistic)
        #expect(inspection.mxSecurity == nil)
        #expect(!resolver.questions.contains { $0.hasPrefix("MX") })
    }

    @Test func withoutAProberNothingIsClaimed() async {
        let inspection = await Inspector(
            resolver: Self.secure(.secured(Self.usable)), prober: nil, expiredEE: .ignore, isComplete: false, now: { 0 }
        ).inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .unprobed)
    }

    @Test func aRecordWithoutDataIsAHazard() async {
        let empty = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [])
        let inspection = await inspector(Self.secure(.secured(empty)), Self.reached)
            .inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .encrypted)
        #expect(inspection.verdict.hazards.count == 1)
    }

    /// Postfix asks for these records too, and crashes. Neither a failed lookup nor a sound record has an effect.
    @Test(
        .rules("D-27"),
        arguments: [
            (TLSARecord(usage: 3, selector: 9, matchingType: 9, data: []), 1),
            (TLSARecord(usage: 1, selector: 1, matchingType: 1, data: []), 0), (TLSARecord(rdata: [3]), 0),
            (usable, 0), (nil, 0),
        ])
    func aHazardBehindInsecureMXRecordsIsSeen(_ record: TLSARecord?, _ count: Int) async {
        let resolver = FakeResolver(
            mx: ["d.example": .unsigned(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
            tlsa: ["_25._tcp.mx.example": record.map { .secured($0) } ?? .failed("SERVFAIL")])
        let prober = FakeProber()
        let inspection = await inspector(resolver, prober).inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .opportunistic)
        #expect(inspection.verdict.hazards.count == count)
        #expect(prober.targets.isEmpty)
    }

    /// What holds mail is not kept for as long as MX records may be.
    @Test func aHazardBehindInsecureMXRecordsLastsAsLongAsItsRecord() async {
        let empty = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [])
        let mx = MXRecord(10, "mx.example")
        let resolver = FakeResolver(
            mx: ["d.example": .insecure(Found(records: [mx], ttl: .seconds(86400)))],
            a: ["mx.example": .secured("192.0.2.1")],
            aaaa: ["mx.example": .secure(Found(records: [], ttl: .seconds(3600)))],
            tlsa: ["_25._tcp.mx.example": .secure(Found(records: [empty], ttl: .seconds(120)))])
        let inspection = await inspector(resolver, FakeProber()).inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.hazards.count == 1)
        #expect(inspection.lifetime == .seconds(120))
    }

    /// Each answer that took part bounds how long the verdict is kept, also denials and the answers behind insecure MX
    /// records.
    @Test(arguments: [
        ([9000, 600, 3600, 7200], true, 600), ([9000, 3600, 600, 7200], true, 600),
        ([9000, 3600, 7200, 600], true, 600),
        ([600, 3600, 7200, 9000], true, 600), ([9000, 600, 3600, 10], false, 600), ([9000, 3600, 600, 10], false, 600),
        ([600, 3600, 7200, 10], false, 600),
    ])
    func aVerdictIsKeptForAsLongAsTheFirstRecordToRunOut(ttls: [Int], isSecure: Bool, lifetime: Int) async {
        let mx = Found(records: [MXRecord(10, "mx.example")], ttl: .seconds(ttls[0]))
        let resolver = FakeResolver(
            mx: ["d.example": isSecure ? .secure(mx) : .insecure(mx)],
            a: ["mx.example": .secure(Found(records: ["192.0.2.1"], ttl: .seconds(ttls[1])))],
            aaaa: ["mx.example": .secure(Found(records: [], ttl: .seconds(ttls[2])))],
            tlsa: ["_25._tcp.mx.example": .secure(Found(records: [], ttl: .seconds(ttls[3])))])
        let inspection = await inspector(resolver, FakeProber()).inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .opportunistic)
        #expect(inspection.lifetime == .seconds(lifetime))
    }

    /// The alias was asked for too, and the denial at its end comes before the records at its beginning.
    @Test func theAnswersOnTheWayToTheRecordsBoundThem() async {
        let record = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [1])
        let resolver = FakeResolver(
            tlsa: [
                "_25._tcp.new.example": .secure(Found(records: [], ttl: .seconds(60))),
                "_25._tcp.old.example": .secure(Found(records: [record], ttl: .seconds(3600))),
            ],
            cname: ["old.example": .secure(Found(records: ["new.example"], ttl: .seconds(30)))])
        for (isSecure, expected) in [(true, 60), (false, 30)] {
            let known = HostAddresses.Known(
                addresses: ["192.0.2.1"], isSecure: isSecure, canonicalName: "new.example", lifetime: .seconds(9000))
            let result = await TLSALookup(resolver: resolver, port: 25).search("old.example", known)
            guard case .records(_, base: "old.example", let lifetime) = result else {
                Issue.record("\(result)")
                continue
            }
            #expect(lifetime == .seconds(expected))
        }
    }

    // MARK: The second look

    @Test func aFailureIsLookedAtPastEveryCache() async {
        let mended = Self.secure(.absent)
        let broken = FakeResolver(mx: ["d.example": .bogus("expired")], fresh: mended)
        let look = SecondLook(inspector(broken, FakeProber()), uncached: FakeProber())
        let inspection = await look.inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .opportunistic)
    }

    @Test func aResolverThatDoesNotValidateProvesNothing() async {
        let broken = FakeResolver(mx: ["d.example": .bogus("expired")], fresh: FakeResolver(fault: "no keys"))
        let look = SecondLook(inspector(broken, FakeProber()), uncached: FakeProber())
        let inspection = await look.inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .dnsUnavailable)
    }

    @Test func whatIsInOrderIsLookedAtOnce() async {
        let resolver = Self.secure(.absent)
        _ = await SecondLook(inspector(resolver, FakeProber()), uncached: FakeProber())
            .inspect(Destination(.domain("d.example"), port: 25))
        #expect(resolver.questions.count { $0.hasPrefix("MX") } == 1)
    }

    private func inspector(_ resolver: FakeResolver, _ prober: FakeProber, isComplete: Bool = false) -> Inspector {
        Inspector(
            resolver: resolver, prober: prober, expiredEE: .ignore, isComplete: isComplete, now: { 1_800_000_000 })
    }
}
