public import DANE

extension TLSARecord {
    /// `usability`, and for Full(0) also whether the data is a certificate or a key (T-05, RFC 6698 §4.1: data that
    /// cannot be parsed makes a record unusable).
    ///
    /// A certificate must have the structure of RFC 5280 §4.1. Its contents may be odd: OpenSSL and Postfix accept a
    /// record whose certificate has odd dates, or is of version 1 with extensions, although GnuTLS would not import
    /// that (F-70). A SubjectPublicKeyInfo must have the right frame. Its algorithm may be unknown, as a DANE-EE record
    /// only needs equal bytes. May be called on any thread.
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
