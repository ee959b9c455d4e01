/// Certificates that nobody has signed: well formed, and made to be expensive or odd.
public enum ForgedCertificate {
    /// A certificate for a made-up RSA key.
    ///
    /// - Parameters:
    ///   - bits: The length of the modulus, a multiple of 8.
    ///   - exponentBits: The length of the public exponent; 17 is 65537.
    ///   - commonName: The subject's common name.
    ///   - repetitions: How often the name stands in the subject and in the issuer.
    ///   - padding: Bytes of an extension that means nothing.
    ///   - isOdd: Whether it is of version 1, which with an extension GnuTLS does not read.
    public static func rsa(
        bits: Int = 2048, exponentBits: Int = 17, commonName: String = "mx", repetitions: Int = 1, padding: Int = 0,
        isOdd: Bool = false
    ) -> [UInt8] {
        let exponent = exponentBits == 17 ? [1, 0, 1] : odd(bits: exponentBits)
        var certificate = FreeCertificate(
            Array(repeating: [.commonName(commonName)], count: repetitions), validity: .current, serialNumber: [0x42])
        certificate.version = isOdd ? 1 : 3
        if padding > 0 { certificate.extensions = [.unknown([UInt8](repeating: 0, count: padding))] }
        return certificate.unsigned(
            algorithm: DER.sequence(DER.identifier("1.2.840.113549.1.1.11"), DER.null),
            publicKey: DER.sequence(
                DER.sequence(DER.identifier("1.2.840.113549.1.1.1"), DER.null),
                DER.bits(DER.sequence(DER.integer(odd(bits: bits)), DER.integer(exponent)))))
    }

    private static func odd(bits: Int) -> [UInt8] {
        var bytes = (0..<bits / 8).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 91) }
        bytes[0] |= 0x80
        bytes[bytes.count - 1] |= 1
        return bytes
    }
}
