/// Text that somebody else sent. It is usually UTF-8; if not, its bytes are kept as they are.
public struct ReceivedText: Sendable, Hashable {
    /// The text. If the bytes are not UTF-8, each invalid sequence is U+FFFD.
    public let text: String
    /// The bytes as received, if they are not UTF-8. nil if `text` holds everything.
    public let bytes: [UInt8]?

    /// Copies the bytes.
    public init(_ bytes: UnsafeRawBufferPointer) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self.text = text
            self.bytes = nil
        } else {
            text = String(decoding: bytes, as: UTF8.self)
            self.bytes = Array(bytes)
        }
    }

    /// Takes the bytes.
    public init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { ReceivedText($0) } }
}
