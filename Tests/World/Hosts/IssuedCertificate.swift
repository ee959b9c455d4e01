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
    struct Draft {
        var commonName: String?
        var names: [String] = []
        var validity: Validity
        /// A CA certificate, with its path length constraint if it has one.
        var authority: (isCA: Bool, pathLength: Int?) = (false, nil)
    }

    /// Signs a certificate.
    ///
    /// - Parameter issuer: Who signs it; nil makes it self-signed.
    static func sign(_ draft: Draft, key: CertificateKey, issuer: IssuedCertificate?) async throws -> IssuedCertificate
    {
        let signer = issuer?.key ?? key
        let subject = name(draft.commonName)
        let serial = [0x40] + (0..<15).map { _ in UInt8.random(in: 0...255) }
        let text = DER.sequence(
            // Version 3.
            DER.value(0xA0, DER.integer([2])),
            DER.integer(serial),
            signer.signatureAlgorithm,
            issuer?.subject ?? subject,
            DER.sequence(DER.time(draft.validity.notBefore), DER.time(draft.validity.notAfter)),
            subject,
            key.publicKey,
            DER.value(0xA3, DER.value(0x30, extensions(draft, key: key, signer: signer))))
        let signature = try await signer.signature(over: text)
        let der = DER.sequence(text, signer.signatureAlgorithm, DER.bits(signature))
        return IssuedCertificate(der: der, key: key, subject: subject)
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
            // keyCertSign and cRLSign.
            add("2.5.29.15", critical: true, DER.bits([0x06], unused: 1))
        } else {
            // digitalSignature and keyEncipherment; serverAuth.
            add("2.5.29.15", critical: true, DER.bits([0xA0], unused: 5))
            add("2.5.29.37", DER.sequence(DER.identifier("1.3.6.1.5.5.7.3.1")))
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
