/// Object identifiers (X.690 §8.19) by the contents of their DER.
enum OID {
    // Extensions (RFC 5280 §4.2.1, id-ce: 2.5.29).
    static let subjectKeyIdentifier: [UInt8] = [0x55, 0x1D, 0x0E]
    static let keyUsage: [UInt8] = [0x55, 0x1D, 0x0F]
    static let subjectAlternativeName: [UInt8] = [0x55, 0x1D, 0x11]
    static let basicConstraints: [UInt8] = [0x55, 0x1D, 0x13]
    static let nameConstraints: [UInt8] = [0x55, 0x1D, 0x1E]
    static let distributionPoints: [UInt8] = [0x55, 0x1D, 0x1F]
    static let certificatePolicies: [UInt8] = [0x55, 0x1D, 0x20]
    static let policyMappings: [UInt8] = [0x55, 0x1D, 0x21]
    static let authorityKeyIdentifier: [UInt8] = [0x55, 0x1D, 0x23]
    static let policyConstraints: [UInt8] = [0x55, 0x1D, 0x24]
    static let extendedKeyUsage: [UInt8] = [0x55, 0x1D, 0x25]
    static let inhibitAnyPolicy: [UInt8] = [0x55, 0x1D, 0x36]
    /// proxyCertInfo (RFC 3820 §3.8): 1.3.6.1.5.5.7.1.14.
    static let proxyInformation: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 1, 14]
    /// id-pe-ipAddrBlocks (RFC 3779 §2.2.1): 1.3.6.1.5.5.7.1.7.
    static let addressBlocks: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 1, 7]
    /// id-pe-autonomousSysIds (RFC 3779 §3.2.1): 1.3.6.1.5.5.7.1.8.
    static let autonomousSystems: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 1, 8]
    /// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1): 1.3.6.1.5.5.7.48.1.5.
    static let noCheck: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 48, 1, 5]
    /// netscape-cert-type: 2.16.840.1.113730.1.1.
    static let netscapeType: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x86, 0xF8, 0x42, 1, 1]

    // Extended key usages (RFC 5280 §4.2.1.12).
    /// id-kp-serverAuth: 1.3.6.1.5.5.7.3.1.
    static let serverAuthentication: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 3, 1]
    /// Microsoft's server-gated cryptography: 1.3.6.1.4.1.311.10.3.3.
    static let microsoftGatedServer: [UInt8] = [0x2B, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 3]
    /// Netscape's: 2.16.840.1.113730.4.1.
    static let netscapeGatedServer: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x86, 0xF8, 0x42, 4, 1]

    // Attributes of names.
    /// id-at-commonName: 2.5.4.3.
    static let commonName: [UInt8] = [0x55, 0x04, 0x03]
    /// id-emailAddress (RFC 2985 §5.2.1): 1.2.840.113549.1.9.1.
    static let emailAddress: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1]
    /// id-on-SmtpUTF8Mailbox (RFC 9598 §3): 1.3.6.1.5.5.7.8.9.
    static let internationalMailbox: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 8, 9]

    // Algorithms.
    /// id-ecPublicKey (RFC 5480 §2.1.1): 1.2.840.10045.2.1.
    static let ellipticCurveKey: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]
    /// id-RSASSA-PSS (RFC 4055 §3.1): 1.2.840.113549.1.1.10.
    static let rsaPSS: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10]
    /// id-mgf1: 1.2.840.113549.1.1.8.
    static let maskGeneration: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8]

    /// The dotted form, as in `2.5.29.17`; nil if the contents are not an identifier, or have a number of more than 64
    /// bits.
    static func dotted(_ contents: ArraySlice<UInt8>) -> String? {
        guard contents.count <= 128 else { return nil }
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        var isWhole = true
        for byte in contents {
            // X.690 §8.19.2: a number must not begin with an empty septet.
            guard number < 1 << 57, !(isWhole && byte == 0x80) else { return nil }
            number = number << 7 | UInt64(byte & 0x7F)
            isWhole = byte & 0x80 == 0
            if isWhole {
                numbers.append(number)
                number = 0
            }
        }
        guard isWhole, let first = numbers.first else { return nil }
        let top = min(first / 40, 2)
        return ([top, first - top * 40] + numbers.dropFirst()).map { "\($0)" }.joined(separator: ".")
    }

    /// Whether the contents can be an identifier: they are not empty, and the last number is complete.
    static func isWellFormed(_ contents: ArraySlice<UInt8>) -> Bool {
        guard let last = contents.last else { return false }
        return last & 0x80 == 0
    }
}
