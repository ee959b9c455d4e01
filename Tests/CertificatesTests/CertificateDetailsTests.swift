import Testing

@testable import Certificates

@Suite struct CertificateDetailsTests {
    @Test func everyCertificateHasTheDigestsThatOpenSSLGives() throws {
        #expect(Fixture.digests.count >= 39)
        for (name, digests) in Fixture.digests {
            let details = try #require(CertificateDetails(der: Fixture.der(name)))
            #expect(details.certificateSHA256 == digests[0])
            #expect(details.spkiSHA256 == digests[1])
        }
    }

    @Test func fields() throws {
        let leaf = try #require(CertificateDetails(der: Fixture.der("leaf-other")))
        #expect(leaf.subject == "CN=mx.example.com")
        #expect(leaf.issuer == "CN=Intermediate 2")
        #expect(leaf.names == ["other.example", "third.example"])
        #expect(leaf.notBefore == 1_577_836_800)
        #expect(leaf.notAfter == 4_102_444_800)
        #expect(leaf.keyAlgorithm == "EC/ECDSA")
        #expect(leaf.keyBits == 256)
        #expect(!leaf.serial.isEmpty && leaf.serial.utf8.count <= 42)
        let rsa = try #require(CertificateDetails(der: Fixture.der("rsa-root")))
        #expect(rsa.keyAlgorithm == "RSA")
        #expect(rsa.keyBits == 2048)
        #expect(CertificateDetails(der: [1, 2, 3]) == nil)
        #expect(CertificateDetails(der: []) == nil)
    }

    @Test func bundles() throws {
        let der = Fixture.der("leaf")
        #expect(!der.isEmpty)
        let block = Self.pem(der)
        #expect(try PEM.certificates(in: block.utf8) == [der])
        #expect(try PEM.certificates(in: (block + "text\n" + block).utf8) == [der, der])
        #expect(try PEM.certificates(in: block.replacing("\n", with: "\r\n").utf8) == [der])
        #expect(try PEM.certificates(in: block.dropLast().utf8) == [der])
        #expect(throws: PEMError.noCertificate) { try PEM.certificates(in: "".utf8) }
        #expect(throws: PEMError.noCertificate) {
            try PEM.certificates(in: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".utf8)
        }
        #expect(throws: PEMError.malformed(1)) { try PEM.certificates(in: "-----END CERTIFICATE-----".utf8) }
        #expect(throws: PEMError.malformed(1)) { try PEM.certificates(in: block.dropLast(10).utf8) }
        #expect(throws: PEMError.malformed(2)) {
            try PEM.certificates(in: (block + "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----").utf8)
        }
        #expect(throws: PEMError.tooLarge) {
            try PEM.certificates(in: String(repeating: block, count: PEM.maximumCount + 1).utf8)
        }
        #expect(throws: PEMError.tooLarge) { try PEM.certificates(in: [UInt8](repeating: 0x0A, count: 2 << 20)) }
    }

    /// PEM with lines of 64 characters, by a plain encoder.
    private static func pem(_ der: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: der.count, by: 3) {
            let group = der[start..<min(start + 3, der.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 { text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=") }
            if start % 48 == 45 { text.append("\n") }
        }
        return "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n"
    }
}
