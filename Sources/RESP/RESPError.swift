import Support

/// An answer that is an error: the other side has understood the command, and refuses it.
package struct RESPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The first word, such as `ERR`, `READONLY` or `NOPERM`; `ERR` if it is not in upper case, which makes it prose.
    package let code: String
    /// The whole text, printable ASCII of at most 200 bytes.
    package let description: String

    /// Reads the text of an error.
    package init(_ bytes: some Collection<UInt8>) {
        let word = bytes.prefix { $0 != UInt8(ascii: " ") }
        let isCode = (1...40).contains(word.count) && word.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x5F }
        code = isCode ? String(decoding: word, as: UTF8.self) : "ERR"
        description = PrintableText.of(bytes, limit: 200)
    }

    /// An error with this text.
    package init(_ text: String) { self.init(text.utf8) }
}
