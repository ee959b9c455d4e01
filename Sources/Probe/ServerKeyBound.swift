import CGnuTLS
import Glibc

/// The bound on the key that a host signs its handshake with, checked before GnuTLS works with it.
///
/// GnuTLS sets no limit to RSA keys: a certificate of 16 KB holds one with a modulus and an exponent of 65,536 bits, whose
/// one signature takes 20 s of computing in a single call, which no timer interrupts; one of half a million bits takes
/// hours. The bounds are OpenSSL's, like those of `Certificates`: a modulus of 16,384 bits, and an exponent of 64 bits
/// for moduli above 3,072; and the 3,072 bits of FIPS 186-4 for DSA.
enum ServerKeyBound {
    /// What is beyond the bound in the certificate message of a handshake, whose header is cut off (RFC 5246 §7.4.2,
    /// RFC 8446 §4.4.2); a sentence.
    ///
    /// - Returns: nil if nothing is, or if the message cannot be read, which is left to GnuTLS to say.
    static func excess(in message: UnsafeRawBufferPointer, isTLS13: Bool) -> String? {
        var rest = message[...]
        if isTLS13 {
            guard let context = rest.popFirst() else { return nil }
            rest = rest.dropFirst(Int(context))
        }
        // The length of the list, then that of its first certificate.
        let length = rest.dropFirst(3).prefix(3).reduce(0) { $0 << 8 | Int($1) }
        let certificate = UnsafeRawBufferPointer(rebasing: rest.dropFirst(6))
        guard length > 0, length <= certificate.count else { return nil }
        return excess(inKeyOf: UnsafeRawBufferPointer(rebasing: certificate.prefix(length)))
    }

    private static func excess(inKeyOf der: UnsafeRawBufferPointer) -> String? {
        var certificate: gnutls_x509_crt_t?
        guard gnutls_x509_crt_init(&certificate) == GNUTLS_E_SUCCESS, let certificate else { return "memory is short" }
        defer { gnutls_x509_crt_deinit(certificate) }
        var key: gnutls_pubkey_t?
        guard gnutls_pubkey_init(&key) == GNUTLS_E_SUCCESS, let key else { return "memory is short" }
        defer { gnutls_pubkey_deinit(key) }
        // GnuTLS only reads the bytes, and copies what it keeps.
        var datum = gnutls_datum_t(
            data: UnsafeMutablePointer(mutating: der.assumingMemoryBound(to: UInt8.self).baseAddress),
            size: UInt32(der.count))
        guard gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS,
            gnutls_pubkey_import_x509(key, certificate, 0) == GNUTLS_E_SUCCESS
        else { return nil }
        var bits: UInt32 = 0
        let algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits)
        var modulus = gnutls_datum_t()
        var exponent = gnutls_datum_t()
        if gnutls_pubkey_export_rsa_raw2(key, &modulus, &exponent, UInt32(GNUTLS_EXPORT_FLAG_NO_LZ.rawValue)) >= 0 {
            defer {
                free(modulus.data)
                free(exponent.data)
            }
            guard bits > 16_384 || (bits > 3072 && exponent.size > 8) else { return nil }
            return "the host's RSA key of \(bits) bits, its exponent of \(exponent.size * 8), is too large to be tried"
        }
        let isTooLarge = bits > (algorithm == CInt(GNUTLS_PK_DSA.rawValue) ? 3072 : 16_384)
        return isTooLarge ? "the host's key of \(bits) bits is too large to be tried" : nil
    }
}
