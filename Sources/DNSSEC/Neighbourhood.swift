import Support

/// A guess at the part of the DNS that a name belongs to, which roughly means what one owner has registered: its last
/// two labels, or three below a short second level where registries sell names, as in `example.co.uk`.
///
/// There is no list of registries behind it. Names with the same neighbourhood share one of a resolver's caches, and
/// nothing else. `LanePath` decides whose turn it is in a queue, and there a wrong guess gives nobody more than a fair
/// share.
public struct Neighbourhood: Hashable, Sendable {
    /// The labels, without a trailing dot; empty for the root.
    public let name: String

    /// The neighbourhood of a name in presentation form, in lower case.
    public init(of name: String) {
        let bytes = name.utf8
        var end = bytes.endIndex
        if bytes.last == UInt8(ascii: ".") { end = bytes.index(before: end) }
        var start = end
        var length = 0
        var lengths: [Int] = []
        while start > bytes.startIndex {
            let before = bytes.index(before: start)
            if bytes[before] == UInt8(ascii: ".") {
                lengths.append(length)
                // A country code has two letters, and such a second level at most three.
                if lengths.count == 3 || lengths.count == 2 && !(lengths[0] == 2 && lengths[1] <= 3) { break }
                length = 0
            } else {
                length += 1
            }
            start = before
        }
        self.name = String(name[start..<end])
    }

    /// The index of the cache for this neighbourhood. It is always the same, so that the keys of its zones are fetched
    /// and kept only once.
    func part(of count: Int) -> Int {
        guard count > 1 else { return 0 }
        return Int(FNV1a(name).folded % UInt64(count))
    }
}
