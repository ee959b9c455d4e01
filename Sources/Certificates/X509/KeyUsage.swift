/// What a certificate's key may be used for (RFC 5280 §4.2.1.3). Only what matters for TLS and paths.
struct KeyUsage: OptionSet {
    /// The first byte of the BIT STRING is in the low bits, the second above it.
    let rawValue: UInt16

    static let digitalSignature = KeyUsage(rawValue: 0x80)
    static let keyEncipherment = KeyUsage(rawValue: 0x20)
    static let keyAgreement = KeyUsage(rawValue: 0x08)
    static let keyCertSign = KeyUsage(rawValue: 0x04)
    /// What a TLS server's key does (RFC 8446 §4.4.2.2, RFC 5246 §7.4.2).
    static let server: KeyUsage = [.digitalSignature, .keyEncipherment, .keyAgreement]

    init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Reads the extension's value.
    ///
    /// - Returns: nil if it is malformed or has no bit set, which RFC 5280 forbids.
    init?(_ value: ArraySlice<UInt8>) {
        guard let bytes = BitString.bytes(value) else { return nil }
        rawValue = UInt16(bytes.first ?? 0) | UInt16(bytes.dropFirst().first ?? 0) << 8
        guard rawValue != 0 else { return nil }
    }
}

/// A BIT STRING (X.690 §8.6) that contains flags.
enum BitString {
    /// The bytes, with the unused bits cleared; nil if the value does not begin with a BIT STRING.
    static func bytes(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        var reader = DERReader(value)
        guard let contents = reader.next(DERReader.Tag.bitString)?.contents, let unused = contents.first, unused <= 7
        else { return nil }
        var bytes = Array(contents.dropFirst())
        if let last = bytes.indices.last { bytes[last] &= 0xFF << unused }
        return bytes
    }
}
