import Logging

/// Lines that are being written, one behind the other in one buffer.
struct LogBacklog: Sendable {
    /// A line's place.
    struct Entry {
        let level: Logger.Level
        /// When it was logged, in seconds since 1970.
        let time: Int
        /// Where it ends in the buffer, behind its newline.
        let end: Int
    }

    /// The lines, each with a newline.
    private(set) var bytes: [UInt8] = []
    /// Their places, in order.
    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// Appends a line.
    mutating func append(_ level: Logger.Level, _ line: LogLine, time: Int) {
        line.bytes.withUnsafeBytes { append(level, $0, time: time) }
    }

    /// Appends a line.
    mutating func append(_ level: Logger.Level, _ line: UnsafeRawBufferPointer, time: Int) {
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
        entries.append(Entry(level: level, time: time, end: bytes.count))
    }

    /// Where a line is, its newline included.
    func range(_ line: Int) -> Range<Int> { (line > 0 ? entries[line - 1].end : 0)..<entries[line].end }

    /// Makes room. What a flood took is given back.
    mutating func removeAll() {
        let isLarge = bytes.capacity > 1 << 20
        bytes.removeAll(keepingCapacity: !isLarge)
        entries.removeAll(keepingCapacity: !isLarge)
    }
}
