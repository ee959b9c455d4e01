/// A certificate of the test world.
public struct IssuedCertificate: Hashable, Sendable {
    /// The certificate in DER.
    public let der: [UInt8]
    /// Its key.
    public let key: CertificateKey
    /// Its subject.
    let subject: FreeCertificate.Name

    /// The certificate in PEM.
    public var pem: String { DER.pem(der, label: "CERTIFICATE") }

    /// What a certificate says, before it is signed.
    public struct Draft: Sendable {
        /// The key usage (RFC 5280 §4.2.1.3).
        public enum KeyUsage: Sendable { case fitting, absent, serving, issuing }
        /// The extended key usage (RFC 5280 §4.2.1.12); for a CA none is fitting, for others serverAuth.
        public enum Purpose: Sendable { case fitting, absent, serving, client, any }

        /// The subject's common name.
        public var commonName: String?
        /// The DNS names of the subject alternative name; none leaves the extension out.
        public var names: [String] = []
        /// Its dates.
        public var validity: Validity
        /// A CA certificate, with its path length constraint if it has one.
        public var authority: (isCA: Bool, pathLength: Int?) = (false, nil)
        /// The DNS names that a CA may certify, and those that it may not (RFC 5280 §4.2.1.10). If both are empty, the
        /// extension is left out.
        public var constraints: (permitted: [String], excluded: [String]) = ([], [])
        /// What the key may be used for.
        public var keyUsage = KeyUsage.fitting
        /// What the certificate may be used for.
        public var purpose = Purpose.fitting
        /// Whether the signature is wrong in one bit.
        public var isForged = false

        /// A draft of a certificate that is no CA's, without names.
        public init(commonName: String? = nil, validity: Validity = .current) {
            self.commonName = commonName
            self.validity = validity
        }

        init(
            commonName: String?, names: [String] = [], validity: Validity,
            authority: (isCA: Bool, pathLength: Int?) = (false, nil)
        ) {
            self.commonName = commonName
            self.names = names
            self.validity = validity
            self.authority = authority
        }
    }

    /// Signs a certificate.
    ///
    /// - Parameter issuer: Who signs it; nil makes it self-signed.
    static func sign(_ draft: Draft, key: CertificateKey, issuer: IssuedCertificate?) throws -> IssuedCertificate {
        try sign(draft, key: key, issuer: issuer?.subject ?? name(draft.commonName), signer: issuer?.key ?? key)
    }

    /// Signs a chain from drafts: the leaf first, every certificate issued by the next, the last one self-signed.
    public static func sign(_ chain: [(draft: Draft, key: CertificateKey)]) throws -> IssuedChain {
        IssuedChain(
            try chain.indices.map { depth in
                let (certificate, issuer) = (chain[depth], chain[min(depth + 1, chain.count - 1)])
                return try sign(
                    certificate.draft, key: certificate.key, issuer: name(issuer.draft.commonName), signer: issuer.key)
            })
    }

    private static func sign(
        _ draft: Draft, key: CertificateKey, issuer: FreeCertificate.Name, signer: CertificateKey
    ) throws -> IssuedCertificate {
        var certificate = FreeCertificate(
            name(draft.commonName), validity: draft.validity, serialNumber: FreeCertificate.newSerialNumber())
        certificate.extensions = extensions(draft, key: key, signer: signer)
        certificate.isForged = draft.isForged
        return IssuedCertificate(
            der: try certificate.signed(key, issuer: issuer, signer: signer), key: key, subject: certificate.subject)
    }

    private static func name(_ commonName: String?) -> FreeCertificate.Name {
        commonName.map { [[.commonName($0)]] } ?? []
    }

    /// RFC 5280 §4.2.1.
    private static func extensions(
        _ draft: Draft, key: CertificateKey, signer: CertificateKey
    ) -> [FreeCertificate.Extension] {
        var list: [FreeCertificate.Extension] = []
        if draft.authority.isCA { list.append(.basicConstraints(pathLength: draft.authority.pathLength)) }
        switch (draft.keyUsage, draft.authority.isCA) {
        // keyCertSign and cRLSign.
        case (.issuing, _), (.fitting, true): list.append(.keyUsage(0x06))
        // digitalSignature and keyEncipherment.
        case (.serving, _), (.fitting, false): list.append(.keyUsage(0xA0))
        case (.absent, _): break
        }
        switch (draft.purpose, draft.authority.isCA) {
        case (.absent, _), (.fitting, true): break
        case (.serving, _), (.fitting, false): list.append(.purposes("1.3.6.1.5.5.7.3.1"))
        case (.client, _): list.append(.purposes("1.3.6.1.5.5.7.3.2"))
        case (.any, _): list.append(.purposes("2.5.29.37.0"))
        }
        let (permitted, excluded) = draft.constraints
        if !permitted.isEmpty || !excluded.isEmpty {
            list.append(
                .nameConstraints(
                    permitted: permitted.map { .init(.dns($0)) }, excluded: excluded.map { .init(.dns($0)) }))
        }
        // Any digest of the key will do (RFC 7093).
        list.append(.subjectKey(Array(SHA2.sha256(key.publicKey).prefix(20))))
        list.append(.authorityKey(Array(SHA2.sha256(signer.publicKey).prefix(20))))
        if !draft.names.isEmpty { list.append(.alternativeNames(draft.names.map { .dns($0) })) }
        return list
    }
}
