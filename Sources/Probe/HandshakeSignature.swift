import CGnuTLS

/// A host's signature on a handshake. It proves that the host has the key of the certificate that it shows.
///
/// GnuTLS checks it if it can read the certificate. This type is for when it cannot (``UnreadLeaf``, F-80).
struct HandshakeSignature {
    /// The SignatureScheme (RFC 8446 §4.2.3), which is the SignatureAndHashAlgorithm of RFC 5246 §7.4.1.4.1.
    let scheme: UInt16
    /// The signature.
    let bytes: [UInt8]
    /// What the signature covers.
    let content: [UInt8]
    private let isTLS13: Bool

    /// The signature in a CertificateVerify message of TLS 1.3 (RFC 8446 §4.4.3); nil if the message is malformed.
    ///
    /// - Parameters:
    ///   - body: The message without its header.
    ///   - transcript: The Transcript-Hash of all messages before it.
    init?(certificateVerify body: [UInt8], transcript: [UInt8]) {
        guard let (scheme, bytes) = Self.signed(body[...]) else { return nil }
        self.scheme = scheme
        self.bytes = bytes
        content =
            [UInt8](repeating: 0x20, count: 64) + Array("TLS 1.3, server CertificateVerify".utf8) + [0] + transcript
        isTLS13 = true
    }

    /// The signature in a ServerKeyExchange message of TLS 1.2 (RFC 5246 §7.4.3, RFC 8422 §5.4); nil if the message is
    /// malformed.
    ///
    /// - Parameters:
    ///   - body: The message without its header.
    ///   - isEphemeralDH: Whether the key exchange is DHE (over a finite field). If not, it is ECDHE (over a curve).
    ///   - randoms: The client's and the server's random, 64 bytes.
    init?(keyExchange body: [UInt8], isEphemeralDH: Bool, randoms: [UInt8]) {
        var rest = body[...]
        if isEphemeralDH {
            // dh_p, dh_g, dh_Ys.
            for _ in 0..<3 {
                guard Self.part(&rest, lengthBytes: 2) != nil else { return nil }
            }
        } else {
            // The curve type (named curve), the number of the curve, then the point.
            guard rest.first == 3, rest.count > 3 else { return nil }
            rest = rest.dropFirst(3)
            guard Self.part(&rest, lengthBytes: 1) != nil else { return nil }
        }
        guard let (scheme, bytes) = Self.signed(rest) else { return nil }
        self.scheme = scheme
        self.bytes = bytes
        content = randoms + body[..<rest.startIndex]
        isTLS13 = false
    }

    /// Checks whether the key of a certificate made the signature.
    ///
    /// - Parameter info: The certificate's SubjectPublicKeyInfo in DER.
    func verdict(by info: [UInt8]) -> LeafKey.Verdict {
        // A host must not use a scheme that was not offered (RFC 8446 §4.4.3, RFC 5246 §7.4.3).
        guard let algorithm else { return .invalid }
        guard let key = try? LeafKey(info: info[...]) else { return .unknown }
        return key.verdict(on: bytes, over: content, algorithm)
    }

    /// GnuTLS's name of the scheme, if it is one of those that are offered (``GnuTLSDefaults``).
    private var algorithm: gnutls_sign_algorithm_t? {
        switch scheme {
        // TLS 1.3 binds each of these to a curve.
        case 0x0403: isTLS13 ? GNUTLS_SIGN_ECDSA_SECP256R1_SHA256 : GNUTLS_SIGN_ECDSA_SHA256
        case 0x0503: isTLS13 ? GNUTLS_SIGN_ECDSA_SECP384R1_SHA384 : GNUTLS_SIGN_ECDSA_SHA384
        case 0x0603: isTLS13 ? GNUTLS_SIGN_ECDSA_SECP521R1_SHA512 : GNUTLS_SIGN_ECDSA_SHA512
        case 0x0807: GNUTLS_SIGN_EDDSA_ED25519
        case 0x0808: GNUTLS_SIGN_EDDSA_ED448
        case 0x0809: GNUTLS_SIGN_RSA_PSS_SHA256
        case 0x080A: GNUTLS_SIGN_RSA_PSS_SHA384
        case 0x080B: GNUTLS_SIGN_RSA_PSS_SHA512
        case 0x0804: GNUTLS_SIGN_RSA_PSS_RSAE_SHA256
        case 0x0805: GNUTLS_SIGN_RSA_PSS_RSAE_SHA384
        case 0x0806: GNUTLS_SIGN_RSA_PSS_RSAE_SHA512
        // RFC 8446 §4.2.3: not allowed in the handshake of TLS 1.3.
        case 0x0401 where !isTLS13: GNUTLS_SIGN_RSA_SHA256
        case 0x0501 where !isTLS13: GNUTLS_SIGN_RSA_SHA384
        case 0x0601 where !isTLS13: GNUTLS_SIGN_RSA_SHA512
        default: nil
        }
    }

    /// Scheme and signature, if they fill the bytes exactly.
    private static func signed(_ bytes: ArraySlice<UInt8>) -> (scheme: UInt16, signature: [UInt8])? {
        guard bytes.count >= 2 else { return nil }
        let scheme = bytes.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
        var rest = bytes.dropFirst(2)
        guard let signature = part(&rest, lengthBytes: 2), rest.isEmpty else { return nil }
        return (scheme, Array(signature))
    }

    /// A part after its length.
    private static func part(_ rest: inout ArraySlice<UInt8>, lengthBytes: Int) -> ArraySlice<UInt8>? {
        let length = rest.prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= lengthBytes + length else { return nil }
        rest = rest.dropFirst(lengthBytes)
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }
}
