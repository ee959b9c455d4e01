import CGnuTLS
import ClientTLS
import Glibc

/// What a store's certificate must be for, and where its chain must end: the sole owner of what GnuTLS keeps pointers
/// to. It lives as long as the session (``TLSEngine``).
final class StoreExpectation {
    private let trust: StoreTrust
    private let name: UnsafeMutablePointer<CChar>
    private let purpose: UnsafeMutablePointer<CChar>
    private let expected: UnsafeMutablePointer<gnutls_typed_vdata_st>

    /// The expectation of a name or an IP address, and of a server's purpose.
    init(host: String, trust: StoreTrust) {
        self.trust = trust
        name = strdup(host)
        // id-kp-serverAuth (RFC 5280 §4.2.1.12).
        purpose = strdup("1.3.6.1.5.5.7.3.1")
        expected = .allocate(capacity: 2)
        expected[0] = gnutls_typed_vdata_st(type: GNUTLS_DT_DNS_HOSTNAME, data: nil, size: 0)
        expected[0].data = UnsafeMutableRawPointer(name).assumingMemoryBound(to: UInt8.self)
        expected[1] = gnutls_typed_vdata_st(type: GNUTLS_DT_KEY_PURPOSE_OID, data: nil, size: 0)
        expected[1].data = UnsafeMutableRawPointer(purpose).assumingMemoryBound(to: UInt8.self)
    }

    deinit {
        expected.deallocate()
        free(name)
        free(purpose)
    }

    /// Makes the handshake fail unless the chain, the name, the dates and the purpose are right.
    ///
    /// - Parameter engine: A session that keeps this object.
    /// - Throws: If memory is short.
    func demand(of engine: TLSEngine) throws(GnuTLSError) {
        try GnuTLSError.check(
            gnutls_credentials_set(
                engine.handle, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(trust.credentials)))
        gnutls_session_set_verify_cert2(engine.handle, expected, 2, 0)
    }
}
