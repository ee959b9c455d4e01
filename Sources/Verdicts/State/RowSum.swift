import Support

/// A checksum over the other columns of a row. SQLite does not notice if a disk returns other bytes than were written,
/// and a verdict must not end up at another domain.
///
/// It is FNV-1a folded to 32 bits, for which SQLite needs four bytes. It detects accidents, not malice.
package struct RowSum {
    private var hash = FNV1a()

    /// Makes an empty sum.
    package init() {}

    /// Adds bytes and their number, so that the border between two values counts.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        hash.add(bytes)
        add(Int64(bytes.count))
    }

    /// Adds bytes.
    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// Adds text. nil differs from an empty text.
    package mutating func add(_ text: String?) {
        guard var text else { return add(-1) }
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Adds a number.
    package mutating func add(_ number: Int64) {
        hash.add(word: UInt64(bitPattern: number))
        hash.value ^= hash.value >> 29
    }

    /// The checksum as it is stored.
    package var stored: Int64 { Int64(Int32(truncatingIfNeeded: hash.folded)) }
}
