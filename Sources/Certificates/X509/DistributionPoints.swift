/// Where revocations are published (RFC 5280 §4.2.1.13). DANE does not need them, but OpenSSL refuses a certificate in
/// which they are malformed (F-75).
enum DistributionPoints {
    /// Whether the extension's value has the form of CRLDistributionPoints.
    static func isWellFormed(_ value: ArraySlice<UInt8>) -> Bool {
        var outer = DERReader(value)
        guard let contents = outer.next(DERReader.Tag.sequence)?.contents,
            let points = DERReader.all(DERReader.Tag.sequence, in: contents)
        else { return false }
        return points.allSatisfy { point in
            var reader = DERReader(point.contents)
            let name = reader.next(DERReader.Tag.constructed(0))
            if let name {
                var inner = DERReader(name.contents)
                guard let choice = inner.next(), inner.isAtEnd else { return false }
                switch choice.tag {
                case DERReader.Tag.constructed(0):
                    guard GeneralName.list(choice.contents) != nil else { return false }
                case DERReader.Tag.constructed(1): break
                default: return false
                }
            }
            _ = reader.next(DERReader.Tag.primitive(1))
            let issuers = reader.next(DERReader.Tag.constructed(2)).map { GeneralName.list($0.contents) }
            // "A DistributionPoint MUST NOT consist of only the reasons field."
            let hasIssuer = issuers.map { $0?.isEmpty == false } ?? false
            return reader.isAtEnd && (name != nil || hasIssuer) && issuers.map { $0 != nil } ?? true
        }
    }
}
