import CGnuTLS
import Glibc
package import NIOCore

/// A TLS client session of GnuTLS over byte buffers. Bytes from the other side go in with `receive`, and bytes to send
/// come out with `takeOutput`. It never blocks and opens nothing.
///
/// What it offers, and whether anything is verified, its owner tells GnuTLS by the handle. Only one thread at a time
/// may use an engine.
package final class TLSEngine {
    /// Why an engine cannot go on.
    package enum Fault {
        /// A fatal error code of GnuTLS.
        case code(Int32)
        /// Too many results in one call that are neither data nor an end.
        case oddities
    }

    /// How many results that are neither data nor an end are accepted in one call (warnings, session tickets,
    /// renegotiation requests).
    private static let maximumOddities = 32

    /// GnuTLS's session (`gnutls_session_t`), for what its owner alone sets and asks, where that calls GnuTLS as well.
    /// `deinit` frees it: nobody keeps it longer than the engine.
    package let handle: OpaquePointer
    /// What the handle points to. It is let go after the handle.
    private let kept: AnyObject?
    private var input = ByteBuffer()
    private var output = ByteBuffer()

    /// A session without priorities and credentials, which its owner sets before the handshake.
    ///
    /// - Parameters:
    ///   - serverName: The name for SNI, without a trailing dot. nil sends no SNI.
    ///   - maximumMessage: The most bytes of a handshake message. The one with the certificates is the longest.
    ///   - withTickets: Whether session tickets are offered.
    ///   - kept: What is to live as long as the handle, because the owner gives pointers into it to GnuTLS.
    /// - Throws: If GnuTLS cannot make the session, because memory is short or it refuses the name.
    package init(
        serverName: String?, maximumMessage: Int, withTickets: Bool, keeping kept: AnyObject? = nil
    ) throws(GnuTLSError) {
        var made: gnutls_session_t?
        let flags = GNUTLS_CLIENT.rawValue | GNUTLS_NONBLOCK.rawValue | GNUTLS_NO_SIGNAL.rawValue
        let code = gnutls_init(&made, withTickets ? flags : flags | GNUTLS_NO_TICKETS.rawValue)
        guard code == GNUTLS_E_SUCCESS, let made else { throw GnuTLSError(code: code) }
        handle = made
        self.kept = kept
        if let serverName {
            // GnuTLS copies the name.
            let name = Array(serverName.utf8)
            try GnuTLSError.check(gnutls_server_name_set(handle, GNUTLS_NAME_DNS, name, name.count))
        }
        gnutls_handshake_set_max_packet_length(handle, maximumMessage)
        // A timer of the owner covers the handshake. GnuTLS's own would need a function that waits for input.
        gnutls_handshake_set_timeout(handle, 0)
        // Unretained: the engine lives longer than its handle.
        gnutls_transport_set_ptr(handle, Unmanaged.passUnretained(self).toOpaque())
        gnutls_transport_set_push_function(handle, push)
        gnutls_transport_set_pull_function(handle, pull)
    }

    deinit { gnutls_deinit(handle) }

    /// Adds bytes from the other side.
    package func receive(_ bytes: ByteBuffer) {
        input.discardReadBytes()
        input.writeImmutableBuffer(bytes)
    }

    /// Returns the bytes to send; nil if there are none.
    package func takeOutput() -> ByteBuffer? {
        guard output.readableBytes > 0 else { return nil }
        defer { output = ByteBuffer() }
        return output
    }

    /// Continues the handshake as far as the input allows.
    package func handshake() -> TLSProgress<Fault> { advance { Int(gnutls_handshake(handle)) } }

    /// Reads decrypted bytes, at most one record.
    ///
    /// - Parameter oddity: Is told each code that is neither data nor an end.
    package func read(oddity: (Int32) -> Void = { _ in }) -> TLSRead<Fault> {
        var bytes = ByteBuffer()
        let progress = advance(oddity: oddity) {
            var result = 0
            bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 16 << 10) { target in
                result = gnutls_record_recv(handle, target.baseAddress, target.count)
                return max(0, result)
            }
            return result
        }
        return switch progress {
        case .complete: bytes.readableBytes > 0 ? .bytes(bytes) : .ended
        case .incomplete: .incomplete
        case .over(let fault): .over(fault)
        }
    }

    /// Encrypts bytes.
    ///
    /// - Returns: nil, or the fatal error code with which the session broke.
    package func write(_ bytes: ByteBuffer) -> Int32? {
        var rest = bytes.readableBytesView[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { gnutls_record_send(handle, $0.baseAddress, $0.count) }
            // The output accepts everything, so GnuTLS never returns "again".
            guard sent > 0 else { return Int32(truncatingIfNeeded: sent) }
            rest = rest.dropFirst(sent)
        }
        return nil
    }

    /// Closes our direction of the session properly (close_notify, RFC 8446 §6.1).
    package func bye() { _ = gnutls_bye(handle, GNUTLS_SHUT_WR) }

    /// Puts the right alert for a fatal code in the output, unless the code is an alert of the other side.
    ///
    /// - Returns: That alert; nil if the code is something else.
    package func answer(_ code: Int32) -> TLSAlert? {
        if code == GNUTLS_E_FATAL_ALERT_RECEIVED {
            return TLSAlert(number: UInt8(truncatingIfNeeded: gnutls_alert_get(handle).rawValue))
        }
        gnutls_alert_send_appropriate(handle, code)
        return nil
    }

    /// Repeats a call until it succeeds, fails, or needs more bytes. It succeeds with a number that is not negative.
    ///
    /// GnuTLS returns "again" after each record that holds part of a handshake message or a session ticket, even if
    /// there is more input. Without another call the session would stop, as no more bytes may come. Each such call
    /// reads at least a record header, so a call that reads nothing would return "again" for ever.
    private func advance(oddity: (Int32) -> Void = { _ in }, _ call: () -> Int) -> TLSProgress<Fault> {
        var oddities = 0
        while oddities < Self.maximumOddities {
            let before = input.readableBytes
            let result = call()
            if result >= 0 { return .complete }
            let code = Int32(truncatingIfNeeded: result)
            if code == GNUTLS_E_AGAIN {
                if input.readableBytes == 0 || input.readableBytes == before { return .incomplete }
            } else if gnutls_error_is_fatal(code) != 0 {
                return .over(.code(code))
            } else {
                oddity(code)
                oddities += 1
            }
        }
        return .over(.oddities)
    }

    fileprivate func supply(_ target: UnsafeMutableRawBufferPointer) -> Int {
        guard input.readableBytes > 0 else {
            gnutls_transport_set_errno(handle, EAGAIN)
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

/// GnuTLS's pull function. GnuTLS calls it on the thread that called GnuTLS. The transport pointer is the engine.
private func pull(_ transport: gnutls_transport_ptr_t?, _ target: UnsafeMutableRawPointer?, _ size: Int) -> Int {
    guard let transport else { return -1 }
    let engine = Unmanaged<TLSEngine>.fromOpaque(transport).takeUnretainedValue()
    return engine.supply(UnsafeMutableRawBufferPointer(start: target, count: size))
}

/// GnuTLS's push function. GnuTLS calls it on the thread that called GnuTLS. The transport pointer is the engine.
private func push(_ transport: gnutls_transport_ptr_t?, _ bytes: UnsafeRawPointer?, _ size: Int) -> Int {
    guard let transport else { return -1 }
    let engine = Unmanaged<TLSEngine>.fromOpaque(transport).takeUnretainedValue()
    return engine.collect(UnsafeRawBufferPointer(start: bytes, count: size))
}
