/// Text that somebody else has sent: mostly UTF-8, and kept byte for byte where it is none.
public struct ReceivedText: Sendable, Hashable {
    /// The text; where it is no UTF-8, with U+FFFD in place of what is none.
    public let text: String
    /// The bytes as they came, where they are no UTF-8; nil where `text` says all.
    public let bytes: [UInt8]?

    /// Takes bytes that are lent.
    public init(_ bytes: UnsafeRawBufferPointer) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self.text = text
            self.bytes = nil
        } else {
            text = String(decoding: bytes, as: UTF8.self)
            self.bytes = Array(bytes)
        }
    }

    /// Takes bytes.
    public init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { ReceivedText($0) } }
}
