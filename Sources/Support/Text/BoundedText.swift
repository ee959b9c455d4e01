/// Cuts texts to a length.
package enum BoundedText {
    /// Returns a text cut to at most so many bytes. What was cut ends in `...`, which is all of it if the limit is
    /// smaller than that.
    package static func of(_ text: String, _ limit: Int) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(max(0, limit - 3)), as: UTF8.self) + "..."
    }

    /// Returns bytes cut to at most so many.
    package static func of(_ bytes: [UInt8], _ limit: Int) -> [UInt8] {
        bytes.count <= limit ? bytes : Array(bytes.prefix(max(0, limit - 3))) + Array("...".utf8)
    }
}
