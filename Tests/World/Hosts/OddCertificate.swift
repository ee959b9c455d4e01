import Foundation

/// Certificates that RFC 5280 forbids and that OpenSSL serves and takes; GnuTLS will not read them.
public enum OddCertificate: Sendable, CaseIterable {
    /// Version 1 with extensions, which version 3 brought (RFC 5280 §4.1.2.9).
    case versionOneWithExtensions
    /// The same of version 2.
    case versionTwoWithExtensions
    /// A UTCTime without the Z (RFC 5280 §4.1.2.5.1).
    case dateWithoutZone
    /// A GeneralizedTime with a fraction of a second (RFC 5280 §4.1.2.5.2).
    case fractionalDate
    /// A month 13.
    case impossibleDate
    /// A signature algorithm inside that is not the one outside (RFC 5280 §4.1.1.2).
    case twoSignatureAlgorithms

    /// A certificate of this kind, self-signed or with its issuers.
    ///
    /// - Parameters:
    ///   - name: Its common name and DNS name.
    ///   - algorithm: The kind of its key.
    ///   - authority: Who issues it; nil for itself.
    public func chain(
        _ name: String, _ algorithm: CertificateKey.Algorithm = .p256, issuedBy authority: CertificateAuthority? = nil
    ) async throws -> IssuedChain {
        let key = try await CertificateKey.new(algorithm)
        let issuer = authority?.certificates[0]
        let signer = issuer?.key ?? key
        let subject = DER.sequence(DER.set(DER.sequence(DER.identifier("2.5.4.3"), DER.text(name))))
        let alternatives = DER.value(0x30, DER.value(0x82, Array(name.utf8)))
        let extensions = DER.sequence(DER.sequence(DER.identifier("2.5.29.17"), DER.octets(alternatives)))
        let text = DER.sequence(
            version, DER.integer([0x40] + (0..<15).map { _ in .random(in: 0...255) }), signer.signatureAlgorithm,
            issuer?.subject ?? subject, validity, subject, key.publicKey, DER.value(0xA3, extensions))
        let outer =
            self == .twoSignatureAlgorithms
            // SHA-1 with RSA.
            ? DER.sequence(DER.identifier("1.2.840.113549.1.1.5"), DER.null) : signer.signatureAlgorithm
        let der = DER.sequence(text, outer, DER.bits(try signer.signature(over: text)))
        return IssuedChain([IssuedCertificate(der: der, key: key, subject: subject)] + (authority?.certificates ?? []))
    }

    private var version: [UInt8] {
        switch self {
        // DER leaves out what is the default.
        case .versionOneWithExtensions: []
        case .versionTwoWithExtensions: DER.value(0xA0, DER.integer([1]))
        default: DER.value(0xA0, DER.integer([2]))
        }
    }

    private var validity: [UInt8] {
        func dates(_ tag: UInt8, _ notBefore: String, _ notAfter: String) -> [UInt8] {
            DER.sequence(DER.value(tag, Array(notBefore.utf8)), DER.value(tag, Array(notAfter.utf8)))
        }
        return switch self {
        case .dateWithoutZone: dates(0x17, "200101000000", "400101000000")
        case .fractionalDate: dates(0x18, "20200101000000.5Z", "20400101000000.5Z")
        case .impossibleDate: dates(0x17, "201301000000Z", "401399000000Z")
        default: DER.sequence(DER.time(Validity.current.notBefore), DER.time(Validity.current.notAfter))
        }
    }
}
