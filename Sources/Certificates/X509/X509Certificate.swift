/// A parsed certificate (RFC 5280 §4.1), with the parts that a certification path depends on.
///
/// GnuTLS does not import it, because it refuses certificates that a valid path may contain (F-70): those of version 1
/// with extensions, with odd dates, or with two different signature algorithms. GnuTLS handles keys and signatures. An
/// object of this class stays within one judgement.
final class X509Certificate {
    /// The certificate's bytes and parts.
    let outline: CertificateOutline
    /// 1, 2 or 3; larger for a version that does not exist.
    let version: Int
    /// The contents of the serial number.
    let serialNumber: ArraySlice<UInt8>
    /// The algorithm of the signature.
    let signatureAlgorithm: SignatureAlgorithm
    /// The algorithm in the signed part. It should be the same.
    private let innerSignatureAlgorithm: SignatureAlgorithm
    /// Whether the two fields for the signature algorithm are equal.
    let isSignatureAlgorithmConsistent: Bool
    /// The signature.
    let signature: ArraySlice<UInt8>
    /// The name of the issuer.
    let issuer: DistinguishedName
    /// The name of the subject.
    let subject: DistinguishedName
    /// The first second of validity, since 1970; nil if it cannot be read.
    let notBefore: Int64?
    /// The last second of validity, since 1970; nil if it cannot be read.
    let notAfter: Int64?
    /// What the extensions say.
    let extensions: CertificateExtensions
    /// The key; nil if GnuTLS cannot read it.
    private(set) lazy var key = PublicKey(spki: outline.spki)

    /// Parses a certificate.
    ///
    /// - Returns: nil if it does not have the structure of RFC 5280 §4.1, or its names are not valid text.
    init?(_ outline: CertificateOutline) {
        guard let whole = DERReader.only(DERReader.Tag.sequence, in: outline.der[...]),
            let body = DERReader.only(DERReader.Tag.sequence, in: outline.tbs)
        else { return nil }
        var outer = DERReader(whole)
        guard outer.next(DERReader.Tag.sequence) != nil, let algorithm = outer.next(DERReader.Tag.sequence),
            let bits = outer.next(DERReader.Tag.bitString)?.contents, let unused = bits.first
        else { return nil }
        var inner = DERReader(body)
        guard let version = Self.version(&inner),
            let serialNumber = inner.next(DERReader.Tag.integer)?.contents, !serialNumber.isEmpty,
            let innerAlgorithm = inner.next(DERReader.Tag.sequence),
            let issuer = inner.next(DERReader.Tag.sequence).flatMap({ DistinguishedName($0.contents) }),
            let validity = inner.next(DERReader.Tag.sequence),
            let subject = inner.next(DERReader.Tag.sequence).flatMap({ DistinguishedName($0.contents) }),
            inner.next(DERReader.Tag.sequence) != nil
        else { return nil }
        var dates = DERReader(validity.contents)
        guard let notBefore = dates.next(), Self.isTime(notBefore), let notAfter = dates.next(), Self.isTime(notAfter),
            dates.isAtEnd
        else { return nil }
        // issuerUniqueID and subjectUniqueID (RFC 5280 §4.1.2.8), which nobody uses.
        _ = inner.next(DERReader.Tag.primitive(1))
        _ = inner.next(DERReader.Tag.primitive(2))
        if let element = inner.next(DERReader.Tag.constructed(3)) {
            guard let extensions = CertificateExtensions(element.contents) else { return nil }
            self.extensions = extensions
        } else {
            extensions = CertificateExtensions()
        }
        guard inner.isAtEnd else { return nil }
        self.outline = outline
        self.version = version
        self.serialNumber = serialNumber
        signatureAlgorithm = SignatureAlgorithm(algorithm.contents)
        innerSignatureAlgorithm = SignatureAlgorithm(innerAlgorithm.contents)
        isSignatureAlgorithmConsistent = algorithm.whole == innerAlgorithm.whole
        // A signature consists of whole bytes. If it does not, no key made it.
        signature = unused == 0 ? bits.dropFirst() : []
        self.issuer = issuer
        self.subject = subject
        self.notBefore = CertificateTime.seconds(notBefore)
        self.notAfter = CertificateTime.seconds(notAfter)
    }

    /// The version (RFC 5280 §4.1.2.1). A missing field means version 1; otherwise the number is one less than the
    /// version.
    private static func version(_ reader: inout DERReader) -> Int? {
        guard let element = reader.next(DERReader.Tag.constructed(0)) else { return 1 }
        guard let number = DERReader.only(DERReader.Tag.integer, in: element.contents), let last = number.last else {
            return nil
        }
        return number.count == 1 && last < 0x80 ? Int(last) + 1 : .max
    }

    private static func isTime(_ element: DERReader.Element) -> Bool {
        element.tag == DERReader.Tag.utcTime || element.tag == DERReader.Tag.generalizedTime
    }

    /// Whether its extensions allow it to be part of a path.
    var isWellFormed: Bool { !extensions.isMalformed && !extensions.isProxy }

    /// Whether subject and issuer are the same name. The signature is not checked.
    var isSelfIssued: Bool { subject == issuer }

    /// Whether `issuer` issued this certificate, judged by the names and by what both say about the key that signed.
    /// The signature is not checked.
    func isIssued(by issuer: X509Certificate) -> Bool { self.issuer == issuer.subject && identifies(issuer) }

    /// Whether the authority key identifier, if there is one, fits a certificate that has the issuer's name.
    func identifies(_ issuer: X509Certificate) -> Bool { extensions.authorityKeyIdentifier?.fits(issuer) != false }

    /// Whether the certificate may have signed itself, judged by its names, its key identifiers and the kind of its
    /// key. The signature is not checked. OpenSSL requires no more of a root.
    var looksSelfSigned: Bool {
        guard isIssued(by: self) else { return false }
        return key?.mayMake(innerSignatureAlgorithm) ?? true
    }

    /// Whether both have the same subject and key. Different issuers may have signed them.
    func isSameEntity(as other: X509Certificate) -> Bool {
        outline.spki == other.outline.spki && subject == other.subject
    }

    /// Whether the certificate is for TLS servers or, in the case of a CA, for issuing such certificates: it has no
    /// extended key usage, or the right one (RFC 5280 §4.2.1.12).
    var isMeantForServers: Bool { extensions.allowsServers != false }

    /// Whether the key may belong to a TLS server: it has no key usage, or one for TLS (RFC 8446 §4.4.2.2, RFC 5246
    /// §7.4.2), and no netscape-cert-type, or one for servers.
    var hasServerKey: Bool {
        extensions.keyUsage.map { !$0.isDisjoint(with: .server) } ?? true
            && extensions.netscapeType.map { $0 & 0x40 != 0 } ?? true
    }

    /// Whether the key is on a curve whose parameters are given explicitly. RFC 5480 §2.1.1: specifiedCurve MUST NOT be
    /// used.
    var hasExplicitCurve: Bool {
        guard let contents = DERReader.only(DERReader.Tag.sequence, in: outline.spki) else { return false }
        var reader = DERReader(contents)
        guard let algorithm = reader.next(DERReader.Tag.sequence)?.contents else { return false }
        var identifier = DERReader(algorithm)
        guard let type = identifier.next(DERReader.Tag.objectIdentifier)?.contents,
            type.elementsEqual(OID.ellipticCurveKey)
        else { return false }
        return identifier.next(DERReader.Tag.sequence) != nil
    }

    /// Whether the certificate may belong to a CA.
    ///
    /// Below the anchor, basic constraints must say so (RFC 5280 §6.1.4 (k)). §6.1.1 (d) requires nothing of the
    /// anchor's own certificate. As in OpenSSL, an anchor without basic constraints is accepted in three cases: its key
    /// usage allows signing certificates; it is self-signed and of version 1, which cannot say more; or
    /// netscape-cert-type names a CA for TLS (F-73). If there is a key usage, it must contain keyCertSign (§6.1.4 (n)).
    func mayIssue(asAnchor isAnchor: Bool) -> Bool {
        let usage = extensions.keyUsage
        guard usage?.contains(.keyCertSign) != false else { return false }
        if let constraints = extensions.basicConstraints { return constraints.isCA }
        guard isAnchor else { return false }
        let isForTLS = extensions.netscapeType.map { $0 & 0x04 != 0 } ?? false
        return (version == 1 && looksSelfSigned) || usage != nil || isForTLS
    }
}
