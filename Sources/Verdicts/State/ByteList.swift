/// Several byte strings in one. Each follows its length in four bytes, highest byte first.
enum ByteList {
    /// Joins strings. A string of 4 GiB or more would be cut; there are none.
    static func joined(_ parts: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count + 4 })
        for part in parts {
            let count = UInt32(truncatingIfNeeded: part.count)
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            bytes.append(contentsOf: part)
        }
        return bytes
    }

    /// Splits them again; nil if the bytes are not such a list, or contain more than `limit` strings.
    static func parts(of bytes: [UInt8], limit: Int) -> [[UInt8]]? {
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 4, parts.count < limit else { return nil }
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= count else { return nil }
            parts.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return parts
    }
}
