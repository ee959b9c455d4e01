import DANE
import RuleMarks
import Testing

@Suite struct TLSAUsabilityTests {
    /// T-01, T-04, T-05: every combination of the fields, with data of several lengths.
    @Test(.rules("T-01", "T-04", "T-05")) func fieldsAndLengthsDecide() {
        let lengths = [0, 1, 20, 31, 32, 33, 48, 63, 64, 65, 1000]
        for usage: UInt8 in [0, 1, 2, 3, 4, 254, 255] {
            for selector: UInt8 in [0, 1, 2, 255] {
                for type: UInt8 in [0, 1, 2, 3, 255] {
                    for length in lengths {
                        let record = TLSARecord(
                            usage: usage, selector: selector, matchingType: type,
                            data: [UInt8](repeating: 0xAA, count: length))
                        let fits = type == 0 ? length > 0 : type == 1 ? length == 32 : length == 64
                        let isUsable = (2...3).contains(usage) && selector <= 1 && type <= 2 && fits
                        #expect(record.usability.isUsable == isUsable, "\(record.presentation)")
                    }
                }
            }
        }
    }

    @Test func usableRecordsCarryTheirMeaning() {
        let record = TLSARecord(usage: 2, selector: 1, matchingType: 2, data: [UInt8](repeating: 0, count: 64))
        #expect(record.usability == .usable(.daneTA, .spki, .sha512))
    }

    @Test(
        arguments: [
            ([1, 1, 1], "usage PKIX-EE(1) does not apply to SMTP (RFC 7672 3.1.3)"),
            ([4, 1, 1], "usage 4 is not known"),
            ([3, 2, 1], "selector 2 is not known"), ([3, 1, 9], "matching type 9 is not known"),
            ([3, 1, 0], "malformed: no association data"),
            ([3, 1, 1, 7], "malformed: 1 bytes of data where SHA2-256 has 32"),
            ([3], "malformed: 1 bytes of RDATA, at least 4 are needed"),
        ] as [([UInt8], String)])
    func reasons(_ rdata: [UInt8], _ reason: String) {
        #expect(TLSARecord(rdata: rdata).usability == .unusable(reason))
    }

    /// RFC 7671 §9: records by usage, selector, matching type; 9 in front marks a malformed one. Then who counts.
    @Test(
        .rules("D-60", "E-15", "E-16", "E-17", "E-18"),
        arguments: [
            ([], []), (["311"], [0]), (["311", "312"], [1]), (["312", "311"], [0]),
            (["311", "311", "312", "312"], [2, 3]),
            // E-17: Full(0) is never discarded, and discards nothing.
            (["310", "312"], [0, 1]), (["310", "311"], [0, 1]), (["310", "311", "312"], [0, 2]),
            (["310", "310"], [0, 1]),
            // E-18: usages and selectors do not compete.
            (["311", "302"], [0, 1]), (["311", "212"], [0, 1]), (["201", "212", "302", "311"], [0, 1, 2, 3]),
            (["201", "202", "211", "212", "301", "302", "311", "312"], [1, 3, 5, 7]),
            // E-16: what cannot be used is out first.
            (["311", "9312"], [0]), (["9311", "9312"], []), (["311", "313", "112", "322"], [0]),
            (["111", "112", "011"], []), (["312", "9310"], [0]),
        ])
    func digestAgility(_ kinds: [String], _ counting: [Int]) {
        let records = kinds.map { kind in
            let fields = kind.suffix(3).utf8.map { $0 - UInt8(ascii: "0") }
            let length = kind.utf8.count > 3 ? 0 : fields[2] == 1 ? 32 : 64
            return TLSARecord(
                usage: fields[0], selector: fields[1], matchingType: fields[2],
                data: [UInt8](repeating: 1, count: length))
        }
        #expect(records.indicesAfterDigestAgility() == counting)
        #expect(records.lazy.map(\.self).indicesAfterDigestAgility() == counting)
    }

    @Test func theCallerMayKnowMoreOfUsability() {
        let records = [
            TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: 1, count: 32)),
            TLSARecord(usage: 3, selector: 1, matchingType: 2, data: [UInt8](repeating: 1, count: 64)),
        ]
        #expect(records.indicesAfterDigestAgility { $0.matchingType == 1 } == [0])
        #expect(records.indicesAfterDigestAgility { _ in false }.isEmpty)
    }
}
