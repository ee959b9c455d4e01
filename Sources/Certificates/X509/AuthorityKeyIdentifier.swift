/// Which key or certificate signed a certificate (RFC 5280 §4.2.1.1).
struct AuthorityKeyIdentifier {
    /// keyIdentifier.
    let key: ArraySlice<UInt8>?
    /// The first directory name of authorityCertIssuer.
    let issuer: DistinguishedName?
    /// authorityCertSerialNumber.
    let serialNumber: ArraySlice<UInt8>?

    /// Reads the extension's value.
    ///
    /// - Returns: nil if it is malformed.
    init?(_ value: ArraySlice<UInt8>) {
        var outer = DERReader(value)
        guard let contents = outer.next(DERReader.Tag.sequence)?.contents else { return nil }
        var reader = DERReader(contents)
        key = reader.next(DERReader.Tag.primitive(0))?.contents
        if let issuers = reader.next(DERReader.Tag.constructed(1)) {
            guard let names = GeneralName.list(issuers.contents) else { return nil }
            issuer = names.lazy.compactMap { if case .directoryName(let name) = $0 { name } else { nil } }.first
        } else {
            issuer = nil
        }
        serialNumber = reader.next(DERReader.Tag.primitive(2))?.contents
        guard reader.isAtEnd else { return nil }
    }

    /// Whether nothing excludes this issuer: key identifier, serial number and issuer name are compared if both sides
    /// have them. OpenSSL looks for an issuer in the same way, and rejects one if any of these differs.
    func fits(_ issuer: X509Certificate) -> Bool {
        if let key, let other = issuer.extensions.subjectKeyIdentifier, key != other { return false }
        if let serialNumber, serialNumber != issuer.serialNumber { return false }
        if let name = self.issuer, name != issuer.issuer { return false }
        return true
    }
}
