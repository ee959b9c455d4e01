/// A GeneralName (RFC 5280 §4.2.1.6) in one of its nine forms.
enum GeneralName {
    case otherName(type: ArraySlice<UInt8>, value: ArraySlice<UInt8>)
    case rfc822Name(ArraySlice<UInt8>)
    case dnsName(ArraySlice<UInt8>)
    case x400Address
    case directoryName(DistinguishedName)
    case ediPartyName
    case uniformResourceIdentifier(ArraySlice<UInt8>)
    case ipAddress(ArraySlice<UInt8>)
    case registeredID

    /// Reads a GeneralName.
    ///
    /// - Returns: nil if it is malformed.
    init?(_ element: DERReader.Element) {
        var reader = DERReader(element.contents)
        switch element.tag {
        case DERReader.Tag.constructed(0):
            guard let type = reader.next(DERReader.Tag.objectIdentifier)?.contents, OID.isWellFormed(type),
                let value = reader.next(DERReader.Tag.constructed(0))?.contents, reader.isAtEnd,
                Self.isOneElement(value)
            else { return nil }
            self = .otherName(type: type, value: value)
        case DERReader.Tag.primitive(1): self = .rfc822Name(element.contents)
        case DERReader.Tag.primitive(2): self = .dnsName(element.contents)
        case DERReader.Tag.constructed(3): self = .x400Address
        case DERReader.Tag.constructed(4):
            guard let contents = DERReader.only(DERReader.Tag.sequence, in: element.contents),
                let name = DistinguishedName(contents)
            else { return nil }
            self = .directoryName(name)
        case DERReader.Tag.constructed(5):
            // An optional nameAssigner and a partyName. Each is a DirectoryString inside an explicit tag.
            let assigner = reader.next(DERReader.Tag.constructed(0))
            guard let party = reader.next(DERReader.Tag.constructed(1)), reader.isAtEnd,
                [assigner, party].allSatisfy({ $0.map { Self.isOneElement($0.contents) } ?? true })
            else { return nil }
            self = .ediPartyName
        case DERReader.Tag.primitive(6): self = .uniformResourceIdentifier(element.contents)
        case DERReader.Tag.primitive(7): self = .ipAddress(element.contents)
        case DERReader.Tag.primitive(8):
            guard OID.isWellFormed(element.contents) else { return nil }
            self = .registeredID
        default: return nil
        }
    }

    private static func isOneElement(_ contents: ArraySlice<UInt8>) -> Bool {
        var reader = DERReader(contents)
        return reader.next() != nil && reader.isAtEnd
    }

    /// Reads the contents of GeneralNames.
    ///
    /// - Returns: nil if any of them is malformed.
    static func list(_ contents: ArraySlice<UInt8>) -> [GeneralName]? {
        var reader = DERReader(contents)
        var names: [GeneralName] = []
        while let element = reader.next() {
            guard let name = GeneralName(element) else { return nil }
            names.append(name)
        }
        return reader.isAtEnd ? names : nil
    }
}
