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
        var certificate = FreeCertificate(
            [[.commonName(name)]], validity: .current, serialNumber: FreeCertificate.newSerialNumber())
        certificate.extensions = [.alternativeNames([.dns(name)])]
        switch self {
        case .versionOneWithExtensions: certificate.version = 1
        case .versionTwoWithExtensions: certificate.version = 2
        case .dateWithoutZone: certificate.validity = dates(0x17, "200101000000", "400101000000")
        case .fractionalDate: certificate.validity = dates(0x18, "20200101000000.5Z", "20400101000000.5Z")
        case .impossibleDate: certificate.validity = dates(0x17, "201301000000Z", "401399000000Z")
        case .twoSignatureAlgorithms:
            certificate.innerAlgorithm = (issuer?.key ?? key).signatureAlgorithm
            // SHA-1 with RSA.
            certificate.outerAlgorithm = DER.sequence(DER.identifier("1.2.840.113549.1.1.5"), DER.null)
        }
        let der = try certificate.signed(key, issuer: issuer?.subject, signer: issuer?.key)
        return IssuedChain(
            [IssuedCertificate(der: der, key: key, subject: certificate.subject)] + (authority?.certificates ?? []))
    }

    private func dates(_ tag: UInt8, _ first: String, _ last: String) -> (notBefore: [UInt8], notAfter: [UInt8]) {
        (DER.value(tag, Array(first.utf8)), DER.value(tag, Array(last.utf8)))
    }
}
