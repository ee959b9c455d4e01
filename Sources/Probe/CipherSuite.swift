import CGnuTLS

/// Names of cipher suites.
enum CipherSuite {
    /// The IANA name of a cipher suite, given the two bytes of its number; nil if GnuTLS does not know it.
    ///
    /// GnuTLS's own names for suites of TLS 1.2 lack the `WITH`.
    static func name(_ number: (UInt8, UInt8)) -> String? {
        var id: (UInt8, UInt8) = (0, 0)
        for index in 0... {
            let name = withUnsafeMutableBytes(of: &id) {
                gnutls_cipher_suite_info(
                    index, $0.assumingMemoryBound(to: UInt8.self).baseAddress, nil, nil, nil, nil)
            }
            guard let name else { return nil }
            guard id == number else { continue }
            let text = String(cString: name)
            let exchange = ["TLS_ECDHE_ECDSA_", "TLS_ECDHE_RSA_", "TLS_DHE_RSA_", "TLS_RSA_"].first {
                text.hasPrefix($0)
            }
            return exchange.map { "\($0)WITH_\(text.dropFirst($0.count))" } ?? text
        }
        return nil
    }
}
