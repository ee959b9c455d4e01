import CGnuTLS
import Glibc
import NIOCore
import Support

/// A TLS client session of GnuTLS over byte buffers, in which the other side's chain and name are verified before
/// anything is sent: RFC 5280 for the chain, RFC 6125 for the name, and the purpose of a server.
///
/// It never blocks and opens nothing. Only one thread at a time may use a session.
final class StoreTLSSession {
    /// The result of a read.
    enum Read {
        /// Bytes from the store, decrypted.
        case bytes(ByteBuffer)
        /// Nothing until more bytes come.
        case incomplete
        /// The store ended the session properly.
        case ended
    }

    /// How many results that are neither data nor an end are accepted in one call (warnings, session tickets).
    private static let maximumOddities = 32
    /// The most bytes of a handshake message; the one with the certificates is the longest.
    private static let maximumMessage = 100 << 10

    /// The handle. `deinit` frees it, and it never leaves this type.
    private let raw: gnutls_session_t
    private let trust: StoreTrust
    /// The name that the certificate must have, and what GnuTLS is told of it: it keeps pointers to both.
    private let name: UnsafeMutablePointer<CChar>
    private let purpose: UnsafeMutablePointer<CChar>
    private let expected: UnsafeMutablePointer<gnutls_typed_vdata_st>
    private var input = ByteBuffer()
    private var output = ByteBuffer()

    /// A session that is ready for its handshake.
    ///
    /// - Parameters:
    ///   - host: The name that the certificate must be for, or an IP address.
    ///   - isAddress: Whether it is an address: it is not sent as SNI then (RFC 6066 §3).
    ///   - trust: Where the chain must end.
    /// - Throws: If GnuTLS cannot make it.
    init(host: String, isAddress: Bool, trust: StoreTrust) throws(StoreTLSError) {
        var handle: gnutls_session_t?
        let flags = GNUTLS_CLIENT.rawValue | GNUTLS_NONBLOCK.rawValue | GNUTLS_NO_SIGNAL.rawValue
        let code = gnutls_init(&handle, flags)
        guard code == GNUTLS_E_SUCCESS, let handle else { throw StoreTLSError(code: code) }
        raw = handle
        self.trust = trust
        name = strdup(host)
        // id-kp-serverAuth (RFC 5280 §4.2.1.12).
        purpose = strdup("1.3.6.1.5.5.7.3.1")
        expected = .allocate(capacity: 2)
        expected[0] = gnutls_typed_vdata_st(type: GNUTLS_DT_DNS_HOSTNAME, data: nil, size: 0)
        expected[0].data = UnsafeMutableRawPointer(name).assumingMemoryBound(to: UInt8.self)
        expected[1] = gnutls_typed_vdata_st(type: GNUTLS_DT_KEY_PURPOSE_OID, data: nil, size: 0)
        expected[1].data = UnsafeMutableRawPointer(purpose).assumingMemoryBound(to: UInt8.self)
        try check(gnutls_priority_set_direct(raw, StoreTrust.priority, nil))
        try check(
            gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(trust.credentials)))
        if !isAddress { try check(gnutls_server_name_set(raw, GNUTLS_NAME_DNS, name, strlen(name))) }
        // The handshake fails unless the chain, the name, the dates and the purpose are right.
        gnutls_session_set_verify_cert2(raw, expected, 2, 0)
        gnutls_handshake_set_max_packet_length(raw, Self.maximumMessage)
        // The connection's timer covers the handshake. GnuTLS's own would need a function that waits for input.
        gnutls_handshake_set_timeout(raw, 0)
        // Unretained: the session lives longer than its handle.
        gnutls_transport_set_ptr(raw, Unmanaged.passUnretained(self).toOpaque())
        gnutls_transport_set_push_function(raw, push)
        gnutls_transport_set_pull_function(raw, pull)
    }

    deinit {
        gnutls_deinit(raw)
        expected.deallocate()
        free(name)
        free(purpose)
    }

    /// Adds bytes from the store.
    func receive(_ bytes: ByteBuffer) {
        input.discardReadBytes()
        input.writeImmutableBuffer(bytes)
    }

    /// Returns the bytes to send; nil if there are none.
    func takeOutput() -> ByteBuffer? {
        guard output.readableBytes > 0 else { return nil }
        defer { output = ByteBuffer() }
        return output
    }

    /// Continues the handshake as far as the input allows.
    ///
    /// - Returns: Whether it is complete.
    /// - Throws: Why there is no session. An alert for the store is in the output.
    func handshake() throws(StoreTLSError) -> Bool {
        var oddities = 0
        while oddities < Self.maximumOddities {
            let before = input.readableBytes
            let code = gnutls_handshake(raw)
            if code == GNUTLS_E_SUCCESS { return true }
            if code == GNUTLS_E_AGAIN {
                // GnuTLS returns after each record, even if there is more input.
                if input.readableBytes == 0 || input.readableBytes == before { return false }
            } else if gnutls_error_is_fatal(code) != 0 {
                throw failure(code)
            } else {
                oddities += 1
            }
        }
        throw StoreTLSError("TLS failed: too many warnings")
    }

    /// Reads decrypted bytes, at most one record.
    ///
    /// - Throws: Why the session broke.
    func read() throws(StoreTLSError) -> Read {
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
            if code == GNUTLS_E_AGAIN {
                if input.readableBytes == 0 || input.readableBytes == before { return .incomplete }
            } else if gnutls_error_is_fatal(code) != 0 {
                throw failure(code)
            } else {
                oddities += 1
            }
        }
        throw StoreTLSError("TLS failed: too many warnings")
    }

    /// Encrypts bytes.
    ///
    /// - Throws: Why the session broke.
    func write(_ bytes: ByteBuffer) throws(StoreTLSError) {
        var rest = bytes.readableBytesView[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { gnutls_record_send(raw, $0.baseAddress, $0.count) }
            // The output accepts everything, so GnuTLS never returns "again".
            guard sent > 0 else { throw failure(Int32(truncatingIfNeeded: sent)) }
            rest = rest.dropFirst(sent)
        }
    }

    /// Closes our direction properly (close_notify, RFC 8446 §6.1).
    func bye() { _ = gnutls_bye(raw, GNUTLS_SHUT_WR) }

    /// Explains a fatal code, and leaves the right alert in the output.
    private func failure(_ code: Int32) -> StoreTLSError {
        if code == GNUTLS_E_FATAL_ALERT_RECEIVED {
            let alert = gnutls_alert_get(raw)
            let name = gnutls_alert_get_name(alert).map { String(cString: $0) } ?? "unknown"
            return StoreTLSError("TLS failed: the store sent the alert \(alert.rawValue), \"\(name)\"")
        }
        gnutls_alert_send_appropriate(raw, code)
        guard code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR else { return StoreTLSError(code: code) }
        var text = gnutls_datum_t()
        guard
            gnutls_certificate_verification_status_print(
                gnutls_session_get_verify_cert_status(raw), GNUTLS_CRT_X509, &text, 0) == GNUTLS_E_SUCCESS
        else { return StoreTLSError("the store's certificate is not trusted") }
        defer { free(text.data) }
        let words = PrintableText.of(UnsafeBufferPointer(start: text.data, count: Int(text.size)), limit: 300)
        return StoreTLSError("the store's certificate is refused: \(words.trimming(" ."))")
    }

    private func check(_ code: Int32) throws(StoreTLSError) {
        guard code == GNUTLS_E_SUCCESS else { throw StoreTLSError(code: code) }
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

    fileprivate func collect(_ bytes: UnsafeRawBufferPointer) -> Int { output.writeBytes(bytes) }
}

/// GnuTLS's pull function. GnuTLS calls it on the thread that called GnuTLS. The transport pointer is the session.
private func pull(_ transport: gnutls_transport_ptr_t?, _ target: UnsafeMutableRawPointer?, _ size: Int) -> Int {
    guard let transport else { return -1 }
    let session = Unmanaged<StoreTLSSession>.fromOpaque(transport).takeUnretainedValue()
    return session.supply(UnsafeMutableRawBufferPointer(start: target, count: size))
}

/// GnuTLS's push function. GnuTLS calls it on the thread that called GnuTLS. The transport pointer is the session.
private func push(_ transport: gnutls_transport_ptr_t?, _ bytes: UnsafeRawPointer?, _ size: Int) -> Int {
    guard let transport else { return -1 }
    let session = Unmanaged<StoreTLSSession>.fromOpaque(transport).takeUnretainedValue()
    return session.collect(UnsafeRawBufferPointer(start: bytes, count: size))
}
