import Certificates
import DANE
import RuleMarks
import Testing

/// Which records of a set count (RFC 7671 §9, RFC 7672 §2.2).
@Suite struct DigestAgilityTests {
    @Test(
        .rules("D-60", "E-16", "E-17", "E-18", "F-17"),
        arguments: [
            // E-16: the stronger digest decides alone, though it be wrong.
            (["3 1 1 leaf", "3 1 2 leaf~"], .noMatch, [.setAside, .unmatched]),
            (["3 1 1 leaf~", "3 1 2 leaf"], .authenticated(record: 1, depth: 0), [.setAside, .authenticates]),
            // E-17: Full(0) always counts.
            (["3 1 0 leaf", "3 1 2 leaf~"], .authenticated(record: 0, depth: 0), [.authenticates, .unmatched]),
            // E-18: other selectors and usages do not compete.
            (["3 1 1 leaf", "3 0 2 leaf~"], .authenticated(record: 0, depth: 0), [.authenticates, .unmatched]),
            (["2 1 1 i2", "3 1 2 leaf~"], .authenticated(record: 0, depth: 1), [.authenticates, .unmatched]),
            (["2 1 1 i2", "2 1 2 i2~"], .noMatch, [.setAside, .unmatched]),
            (["2 1 1 i2", "2 1 2 root"], .authenticated(record: 1, depth: 3), [.setAside, .authenticates]),
        ] as [([String], CertificateJudgement.Finding, [RecordFinding.Standing])])
    func theStrongestDigestCounts(
        _ records: [String], _ finding: CertificateJudgement.Finding, _ standings: [RecordFinding.Standing]
    ) {
        let judgement = Fixture.judge("leaf i2 i1 root", records)
        #expect(judgement.finding == finding)
        #expect(judgement.records.map(\.standing) == standings)
    }

    @Test func aRecordSetAsideTellsThatItMatches() {
        let judgement = Fixture.judge(
            "leaf i2", ["3 1 1 leaf", "3 1 2 leaf~", "2 1 1 i2", "2 1 2 i2~", "3 0 1 leaf~", "3 0 2 i2"])
        #expect(judgement.records.map(\.depth) == [0, nil, 1, nil, nil, nil])
        #expect(
            judgement.records[0].explanation
                == "set aside: a stronger digest is present (RFC 7671 9), although it matches at depth 0")
    }

    /// A malformed strong digest does not hide a good weak one, nor does a record of a usage that does not apply.
    @Test(
        .rules("E-16", "T-05"),
        arguments: [
            TLSARecord(usage: 3, selector: 1, matchingType: 2, data: [UInt8](repeating: 7, count: 63)),
            TLSARecord(usage: 3, selector: 1, matchingType: 2, data: []),
            TLSARecord(usage: 3, selector: 1, matchingType: 3, data: [UInt8](repeating: 7, count: 64)),
            TLSARecord(usage: 1, selector: 1, matchingType: 2, data: [UInt8](repeating: 7, count: 64)),
            TLSARecord(usage: 3, selector: 2, matchingType: 2, data: [UInt8](repeating: 7, count: 64)),
            TLSARecord(rdata: [3, 1]), TLSARecord(rdata: []),
        ])
    func whatIsUnusableHidesNothing(_ malformed: TLSARecord) {
        let records = [malformed, Fixture.record("3 1 1 leaf")]
        let judgement = CertificateJudgement.judge(
            chain: Fixture.chain("leaf"), records: records, names: [], at: Fixture.today)
        #expect(judgement.finding == .authenticated(record: 1, depth: 0))
        #expect(judgement.records[0].standing == .unusable)
        #expect(judgement.records[0].explanation.hasPrefix("unusable: "))
    }

    /// RFC 7672 §2.2: nothing usable is not the same as nothing matching.
    @Test(
        .rules("D-50", "E-03", "F-13", "F-14"),
        arguments: [
            ([], .noUsableRecords), (["0 0 1 root"], .noUsableRecords), (["1 1 1 leaf", "0 1 2 i2"], .noUsableRecords),
            (["1 1 1 leaf", "3 1 1 leaf~"], .noMatch),
        ] as [([String], CertificateJudgement.Finding)])
    func usages0And1(_ records: [String], _ finding: CertificateJudgement.Finding) {
        #expect(Fixture.judge("leaf i2 i1 root", records).finding == finding)
    }

    @Test(
        .rules("T-05"),
        arguments: [
            (0, "leaf", nil, true), (0, "root", nil, true), (1, "leaf", nil, true), (1, "leaf-rsa", nil, true),
            (0, "", [0x30, 0x03, 0x02, 0x01, 0x00], false), (0, "", [0xFF], false), (1, "", [0x30, 0x00], false),
            (1, "", [0x30, 0x05, 0x30, 0x00, 0x03, 0x01, 0x00], false),
        ] as [(UInt8, String, [UInt8]?, Bool)])
    func fullDataMustParse(_ selector: UInt8, _ name: String, _ data: [UInt8]?, _ isUsable: Bool) {
        let whole = data ?? Fixture.record("3 \(selector) 0 \(name)").data
        for usage: UInt8 in [2, 3] {
            let record = TLSARecord(usage: usage, selector: selector, matchingType: 0, data: whole)
            #expect(record.fullUsability.isUsable == isUsable)
            #expect(record.usability.isUsable)
            for spoilt in [whole + [0], Array(whole.dropLast())] {
                let record = TLSARecord(usage: usage, selector: selector, matchingType: 0, data: spoilt)
                #expect(!record.fullUsability.isUsable)
            }
            // The other selector's content is no better than garbage.
            #expect(
                !TLSARecord(usage: usage, selector: 1 - selector, matchingType: 0, data: whole).fullUsability.isUsable)
        }
    }
}
