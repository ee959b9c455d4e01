import DANE
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

    private let prefix: LinePrefix
    /// The time of the second that the last line was of, as it is written.
    private var stamp: (second: Int, text: [UInt8]) = (.min, [])

    var isEmpty: Bool { entries.isEmpty }

    /// No lines.
    init(prefix: LinePrefix = .none) { self.prefix = prefix }

    /// Appends a line.
    mutating func append(_ level: Logger.Level, _ line: LogLine, time: Int) {
        line.bytes.withUnsafeBytes { append(level, $0, time: time) }
    }

    /// Appends a line.
    mutating func append(_ level: Logger.Level, _ line: UnsafeRawBufferPointer, time: Int) {
        switch prefix {
        case .none: break
        case .priority: bytes.append(contentsOf: "<\(level.severity)>".utf8)
        case .time:
            if stamp.second != time { stamp = (time, Array("\(UnixTime.iso8601(Int64(time))) ".utf8)) }
            bytes.append(contentsOf: stamp.text)
            bytes.append(contentsOf: level.rawValue.utf8)
            bytes.append(UInt8(ascii: " "))
        }
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
