import Algorithms
import CGnuTLS

/// A bundle of certificates in the textual encoding of RFC 7468.
public enum PEM {
    /// The most certificates a bundle may hold.
    public static let maximumCount = 256
    /// The most bytes a bundle may have.
    public static let maximumSize = 1 << 20

    /// The certificates of a bundle in DER, in order. Other text and other kinds of objects are skipped.
    ///
    /// The text between the markers is decoded, but it need not be a certificate. May be called on any thread.
    ///
    /// - Parameter text: The bytes of the bundle. Lines end in LF or CRLF.
    public static func certificates(in text: some BidirectionalCollection<UInt8>) throws(PEMError) -> [[UInt8]] {
        guard text.count <= maximumSize else { throw .tooLarge }
        var certificates: [[UInt8]] = []
        var body: [UInt8]?
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        // Skip a byte order mark.
        let text = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text.dropFirst(0)
        for whole in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            // RFC 7468 §2: parsers should ignore white space around the markers.
            let line = whole.trimming(while: isBlank)
            if line.elementsEqual("-----BEGIN CERTIFICATE-----".utf8) {
                guard body == nil else { throw .malformed(certificates.count + 1) }
                guard certificates.count < maximumCount else { throw .tooLarge }
                body = []
            } else if line.elementsEqual("-----END CERTIFICATE-----".utf8) {
                guard let bytes = body.flatMap({ decode($0) }) else { throw .malformed(certificates.count + 1) }
                certificates.append(bytes)
                body = nil
            } else {
                body?.append(contentsOf: line.filter { !isBlank($0) })
            }
        }
        guard body == nil else { throw .malformed(certificates.count + 1) }
        guard !certificates.isEmpty else { throw .noCertificate }
        return certificates
    }

    /// Decodes base64 (RFC 4648 §4) with `gnutls_base64_decode2(3)`.
    private static func decode(_ base64: [UInt8]) -> [UInt8]? {
        guard !base64.isEmpty else { return nil }
        return withDatum(base64[...]) { input in takingDatum { gnutls_base64_decode2(&input, &$0) } }
    }
}
