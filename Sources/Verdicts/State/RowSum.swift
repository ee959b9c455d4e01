/// The sum that a row carries over its other columns: SQLite does not notice when a disk gives back other bytes than it took,
/// and a verdict must not come to stand for another domain.
///
/// FNV-1a, folded to 32 bits, of which SQLite stores four bytes. It tells accidents, not malice.
package struct RowSum {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// An empty one.
    package init() {}

    /// Takes bytes in, with their number, so that what stands beside each other cannot run together.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var state = self.state
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        self.state = state
        add(Int64(bytes.count))
    }

    /// Takes bytes in.
    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// Takes text in; nil is not the same as none.
    package mutating func add(_ text: String?) {
        guard var text else { return add(-1) }
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Takes a number in.
    package mutating func add(_ number: Int64) {
        state = (state ^ UInt64(bitPattern: number)) &* 0x100_0000_01b3
        state ^= state >> 29
    }

    /// The sum as it is stored.
    package var stored: Int64 { Int64(Int32(truncatingIfNeeded: state ^ state >> 32)) }
}
