/// What is cut to a length.
enum BoundedText {
    /// Text cut to so many bytes.
    static func of(_ text: String, _ limit: Int) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(limit - 3), as: UTF8.self) + "..."
    }

    /// Bytes cut to so many.
    static func of(_ bytes: [UInt8], _ limit: Int) -> [UInt8] {
        bytes.count <= limit ? bytes : Array(bytes.prefix(limit - 3)) + Array("...".utf8)
    }
}
