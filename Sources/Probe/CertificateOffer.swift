/// The kinds of server certificate that a probe says it accepts. A host with one of each kind chooses by this (F-09,
/// F-57).
///
/// TLS 1.3 and 1.2 tell it by signature algorithm (RFC 8446 §4.2.3), TLS 1.2 also by cipher suite (RFC 5246 §7.4.2).
public enum CertificateOffer: String, Hashable, Sendable, CaseIterable {
    /// All kinds, ECDSA before RSA, as an MTA with OpenSSL offers them.
    case any
    /// Only certificates with an RSA key.
    case rsaOnly = "rsa-only"
    /// Only certificates with an ECDSA key.
    case ecdsaOnly = "ecdsa-only"
}
