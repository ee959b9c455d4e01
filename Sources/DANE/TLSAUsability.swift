/// Whether a TLSA record can authenticate an SMTP server, and if not, why.
public enum TLSAUsability: Hashable, Sendable {
    /// The record is usable.
    case usable(TLSARecord.Usage, TLSARecord.Selector, TLSARecord.MatchingType)
    /// The record is not usable. The reason is a sentence for people.
    case unusable(String)

    /// Whether the record is usable.
    public var isUsable: Bool { if case .usable = self { true } else { false } }
}

extension TLSARecord {
    /// Judges the record by its fields and the length of its data.
    ///
    /// Full(0) data that is not a certificate or key is unusable too (T-05, RFC 6698 §4.1). Only an X.509 parser can
    /// tell, so Certificates checks that.
    public var usability: TLSAUsability {
        // T-05, RFC 6698 §4.1.
        guard !isTruncated else {
            return .unusable("malformed: \(data.count) bytes of RDATA, at least 4 are needed")
        }
        // D-50, RFC 7672 §3.1.3; E-03, RFC 7671 §4; F-14: PKIX-TA(0) and PKIX-EE(1) are treated as unusable.
        // T-01, T-04, RFC 6698 §2.1, §4.1: so is any field that is not understood.
        guard let usage = Usage(rawValue: usage) else {
            let name = usageName
            return .unusable(
                self.usage <= 1
                    ? "usage \(name) does not apply to SMTP (RFC 7672 3.1.3)" : "usage \(self.usage) is not known")
        }
        guard let selector = Selector(rawValue: selector) else {
            return .unusable("selector \(self.selector) is not known")
        }
        guard let matching = MatchingType(rawValue: matchingType) else {
            return .unusable("matching type \(matchingType) is not known")
        }
        // T-05, RFC 6698 §4.1; F-16: association data of the wrong length is malformed.
        switch matching {
        case .full where data.isEmpty: return .unusable("malformed: no association data")
        case .sha256 where data.count != 32:
            return .unusable("malformed: \(data.count) bytes of data where SHA2-256 has 32")
        case .sha512 where data.count != 64:
            return .unusable("malformed: \(data.count) bytes of data where SHA2-512 has 64")
        default: return .usable(usage, selector, matching)
        }
    }

    /// Whether the record crashes a widely used MTA at delivery. smtp(8) of Postfix 3.7.11 panics on a secure TLSA
    /// record of usage 2 or 3 without association data, whatever its selector and matching type. It ignores records of
    /// other usages and RDATA of fewer than three bytes.
    public var isHazard: Bool {
        !isTruncated && data.isEmpty && (usage == Usage.daneTA.rawValue || usage == Usage.daneEE.rawValue)
    }

    /// What such a record at a TLSA base domain does, as a sentence without a full stop.
    public static func hazard(at base: String) -> String {
        "a TLSA record of \(base) has no association data, which makes Postfix 3.7 crash at delivery"
    }

    /// What to do about such a record, as an instruction to an administrator.
    public static let hazardRepair = "remove the TLSA record that has no data"
}

extension Sequence<TLSARecord> {
    /// Digest algorithm agility: which of the usable records count (D-60, RFC 7672 §5; RFC 7671 §9).
    ///
    /// For each combination of usage and selector, Full(0) always counts, and of the digests only the strongest one
    /// present. Unusable records are removed first, so that a malformed strong digest does not hide a good weak one.
    ///
    /// - Parameter isUsable: Whether a record is usable. By default its fields decide.
    /// - Returns: The offsets of the records that count, ascending.
    public func indicesAfterDigestAgility(isUsable: (TLSARecord) -> Bool = { $0.usability.isUsable }) -> [Int] {
        // E-16, RFC 7671 §9: first remove what is unusable or malformed.
        let usable = enumerated().filter { isUsable($0.element) }
        var strongest: [[UInt8]: UInt8] = [:]
        for (_, record) in usable {
            // E-18, RFC 7671 §9: records with another usage or selector do not compete.
            let kind = [record.usage, record.selector]
            // E-15, RFC 7671 §9; F-17: SHA2-512 is stronger than SHA2-256. The numbers are in that order.
            strongest[kind] = Swift.max(strongest[kind] ?? 0, record.matchingType)
        }
        return usable.filter { _, record in
            // E-17, RFC 7671 §9: Full(0) always counts.
            record.matchingType == TLSARecord.MatchingType.full.rawValue
                || record.matchingType == strongest[[record.usage, record.selector]]
        }.map(\.offset)
    }
}
