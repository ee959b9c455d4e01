import NIOCore

/// What a TLS 1.2 server sends in clear in its first flight, read by hand (RFC 5246 §6.2.1, §7.4).
///
/// GnuTLS reads no further than the certificate that it will not read, and the proof of its key comes behind it. Each
/// byte is looked at once, however the flight is cut.
struct ServerFlight {
    /// How the search for the ServerKeyExchange ends.
    enum KeyExchange {
        /// More is to come.
        case incomplete
        /// The message, without its header.
        case message([UInt8])
        /// The flight ends without one: the key exchange is RSA, or the server breaks off.
        case absent
    }

    private enum Message { static let keyExchange: UInt8 = 12, done: UInt8 = 14 }
    /// handshake(22).
    private static let handshake: UInt8 = 22

    /// The ServerKeyExchange, as far as is known.
    private(set) var keyExchange = KeyExchange.incomplete

    private var records = ByteBuffer()
    private var messages = ByteBuffer()

    /// Takes in what the server sent.
    mutating func receive(_ bytes: ByteBuffer) {
        guard case .incomplete = keyExchange else { return }
        records.discardReadBytes()
        records.writeImmutableBuffer(bytes)
        while case .incomplete = keyExchange, let type = records.getInteger(at: records.readerIndex, as: UInt8.self) {
            guard type == Self.handshake else {
                // An alert, or what has no place here.
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
