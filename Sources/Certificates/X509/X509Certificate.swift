/// A certificate taken apart (RFC 5280 §4.1), as far as a certification path is judged by it.
///
/// GnuTLS is not asked to import it: it refuses certificates that a path may hold, or that stand above what the path is
/// judged by: of version 1 with extensions, with odd dates, with fields in which two signature algorithms are named.
/// Keys and signatures are GnuTLS's. An object of this class stays within one judgement.
final class X509Certificate {
    /// The certificate's bytes and parts.
    let outline: CertificateOutline
    /// 1, 2 or 3; more for what there is not.
    let version: Int
    /// The contents of the serial number.
    let serialNumber: ArraySlice<UInt8>
    /// The algorithm of the signature.
    let signatureAlgorithm: SignatureAlgorithm
    /// The algorithm that is signed with the rest; it should be the same.
    private let innerSignatureAlgorithm: SignatureAlgorithm
    /// Whether both fields that name the signature algorithm say the same.
    let isSignatureAlgorithmConsistent: Bool
    /// The signature.
    let signature: ArraySlice<UInt8>
    /// Who issued it.
    let issuer: DistinguishedName
    /// Whom it is about.
    let subject: DistinguishedName
    /// The first second of validity, since 1970; nil if it cannot be read.
    let notBefore: Int64?
    /// The last second of validity, since 1970; nil if it cannot be read.
    let notAfter: Int64?
    /// What the extensions say.
    let extensions: CertificateExtensions
    /// The key; nil if GnuTLS cannot read it.
    private(set) lazy var key = PublicKey(spki: outline.spki)

    /// Takes a certificate apart; nil if it is not built as RFC 5280 §4.1 says, or its names are no text.
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
        // A signature is whole bytes: one that is not is nobody's.
        signature = unused == 0 ? bits.dropFirst() : []
        self.issuer = issuer
        self.subject = subject
        self.notBefore = CertificateTime.seconds(notBefore)
        self.notAfter = CertificateTime.seconds(notAfter)
    }

    /// RFC 5280 §4.1.2.1: absent is version 1; the number is one less.
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

    /// Whether its extensions are those of a certificate that can stand in a path at all.
    var isWellFormed: Bool { !extensions.isMalformed && !extensions.isProxy }

    /// Whether subject and issuer are the same name; the signature is not looked at.
    var isSelfIssued: Bool { subject == issuer }

    /// Whether the names, and what both say of the key that signed, say that `issuer` issued this certificate; the
    /// signature is not looked at.
    func isIssued(by issuer: X509Certificate) -> Bool { self.issuer == issuer.subject && identifies(issuer) }

    /// Whether the authority key identifier, if there is one, fits a certificate that has the issuer's name.
    func identifies(_ issuer: X509Certificate) -> Bool { extensions.authorityKeyIdentifier?.fits(issuer) != false }

    /// Whether the certificate may have signed itself: by its names, by its key identifiers and by the kind of its key.
    /// The signature is not looked at; OpenSSL takes no more for a root.
    var looksSelfSigned: Bool {
        guard isIssued(by: self) else { return false }
        return key?.mayMake(innerSignatureAlgorithm) ?? true
    }

    /// Whether both are about the same subject and key; they may be signed by different issuers.
    func isSameEntity(as other: X509Certificate) -> Bool {
        outline.spki == other.outline.spki && subject == other.subject
    }

    /// Whether the certificate is meant for TLS servers or, a CA's, for issuing such: no extended key usage, or the
    /// right one (RFC 5280 §4.2.1.12).
    var isMeantForServers: Bool { extensions.allowsServers != false }

    /// Whether the certificate's key may be a TLS server's: no key usage, or one for TLS (RFC 8446 §4.4.2.2, RFC 5246
    /// §7.4.2), and no netscape-cert-type, or one for servers.
    var hasServerKey: Bool {
        extensions.keyUsage.map { !$0.isDisjoint(with: .server) } ?? true
            && extensions.netscapeType.map { $0 & 0x40 != 0 } ?? true
    }

    /// Whether its key is on a curve whose parameters are spelled out. RFC 5480 §2.1.1: specifiedCurve MUST NOT be
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

    /// Whether the certificate may be a CA's.
    ///
    /// RFC 5280 §6.1.4 (k): below the anchor basic constraints must say so. §6.1.1 (d) asks nothing of the anchor's own
    /// certificate; like OpenSSL, this takes one without basic constraints if its key usage names certificates, if it
    /// is a self-signed one of version 1, which cannot say more, or if netscape-cert-type names a CA of TLS. §6.1.4
    /// (n): a key usage must have keyCertSign.
    func mayIssue(asAnchor isAnchor: Bool) -> Bool {
        let usage = extensions.keyUsage
        guard usage?.contains(.keyCertSign) != false else { return false }
        if let constraints = extensions.basicConstraints { return constraints.isCA }
        guard isAnchor else { return false }
        let isForTLS = extensions.netscapeType.map { $0 & 0x04 != 0 } ?? false
        return (version == 1 && looksSelfSigned) || usage != nil || isForTLS
    }
}
