import Support

/// Makes text from a host safe for logs, replies and terminals.
enum Printable {
    /// The longest text in bytes that is kept of anything a host says.
    static let limit = 200

    /// Printable ASCII of at most `limit` bytes. A tab becomes a blank and any other byte `?`; a text that is too long
    /// is cut and ends in `...`.
    static func text(_ bytes: some Sequence<UInt8>, limit: Int = limit) -> String {
        PrintableText.of(bytes, limit: limit)
    }
}
