import CGnuTLS
import ClientTLS
import Glibc
import NIOCore
import Support

/// TLS with a store, in which the store's chain and name are verified before anything is sent: RFC 5280 for the chain,
/// RFC 6125 for the name, and the purpose of a server.
///
/// The channel becomes active for the handlers behind it once the handshake is complete and the certificate is
/// verified; a failure is an error that they catch.
final class StoreTLSSession: TLSClient {
    static let maximumHandshake = 512 << 10
    static let maximumAfterHandshake: Int? = nil
    /// The most bytes of a handshake message; the one with the certificates is the longest.
    private static let maximumMessage = 100 << 10

    let engine: TLSEngine

    /// A session that is ready for its handshake.
    ///
    /// - Parameters:
    ///   - host: The name that the certificate must be for, or an IP address.
    ///   - isAddress: Whether it is an address: it is not sent as SNI then (RFC 6066 §3).
    ///   - trust: Where the chain must end.
    /// - Throws: If GnuTLS cannot make it.
    init(host: String, isAddress: Bool, trust: StoreTrust) throws(StoreTLSError) {
        let expectation = StoreExpectation(host: host, trust: trust)
        do throws(GnuTLSError) {
            engine = try TLSEngine(
                serverName: isAddress ? nil : host, maximumMessage: Self.maximumMessage, withTickets: true,
                keeping: expectation)
            try GnuTLSError.check(gnutls_priority_set_direct(engine.handle, StoreTrust.priority, nil))
            try expectation.demand(of: engine)
        } catch {
            throw StoreTLSError(code: error.code)
        }
    }

    static func excess(_ limit: Int) -> StoreTLSError {
        StoreTLSError("TLS failed: the handshake has more than \(limit) bytes")
    }

    func receive(_ bytes: ByteBuffer) { engine.receive(bytes) }
    func handshake() -> TLSProgress<StoreTLSError> { engine.handshake().ending(failure) }
    func read() -> TLSRead<StoreTLSError> { engine.read().ending(failure) }
    func write(_ bytes: ByteBuffer) -> StoreTLSError? { engine.write(bytes).map { failure(.code($0)) } }

    func tellEstablished(_ context: ChannelHandlerContext) -> StoreTLSError? {
        context.fireChannelActive()
        return nil
    }

    func tellEnded(_ context: ChannelHandlerContext) { context.close(promise: nil) }

    func tellOver(_ end: StoreTLSError, _ context: ChannelHandlerContext) {
        context.fireErrorCaught(end)
        context.close(promise: nil)
    }

    /// Explains a fault, and leaves the right alert in the output.
    private func failure(_ fault: TLSEngine.Fault) -> StoreTLSError {
        guard case .code(let code) = fault else { return StoreTLSError("TLS failed: too many warnings") }
        if let alert = engine.answer(code) { return StoreTLSError("TLS failed: the store sent the alert \(alert)") }
        guard code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR else { return StoreTLSError(code: code) }
        var text = gnutls_datum_t()
        guard
            gnutls_certificate_verification_status_print(
                gnutls_session_get_verify_cert_status(engine.handle), GNUTLS_CRT_X509, &text, 0) == GNUTLS_E_SUCCESS
        else { return StoreTLSError("the store's certificate is not trusted") }
        defer { free(text.data) }
        let words = PrintableText.of(UnsafeBufferPointer(start: text.data, count: Int(text.size)), limit: 300)
        return StoreTLSError("the store's certificate is refused: \(words.trimming(" ."))")
    }
}
