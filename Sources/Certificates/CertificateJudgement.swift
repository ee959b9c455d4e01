/// Whether a certificate chain authenticates an SMTP server according to its TLSA records (RFC 7672 §3), and why.
///
/// It says what is true. Other parts decide what follows for mail.
public struct CertificateJudgement: Sendable, Hashable {
    /// The result of a judgement.
    public enum Finding: Sendable, Hashable {
        /// The record at this offset in the TLSA set authenticates the server. `depth` is 0 for the server's own
        /// certificate, 1 for its issuer, and so on (see `RecordFinding.depth`).
        case authenticated(record: Int, depth: Int)
        /// No record is usable. TLS is mandatory, and authentication is not possible (D-17, RFC 7672 §2.2).
        case noUsableRecords
        /// No record matches, or the chain below a matching trust anchor is invalid or not valid yet.
        case noMatch
        /// A DANE-TA record matches and its chain is valid, but has expired.
        case expired
        /// A DANE-TA record matches, chain and dates are valid, but no name in the certificate is a reference name.
        case nameMismatch
    }

    /// The result.
    public let finding: Finding
    /// One finding per TLSA record, in the given order.
    public let records: [RecordFinding]
    /// Whether the server's certificate has expired. Irrelevant for DANE-EE (D-44, RFC 7672 §3.1.1).
    public let isLeafExpired: Bool
    /// Whether the server's certificate is not valid yet. Irrelevant for DANE-EE (D-44, RFC 7672 §3.1.1).
    public let isLeafNotYetValid: Bool
    /// Whether one of our limits left out records, certificates or possible chains. Then only `authenticated` is
    /// certain. A failure holds only for what was judged.
    public let isCut: Bool
    /// Whether something could not be judged that may change the result (F-74): a certificate cannot be read, or GnuTLS
    /// does not know the kind of a key or signature on the way to a trust anchor. Then only `authenticated` is certain.
    public let isUndecided: Bool
    /// What decided, as one sentence for people without a full stop.
    public let reason: String

    /// Whether a failure is uncertain (`isCut`, `isUndecided`), so that nothing is known about the server. Never true
    /// for a success.
    public var isDoubtful: Bool {
        switch finding {
        case .authenticated, .noUsableRecords: false
        case .noMatch, .expired, .nameMismatch: isCut || isUndecided
        }
    }
}
