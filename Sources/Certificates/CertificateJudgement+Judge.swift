public import DANE

extension CertificateJudgement {
    /// The most certificates of a chain that are judged.
    public static let maximumCertificates = 128
    /// The most TLSA records that are judged, which is as many as the resolver takes from an answer. Any of them may be
    /// the one that matches. Further records never lead to `noUsableRecords`, because that finding demands less of the
    /// server.
    public static let maximumRecords = 4096
    /// The most reference names that are used. RFC 7672 §3.2.2 has up to three.
    public static let maximumNames = 64

    /// Judges the chain of an SMTP server by its TLSA records (RFC 7672 §3, RFC 7671 §5 and §9).
    ///
    /// One matching record is enough. If several authenticate the server, DANE-EE comes before DANE-TA, then the one
    /// nearest to the server's certificate. If none does, the record that came closest decides: an undecided one before
    /// a wrong name, then an expired chain, then the rest. There is no I/O and no clock. Any number of threads may call
    /// it at once. It takes microseconds for DANE-EE and about a millisecond for DANE-TA, and its time is bounded for
    /// any input.
    ///
    /// - Parameters:
    ///   - chain: What the server sent in the handshake, in DER. Its own certificate comes first, the rest in any
    ///     order.
    ///   - records: The TLSA set, usable or not. It must be secure by DNSSEC.
    ///   - names: The reference names for DANE-TA (RFC 7672 §3.2.2): the TLSA base domain, then the others.
    ///   - date: The time to judge for, in seconds since 1970.
    public static func judge(
        chain: [[UInt8]], records: [TLSARecord], names: [DomainName], at date: Int64
    ) -> CertificateJudgement {
        var judge = ChainJudge(
            chain: Array(chain.prefix(maximumCertificates)), names: Array(names.prefix(maximumNames)), date: date)
        let considered = Array(records.prefix(maximumRecords))
        let findings = judge.findings(of: considered)
        let excess = records.dropFirst(maximumRecords).map { record in
            let isUsable = record.usability.isUsable
            let explanation = "only the first \(maximumRecords) records are looked at"
            return RecordFinding(standing: isUsable ? .setAside : .unusable, depth: nil, explanation: explanation)
        }

        let (finding, reason) = conclusion(
            records, findings + excess, chainFault: judge.leaf == nil ? chainFault(chain) : nil)
        let leaf = judge.leaf?.certificate
        return CertificateJudgement(
            finding: finding, records: findings + excess,
            isLeafExpired: leaf?.notAfter.map { $0 < date } ?? false,
            isLeafNotYetValid: leaf?.notBefore.map { $0 > date } ?? false,
            isCut: chain.count > maximumCertificates || excess.contains(where: \.isUsable) || judge.hasGivenUp,
            isUndecided: findings.contains { $0.standing == .undecided } || judge.isLeafUnreadable,
            reason: reason)
    }

    /// The finding that follows from the findings of all records, with a reason.
    private static func conclusion(
        _ records: [TLSARecord], _ findings: [RecordFinding], chainFault: String?
    ) -> (Finding, String) {
        // D-17, RFC 7672 §2.2; T-07, RFC 6698 §4.1; F-14: TLS without authentication is allowed only if no record is
        // usable, whatever the chain is. F-13: one usable record is enough to demand authentication.
        guard findings.contains(where: \.isUsable) else {
            guard !findings.isEmpty else { return (.noUsableRecords, "there are no TLSA records") }
            return (.noUsableRecords, "none of the \(findings.count) TLSA records can be used")
        }
        if let chainFault { return (.noMatch, chainFault) }
        // T-08, RFC 6698 §4.1: one record that authenticates is enough.
        let best = findings.indices.max { left, right in
            let (former, latter) = (findings[left], findings[right])
            guard former.standing == latter.standing else { return former.standing < latter.standing }
            let (formerUsage, latterUsage) = (records[left].usage, records[right].usage)
            guard formerUsage == latterUsage else { return formerUsage < latterUsage }
            let (formerDepth, latterDepth) = (former.depth ?? .max, latter.depth ?? .max)
            return formerDepth == latterDepth ? left > right : formerDepth > latterDepth
        }
        // D-51, RFC 7672 §3.2; V19: usable records, and none matches.
        guard let best, findings[best].standing > .unmatched else {
            let usable = findings.count(where: \.isUsable)
            return (.noMatch, "none of the usable TLSA records (\(usable)) matches the server's chain")
        }
        let record = "TLSA record \(best + 1), \(records[best].names)"
        let reason = "\(findings[best].explanation) (\(record))"
        switch findings[best].standing {
        case .authenticates:
            return (
                .authenticated(record: best, depth: findings[best].depth ?? 0),
                "\(record): \(findings[best].explanation)"
            )
        case .nameMismatch: return (.nameMismatch, reason)
        case .expired: return (.expired, reason)
        case .undecided, .notYetValid, .chainInvalid, .unmatched, .setAside, .unusable: return (.noMatch, reason)
        }
    }

    private static func chainFault(_ chain: [[UInt8]]) -> String {
        chain.isEmpty ? "the server sent no certificate" : "the server's certificate cannot be read"
    }
}

extension ChainJudge {
    /// Compares the chain with a TLSA set. Returns one finding per record.
    fileprivate mutating func findings(of records: [TLSARecord]) -> [RecordFinding] {
        let usabilities = records.map(\.fullUsability)
        // D-60, RFC 7672 §5; E-16, RFC 7671 §9: unusable records are removed before the strongest digest is chosen.
        let usable = Set(zip(records, usabilities).lazy.filter { $1.isUsable }.map { $0.0 })
        let deciding = Set(records.indicesAfterDigestAgility { usable.contains($0) })
        return records.indices.map { index in
            switch usabilities[index] {
            case .unusable(let why):
                return RecordFinding(standing: .unusable, depth: nil, explanation: "unusable: \(why)")
            // F-17: only the strongest digest decides, even if a weaker one matches.
            case .usable(let usage, let selector, let matching) where !deciding.contains(index):
                let depth = depth(
                    of: UsableRecord(usage: usage, selector: selector, matching: matching, data: records[index].data))
                let match = depth.map { ", although it matches at depth \($0)" } ?? ""
                let explanation = "set aside: a stronger digest is present (RFC 7671 9)\(match)"
                return RecordFinding(standing: .setAside, depth: depth, explanation: explanation)
            case .usable(let usage, let selector, let matching):
                return judge(
                    UsableRecord(usage: usage, selector: selector, matching: matching, data: records[index].data))
            }
        }
    }
}
