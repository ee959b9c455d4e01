/// The part of the DNS that a name belongs to, roughly what one operator has delegated to him: the name's last two labels, or three
/// where a registry sells names below a short second level, as in `example.co.uk`.
///
/// It is a guess, without a list of registries: names that share it share a resolver's cache, and no more. Whose turn
/// it is in a queue is decided by `LanePath`, where a wrong guess gives nobody more than his share.
public struct Neighbourhood: Hashable, Sendable {
    /// The labels, without a trailing dot; empty for the root.
    public let name: String

    /// The neighbourhood of a name in presentation form, lower case.
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
                // The top level has two letters, and the second at most three.
                if lengths.count == 3 || lengths.count == 2 && !(lengths[0] == 2 && lengths[1] <= 3) { break }
                length = 0
            } else {
                length += 1
            }
            start = before
        }
        self.name = String(name[start..<end])
    }

    /// Which of several caches is this neighbourhood's: always the same, so that the keys of its zones are fetched and kept once.
    func part(of count: Int) -> Int {
        guard count > 1 else { return 0 }
        // FNV-1a.
        let hash = name.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int((hash ^ hash >> 32) % UInt64(count))
    }
}
