/// Whether a TLSA record can authenticate an SMTP server, and if not, why.
public enum TLSAUsability: Hashable, Sendable {
    /// The record can be used as it stands.
    case usable(TLSARecord.Usage, TLSARecord.Selector, TLSARecord.MatchingType)
    /// The record cannot be used, for the reason given in a sentence fit for a person.
    case unusable(String)

    /// Whether the record can be used.
    public var isUsable: Bool { if case .usable = self { true } else { false } }
}

extension TLSARecord {
    /// Judges the record by its fields and the length of its data.
    ///
    /// Full(0) data that is no certificate or key is unusable too (RFC 6698 §4.1), but to see that takes an X.509 parser:
    /// Certificates does so.
    public var usability: TLSAUsability {
        guard !isTruncated else {
            return .unusable("malformed: \(data.count) bytes of RDATA, at least 4 are needed")
        }
        /// RFC 7672 §3.1.3: PKIX-TA(0) and PKIX-EE(1) are treated as unusable. RFC 6698 §4.1: what is not understood, too.
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
        /// RFC 6698 §4.1: association data of the wrong length is malformed.
        switch matching {
        case .full where data.isEmpty: return .unusable("malformed: no association data")
        case .sha256 where data.count != 32:
            return .unusable("malformed: \(data.count) bytes of data where SHA2-256 has 32")
        case .sha512 where data.count != 64:
            return .unusable("malformed: \(data.count) bytes of data where SHA2-512 has 64")
        default: return .usable(usage, selector, matching)
        }
    }

    /// A record that makes a widely used MTA fall over when it delivers: Postfix 3.7.11's smtp(8) panics on a secure TLSA record of
    /// usage 2 or 3 without association data, whatever its selector and matching type. Records of other usages and RDATA of less
    /// than three bytes it passes over.
    public var isHazard: Bool {
        !isTruncated && data.isEmpty && (usage == Usage.daneTA.rawValue || usage == Usage.daneEE.rawValue)
    }

    /// What such a record at a TLSA base domain does, as a sentence without a full stop.
    public static func hazard(at base: String) -> String {
        "a TLSA record of \(base) has no association data, which makes Postfix 3.7 crash at delivery"
    }

    /// What is to be done about such a record, in an administrator's imperative.
    public static let hazardRepair = "remove the TLSA record that has no data"
}

extension Sequence<TLSARecord> {
    /// Digest algorithm agility, RFC 7671 §9: of the records that can be used, those that count.
    ///
    /// For each combination of usage and selector, Full(0) always counts, and of the digests only the strongest one present.
    /// Records that cannot be used must be taken out first, so that a malformed strong digest does not hide a good weak one.
    ///
    /// - Parameter isUsable: Whether a record can be used; by default what its fields say.
    /// - Returns: The offsets of the records that count, ascending.
    public func indicesAfterDigestAgility(isUsable: (TLSARecord) -> Bool = { $0.usability.isUsable }) -> [Int] {
        let usable = enumerated().filter { isUsable($0.element) }
        var strongest: [[UInt8]: UInt8] = [:]
        for (_, record) in usable {
            let kind = [record.usage, record.selector]
            strongest[kind] = Swift.max(strongest[kind] ?? 0, record.matchingType)
        }
        return usable.filter { _, record in
            record.matchingType == TLSARecord.MatchingType.full.rawValue
                || record.matchingType == strongest[[record.usage, record.selector]]
        }.map(\.offset)
    }
}
