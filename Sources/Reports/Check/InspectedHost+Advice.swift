import Certificates
import DANE
package import Inspection

extension InspectedHost {
    /// What the operator of the host should mend although mail passes, for the reader of `danegate check`. It does not
    /// change the verdict.
    package var advice: [InspectionStep] {
        let usable = records.filter(\.fullUsability.isUsable)
        var sentences: [String] = []
        // E-12, RFC 7671 §8: each combination of parameters must hold a record that matches the chain in use, because a
        // client may support or prefer only that one. If no record matches at all, the verdict says so, and no advice
        // is needed.
        if finding.outcome == .verified {
            sentences += combinationsWithoutMatch(usable).map {
                "no record of \($0) matches the chain in use: "
                    + "a client that looks at these alone would not deliver (RFC 7671 8)"
            }
        }
        // E-19, RFC 7671 §10.1; D-48, RFC 7672 §3.1.2: answers should stay small, and publishers avoid Full(0).
        for names in Self.unique(
            usable.filter { $0.matchingType == TLSARecord.MatchingType.full.rawValue }.map(\.names))
        {
            sentences.append("\(names) puts the whole content into the DNS; a digest is enough (RFC 7671 10.1)")
        }
        // E-01, RFC 7671 §2: clients need not support SHA2-512.
        if !usable.isEmpty, usable.allSatisfy({ $0.matchingType == TLSARecord.MatchingType.sha512.rawValue }) {
            sentences.append("all records are SHA2-512(2) digests; clients need only support SHA2-256(1) (RFC 7671 2)")
        }
        return sentences.map {
            InspectionStep(kind: .tlsa, subject: finding.name, result: .warning, detail: $0, elapsed: .zero)
        }
    }

    /// Returns the combinations of usage, selector and matching type of which no record matches at any address that
    /// sent a certificate.
    private func combinationsWithoutMatch(_ usable: [TLSARecord]) -> [String] {
        let findings = addresses.compactMap(\.judgement?.records)
        let matching = Set(
            records.indices.filter { index in
                findings.contains { records in
                    guard records.indices.contains(index) else { return false }
                    let record = records[index]
                    // A record that was set aside was compared too.
                    return record.standing == .authenticates || record.standing == .setAside && record.depth != nil
                }
            }.map { records[$0].names })
        return Self.unique(usable.map(\.names)).filter { !matching.contains($0) }
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
