import CGnuTLS
import ClientTLS
import NIOCore

/// The TLS of a probe. It verifies nothing, and keeps the chain that the host presents.
///
/// A host may send 512 KB until the handshake is complete, certificates included, and as much again after it, whether
/// it is data or not (F-128).
final class ProbeTLSSession: TLSClient {
    static let maximumHandshake = 512 << 10
    static let maximumAfterHandshake: Int? = 512 << 10
    /// The most certificates that are kept of a host. It is one more than are judged, so that an excess is noticed.
    static let maximumChainCount = 129
    /// The most bytes in all certificates of a host: as many as OpenSSL, and so Postfix, accepts. GnuTLS reads them on
    /// the thread of the probes, and its time grows faster than their size: 230 KB of names took two seconds.
    static let maximumChainBytes = 100 << 10

    let engine: TLSEngine
    /// What in the host's certificate exceeds one of our limits.
    private var certificateExcess: String?
    private var witness = HandshakeWitness()
    /// Whether GnuTLS has stopped because it cannot read the leaf.
    private var hasStopped = false

    /// A session that is ready for its handshake.
    ///
    /// - Parameters:
    ///   - serverName: The name for SNI, without a trailing dot. nil sends no SNI.
    ///   - offer: The kinds of certificate to offer.
    ///   - withCCM: Whether to offer AES-128-CCM as well (``GnuTLSDefaults``).
    /// - Throws: If GnuTLS cannot make the session, because memory is short or it refuses the name.
    init(serverName: String?, offer: CertificateOffer = .any, withCCM: Bool = true) throws(TLSFailure) {
        do throws(GnuTLSError) {
            // D-61, RFC 7672 §8.1; E-20, RFC 7671 §10.2.
            engine = try TLSEngine(serverName: serverName, maximumMessage: Self.maximumChainBytes, withTickets: false)
            try GnuTLSError.check(
                gnutls_priority_set(raw, GnuTLSDefaults.shared.priority(for: offer, withCCM: withCCM)))
            gnutls_dh_set_prime_bits(raw, GnuTLSDefaults.minimumPrimeBits)
            try GnuTLSError.check(
                gnutls_credentials_set(
                    raw, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(GnuTLSDefaults.shared.credentials)))
        } catch {
            throw TLSFailure(code: error.code)
        }
        // Unretained: GnuTLS calls the hook in a call of ours only.
        gnutls_session_set_ptr(raw, Unmanaged.passUnretained(self).toOpaque())
        // GNUTLS_HANDSHAKE_ANY, which Swift does not import.
        gnutls_handshake_set_hook_function(raw, .max, GNUTLS_HOOK_PRE, inspect)
    }

    private var raw: gnutls_session_t { engine.handle }

    static func excess(_ limit: Int) -> TLSEvent { .refused("the host sent more than \(limit) bytes of TLS") }

    func receive(_ bytes: ByteBuffer) {
        engine.receive(bytes)
        witness.receive(bytes)
    }

    /// Continues the handshake as far as the input allows. If GnuTLS cannot read the host's certificate and has
    /// stopped, it ends with what was seen until then (F-80).
    func handshake() -> TLSProgress<TLSEvent> {
        if hasStopped { return shown() }
        switch engine.handshake() {
        case .incomplete: return .incomplete
        case .complete: return .complete
        case .over(.oddities): return .over(Self.warnings)
        case .over(.code(let code)):
            if let why = certificateExcess ?? handshakeExcess(code) ?? excess(code) {
                gnutls_alert_send_appropriate(raw, code)
                return .over(.refused(why))
            }
            // An alert is the host's own answer, so it counts as a failure.
            guard witness.unread != nil, code != GNUTLS_E_FATAL_ALERT_RECEIVED else {
                return .over(.failed(failure(code)))
            }
            hasStopped = true
            return shown()
        }
    }

    func read() -> TLSRead<TLSEvent> {
        let read = engine.read { code in
            guard code == GNUTLS_E_REHANDSHAKE else { return }
            // RFC 5246 §7.4.1.1: a client may refuse to renegotiate.
            gnutls_alert_send(raw, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION)
        }
        return read.ending { fault in
            guard case .code(let code) = fault else { return Self.warnings }
            guard let why = excess(code) else { return .failed(failure(code)) }
            gnutls_alert_send_appropriate(raw, code)
            return .refused(why)
        }
    }

    func write(_ bytes: ByteBuffer) -> TLSEvent? { engine.write(bytes).map { .failed(failure($0)) } }

    func tellEstablished(_ context: ChannelHandlerContext) -> TLSEvent? {
        do throws(TLSFailure) {
            context.fireUserInboundEventTriggered(TLSEvent.established(try negotiated()))
            return nil
        } catch {
            return .failed(error)
        }
    }

    func tellEnded(_ context: ChannelHandlerContext) { context.fireUserInboundEventTriggered(TLSEvent.ended) }

    func tellOver(_ end: TLSEvent, _ context: ChannelHandlerContext) { context.fireUserInboundEventTriggered(end) }

    /// The result of a complete handshake.
    ///
    /// - Throws: If the host sent no certificate.
    private func negotiated() throws(TLSFailure) -> ProbeReport.TLSSession {
        var count: UInt32 = 0
        // GnuTLS owns the list, and keeps it as long as the session.
        guard let list = gnutls_certificate_get_peers(raw, &count), count > 0 else {
            throw .noCertificate
        }
        let certificates = UnsafeBufferPointer(start: list, count: min(Int(count), Self.maximumChainCount))
        return session(certificates.map { Array(UnsafeBufferPointer(start: $0.data, count: Int($0.size))) })
    }

    /// The result if GnuTLS cannot read the leaf (F-80).
    private func shown() -> TLSProgress<TLSEvent> {
        guard let unread = witness.unread else { return .incomplete }
        let finding =
            isTLS13 ? witness.findingOfTLS13(gnutls_prf_hash_get(raw)) : witness.findingOfTLS12(gnutls_kx_get(raw))
        if finding == .incomplete { return .incomplete }
        gnutls_alert_send(raw, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE)
        return switch finding {
        case .refuted: .over(.failed(.unsigned))
        case .unseen: .over(.refused("GnuTLS does not read the host's certificate: \(unread.fault)"))
        case .proven, .unproven, .incomplete:
            .over(
                .established(
                    session(unread.chain, unread: .init(fault: unread.fault, isProven: finding == .proven))))
        }
    }

    private func session(
        _ chain: [[UInt8]], unread: ProbeReport.TLSSession.Unread? = nil
    ) -> ProbeReport.TLSSession {
        ProbeReport.TLSSession(
            protocolVersion: gnutls_protocol_get_name(gnutls_protocol_get_version(raw)).map { String(cString: $0) }
                ?? "unknown",
            // GnuTLS has the name only once the handshake is complete.
            cipherSuite: gnutls_ciphersuite_get(raw).map { String(cString: $0) }
                ?? witness.suite.flatMap { CipherSuite.name($0) } ?? "unknown",
            group: gnutls_group_get_name(gnutls_group_get(raw)).map { String(cString: $0) },
            chain: chain, unread: unread)
    }

    private var isTLS13: Bool { gnutls_protocol_get_version(raw) == GNUTLS_TLS1_3 }

    /// The sentence for a handshake message that is too long; nil for any other code.
    private func handshakeExcess(_ code: Int32) -> String? {
        code == GNUTLS_E_HANDSHAKE_TOO_LARGE
            ? "the host sent a handshake message of more than \(Self.maximumChainBytes) bytes" : nil
    }

    /// The sentence for what only GnuTLS refuses (F-128): more than eight KeyUpdates per second, endless empty records
    /// and, in TLS 1.3, the warning alert user_canceled (RFC 8446 §6.1), which OpenSSL ignores. How the MTA would treat
    /// the host is unknown. nil for any other code.
    private func excess(_ code: Int32) -> String? {
        switch code {
        case GNUTLS_E_FATAL_ALERT_RECEIVED where isTLS13 && gnutls_alert_get(raw) == GNUTLS_A_USER_CANCELED:
            "the host sent the TLS alert 90, \"User canceled\", and went on"
        case GNUTLS_E_TOO_MANY_EMPTY_PACKETS: "the host sent too many empty TLS records"
        case GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS: "the host sent too many TLS handshake messages"
        default: nil
        }
    }

    private static let warnings = TLSEvent.refused("the host keeps sending TLS warnings")

    /// Explains a fatal code, and leaves the right alert in the output.
    private func failure(_ code: Int32) -> TLSFailure {
        engine.answer(code).map { TLSFailure(alert: $0) } ?? TLSFailure(code: code)
    }

    /// Looks at a handshake message.
    ///
    /// - Returns: Whether GnuTLS may continue with it.
    fileprivate func sees(
        _ type: gnutls_handshake_description_t, _ body: UnsafeRawBufferPointer, isIncoming: Bool
    ) -> Bool {
        witness.note(type, body)
        guard type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT, isIncoming else { return true }
        switch CertificateMessage.inspect(body, isTLS13: isTLS13) {
        case .excess(let why):
            certificateExcess = why
            return false
        case .unread(let leaf): witness.certificates(leaf, isTLS13: isTLS13)
        case .fine: witness.certificates(nil, isTLS13: isTLS13)
        }
        // D-44, RFC 7672 §3.1.1: under DANE-EE only the match counts, not even the key usage. This mode makes GnuTLS
        // ignore it.
        // F-85: if the priorities switched the mode on, the ClientHello would lack the extended master secret (RFC
        // 7627), which some hosts require.
        gnutls_session_enable_compatibility_mode(raw)
        return true
    }
}

/// GnuTLS's hook function. GnuTLS calls it with a handshake message that it has made, or has received and not read yet.
/// The session pointer is the session.
private func inspect(
    _ raw: gnutls_session_t?, _ type: UInt32, _ when: UInt32, _ isIncoming: UInt32,
    _ message: UnsafePointer<gnutls_datum_t>?
) -> Int32 {
    guard let message, let pointer = gnutls_session_get_ptr(raw) else { return GNUTLS_E_SUCCESS }
    let session = Unmanaged<ProbeTLSSession>.fromOpaque(pointer).takeUnretainedValue()
    let body = UnsafeRawBufferPointer(start: message.pointee.data, count: Int(message.pointee.size))
    let mayGoOn = session.sees(gnutls_handshake_description_t(type), body, isIncoming: isIncoming != 0)
    return mayGoOn ? GNUTLS_E_SUCCESS : GNUTLS_E_CERTIFICATE_ERROR
}
