public import Certificates
public import DANE
import Inspection
import Support

/// The result of `danegate judge`: a chain judged by TLSA records, without any network.
public struct JudgementReport: Sendable {
    /// The chain in DER, with the server's certificate first.
    public let chain: [[UInt8]]
    /// The TLSA records, in the order in which they were given.
    public let records: [TLSARecord]
    /// The reference identifiers, with the TLSA base domain first.
    public let names: [DomainName]
    /// The moment for which the chain is judged, in seconds since 1970.
    public let date: Int64
    /// The judgement.
    public let judgement: CertificateJudgement

    /// Judges a chain as the daemon does (RFC 7672 §3).
    ///
    /// - Parameters:
    ///   - chain: The chain in DER, with the server's certificate first.
    ///   - records: The TLSA records. They are taken to be secure.
    ///   - names: The reference identifiers for DANE-TA (RFC 7672 §3.2.2), with the TLSA base domain first.
    ///   - date: The moment for which the chain is judged, in seconds since 1970.
    public init(chain: [[UInt8]], records: [TLSARecord], names: [DomainName], date: Int64) {
        self.chain = chain
        self.records = records
        self.names = names
        self.date = date
        judgement = .judge(chain: chain, records: records, names: names, at: date)
    }

    /// The outcome for a host with this chain and these records, if TLS itself works.
    public var outcome: Outcome { judgement.outcome(records, .ignore) }

    /// The position of the record that authenticates, and how far above the server's certificate it matches; nil if
    /// none does.
    var match: (record: Int, depth: Int)? {
        if case .authenticated(let record, let depth) = judgement.finding { (record, depth) } else { nil }
    }

    /// A sentence per record that would crash an MTA.
    var hazards: [String] {
        records.contains(where: \.isHazard) ? [TLSARecord.hazard(at: names.first?.description ?? "the host")] : []
    }
}

extension JudgementReport {
    /// The report for a person.
    public var text: String {
        var lines = ["\(outcome.rawValue): \(judgement.reason)", "  as of \(UnixTime.iso8601(date))"]
        lines.append("  for \(names.map(\.description).joined(separator: ", "))")
        for (depth, der) in chain.prefix(CertificateJudgement.maximumCertificates).enumerated() {
            guard let details = CertificateDetails(der: der) else {
                lines.append("  certificate \(depth): cannot be read")
                continue
            }
            lines.append("  certificate \(depth): \(details.subject), issued by \(details.issuer)")
            lines.append(
                "    valid \(UnixTime.iso8601(details.notBefore)) to \(UnixTime.iso8601(details.notAfter)), "
                    + "\(depth == 0 ? 3 : 2) 1 1 \(details.spkiSHA256)")
        }
        for (index, finding) in judgement.records.enumerated() {
            lines.append("  TLSA record \(index + 1) (\(records[index].names)): \(finding.explanation)")
        }
        if judgement.isCut { lines.append("  There is more than was looked at: a failure is none for certain.") }
        if judgement.isUndecided, judgement.isDoubtful {
            lines.append("  Something cannot be judged here: a failure is none for certain.")
        }
        lines += hazards.map { "  Hazard: \($0)." }
        return lines.map(TerminalText.line).joined(separator: "\n")
    }
}
