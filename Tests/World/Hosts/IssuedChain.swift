import DANE

/// A server's certificate, those of its issuers up to the root, and its private key.
public struct IssuedChain: Hashable, Sendable {
    /// The certificates, the leaf first, the root last.
    public let certificates: [IssuedCertificate]

    init(_ certificates: [IssuedCertificate]) { self.certificates = certificates }

    /// A chain that is one self-signed certificate.
    ///
    /// - Parameters:
    ///   - names: DNS names for the subject alternative name; none leaves the extension out.
    ///   - commonName: The subject's common name; by default the first name.
    ///   - validity: Its dates.
    ///   - key: Its key; by default a new one on P-256.
    public static func selfSigned(
        _ names: String..., commonName: String? = nil, validity: Validity = .current, key: CertificateKey? = nil
    ) async throws -> IssuedChain {
        let key = if let key { key } else { try await CertificateKey.new() }
        let draft = IssuedCertificate.Draft(
            commonName: commonName ?? names.first, names: names, validity: validity)
        return IssuedChain([try IssuedCertificate.sign(draft, key: key, issuer: nil)])
    }

    /// This chain with certificates behind it that have nothing to do with it, for a host that sends them too.
    public func followed(by strangers: [IssuedCertificate]) -> IssuedChain { IssuedChain(certificates + strangers) }

    /// Each certificate in DER, the leaf first.
    public var der: [[UInt8]] { certificates.map(\.der) }

    /// All certificates in PEM, the leaf first.
    public var pem: String { certificates.map(\.pem).joined() }

    /// The leaf's key.
    public var key: CertificateKey { certificates[0].key }

    /// A TLSA record for one of the certificates, in presentation form: `3 1 1 2bf4…`.
    ///
    /// - Parameters:
    ///   - usage: The certificate usage, written as it is.
    ///   - selector: 0 for the certificate, anything else for its public key.
    ///   - matching: 1 for SHA-256, 2 for SHA-512, anything else for the content itself.
    ///   - depth: Which certificate; 0 is the leaf.
    public func tlsa(usage: UInt8 = 3, selector: UInt8 = 1, matching: UInt8 = 1, depth: Int = 0) -> String {
        let certificate = certificates[depth]
        let content = selector == 0 ? certificate.der : certificate.key.publicKey
        let data =
            switch matching {
            case 1: SHA2.sha256(content)
            case 2: SHA2.sha512(content)
            default: content
            }
        return "\(usage) \(selector) \(matching) \(data.hexadecimal)"
    }
}
