/// The hash FNV-1a with 64 bits (draft-eastlake-fnv): the same on every machine and after every start, unlike Swift's
/// own hashes.
///
/// What is on disk and which domains are in the roll-out depend on its values, so they must never change. It detects
/// accidents and spreads names, but it is no protection against somebody who looks for two texts with one hash.
public struct FNV1a: Sendable {
    /// The hash of what was added so far.
    public var value: UInt64 = 0xcbf2_9ce4_8422_2325

    @usableFromInline static var prime: UInt64 { 0x100_0000_01b3 }

    /// The hash of nothing.
    package init() {}

    /// The hash of the UTF-8 of a text.
    @inlinable
    public init(_ text: String) { add(text) }

    /// Adds bytes.
    @inlinable
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var value = value
        for byte in bytes { value = (value ^ UInt64(byte)) &* Self.prime }
        self.value = value
    }

    /// Adds the UTF-8 of a text.
    @inlinable
    public mutating func add(_ text: String) {
        guard text.utf8.withContiguousStorageIfAvailable({ add(UnsafeRawBufferPointer($0)) }) == nil else { return }
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Adds a number in a single step, as if it was one byte. FNV-1a itself has no such step.
    @inlinable
    public mutating func add(word: UInt64) { value = (value ^ word) &* Self.prime }

    /// The hash with its upper half folded into the lower one, which depends on more of the input than either half.
    package var folded: UInt64 { value ^ value >> 32 }
}
