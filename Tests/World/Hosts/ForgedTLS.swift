/// The bytes of a TLS 1.2 server that cannot do TLS: what no library would send, a client must still survive.
///
/// A server needs no keys up to its ServerHelloDone; a client that goes on finds a signature that is none.
public enum ForgedTLS {
    /// The kinds of records (RFC 5246 §6.2.1).
    public enum Content: UInt8, Sendable {
        case changeCipherSpec = 20
        case alert = 21
        case handshake = 22
        case data = 23
    }

    /// A record, or as many as the bytes need.
    public static func record(_ content: Content, _ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [content.rawValue, 3, 3, 0, 0] }
        return stride(from: 0, to: bytes.count, by: 16_384).flatMap { start in
            let part = bytes[start..<min(bytes.count, start + 16_384)]
            return [content.rawValue, 3, 3] + number(part.count, bytes: 2) + part
        }
    }

    /// A handshake message (RFC 5246 §7.4).
    public static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [type] + number(body.count, bytes: 3) + body
    }

    /// An alert's record; level 1 warns, 2 is fatal.
    public static func alert(_ level: UInt8, _ description: UInt8) -> [UInt8] { record(.alert, [level, description]) }

    /// The ServerHello: TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, secure renegotiation.
    public static let serverHello = message(
        2, [3, 3] + [UInt8](repeating: 0x52, count: 32) + [0, 0xC0, 0x2F, 0, 0, 5, 0xFF, 1, 0, 1, 0])

    /// A Certificate message of these certificates, whatever they are.
    public static func certificates(_ list: [[UInt8]]) -> [UInt8] {
        let entries = list.flatMap { number($0.count, bytes: 3) + $0 }
        return message(11, number(entries.count, bytes: 3) + entries)
    }

    /// A ServerKeyExchange on X25519, with a signature (PKCS #1 with SHA-256) of so many bytes that no key has made.
    public static func keyExchange(signature length: Int) -> [UInt8] {
        let point = [9] + [UInt8](repeating: 0, count: 31)
        let signature = [0] + [UInt8](repeating: 0x5A, count: length - 1)
        return message(12, [3, 0, 29, 32] + point + [4, 1] + number(length, bytes: 2) + signature)
    }

    /// The ServerHelloDone.
    public static let done = message(14, [])

    /// A whole first flight.
    ///
    /// - Parameter signature: How many bytes of signature; as many as the modulus of the first certificate has.
    public static func flight(_ certificates: [[UInt8]], signature: Int = 256) -> [UInt8] {
        record(.handshake, serverHello + Self.certificates(certificates) + keyExchange(signature: signature) + done)
    }

    static func number(_ number: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
