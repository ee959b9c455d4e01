/// Times in nanoseconds, counted in buckets whose width is below a hundredth of what they hold.
struct Histogram {
    private static let precision: UInt64 = 7
    private static let half = 1 << Int(precision)

    private var counts = [UInt64](repeating: 0, count: (64 - Int(precision) + 1) << Int(precision))
    private(set) var total: UInt64 = 0
    private(set) var largest: UInt64 = 0

    /// Counts one.
    mutating func add(_ value: UInt64) {
        counts[Self.bucket(of: value)] &+= 1
        total &+= 1
        if value > largest { largest = value }
    }

    /// Counts those of another.
    mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        total += other.total
        largest = max(largest, other.largest)
    }

    /// The value that a share of all does not exceed, in microseconds.
    func quantile(_ share: Double) -> Double {
        guard total > 0 else { return 0 }
        let wanted = max(1, UInt64((Double(total) * share).rounded(.up)))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= wanted { return Double(min(Self.end(of: index), largest)) / 1000 }
        }
        return Double(largest) / 1000
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(half) else { return Int(value) }
        let shift = UInt64(63 - value.leadingZeroBitCount) - precision
        return Int((shift + 1) << precision + (value >> shift)) - half
    }

    private static func end(of bucket: Int) -> UInt64 {
        guard bucket >= 2 * half else { return UInt64(bucket) }
        let shift = bucket / half - 1
        return UInt64(bucket % half + half + 1) << UInt64(shift) - 1
    }
}
