import CGnuTLS
import NIOCore

/// Watches a handshake, and checks the host's signature if GnuTLS stops because it cannot read the leaf (F-80).
///
/// It keeps what the signature covers: in TLS 1.3 the messages up to the certificates (RFC 8446 §4.4.1); in TLS 1.2 the
/// two randoms and the server's messages that contain the signature (RFC 5246 §7.4.3). If GnuTLS can read the leaf, it
/// keeps nothing.
struct HandshakeWitness {
    /// What is known about the host's key.
    enum Finding {
        /// More bytes must come from the host.
        case incomplete
        /// The host has the key of the certificate that it shows.
        case proven
        /// There is no signature to check (RSA key exchange), or GnuTLS cannot check it.
        case unproven
        /// The signature was not made by the key, or it is missing where it is required.
        case refuted
        /// GnuTLS stopped before the signature, which nothing else can decrypt.
        case unseen
    }

    /// The certificates, if GnuTLS cannot read the first of them.
    private(set) var unread: UnreadLeaf?

    private var isOver = false
    private var messages: [UInt8] = []
    /// Where the first ClientHello ends in `messages`, if the host asked for a second one.
    private var retriedAt: Int?
    private var clientRandom: [UInt8] = []
    private var serverRandom: [UInt8] = []
    /// The number of the cipher suite that the host chose; nil until it has.
    private(set) var suite: (UInt8, UInt8)?
    private var certificateVerify: [UInt8]?
    private var flight = ServerFlight()

    /// Adds bytes from the host, still encrypted where TLS encrypts them.
    mutating func receive(_ bytes: ByteBuffer) {
        if !isOver { flight.receive(bytes) }
    }

    /// Adds a handshake message, without its header, on its way to or from GnuTLS.
    mutating func note(_ type: gnutls_handshake_description_t, _ body: UnsafeRawBufferPointer) {
        guard !isOver else { return }
        if unread != nil {
            if type == GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY { certificateVerify = Array(body) }
            return
        }
        // Version, then random.
        if type == GNUTLS_HANDSHAKE_CLIENT_HELLO { clientRandom = Array(body.dropFirst(2).prefix(32)) }
        if type == GNUTLS_HANDSHAKE_SERVER_HELLO {
            serverRandom = Array(body.dropFirst(2).prefix(32))
            // The session id, after its length, comes before the suite.
            let rest = body.dropFirst(34)
            let number = Array(rest.dropFirst(1 + Int(rest.first ?? 0)).prefix(2))
            if number.count == 2 { suite = (number[0], number[1]) }
        }
        if type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST, retriedAt == nil { retriedAt = messages.count }
        // RFC 8446 §4.1.4: on the wire, a HelloRetryRequest is a ServerHello.
        let number = type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST ? GNUTLS_HANDSHAKE_SERVER_HELLO : type
        messages += [UInt8(truncatingIfNeeded: number.rawValue)]
        messages += (0..<3).reversed().map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
        messages += body
    }

    /// Notes how the host's certificates look. Their message has been added just before.
    ///
    /// - Parameter leaf: What GnuTLS cannot read; nil if it can.
    mutating func certificates(_ leaf: UnreadLeaf?, isTLS13: Bool) {
        unread = leaf
        // TLS 1.3 encrypts what follows, so it comes decrypted from GnuTLS instead.
        if leaf == nil || isTLS13 { flight = ServerFlight() }
        guard leaf == nil else { return }
        isOver = true
        messages = []
    }

    /// What the host has proven in TLS 1.3.
    ///
    /// - Parameter digest: The hash of the cipher suite.
    func findingOfTLS13(_ digest: gnutls_digest_algorithm_t) -> Finding {
        guard let certificateVerify else { return .unseen }
        guard let transcript = transcript(digest) else { return .unproven }
        return finding(HandshakeSignature(certificateVerify: certificateVerify, transcript: transcript))
    }

    /// What the host has proven in TLS 1.2.
    func findingOfTLS12(_ keyExchange: gnutls_kx_algorithm_t) -> Finding {
        switch flight.keyExchange {
        case .incomplete: return .incomplete
        // RFC 5246 §8.1.1: with RSA key exchange, decryption is the proof, and the handshake has ended before that.
        case .absent: return keyExchange == GNUTLS_KX_RSA ? .unproven : .refuted
        case .message(let body):
            return finding(
                HandshakeSignature(
                    keyExchange: body, isEphemeralDH: keyExchange == GNUTLS_KX_DHE_RSA,
                    randoms: clientRandom + serverRandom))
        }
    }

    private func finding(_ signature: HandshakeSignature?) -> Finding {
        guard let signature, let unread else { return .refuted }
        return switch signature.verdict(by: unread.key) {
        case .valid: .proven
        case .invalid: .refuted
        case .unknown: .unproven
        }
    }

    /// The Transcript-Hash (RFC 8446 §4.4.1); nil if GnuTLS does not know the hash.
    private func transcript(_ digest: gnutls_digest_algorithm_t) -> [UInt8]? {
        guard let retriedAt else { return Self.hash(messages[...], digest) }
        guard let first = Self.hash(messages[..<retriedAt], digest) else { return nil }
        // A message of type message_hash(254).
        return Self.hash([254, 0, 0, UInt8(first.count)] + first + messages[retriedAt...], digest)
    }

    private static func hash(_ bytes: ArraySlice<UInt8>, _ digest: gnutls_digest_algorithm_t) -> [UInt8]? {
        var hash = [UInt8](repeating: 0, count: Int(gnutls_hash_get_len(digest)))
        guard !hash.isEmpty else { return nil }
        let code = bytes.withUnsafeBytes { gnutls_hash_fast(digest, $0.baseAddress, $0.count, &hash) }
        return code == GNUTLS_E_SUCCESS ? hash : nil
    }
}
