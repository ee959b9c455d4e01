import Glibc

/// Text that somebody else sent. It is usually UTF-8; if not, its bytes are kept as they are.
public struct ReceivedText: Sendable, Hashable {
    /// The text. If the bytes are not UTF-8, each invalid sequence is U+FFFD.
    public let text: String
    /// The bytes as received, if they are not UTF-8. nil if `text` holds everything.
    public let bytes: [UInt8]?

    /// Copies the bytes.
    public init(_ bytes: UnsafeRawBufferPointer) {
        text = String(decoding: bytes, as: UTF8.self)
        // What is not UTF-8 has been replaced. Nearly all is UTF-8, so this costs less than to look before.
        let isWhole = text.utf8.withContiguousStorageIfAvailable { copied in
            guard copied.count == bytes.count else { return false }
            guard let left = copied.baseAddress, let right = bytes.baseAddress else { return true }
            return memcmp(left, right, bytes.count) == 0
        }
        self.bytes = isWhole == true ? nil : Array(bytes)
    }

    /// Takes the bytes.
    public init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { ReceivedText($0) } }
}
