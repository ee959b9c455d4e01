/// A Name (RFC 5280 §4.1.2.4). Two names are equal whatever their types of string, case and blanks (F-71, RFC 5280
/// §7.1).
struct DistinguishedName: Hashable {
    /// One attribute of a name.
    struct Attribute: Hashable {
        /// The contents of the identifier of its type.
        let type: ArraySlice<UInt8>
        /// The tag of its value.
        let tag: UInt8
        /// The contents of its value.
        let value: ArraySlice<UInt8>
    }

    /// The attributes in order.
    let attributes: [Attribute]
    /// The bytes by which the name is compared: for each relative name the length of what follows, then its attributes,
    /// sorted. With the lengths, one name is a prefix of another exactly if these bytes are.
    private let prepared: [UInt8]

    /// Reads the contents of a Name.
    ///
    /// - Returns: nil if they are not an RDNSequence, or the bytes of a value do not fit its type.
    init?(_ contents: ArraySlice<UInt8>) {
        guard let relatives = DERReader.all(DERReader.Tag.set, in: contents) else { return nil }
        var attributes: [Attribute] = []
        var prepared: [UInt8] = []
        for relative in relatives {
            guard let pairs = DERReader.all(DERReader.Tag.sequence, in: relative.contents), !pairs.isEmpty else {
                return nil
            }
            var parts: [[UInt8]] = []
            for pair in pairs {
                var reader = DERReader(pair.contents)
                guard let type = reader.next(DERReader.Tag.objectIdentifier)?.contents, OID.isWellFormed(type),
                    let value = reader.next(), reader.isAtEnd
                else { return nil }
                let attribute = Attribute(type: type, tag: value.tag, value: value.contents)
                guard let part = Self.prepared(attribute) else { return nil }
                attributes.append(attribute)
                parts.append(part)
            }
            // RFC 5280 §7.1: the attributes of a relative name are a set.
            parts.sort { $0.lexicographicallyPrecedes($1) }
            prepared += Self.number(parts.reduce(0) { $0 + $1.count })
            for part in parts { prepared += part }
        }
        self.attributes = attributes
        self.prepared = prepared
    }

    /// Whether it has no attributes.
    var isEmpty: Bool { attributes.isEmpty }

    /// Whether this name, a constraint, is the beginning of another name (RFC 5280 §4.2.1.10, X.501 §9).
    func contains(_ other: DistinguishedName) -> Bool { other.prepared.starts(with: prepared) }

    /// The values with this type.
    func attributes(_ type: [UInt8]) -> [Attribute] { attributes.filter { $0.type.elementsEqual(type) } }

    /// Two names are equal if they are compared by the same bytes.
    static func == (left: DistinguishedName, right: DistinguishedName) -> Bool { left.prepared == right.prepared }

    func hash(into hasher: inout Hasher) { hasher.combine(prepared) }

    private static func prepared(_ attribute: Attribute) -> [UInt8]? {
        let isText = DirectoryString.isText(attribute.tag)
        let value = isText ? DirectoryString.prepared(attribute.tag, attribute.value) : Array(attribute.value)
        guard let value else { return nil }
        let tag = isText ? DERReader.Tag.utf8String : attribute.tag
        return number(attribute.type.count) + attribute.type + [tag] + number(value.count) + value
    }

    private static func number(_ number: Int) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
