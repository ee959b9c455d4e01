import Certificates
import DANE
import Foundation
import Testing

/// OpenSSL's own DANE test cases, where the machine has them (../shared/vectors).
@Suite struct OpenSSLVectorTests {
    struct Vectors: Decodable {
        struct Record: Decodable {
            let usage: UInt8
            let selector: UInt8
            let mtype: UInt8
            let hex: String
        }
        struct Certificate: Decodable { let derHex: String }
        struct Case: Decodable {
            let n: Int
            let baseDomain: String
            let noDaneEENameChecks: Bool
            let wantError: Int
            let wantDepth: Int
            let tlsa: [Record]
            let chain: [Certificate]
        }
        let cases: [Case]
    }

    /// The date of the judgement: 2026; OpenSSL's chains are in date until 2116 and longer.
    @Test(
        .enabled(
            if: Fixture.shared("vectors/danetest.json") != nil, "there is no ../shared/vectors beside the repository"),
        arguments: [("danetest.json", 34), ("dane-cross.json", 1)])
    func weAgree(_ file: String, _ count: Int) throws {
        let place = try #require(Fixture.shared("vectors/\(file)"))
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: place))
        var agreements = 0
        for vector in vectors.cases {
            let records = vector.tlsa.map { record in
                TLSARecord(
                    usage: record.usage, selector: record.selector, matchingType: record.mtype,
                    data: Fixture.bytes(record.hex))
            }
            let judgement = CertificateJudgement.judge(
                chain: vector.chain.map { Fixture.bytes($0.derHex) }, records: records,
                names: [DomainName(vector.baseDomain)].compactMap(\.self), at: Fixture.today)
            let wanted = Self.wanted(vector)
            #expect(judgement.finding == wanted, "case \(vector.n): \(judgement.reason)")
            if judgement.finding == wanted, wanted != .noUsableRecords { agreements += 1 }
        }
        #expect(agreements == count)
        print("\(file): \(agreements) cases of usages 2 and 3 agree with OpenSSL")
    }

    /// What OpenSSL's result is in our terms.
    private static func wanted(_ vector: Vectors.Case) -> CertificateJudgement.Finding {
        guard vector.tlsa.contains(where: { $0.usage >= 2 }) else { return .noUsableRecords }
        switch vector.wantError {
        case 0: return .authenticated(record: 0, depth: vector.wantDepth)
        // RFC 7672 §3.1.1 forbids the name check that OpenSSL makes under DANE-EE unless told not to.
        case 62: return vector.wantDepth == 0 ? .authenticated(record: 0, depth: 0) : .nameMismatch
        default: return .noMatch
        }
    }
}
