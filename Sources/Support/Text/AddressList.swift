/// The mail addresses of a line. Commas, semicolons or blanks separate them, unless these stand in quotes or in angle
/// brackets.
package struct AddressList: Sequence, IteratorProtocol {
    private var rest: ByteScanner

    /// Begins at the front of a text.
    package init(_ text: LentBytes) { rest = ByteScanner(text) }

    /// Returns the next address, with its angle brackets if it has them. It returns an inner nil for a word that is no
    /// address: it has no `@`, or more than one outside quotes and so may be two addresses that something else
    /// separates.
    package mutating func next() -> LentBytes?? {
        while let byte = rest.next, Self.isSeparator(byte) { rest.drop(1) }
        guard !rest.isAtEnd else { return nil }
        var isQuoted = false
        var isEscaped = false
        var isBracketed = false
        var signs = 0
        var count = 0
        loop: for byte in rest.rest {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case _ where isQuoted: break
            case UInt8(ascii: "<"): isBracketed = true
            case UInt8(ascii: ">"): isBracketed = false
            case UInt8(ascii: "@"): signs += 1
            // A source route has commas and `@`s of its own (RFC 5321 appendix C).
            case UInt8(ascii: ":") where isBracketed && rest.rest[1] == UInt8(ascii: "@"): signs = 0
            case _ where !isBracketed && Self.isSeparator(byte): break loop
            default: break
            }
            count += 1
        }
        let word = rest.take(count)
        // Angle brackets must enclose the whole word.
        let hasBracket = word.contains { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
        let isWhole = !hasBracket || word.first == UInt8(ascii: "<") && word.last == UInt8(ascii: ">")
        return .some(signs == 1 && !isQuoted && isWhole ? word : nil)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte.isBlank || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
    }
}
