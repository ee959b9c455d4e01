import Certificates
package import DANE
package import Probe

/// Whether a server's TLSA records authenticate it for every next hop that leads to it: under the TLSA base domain
/// alone, which is always a reference identifier (D-53, RFC 7672 §3.2.2).
package enum HostAuthentication: Sendable, Hashable {
    /// They do, by this record.
    case good(Proof)
    /// They do not, or there is no TLS at all: the server showed a fault.
    case bad(Outcome, cause: String)
    /// Neither is proven, or it depends on the next hop.
    case unknown

    /// What a server was authenticated by.
    package struct Proof: Sendable, Hashable {
        /// The record.
        package let record: TLSARecord
        /// `TLS1.3` or `TLS1.2`.
        package let protocolVersion: String
        /// The last second for which it holds, since 1970; nil if no date matters (D-44, RFC 7672 §3.1.1).
        package let end: Int64?
    }

    /// Judges how a dialogue ended.
    ///
    /// - Parameters:
    ///   - end: How it ended.
    ///   - records: The TLSA records of the server, secure by DNSSEC.
    ///   - name: The TLSA base domain.
    ///   - expiredEE: How an expired certificate under DANE-EE counts.
    ///   - date: The time to judge for, in seconds since 1970.
    package init(
        _ end: ProbeReport.End, _ records: [TLSARecord], of name: DomainName, _ expiredEE: ExpiredEE, at date: Int64
    ) {
        switch end {
        case .notProbed, .crowded, .withheld, .foreign, .unreachable: self = .unknown
        case .startTLSNotOffered(let why), .startTLSRefused(let why):
            self = .bad(.startTLSNotSupported, cause: why)
        // A handshake fails for many reasons, some of them on the way.
        case .tlsFailed: self = .unknown
        case .secured(let session):
            let judged = CertificateJudgement.judge(chain: session.chain, records: records, names: [name], at: date)
            self = Self.judge(judged, session, records, expiredEE)
        }
    }

    private static func judge(
        _ judged: CertificateJudgement, _ session: ProbeReport.TLSSession, _ records: [TLSARecord],
        _ expiredEE: ExpiredEE
    ) -> HostAuthentication {
        switch judged.outcome(records, expiredEE) {
        case .verified: break
        // Another reference identifier may fit.
        case .certificateHostMismatch: return .unknown
        case let outcome where outcome.allowsDelivery || outcome.isDoubt: return .unknown
        case let outcome: return .bad(outcome, cause: judged.reason)
        }
        // F-80: what GnuTLS cannot read is each host's own affair.
        guard case .authenticated(let place, let depth) = judged.finding, session.unread == nil else { return .unknown }
        let record = records[place]
        let isDated = record.usage != TLSARecord.Usage.daneEE.rawValue || expiredEE == .fail
        // What stands above the anchor does not matter.
        let ends = isDated ? session.chain.prefix(depth + 1).map { CertificateDetails(der: $0)?.notAfter ?? -1 } : []
        guard !ends.contains(-1) else { return .unknown }
        return .good(Proof(record: record, protocolVersion: session.protocolVersion, end: ends.min()))
    }
}
