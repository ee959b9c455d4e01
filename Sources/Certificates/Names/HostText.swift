/// DNS names in certificates: text that is compared without regard to case.
enum HostText {
    /// Whether the name is the base or has labels to its left (RFC 5280 §4.2.1.10). An empty base covers every name. A
    /// base that begins with a dot, which RFC 5280 defines only for URIs, covers only the names below it, as in
    /// OpenSSL.
    static func isWithin(_ base: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = base.first else { return true }
        guard name.count >= base.count, areEqual(base, name.suffix(base.count)) else { return false }
        let rest = name.dropLast(base.count)
        return rest.isEmpty || first == UInt8(ascii: ".") || rest.last == UInt8(ascii: ".")
    }

    /// Whether two names are equal except for the case of their ASCII letters.
    static func areEqual(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowered($0) == lowered($1) }
    }

    /// The common name if it is a plain host name of at least two labels, because then a client may use it as one;
    /// otherwise nil.
    static func commonName(_ attribute: DistinguishedName.Attribute) -> [UInt8]? {
        guard DirectoryString.isText(attribute.tag),
            var name = DirectoryString.text(attribute.tag, attribute.value).map({ Array($0.utf8) })
        else { return nil }
        while name.last == 0 { name.removeLast() }
        let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isPlain = labels.allSatisfy { label in
            guard let first = label.first, let last = label.last, first != hyphen, last != hyphen else { return false }
            return label.allSatisfy { isLetterOrDigit($0) || $0 == hyphen || $0 == UInt8(ascii: "_") }
        }
        return labels.count > 1 && isPlain ? name : nil
    }

    private static let hyphen = UInt8(ascii: "-")

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(lowered(byte)) || (0x30...0x39).contains(byte)
    }
}
