/// The destinations of a survey in the order in which they were met, each once, with its recipients.
///
/// Ten million of them have to fit: the names lie one behind the other, and there is no object for each.
struct DestinationList: Sendable {
    /// There is no room for another one.
    struct IsFull: Error {}

    /// The most destinations.
    static let limit = 10_000_000

    /// The recipients of all.
    private(set) var totalRecipients = 0

    private let limit: Int
    private var names: ContiguousArray<UInt8> = []
    /// Where each name ends.
    private var ends: ContiguousArray<UInt32> = []
    private var recipients: ContiguousArray<UInt32> = []
    /// Open addressing: a number more than the place in the list, 0 where there is none. Its size is a power of 2.
    private var table: ContiguousArray<UInt32>

    /// An empty list.
    ///
    /// - Parameter limit: The most destinations; what all their names take must fit into 4 GB.
    init(limit: Int = limit) {
        self.limit = limit
        table = ContiguousArray(repeating: 0, count: 1024)
    }

    /// How many destinations there are.
    var count: Int { ends.count }

    /// A destination as text, as `Destination.text` writes it.
    subscript(index: Int) -> String { String(decoding: names[range(index)], as: UTF8.self) }

    /// How many recipients a destination has: at least one, for it is there.
    func recipients(of index: Int) -> Int { Int(max(1, recipients[index])) }

    /// Adds recipients of a destination.
    ///
    /// - Parameters:
    ///   - text: The destination.
    ///   - more: How many.
    /// - Returns: Its place in the list.
    @discardableResult
    mutating func add(_ text: String, recipients more: Int) throws(IsFull) -> Int {
        var text = text
        let (slot, known) = text.withUTF8 { find($0) }
        let index: Int
        if let known {
            index = known
        } else {
            guard count < limit else { throw IsFull() }
            index = count
            names.append(contentsOf: text.utf8)
            ends.append(UInt32(names.count))
            recipients.append(0)
            table[slot] = UInt32(count)
            totalRecipients += 1
            if count * 4 > table.count * 3 { grow() }
        }
        let before = self.recipients(of: index)
        recipients[index] = UInt32(clamping: Int(recipients[index]) + more)
        totalRecipients += self.recipients(of: index) - before
        return index
    }

    private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index]) }

    /// Where a name is or would be in the table, and its place in the list.
    private func find(_ name: UnsafeBufferPointer<UInt8>) -> (slot: Int, index: Int?) {
        var slot = Self.hash(UnsafeRawBufferPointer(name)) & (table.count - 1)
        while table[slot] != 0 {
            let index = Int(table[slot]) - 1
            if names[range(index)].elementsEqual(name) { return (slot, index) }
            slot = (slot + 1) & (table.count - 1)
        }
        return (slot, nil)
    }

    private mutating func grow() {
        table = ContiguousArray(repeating: 0, count: table.count * 2)
        for index in 0..<count {
            var slot = names.withUnsafeBytes { Self.hash(.init(rebasing: $0[range(index)])) } & (table.count - 1)
            while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
            table[slot] = UInt32(index + 1)
        }
    }

    /// Seeded at the start of the process: nobody can make a list of names that collide.
    private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: name)
        return hasher.finalize()
    }
}
