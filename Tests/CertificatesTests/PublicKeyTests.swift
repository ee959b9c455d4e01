import Testing

@testable import Certificates

/// Keys that would keep a processor busy are not used.
@Suite struct PublicKeyTests {
    @Test(arguments: [
        (2048, [1, 0, 1], true), (4096, [1, 0, 1], true), (16_384, [1, 0, 1], true), (16_392, [1, 0, 1], false),
        (200_000, [1, 0, 1], false), (3072, [UInt8](repeating: 0x7F, count: 256), true),
        (4096, [UInt8](repeating: 0x7F, count: 8), true), (4096, [UInt8](repeating: 0x7F, count: 9), false),
    ])
    func sizesOfRSAKeys(_ bits: Int, _ exponent: [UInt8], _ isReasonable: Bool) {
        let modulus: [UInt8] = [0] + [UInt8](repeating: 0xFF, count: bits / 8)
        let key = Self.element(0x30, Self.element(0x02, modulus) + Self.element(0x02, exponent))
        let rsaEncryption: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 0x05, 0]
        let spki = Self.element(0x30, Self.element(0x30, rsaEncryption) + Self.element(0x03, [0] + key))
        #expect(CertificateOutline.isSubjectPublicKeyInfo(spki[...]))
        // GnuTLS may refuse such a key at once, which is as good.
        guard let key = PublicKey(spki: spki[...]) else {
            #expect(!isReasonable)
            return
        }
        #expect(key.bits == bits)
        #expect(key.isOfReasonableSize == isReasonable)
    }

    /// An element in DER with a length of four bytes.
    private static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        let length = contents.count
        return [tag, 0x83, UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255)] + contents
    }
}
