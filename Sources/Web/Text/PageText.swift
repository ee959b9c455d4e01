import Support

/// Text from strangers, for a page. The templates see to it that it is no markup.
enum PageText {
    /// The text without characters that have no look of their own, or that turn the direction of what stands around
    /// them.
    static func of(_ text: String, limit: Int = 2000) -> String {
        TerminalText.line(String(text.prefix(limit)), takesUnicode: true)
    }

    /// A short form for a picture: the middle is cut out.
    static func short(_ text: String, columns: Int = 36) -> String {
        TerminalText.cutInTheMiddle(of(text), columns: columns)
    }
}
