import CGnuTLS

/// The certificates that a store's chain has to end at. Any number of sessions may use it at once.
package final class StoreTrust: @unchecked Sendable {
    // @unchecked: the handle is only read after `init`, and any number of GnuTLS sessions may read it at once (GnuTLS
    // manual, "Thread safety").

    /// The most bytes of a file of certificates.
    package static let maximumSize = 1 << 20

    /// The credentials. Sessions keep this object as long as they use them.
    let credentials: gnutls_certificate_credentials_t
    /// How many certificates there are.
    package let count: Int

    /// Trust in the certificates of a text in PEM, and in no others.
    ///
    /// - Throws: If it holds no certificate, or one that cannot be read.
    package init(pem: [UInt8]) throws(StoreTLSError) {
        guard pem.count <= Self.maximumSize else {
            throw StoreTLSError("the certificates have more than \(Self.maximumSize) bytes")
        }
        var handle: gnutls_certificate_credentials_t?
        let allocated = gnutls_certificate_allocate_credentials(&handle)
        guard allocated == GNUTLS_E_SUCCESS, let handle else { throw StoreTLSError(code: allocated) }
        let loaded = pem.withUnsafeBufferPointer { buffer in
            // GnuTLS takes a mutable pointer, but only reads.
            var datum = gnutls_datum_t(
                data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count))
            return gnutls_certificate_set_x509_trust_mem(handle, &datum, GNUTLS_X509_FMT_PEM)
        }
        guard loaded > 0 else {
            gnutls_certificate_free_credentials(handle)
            throw StoreTLSError(loaded == 0 ? "there is no certificate" : StoreTLSError(code: loaded).description)
        }
        credentials = handle
        count = Int(loaded)
    }

    deinit { gnutls_certificate_free_credentials(credentials) }

    /// What sessions speak: TLS 1.3 and 1.2, with the suites that GnuTLS thinks good.
    static let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
}
