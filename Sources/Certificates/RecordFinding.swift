/// The result for one TLSA record in a judgement.
public struct RecordFinding: Sendable, Hashable {
    /// How close a record came to authenticating the server, in ascending order. The raw values are used in JSON.
    public enum Standing: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Malformed, or of a kind that SMTP does not use (D-50, RFC 7672 §3.1.3; T-04, T-05, RFC 6698 §4.1).
        case unusable
        /// Not used: there is a stronger digest (E-16, RFC 7671 §9), or there are too many records.
        case setAside = "set-aside"
        /// No certificate of the chain has this content.
        case unmatched
        /// DANE-TA: the trust anchor is there, but no chain from it to the server's certificate is valid.
        case chainInvalid = "chain-invalid"
        /// DANE-TA: the chain is valid, but one of its certificates is not valid yet.
        case notYetValid = "not-yet-valid"
        /// DANE-TA: the chain is valid, but one of its certificates has expired.
        case expired
        /// DANE-TA: chain and dates are valid, but the server's certificate is for another name.
        case nameMismatch = "name-mismatch"
        /// DANE-TA: nothing is known to be wrong, but something cannot be judged here (F-74): a certificate cannot be
        /// read, or GnuTLS does not know the kind of a key or signature. Another library may know it.
        case undecided
        /// The record authenticates the server.
        case authenticates

        /// Whether `left` is further from authenticating than `right`.
        public static func < (left: Standing, right: Standing) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// How close the record came.
    public let standing: Standing
    /// How many links the certificate that the record matches is above the server's own (0); nil if there is none.
    ///
    /// The links are counted along the verified chain, as in OpenSSL. If there is no such chain, it is the position in
    /// the presented list. Records that are set aside have it too if they match. For a "2 1 0" record whose certificate
    /// was not sent, it is the position of the topmost certificate, which the key signed.
    public let depth: Int?
    /// The reason as one sentence for people, without a full stop. The only names in it are host names from the
    /// certificate.
    public let explanation: String

    /// Whether the record is usable: neither malformed nor of a kind that SMTP does not use.
    public var isUsable: Bool { standing != .unusable }
}
