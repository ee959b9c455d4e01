/// Which kinds of server certificate a probe says that it takes: a host that has one of each kind chooses by that.
///
/// TLS 1.3 and 1.2 say it by signature algorithm (RFC 8446 §4.2.3), TLS 1.2 by cipher suite too (RFC 5246 §7.4.2).
public enum CertificateOffer: String, Hashable, Sendable, CaseIterable {
    /// All kinds, ECDSA before RSA: what an MTA with OpenSSL offers.
    case any
    /// Certificates with an RSA key alone.
    case rsaOnly = "rsa-only"
    /// Certificates with an ECDSA key alone.
    case ecdsaOnly = "ecdsa-only"
}
