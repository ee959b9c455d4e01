/// DNS names as certificates have them: text, compared without regard to case.
enum HostText {
    /// RFC 5280 §4.2.1.10: whether the name can be made from the base by adding labels on the left, or none. An empty
    /// base holds every name. A base with a dot in front, which RFC 5280 has for URIs only, holds the names below it
    /// alone, as OpenSSL has it.
    static func isWithin(_ base: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = base.first else { return true }
        guard name.count >= base.count, areEqual(base, name.suffix(base.count)) else { return false }
        let rest = name.dropLast(base.count)
        return rest.isEmpty || first == UInt8(ascii: ".") || rest.last == UInt8(ascii: ".")
    }

    /// Whether both are the same but for the case of their ASCII letters.
    static func areEqual(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowered($0) == lowered($1) }
    }

    /// A common name if it is a plain host name of two labels at least: that is what a client may take it for.
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
