import NIOCore

/// Reads what a TLS 1.2 server sends in cleartext before the client answers (RFC 5246 §6.2.1, §7.4), without GnuTLS.
///
/// GnuTLS stops at a certificate that it cannot read, and the proof of its key comes after the certificate (F-80). Each
/// byte is read once, however the messages are split.
struct ServerFlight {
    /// The result of the search for the ServerKeyExchange message.
    enum KeyExchange {
        /// More bytes must come.
        case incomplete
        /// The message, without its header.
        case message([UInt8])
        /// There is none: the key exchange is RSA, or the server breaks off.
        case absent
    }

    private enum Message { static let keyExchange: UInt8 = 12, done: UInt8 = 14 }
    // The record type handshake(22).
    private static let handshake: UInt8 = 22

    /// The ServerKeyExchange, as far as it is known.
    private(set) var keyExchange = KeyExchange.incomplete

    private var records = ByteBuffer()
    private var messages = ByteBuffer()

    /// Adds bytes from the server.
    mutating func receive(_ bytes: ByteBuffer) {
        guard case .incomplete = keyExchange else { return }
        records.discardReadBytes()
        records.writeImmutableBuffer(bytes)
        while case .incomplete = keyExchange, let type = records.getInteger(at: records.readerIndex, as: UInt8.self) {
            guard type == Self.handshake else {
                // An alert, or a record that does not belong here.
                keyExchange = .absent
                return
            }
            guard let length = records.getInteger(at: records.readerIndex + 3, as: UInt16.self),
                records.readableBytes >= 5 + Int(length)
            else { return }
            records.moveReaderIndex(forwardBy: 5)
            if var record = records.readSlice(length: Int(length)) { messages.writeBuffer(&record) }
            readMessages()
        }
    }

    private mutating func readMessages() {
        while case .incomplete = keyExchange,
            let header = messages.getInteger(at: messages.readerIndex, as: UInt32.self)
        {
            let length = Int(header & 0xFF_FFFF)
            guard messages.readableBytes >= 4 + length else { return }
            messages.moveReaderIndex(forwardBy: 4)
            let body = messages.readBytes(length: length) ?? []
            switch UInt8(header >> 24) {
            case Message.keyExchange: keyExchange = .message(body)
            case Message.done: keyExchange = .absent
            default: messages.discardReadBytes()
            }
        }
    }
}
