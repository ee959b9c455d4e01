import DANE
import Inspection
import Support
import Synchronization

/// The destinations that were seen, as one number each. All threads fill it, without a lock, and without memory of
/// their own.
///
/// Up to `exactLimit` numbers are kept exactly. Beyond that a HyperLogLog counts them with an error of about one
/// percent (P. Flajolet et al., AofA 2007), in a fixed 16 KiB.
final class DestinationSketch: Sendable {
    /// So many numbers are kept exactly.
    static let exactLimit = 2048
    private static let slotCount = 4096

    /// `@unchecked Sendable`: neither pointer changes, what they lead to are atomics, and it lives as long as its
    /// owner.
    private struct Memory: @unchecked Sendable {
        let hashes: UnsafeMutablePointer<Atomic<UInt64>>
        let registers: UnsafeMutablePointer<Atomic<UInt8>>
    }

    private let memory: Memory
    private let count = Atomic<Int>(0)
    private let overflowed = Atomic<Bool>(false)

    init() {
        memory = Memory(
            hashes: .allocate(capacity: Self.slotCount), registers: .allocate(capacity: SketchSet.registers))
        for index in 0..<Self.slotCount { (memory.hashes + index).initialize(to: Atomic(0)) }
        for index in 0..<SketchSet.registers { (memory.registers + index).initialize(to: Atomic(0)) }
    }

    deinit {
        memory.hashes.deallocate()
        memory.registers.deallocate()
    }

    /// Notes a number. It must not be zero.
    func insert(_ hash: UInt64) {
        var slot = Int(truncatingIfNeeded: hash >> 20) & (Self.slotCount - 1)
        while true {
            var known = memory.hashes[slot].load(ordering: .relaxed)
            if known == hash { return }
            if known == 0 {
                // Many threads at once can add a few more than the limit. The table has room for twice as many.
                guard count.load(ordering: .relaxed) < Self.exactLimit else { break }
                let result = memory.hashes[slot].compareExchange(expected: 0, desired: hash, ordering: .relaxed)
                if result.exchanged {
                    count.wrappingAdd(1, ordering: .relaxed)
                    return
                }
                known = result.original
                if known == hash { return }
            }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        let (index, rank) = SketchSet.place(hash)
        var old = memory.registers[index].load(ordering: .relaxed)
        while old < rank {
            let result = memory.registers[index].compareExchange(expected: old, desired: rank, ordering: .relaxed)
            if result.exchanged { break }
            old = result.original
        }
        if !overflowed.load(ordering: .relaxed) { overflowed.store(true, ordering: .relaxed) }
    }

    /// The numbers noted so far.
    var set: SketchSet {
        var set = SketchSet()
        for slot in 0..<Self.slotCount {
            let hash = memory.hashes[slot].load(ordering: .relaxed)
            if hash != 0 { set.insert(hash) }
        }
        if overflowed.load(ordering: .relaxed) {
            set.raise((0..<SketchSet.registers).map { memory.registers[$0].load(ordering: .relaxed) })
        }
        return set
    }

    /// Forgets all numbers. A number that is noted meanwhile may be forgotten too.
    func clear() {
        for slot in 0..<Self.slotCount { memory.hashes[slot].store(0, ordering: .relaxed) }
        for index in 0..<SketchSet.registers { memory.registers[index].store(0, ordering: .relaxed) }
        overflowed.store(false, ordering: .relaxed)
        count.store(0, ordering: .relaxed)
    }
}

extension Destination {
    /// A number that stands for the destination. It is the same on all machines and after each start, and never zero.
    var stableHash: UInt64 {
        var sum = FNV1a(name.text)
        let isHost = if case .host = nextHop { true } else { false }
        sum.add(word: UInt64(port) << 1 | (isHost ? 1 : 0))
        var hash = sum.value
        // The upper bits of an FNV hash depend on few input bits, but they choose the register. The last step of
        // SplitMix64 spreads them.
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return hash == 0 ? 1 : hash
    }
}
