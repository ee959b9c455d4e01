/// The parts of a certificate that DANE needs, cut unchanged from its DER (RFC 5280 §4.1).
///
/// A TLSA record is about the certificate's own bytes (RFC 6698 §1.3). GnuTLS has no function that returns the raw
/// SubjectPublicKeyInfo. Encoding it again may change it, and fails if GnuTLS does not know the kind of key (F-70).
package struct CertificateOutline {
    /// The largest certificate that is read, in bytes. A TLS handshake rarely carries more for a whole chain.
    static let maximumSize = 65_536

    /// The whole certificate.
    let der: [UInt8]
    /// The TBSCertificate, which is what the signature covers.
    let tbs: ArraySlice<UInt8>
    /// The issuer's distinguished name.
    let issuer: ArraySlice<UInt8>
    /// The subject's distinguished name.
    let subject: ArraySlice<UInt8>
    /// The SubjectPublicKeyInfo.
    package let spki: ArraySlice<UInt8>

    /// Cuts a certificate into its parts.
    ///
    /// - Returns: nil if the bytes do not have the frame of a certificate, or are too many.
    package init?(der: [UInt8]) {
        guard der.count <= Self.maximumSize, let certificate = DERReader.only(DERReader.Tag.sequence, in: der[...])
        else {
            return nil
        }
        var outer = DERReader(certificate)
        guard let tbs = outer.next(DERReader.Tag.sequence), outer.next(DERReader.Tag.sequence) != nil,
            outer.next(DERReader.Tag.bitString) != nil, outer.isAtEnd
        else { return nil }

        var inner = DERReader(tbs.contents)
        // X.509v1 certificates have no version field.
        _ = inner.next(DERReader.Tag.constructed(0))
        guard inner.next(DERReader.Tag.integer) != nil,  // serialNumber
            inner.next(DERReader.Tag.sequence) != nil,  // signature
            let issuer = inner.next(DERReader.Tag.sequence),
            inner.next(DERReader.Tag.sequence) != nil,  // validity
            let subject = inner.next(DERReader.Tag.sequence),
            let spki = inner.next(DERReader.Tag.sequence),
            Self.isSubjectPublicKeyInfo(spki.whole)
        else { return nil }

        self.der = der
        self.tbs = tbs.whole
        self.issuer = issuer.whole
        self.subject = subject.whole
        self.spki = spki.whole
    }

    /// Whether the bytes have the frame of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). The algorithm need not be known.
    static func isSubjectPublicKeyInfo(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let contents = DERReader.only(DERReader.Tag.sequence, in: bytes) else { return false }
        var reader = DERReader(contents)
        guard let algorithm = reader.next(DERReader.Tag.sequence), let key = reader.next(DERReader.Tag.bitString) else {
            return false
        }
        var identifier = DERReader(algorithm.contents)
        return reader.isAtEnd && key.contents.count > 1 && identifier.next(DERReader.Tag.objectIdentifier) != nil
    }
}
