import Foundation

/// A certificate of the test world.
public struct IssuedCertificate: Hashable, Sendable {
    /// The certificate in DER.
    public let der: [UInt8]
    /// Its key.
    public let key: CertificateKey
    /// Its subject's Name in DER.
    let subject: [UInt8]

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
        _ draft: Draft, key: CertificateKey, issuer: [UInt8], signer: CertificateKey
    ) throws -> IssuedCertificate {
        let text = text(of: draft, key: key, issuer: issuer, signer: signer)
        var signature = try signer.signature(over: text)
        if draft.isForged { signature[signature.count - 1] ^= 1 }
        let der = DER.sequence(text, signer.signatureAlgorithm, DER.bits(signature))
        return IssuedCertificate(der: der, key: key, subject: name(draft.commonName))
    }

    /// The part that is signed.
    private static func text(
        of draft: Draft, key: CertificateKey, issuer: [UInt8], signer: CertificateKey
    ) -> [UInt8] {
        let serial = [0x40] + (0..<15).map { _ in UInt8.random(in: 0...255) }
        return DER.sequence(
            // Version 3.
            DER.value(0xA0, DER.integer([2])),
            DER.integer(serial),
            signer.signatureAlgorithm,
            issuer,
            DER.sequence(DER.time(draft.validity.notBefore), DER.time(draft.validity.notAfter)),
            name(draft.commonName),
            key.publicKey,
            DER.value(0xA3, DER.value(0x30, extensions(draft, key: key, signer: signer))))
    }

    private static func name(_ commonName: String?) -> [UInt8] {
        guard let commonName else { return DER.sequence() }
        return DER.sequence(DER.set(DER.sequence(DER.identifier("2.5.4.3"), DER.text(commonName))))
    }

    /// RFC 5280 §4.2.1.
    private static func extensions(_ draft: Draft, key: CertificateKey, signer: CertificateKey) -> [UInt8] {
        var list: [UInt8] = []
        func add(_ identifier: String, critical: Bool = false, _ content: [UInt8]) {
            list += DER.sequence(DER.identifier(identifier), critical ? DER.yes : [], DER.octets(content))
        }
        if draft.authority.isCA {
            let length = draft.authority.pathLength.map { DER.integer([UInt8($0)]) } ?? []
            add("2.5.29.19", critical: true, DER.sequence(DER.yes, length))
        }
        switch (draft.keyUsage, draft.authority.isCA) {
        // keyCertSign and cRLSign.
        case (.issuing, _), (.fitting, true): add("2.5.29.15", critical: true, DER.bits([0x06], unused: 1))
        // digitalSignature and keyEncipherment.
        case (.serving, _), (.fitting, false): add("2.5.29.15", critical: true, DER.bits([0xA0], unused: 5))
        case (.absent, _): break
        }
        switch (draft.purpose, draft.authority.isCA) {
        case (.absent, _), (.fitting, true): break
        case (.serving, _), (.fitting, false): add("2.5.29.37", DER.sequence(DER.identifier("1.3.6.1.5.5.7.3.1")))
        case (.client, _): add("2.5.29.37", DER.sequence(DER.identifier("1.3.6.1.5.5.7.3.2")))
        case (.any, _): add("2.5.29.37", DER.sequence(DER.identifier("2.5.29.37.0")))
        }
        if !draft.constraints.permitted.isEmpty || !draft.constraints.excluded.isEmpty {
            let trees = [(UInt8(0xA0), draft.constraints.permitted), (0xA1, draft.constraints.excluded)]
                .flatMap { tag, names in
                    names.isEmpty ? [] : DER.value(tag, names.flatMap { DER.sequence(DER.value(0x82, Array($0.utf8))) })
                }
            add("2.5.29.30", critical: true, DER.value(0x30, trees))
        }
        // Any digest of the key will do (RFC 7093).
        add("2.5.29.14", DER.octets(Array(SHA2.sha256(key.publicKey).prefix(20))))
        add("2.5.29.35", DER.sequence(DER.value(0x80, Array(SHA2.sha256(signer.publicKey).prefix(20)))))
        if !draft.names.isEmpty {
            add("2.5.29.17", DER.value(0x30, draft.names.flatMap { DER.value(0x82, Array($0.utf8)) }))
        }
        return list
    }
}
