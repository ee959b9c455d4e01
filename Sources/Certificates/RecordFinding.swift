/// What became of one TLSA record in a judgement.
public struct RecordFinding: Sendable, Hashable {
    /// How far a record got, from the least to the most. The order is how close it came to authenticating the server;
    /// the raw values are fit for JSON.
    public enum Standing: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Malformed, or of a kind SMTP does not use (RFC 7672 §3.1.3, RFC 6698 §4.1).
        case unusable
        /// Not looked at: a stronger digest is present (RFC 7671 §9), or there are too many records.
        case setAside = "set-aside"
        /// No certificate of the chain has this content.
        case unmatched
        /// DANE-TA: the trust anchor is there, but no chain from it to the server's certificate is in order.
        case chainInvalid = "chain-invalid"
        /// DANE-TA: the chain is in order, but a certificate of it is not valid yet.
        case notYetValid = "not-yet-valid"
        /// DANE-TA: the chain is in order, but a certificate of it has expired.
        case expired
        /// DANE-TA: chain and dates are in order, but the server's certificate is for another name.
        case nameMismatch = "name-mismatch"
        /// DANE-TA: nothing is known to be wrong, and something cannot be told here: a certificate cannot be read, or a
        /// key or a signature is of a kind that GnuTLS does not know. Another library may know it.
        case undecided
        /// The record authenticates the server.
        case authenticates

        /// Whether `left` is further from authenticating than `right`.
        public static func < (left: Standing, right: Standing) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// How far the record got.
    public let standing: Standing
    /// How many links above the server's own certificate (0) the one stands that the record is about; nil if there is
    /// none.
    ///
    /// Counted along the verified chain, as OpenSSL does; if no such chain was found, it is the place in the presented
    /// list. It is also given for records that are set aside although they match. For a "2 1 0" record whose
    /// certificate is not presented it is the place of the topmost certificate, which the key has signed.
    public let depth: Int?
    /// One sentence fit for a person, without a full stop. Names in it come from the certificate, and are host names.
    public let explanation: String

    /// Whether the record could be used at all: neither malformed nor of a kind SMTP does not use.
    public var isUsable: Bool { standing != .unusable }
}
