import Algorithms
import Glibc

/// A set of destinations. It can be united with other sets and be stored. It is exact while it is small, and a good
/// estimate when it is large.
package struct SketchSet: Sendable, Equatable {
    /// The number of registers of the HyperLogLog: 2^14, which gives a standard error of 0.8 %.
    static let registers = 1 << bits
    private static let bits = 14
    /// At most so many numbers are kept exactly. A small site has fewer in a month.
    private static let limit = 65_536

    private(set) var hashes: Set<UInt64> = []
    /// The registers; nil while the set is exact. If there are registers, `hashes` is empty.
    private(set) var ranks: [UInt8]?

    /// Makes an empty set.
    package init() {}

    /// Returns the register for a number, and the rank of the number in it.
    static func place(_ hash: UInt64) -> (index: Int, rank: UInt8) {
        let rest = hash << UInt64(bits)
        return (Int(hash >> UInt64(64 - bits)), UInt8(min(64 - bits, rest.leadingZeroBitCount) + 1))
    }

    /// Adds a number.
    mutating func insert(_ hash: UInt64) {
        if ranks == nil {
            hashes.insert(hash)
            if hashes.count > Self.limit { becomeAbout() }
        } else {
            let (index, rank) = Self.place(hash)
            if (ranks?[index] ?? 0) < rank { ranks?[index] = rank }
        }
    }

    /// Adds the numbers that other registers stand for.
    mutating func raise(_ other: [UInt8]) {
        becomeAbout()
        guard var ranks, other.count == ranks.count else { return }
        for index in ranks.indices { ranks[index] = max(ranks[index], other[index]) }
        self.ranks = ranks
    }

    /// Adds all numbers of another set.
    package mutating func formUnion(_ other: SketchSet) {
        if let ranks = other.ranks { raise(ranks) }
        for hash in other.hashes { insert(hash) }
    }

    private mutating func becomeAbout() {
        guard ranks == nil else { return }
        ranks = [UInt8](repeating: 0, count: Self.registers)
        let all = hashes
        hashes = []
        for hash in all { insert(hash) }
    }

    /// Whether `count` is exact.
    package var isExact: Bool { ranks == nil }

    /// The number of destinations, or an estimate of it.
    package var count: Int {
        guard let ranks else { return hashes.count }
        let size = Double(Self.registers)
        var sum = 0.0
        var empty = 0
        for rank in ranks {
            sum += exp2(-Double(rank))
            if rank == 0 { empty += 1 }
        }
        let raw = 0.7213 / (1 + 1.079 / size) * size * size / sum
        // While many registers are empty, their number gives the better estimate (linear counting).
        if raw <= 2.5 * size, empty > 0 { return Int((size * log(size / Double(empty))).rounded()) }
        return Int(raw.rounded())
    }

    /// The set as bytes: one for the form, then either the numbers, eight bytes each, or the registers.
    var bytes: [UInt8] {
        if let ranks { return [2] + ranks }
        var bytes: [UInt8] = [1]
        bytes.reserveCapacity(1 + hashes.count * 8)
        for hash in hashes.sorted() {
            withUnsafeBytes(of: hash.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The same in at most some 32 KiB: a set of more than 4096 numbers is an estimate there.
    package var shortBytes: [UInt8] {
        var set = self
        if set.hashes.count > 4096 { set.becomeAbout() }
        return set.bytes
    }

    /// Reads a set from bytes; nil if they are no such set.
    package init?(bytes: [UInt8]) {
        switch bytes.first {
        case 1:
            guard bytes.count % 8 == 1, bytes.count / 8 <= Self.limit else { return nil }
            for hash in bytes.dropFirst().chunks(ofCount: 8) {
                hashes.insert(hash.reduce(0) { $0 << 8 | UInt64($1) })
            }
        case 2:
            let ranks = Array(bytes.dropFirst())
            guard ranks.count == Self.registers, ranks.allSatisfy({ $0 <= 64 }) else { return nil }
            self.ranks = ranks
        default: return nil
        }
    }
}
