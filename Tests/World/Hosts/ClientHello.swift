import NIOCore

/// What a host wants to know of a client's first TLS message (RFC 8446 §4.1.2).
struct ClientHello {
    /// The signature algorithms that the client takes, in its order; none if it does not say.
    let signatureSchemes: [UInt16]

    /// Reads a whole ClientHello in one TLS record; nil if that is not what the bytes are.
    init?(_ bytes: ByteBuffer) {
        var bytes = bytes
        // The record's header, and the handshake message's.
        guard bytes.readInteger(as: UInt8.self) == 22, bytes.readBytes(length: 4) != nil,
            bytes.readInteger(as: UInt8.self) == 1, bytes.readBytes(length: 3) != nil,
            // Version and random.
            bytes.readBytes(length: 34) != nil,
            Self.part(UInt8.self, &bytes) != nil,  // session_id
            Self.part(UInt16.self, &bytes) != nil,  // cipher_suites
            Self.part(UInt8.self, &bytes) != nil,  // compression_methods
            var extensions = Self.part(UInt16.self, &bytes)
        else { return nil }
        var schemes: [UInt16] = []
        while let type = extensions.readInteger(as: UInt16.self), var body = Self.part(UInt16.self, &extensions) {
            // RFC 8446 §4.2.3: signature_algorithms.
            guard type == 13, var list = Self.part(UInt16.self, &body) else { continue }
            while let scheme = list.readInteger(as: UInt16.self) { schemes.append(scheme) }
        }
        signatureSchemes = schemes
    }

    /// The kinds of key that the client takes, the one it likes best first.
    var algorithms: [CertificateKey.Algorithm] {
        var list: [CertificateKey.Algorithm] = []
        for scheme in signatureSchemes {
            let algorithm: CertificateKey.Algorithm? =
                switch scheme {
                case 0x0403: .p256
                // PKCS #1 and PSS with a plain RSA key.
                case 0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806: .rsa2048
                default: nil
                }
            if let algorithm, !list.contains(algorithm) { list.append(algorithm) }
        }
        return list
    }

    /// A part with its length in front.
    private static func part<Length: FixedWidthInteger>(_: Length.Type, _ bytes: inout ByteBuffer) -> ByteBuffer? {
        bytes.readInteger(as: Length.self).flatMap { bytes.readSlice(length: Int($0)) }
    }
}

/// Remembers what passes until it is taken out: the ClientHello, for the handler behind it that waits for all of it.
final class ClientHelloTap: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The bytes so far.
    private(set) var bytes = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if bytes.readableBytes < 1 << 16 { bytes.writeImmutableBuffer(unwrapInboundIn(data)) }
        context.fireChannelRead(data)
    }
}
