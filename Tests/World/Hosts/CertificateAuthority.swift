/// A CA of the test world: issues other CAs and servers' certificates, with whatever dates and constraints a test
/// wants.
///
/// What it issues need not be valid: an expired root issues, and so does one whose path length constraint forbids it.
public struct CertificateAuthority: Hashable, Sendable {
    /// Its own certificate and those of its issuers, the root last.
    public let certificates: [IssuedCertificate]

    /// A root: a self-signed CA certificate.
    ///
    /// - Parameters:
    ///   - name: The subject's common name.
    ///   - validity: Its dates.
    ///   - pathLength: How many CAs may stand between it and a leaf; nil for any number.
    ///   - algorithm: The kind of its key.
    public static func root(
        _ name: String = "Test Root", validity: Validity = .current, pathLength: Int? = nil,
        algorithm: CertificateKey.Algorithm = .p256
    ) async throws -> CertificateAuthority {
        let draft = IssuedCertificate.Draft(commonName: name, validity: validity, authority: (true, pathLength))
        let key = try await CertificateKey.new(algorithm)
        return CertificateAuthority(certificates: [try IssuedCertificate.sign(draft, key: key, issuer: nil)])
    }

    /// A CA below this one; parameters as for ``root(_:validity:pathLength:algorithm:)``.
    public func intermediate(
        _ name: String = "Test Intermediate", validity: Validity = .current, pathLength: Int? = nil,
        algorithm: CertificateKey.Algorithm = .p256
    ) async throws -> CertificateAuthority {
        let draft = IssuedCertificate.Draft(commonName: name, validity: validity, authority: (true, pathLength))
        let key = try await CertificateKey.new(algorithm)
        let certificate = try IssuedCertificate.sign(draft, key: key, issuer: certificates[0])
        return CertificateAuthority(certificates: [certificate] + certificates)
    }

    /// A server's certificate with its chain.
    ///
    /// - Parameters:
    ///   - names: DNS names for the subject alternative name; none leaves the extension out.
    ///   - commonName: The subject's common name; by default the first name.
    ///   - validity: Its dates.
    ///   - key: Its key; by default a new one of `algorithm`. Give another chain's key to renew a certificate without
    ///     changing its key.
    ///   - algorithm: The kind of a new key.
    public func issue(
        _ names: String..., commonName: String? = nil, validity: Validity = .current, key: CertificateKey? = nil,
        algorithm: CertificateKey.Algorithm = .p256
    ) async throws -> IssuedChain {
        let key = if let key { key } else { try await CertificateKey.new(algorithm) }
        let draft = IssuedCertificate.Draft(
            commonName: commonName ?? names.first, names: names, validity: validity)
        let leaf = try IssuedCertificate.sign(draft, key: key, issuer: certificates[0])
        return IssuedChain([leaf] + certificates)
    }
}
