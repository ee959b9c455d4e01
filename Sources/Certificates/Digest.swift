import CGnuTLS

/// Digests of bytes, by GnuTLS.
package enum Digest {
    /// The SHA-256 of some bytes: 32 bytes; none if GnuTLS refuses, which equals nothing.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(GNUTLS_DIG_SHA256, bytes[...]) }
}
