/// A certificate of any content, right or wrong: what no CA would sign is signed too.
public struct FreeCertificate: Sendable {
    /// An attribute of a name.
    public struct Attribute: Sendable, Hashable {
        /// Its type in dotted form.
        public var type: String
        /// The tag of its value: 0x0C UTF8String, 0x13 PrintableString, 0x14 TeletexString, 0x16 IA5String, 0x1E
        /// BMPString.
        public var tag: UInt8
        /// The contents of its value.
        public var value: [UInt8]

        /// An attribute.
        public init(_ type: String, tag: UInt8, _ value: [UInt8]) {
            self.type = type
            self.tag = tag
            self.value = value
        }

        /// A text in a type of string; ASCII unless it is UTF-8 or BMPString.
        public init(_ type: String, _ text: String, tag: UInt8 = 0x0C) {
            let bytes = tag == 0x1E ? text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } : Array(text.utf8)
            self.init(type, tag: tag, bytes)
        }

        /// commonName.
        public static func commonName(_ text: String, tag: UInt8 = 0x0C) -> Attribute {
            Attribute("2.5.4.3", text, tag: tag)
        }
        /// organizationName.
        public static func organization(_ text: String, tag: UInt8 = 0x0C) -> Attribute {
            Attribute("2.5.4.10", text, tag: tag)
        }
        /// emailAddress.
        public static func email(_ text: String, tag: UInt8 = 0x16) -> Attribute {
            Attribute("1.2.840.113549.1.9.1", text, tag: tag)
        }

        var der: [UInt8] { DER.sequence(DER.identifier(type), DER.value(tag, value)) }
    }

    /// A Name: relative names of one attribute or more.
    public typealias Name = [[Attribute]]

    /// An extension.
    public struct Extension: Sendable, Hashable {
        /// Its identifier in dotted form.
        public var identifier: String
        /// Whether it says that it is critical.
        public var isCritical: Bool
        /// What stands within the OCTET STRING.
        public var value: [UInt8]

        /// An extension.
        public init(_ identifier: String, critical: Bool = false, _ value: [UInt8]) {
            self.identifier = identifier
            isCritical = critical
            self.value = value
        }
    }

    /// 1, 2 or 3; extensions are written whatever it is.
    public var version = 3
    /// The magnitude of the serial number.
    public var serialNumber: [UInt8]
    /// Whom it is about.
    public var subject: Name
    /// The issuer's name, if it is not the subject of the certificate above.
    public var issuer: Name?
    /// The dates as elements in DER.
    public var validity: (notBefore: [UInt8], notAfter: [UInt8])
    /// The extensions, in the order in which they are written.
    public var extensions: [Extension] = []
    /// The AlgorithmIdentifier within what is signed, if it is not that of the signature.
    public var innerAlgorithm: [UInt8]?
    /// The AlgorithmIdentifier of the signature, if it is not that of the key.
    public var outerAlgorithm: [UInt8]?
    /// The SubjectPublicKeyInfo, if it is not that of the key.
    public var publicKey: [UInt8]?
    /// Whether the signature is by SHA-1, as its algorithm says.
    public var isBySHA1 = false
    /// Whether the signature is wrong in one bit.
    public var isForged = false

    /// A certificate of this subject, without extensions.
    public init(_ subject: Name, validity: Validity, serialNumber: [UInt8]) {
        self.subject = subject
        self.serialNumber = serialNumber
        self.validity = (DER.time(validity.notBefore), DER.time(validity.notAfter))
    }

    /// The certificate in DER.
    ///
    /// - Parameters:
    ///   - key: Its key.
    ///   - issuer: The name of who signs it; nil is itself.
    ///   - signer: The key that signs it; nil is its own.
    public func signed(_ key: CertificateKey, issuer: Name? = nil, signer: CertificateKey? = nil) throws -> [UInt8] {
        let signer = signer ?? key
        let algorithm = outerAlgorithm ?? (isBySHA1 ? signer.brokenAlgorithm : nil) ?? signer.signatureAlgorithm
        let text = text(issuer: self.issuer ?? issuer ?? subject, algorithm: algorithm, publicKey: key.publicKey)
        var signature = try signer.signature(over: text, bySHA1: isBySHA1)
        if isForged { signature[signature.count - 1] ^= 1 }
        return DER.sequence(text, algorithm, DER.bits(signature))
    }

    /// The certificate in DER, issued by itself, with 256 bytes that are nobody's signature.
    func unsigned(algorithm: [UInt8], publicKey: [UInt8]) -> [UInt8] {
        let text = text(issuer: issuer ?? subject, algorithm: algorithm, publicKey: publicKey)
        return DER.sequence(text, algorithm, DER.bits([UInt8](repeating: 1, count: 256)))
    }

    /// The part that is signed.
    private func text(issuer: Name, algorithm: [UInt8], publicKey key: [UInt8]) -> [UInt8] {
        let list = extensions.flatMap {
            DER.sequence(DER.identifier($0.identifier), $0.isCritical ? DER.yes : [], DER.octets($0.value))
        }
        return DER.sequence(
            version == 1 ? [] : DER.value(0xA0, DER.integer([UInt8(version - 1)])), DER.integer(serialNumber),
            innerAlgorithm ?? algorithm, Self.der(issuer), DER.sequence(validity.notBefore, validity.notAfter),
            Self.der(subject), publicKey ?? key, list.isEmpty ? [] : DER.value(0xA3, DER.sequence(list)))
    }

    /// A serial number that no other certificate has.
    static func newSerialNumber() -> [UInt8] { [0x40] + (0..<15).map { _ in .random(in: 0...255) } }

    /// A Name in DER; the attributes of a relative name are put in the order of DER.
    package static func der(_ name: Name) -> [UInt8] {
        DER.sequence(
            name.flatMap { relative in
                DER.set(relative.map(\.der).sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
            })
    }
}

extension IssuedChain {
    /// A chain of certificates of any content, each signed by the next, the last one by itself, with new keys.
    public static func free(_ certificates: [FreeCertificate]) async throws -> IssuedChain {
        var keys: [CertificateKey] = []
        for _ in certificates { keys.append(try await CertificateKey.new()) }
        return IssuedChain(
            try certificates.indices.map { depth in
                let above = min(depth + 1, certificates.count - 1)
                let der = try certificates[depth].signed(
                    keys[depth], issuer: certificates[above].subject, signer: keys[above])
                return IssuedCertificate(
                    der: der, key: keys[depth], subject: certificates[depth].subject)
            })
    }
}
