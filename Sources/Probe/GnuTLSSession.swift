import CGnuTLS
import Glibc
import NIOCore

/// A TLS client session of GnuTLS over byte buffers. Bytes from the host go in with `receive`, and bytes to send come
/// out with `takeOutput`. It never blocks, opens nothing and verifies nothing.
///
/// Only one thread at a time may use a session. GnuTLS only reads what sessions share.
final class GnuTLSSession {
    /// The state of a handshake.
    enum Progress {
        /// It needs more bytes from the host.
        case incomplete
        /// It is complete.
        case complete
        /// It failed. Our alert is in the output.
        case failed(TLSFailure)
        /// One of our limits was reached, which says nothing about the host. The text is a sentence.
        case refused(String)
        /// GnuTLS cannot read the host's certificate and has stopped (F-80). The session has what was seen until then,
        /// and the alert is in the output.
        case shown(ProbeReport.TLSSession)
    }

    /// The result of a read.
    enum Read {
        /// Bytes from the host, decrypted.
        case bytes(ByteBuffer)
        /// Nothing until more bytes come from the host.
        case incomplete
        /// The host closed the session properly.
        case ended
        /// The session broke.
        case failed(TLSFailure)
        /// One of our limits or of GnuTLS's was reached, which says nothing about the host's TLS. The text is a
        /// sentence.
        case refused(String)
    }

    /// The most certificates that are kept of a host. It is one more than are judged, so that an excess is noticed.
    static let maximumChainCount = 129
    /// The most bytes in all certificates of a host: as many as OpenSSL, and so Postfix, accepts. GnuTLS reads them on
    /// the thread of the probes, and its time grows faster than their size: 230 KB of names took two seconds.
    static let maximumChainBytes = 100 << 10
    /// How many results that are neither data nor an end are accepted in one call (warnings, renegotiation requests).
    private static let maximumOddities = 32

    /// The handle. `deinit` frees it, and it never leaves this type.
    private let raw: gnutls_session_t
    private var input = ByteBuffer()
    private var output = ByteBuffer()
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
        var handle: gnutls_session_t?
        let flags =
            GNUTLS_CLIENT.rawValue | GNUTLS_NONBLOCK.rawValue | GNUTLS_NO_SIGNAL.rawValue
            | GNUTLS_NO_TICKETS.rawValue
        let code = gnutls_init(&handle, flags)
        guard code == GNUTLS_E_SUCCESS, let handle else { throw TLSFailure(code: code) }
        raw = handle
        try check(gnutls_priority_set(raw, GnuTLSDefaults.shared.priority(for: offer, withCCM: withCCM)))
        gnutls_dh_set_prime_bits(raw, GnuTLSDefaults.minimumPrimeBits)
        try check(
            gnutls_credentials_set(
                raw, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(GnuTLSDefaults.shared.credentials)))
        if let serverName {
            // D-61, RFC 7672 §8.1; E-20, RFC 7671 §10.2. GnuTLS copies the name.
            let name = Array(serverName.utf8)
            try check(gnutls_server_name_set(raw, GNUTLS_NAME_DNS, name, name.count))
        }
        // This limits each handshake message. The one with the certificates is the longest.
        gnutls_handshake_set_max_packet_length(raw, Self.maximumChainBytes)
        gnutls_session_set_ptr(raw, Unmanaged.passUnretained(self).toOpaque())
        // GNUTLS_HANDSHAKE_ANY, which Swift does not import.
        gnutls_handshake_set_hook_function(raw, .max, GNUTLS_HOOK_PRE, inspect)
        // The dialogue's timer covers the handshake. GnuTLS's own timer would need a function that waits for input.
        gnutls_handshake_set_timeout(raw, 0)
        // Unretained: the session lives longer than its handle.
        gnutls_transport_set_ptr(raw, Unmanaged.passUnretained(self).toOpaque())
        gnutls_transport_set_push_function(raw, push)
        gnutls_transport_set_pull_function(raw, pull)
    }

    deinit { gnutls_deinit(raw) }

    /// Adds bytes from the host.
    func receive(_ bytes: ByteBuffer) {
        input.discardReadBytes()
        input.writeImmutableBuffer(bytes)
        witness.receive(bytes)
    }

    /// Returns the bytes to send; nil if there are none.
    func takeOutput() -> ByteBuffer? {
        guard output.readableBytes > 0 else { return nil }
        defer { output = ByteBuffer() }
        return output
    }

    /// Continues the handshake as far as the input allows.
    func handshake() -> Progress {
        if hasStopped { return shown() }
        var oddities = 0
        while oddities < Self.maximumOddities {
            let before = input.readableBytes
            let code = gnutls_handshake(raw)
            if code == GNUTLS_E_SUCCESS { return .complete }
            if code == GNUTLS_E_AGAIN {
                if isStuck(since: before) { return .incomplete }
                continue
            }
            if let certificateExcess {
                gnutls_alert_send_appropriate(raw, code)
                return .refused(certificateExcess)
            }
            if code == GNUTLS_E_HANDSHAKE_TOO_LARGE {
                gnutls_alert_send_appropriate(raw, code)
                return .refused("the host sent a handshake message of more than \(Self.maximumChainBytes) bytes")
            }
            if let excess = excess(code) {
                gnutls_alert_send_appropriate(raw, code)
                return .refused(excess)
            }
            if gnutls_error_is_fatal(code) != 0 {
                // An alert is the host's own answer, so it counts as a failure.
                guard witness.unread != nil, code != GNUTLS_E_FATAL_ALERT_RECEIVED else { return .failed(fail(code)) }
                hasStopped = true
                return shown()
            }
            oddities += 1
        }
        return .refused(Self.warnings)
    }

    /// Reads decrypted bytes, at most one record.
    func read() -> Read {
        var bytes = ByteBuffer()
        var oddities = 0
        while oddities < Self.maximumOddities {
            let before = input.readableBytes
            var result = 0
            bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 16 << 10) { target in
                result = gnutls_record_recv(raw, target.baseAddress, target.count)
                return max(0, result)
            }
            if result > 0 { return .bytes(bytes) }
            if result == 0 { return .ended }
            let code = Int32(truncatingIfNeeded: result)
            switch code {
            case GNUTLS_E_AGAIN:
                if isStuck(since: before) { return .incomplete }
                continue
            case GNUTLS_E_REHANDSHAKE:
                // RFC 5246 §7.4.1.1: a client may refuse to renegotiate.
                gnutls_alert_send(raw, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION)
            default:
                if let excess = excess(code) {
                    gnutls_alert_send_appropriate(raw, code)
                    return .refused(excess)
                }
                guard gnutls_error_is_fatal(code) == 0 else { return .failed(fail(code)) }
            }
            oddities += 1
        }
        return .refused(Self.warnings)
    }

    /// Encrypts bytes.
    ///
    /// - Returns: nil, or why the session broke.
    func write(_ bytes: ByteBuffer) -> TLSFailure? {
        var rest = bytes.readableBytesView[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { gnutls_record_send(raw, $0.baseAddress, $0.count) }
            // The output accepts everything, so GnuTLS never returns "again".
            guard sent > 0 else { return fail(Int32(truncatingIfNeeded: sent)) }
            rest = rest.dropFirst(sent)
        }
        return nil
    }

    /// Closes our direction of the session properly (close_notify, RFC 8446 §6.1).
    func bye() { _ = gnutls_bye(raw, GNUTLS_SHUT_WR) }

    /// The result of a complete handshake.
    ///
    /// - Throws: If the host sent no certificate.
    func negotiated() throws(TLSFailure) -> ProbeReport.TLSSession {
        var count: UInt32 = 0
        // GnuTLS owns the list, and keeps it as long as the session.
        guard let list = gnutls_certificate_get_peers(raw, &count), count > 0 else {
            throw .noCertificate
        }
        let certificates = UnsafeBufferPointer(start: list, count: min(Int(count), Self.maximumChainCount))
        return session(certificates.map { Array(UnsafeBufferPointer(start: $0.data, count: Int($0.size))) })
    }

    /// The result if GnuTLS cannot read the leaf (F-80).
    private func shown() -> Progress {
        guard let unread = witness.unread else { return .incomplete }
        let finding =
            isTLS13 ? witness.findingOfTLS13(gnutls_prf_hash_get(raw)) : witness.findingOfTLS12(gnutls_kx_get(raw))
        if finding == .incomplete { return .incomplete }
        gnutls_alert_send(raw, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE)
        return switch finding {
        case .refuted: .failed(.unsigned)
        case .unseen: .refused("GnuTLS does not read the host's certificate: \(unread.fault)")
        case .proven, .unproven, .incomplete:
            .shown(session(unread.chain, unread: .init(fault: unread.fault, isProven: finding == .proven)))
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

    /// Whether another call would also return "again".
    ///
    /// GnuTLS returns "again" after each record that holds part of a handshake message or a session ticket, even if
    /// there is more input. Without another call the handshake would stop, as no more bytes may come. Each such call
    /// reads at least a record header, so a call that reads nothing is stuck.
    private func isStuck(since before: Int) -> Bool { input.readableBytes == 0 || input.readableBytes == before }

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

    private static let warnings = "the host keeps sending TLS warnings"

    /// Explains a fatal code, and leaves the right alert in the output.
    private func fail(_ code: Int32) -> TLSFailure {
        if code == GNUTLS_E_FATAL_ALERT_RECEIVED { return TLSFailure(alert: gnutls_alert_get(raw)) }
        gnutls_alert_send_appropriate(raw, code)
        return TLSFailure(code: code)
    }

    private func check(_ code: Int32) throws(TLSFailure) {
        guard code == GNUTLS_E_SUCCESS else { throw TLSFailure(code: code) }
    }

    fileprivate func supply(_ target: UnsafeMutableRawBufferPointer) -> Int {
        guard input.readableBytes > 0 else {
            gnutls_transport_set_errno(raw, EAGAIN)
            return -1
        }
        let count = min(target.count, input.readableBytes)
        input.readWithUnsafeReadableBytes { source in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(count)))
            return count
        }
        return count
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

    fileprivate func collect(_ bytes: UnsafeRawBufferPointer) -> Int { output.writeBytes(bytes) }
}

/// GnuTLS's pull function. GnuTLS calls it on the thread that called GnuTLS. The transport pointer is the session.
private func pull(_ transport: gnutls_transport_ptr_t?, _ target: UnsafeMutableRawPointer?, _ size: Int) -> Int {
    guard let transport else { return -1 }
    let session = Unmanaged<GnuTLSSession>.fromOpaque(transport).takeUnretainedValue()
    return session.supply(UnsafeMutableRawBufferPointer(start: target, count: size))
}

/// GnuTLS's push function. GnuTLS calls it on the thread that called GnuTLS. The transport pointer is the session.
private func push(_ transport: gnutls_transport_ptr_t?, _ bytes: UnsafeRawPointer?, _ size: Int) -> Int {
    guard let transport else { return -1 }
    let session = Unmanaged<GnuTLSSession>.fromOpaque(transport).takeUnretainedValue()
    return session.collect(UnsafeRawBufferPointer(start: bytes, count: size))
}

/// GnuTLS's hook function. GnuTLS calls it with a handshake message that it has made, or has received and not read yet.
/// The session pointer is the session.
private func inspect(
    _ raw: gnutls_session_t?, _ type: UInt32, _ when: UInt32, _ isIncoming: UInt32,
    _ message: UnsafePointer<gnutls_datum_t>?
) -> Int32 {
    guard let message, let pointer = gnutls_session_get_ptr(raw) else { return GNUTLS_E_SUCCESS }
    let session = Unmanaged<GnuTLSSession>.fromOpaque(pointer).takeUnretainedValue()
    let body = UnsafeRawBufferPointer(start: message.pointee.data, count: Int(message.pointee.size))
    let mayGoOn = session.sees(gnutls_handshake_description_t(type), body, isIncoming: isIncoming != 0)
    return mayGoOn ? GNUTLS_E_SUCCESS : GNUTLS_E_CERTIFICATE_ERROR
}
