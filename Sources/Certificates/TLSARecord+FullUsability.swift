public import DANE

extension TLSARecord {
    /// `usability`, and for Full(0) also whether the data is a certificate or a key (RFC 6698 §4.1: data that cannot be
    /// parsed makes a record unusable).
    ///
    /// A certificate must be built as RFC 5280 §4.1 says. What it says may be odd: OpenSSL and Postfix take a record of
    /// a certificate with odd dates, or of version 1 with extensions, and GnuTLS would not import that. A
    /// SubjectPublicKeyInfo must be framed as one; its algorithm may be unknown, for a DANE-EE record asks for no more
    /// than equal bytes. May be called on any thread.
    public var fullUsability: TLSAUsability {
        let fields = usability
        guard case .usable(_, let selector, .full) = fields else { return fields }
        switch selector {
        case .cert:
            let certificate = CertificateOutline(der: data).flatMap(X509Certificate.init)
            return certificate == nil ? .unusable("malformed: the data is no certificate") : fields
        case .spki:
            let isKey =
                data.count <= CertificateOutline.maximumSize
                && CertificateOutline.isSubjectPublicKeyInfo(data[...])
            return isKey ? fields : .unusable("malformed: the data is no public key")
        }
    }
}
