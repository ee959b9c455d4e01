public import NIOCore

/// What a client offers in its first TLS message (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
public struct ClientHello: Hashable, Sendable {
    /// The cipher suites, in the client's order.
    public let suites: [UInt16]
    /// The bodies of its extensions, by number.
    public let extensions: [UInt16: [UInt8]]

    /// Reads a whole ClientHello in one TLS record; nil if that is not what the bytes are.
    public init?(_ bytes: ByteBuffer) {
        var bytes = bytes
        // The record's header, and the handshake message's.
        guard bytes.readInteger(as: UInt8.self) == 22, bytes.readBytes(length: 4) != nil,
            bytes.readInteger(as: UInt8.self) == 1, bytes.readBytes(length: 3) != nil,
            // Version and random.
            bytes.readBytes(length: 34) != nil,
            Self.part(UInt8.self, &bytes) != nil,  // session_id
            let suites = Self.part(UInt16.self, &bytes),
            Self.part(UInt8.self, &bytes) != nil,  // compression_methods
            var list = Self.part(UInt16.self, &bytes)
        else { return nil }
        self.suites = Self.numbers(Array(suites.readableBytesView)[...])
        var extensions: [UInt16: [UInt8]] = [:]
        while let type = list.readInteger(as: UInt16.self), let body = Self.part(UInt16.self, &list) {
            extensions[type] = Array(body.readableBytesView)
        }
        self.extensions = extensions
    }

    /// The signature algorithms that the client takes, in its order; none if it does not say (RFC 8446 §4.2.3).
    public var signatureSchemes: [UInt16] { list(13) }

    /// The groups that it takes for the key exchange, in its order (RFC 8446 §4.2.7).
    public var groups: [UInt16] { list(10) }

    /// The versions that it speaks, the best first (RFC 8446 §4.2.1).
    public var versions: [UInt16] { Self.numbers((extensions[43] ?? []).dropFirst()) }

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

    /// An extension that is a list of numbers, behind the list's length in two bytes.
    private func list(_ type: UInt16) -> [UInt16] { Self.numbers((extensions[type] ?? []).dropFirst(2)) }

    private static func numbers(_ bytes: ArraySlice<UInt8>) -> [UInt16] {
        stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
    }

    /// A part with its length in front.
    private static func part<Length: FixedWidthInteger>(_: Length.Type, _ bytes: inout ByteBuffer) -> ByteBuffer? {
        bytes.readInteger(as: Length.self).flatMap { bytes.readSlice(length: Int($0)) }
    }
}
