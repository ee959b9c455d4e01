/// Whether a certificate chain authenticates an SMTP server according to its TLSA records (RFC 7672 §3), and why.
///
/// The value says what is so; what follows for mail is decided elsewhere.
public struct CertificateJudgement: Sendable, Hashable {
    /// What came out.
    public enum Finding: Sendable, Hashable {
        /// The server is authenticated by the record with this offset in the TLSA set; `depth` is 0 for the server's
        /// own certificate, 1 for its issuer, and so on (see `RecordFinding.depth`).
        case authenticated(record: Int, depth: Int)
        /// RFC 7672 §2.2: there is no record that can be used. TLS is mandatory, authentication is not possible.
        case noUsableRecords
        /// No record matches, or the chain below a matching trust anchor is not in order, or not valid yet.
        case noMatch
        /// A DANE-TA record matches, its chain is in order, but has expired.
        case expired
        /// A DANE-TA record matches, chain and dates are in order, but no name of the certificate is a reference name.
        case nameMismatch
    }

    /// What came out.
    public let finding: Finding
    /// One for each TLSA record, in the order given.
    public let records: [RecordFinding]
    /// Whether the server's certificate ended before the date. Of no consequence under DANE-EE (RFC 7672 §3.1.1).
    public let isLeafExpired: Bool
    /// Whether the server's certificate begins after the date. Of no consequence under DANE-EE (RFC 7672 §3.1.1).
    public let isLeafNotYetValid: Bool
    /// Whether a bound of ours left records, certificates or possible chains out. Then only `authenticated` is a fact;
    /// a failure is one of what was looked at.
    public let isCut: Bool
    /// Whether something could not be judged that may make the difference: a certificate cannot be read, or a key or a
    /// signature on the way to a trust anchor is of a kind that GnuTLS does not know. Then only `authenticated` is a
    /// fact.
    public let isUndecided: Bool
    /// One sentence for a person, without a full stop: what decided.
    public let reason: String

    /// Whether a failure is none for certain (`isCut`, `isUndecided`): nothing is known of the server then. A success
    /// is one.
    public var isDoubtful: Bool {
        switch finding {
        case .authenticated, .noUsableRecords: false
        case .noMatch, .expired, .nameMismatch: isCut || isUndecided
        }
    }
}
