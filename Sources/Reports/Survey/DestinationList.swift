/// The destinations of a survey in the order of their first appearance, each once, with its number of recipients.
///
/// Ten million of them must fit into memory. So all names lie in one array, and no destination has an object of its
/// own.
struct DestinationList: Sendable {
    /// The most destinations.
    static let limit = 10_000_000

    /// The number of recipients of all destinations.
    private(set) var totalRecipients = 0

    private let limit: Int
    private var names: ContiguousArray<UInt8> = []
    /// The end of each name.
    private var ends: ContiguousArray<UInt32> = []
    private var recipients: ContiguousArray<UInt32> = []
    /// A hash table with open addressing. Each entry is a place in the list plus one; 0 means empty. Its size is a
    /// power of 2.
    private var table: ContiguousArray<UInt32>

    /// Makes an empty list.
    ///
    /// - Parameter limit: The most destinations. Their names together must fit into 4 GB.
    init(limit: Int = limit) {
        self.limit = limit
        table = ContiguousArray(repeating: 0, count: 1024)
    }

    /// The number of destinations.
    var count: Int { ends.count }

    /// Returns a destination as text, in the form of `Destination.text`.
    subscript(index: Int) -> String { String(decoding: names[range(index)], as: UTF8.self) }

    /// Returns the number of recipients of a destination. It is at least one, because the input has the destination.
    func recipients(of index: Int) -> Int { Int(max(1, recipients[index])) }

    /// Adds recipients of a destination.
    ///
    /// - Parameters:
    ///   - text: The destination.
    ///   - more: The number of recipients to add.
    /// - Returns: The destination's place in the list.
    @discardableResult
    mutating func add(_ text: String, recipients more: Int) throws(DestinationListError) -> Int {
        var text = text
        let (slot, known) = text.withUTF8 { find($0) }
        let index: Int
        if let known {
            index = known
        } else {
            guard count < limit else { throw DestinationListError() }
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

    /// Finds the slot of a name in the table, and the name's place in the list if it is there.
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

    /// Hashes a name with a seed made at the start of the process. So nobody can craft names that collide.
    private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: name)
        return hasher.finalize()
    }
}
