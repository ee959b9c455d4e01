import DANE
import DNSSEC
import RuleMarks
import Testing

@testable import Inspection

/// The meaning of a bogus CNAME answer if the address answer was insecure: only a TLSA answer that is proven insecure
/// excuses it.
@Suite struct TLSALookupTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let tlsa: Answer<TLSARecord>
        let isExcused: Bool
    }

    static let record = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: 1, count: 32))

    @Test(
        .rules("D-14", "D-15", "D-35"),
        arguments: [
            Row(testDescription: "insecure denial", tlsa: .unsignedAbsent, isExcused: true),
            Row(testDescription: "insecure records", tlsa: .unsigned(record), isExcused: true),
            Row(testDescription: "secure denial", tlsa: .absent, isExcused: false),
            Row(testDescription: "secure records", tlsa: .secured(record), isExcused: false),
            Row(testDescription: "bogus", tlsa: .bogus("other"), isExcused: false),
            Row(testDescription: "no answer", tlsa: .failed("SERVFAIL"), isExcused: false),
        ])
    func aBogusAlias(_ row: Row) async throws {
        let resolver = FakeResolver(
            tlsa: ["_25._tcp.mx.old.example": row.tlsa], cname: ["mx.old.example": .bogus("DS got DNAME answer")])
        let known = HostAddresses.Known(
            addresses: ["192.0.2.1"], isSecure: false, canonicalName: "mx.new.example", lifetime: .seconds(60))
        switch await TLSALookup(resolver: resolver, port: 25).search("mx.old.example", known) {
        case .none: #expect(row.isExcused)
        case .bogus(let reason): #expect(!row.isExcused && reason.detail == "DS got DNAME answer")
        case .records, .failed: Issue.record("neither excused nor bogus")
        }
    }

    /// A failure of this machine's own stays one, whatever sentence it stands in.
    @Test(arguments: [LookupFailure.cancelled, "no answer within 4 s"]) func whoIsToBlameIsNotForgotten(
        failure: LookupFailure
    ) async {
        let known = HostAddresses.Known(
            addresses: ["192.0.2.1"], isSecure: true, canonicalName: nil, lifetime: .seconds(60))
        let resolver = FakeResolver(
            mx: ["d.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
            tlsa: ["_25._tcp.mx.example": .failed(failure)])
        guard case .failed(let found) = await TLSALookup(resolver: resolver, port: 25).search("mx.example", known)
        else {
            Issue.record("not failed")
            return
        }
        #expect(found.description == "_25._tcp.mx.example TLSA: \(failure)" && found.kind == failure.kind)
        let inspector = Inspector(
            resolver: resolver, prober: nil, expiredEE: .ignore, isComplete: false, now: { 1_800_000_000 })
        let inspection = await inspector.inspect(Destination(.domain("d.example"), port: 25))
        #expect(inspection.verdict.outcome == .dnsUnavailable && inspection.verdict.isOurs == failure.isOurs)
    }
}
