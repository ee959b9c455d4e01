import Support

/// Text of a host made fit for logs, replies and terminals.
enum Printable {
    /// The longest text kept of anything a host says.
    static let limit = 200

    /// Printable ASCII of at most `limit` bytes: any other byte becomes `?`, a tab a blank, and what is too long is cut
    /// and marked `...`.
    static func text(_ bytes: some Sequence<UInt8>, limit: Int = limit) -> String {
        PrintableText.of(bytes, limit: limit)
    }
}
