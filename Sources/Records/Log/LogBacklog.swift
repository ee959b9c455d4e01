import Logging
import Support

/// Lines that are being written, one after another in one buffer.
struct LogBacklog: Sendable {
    /// The position of a line.
    struct Entry {
        let level: Logger.Level
        /// When it was logged, in seconds since 1970.
        let time: Int
        /// Where it ends in the buffer, after its newline.
        let end: Int
    }

    /// The lines, each with a newline.
    private(set) var bytes: [UInt8] = []
    /// Their positions, in order.
    private(set) var entries: [Entry] = []

    private let prefix: LinePrefix
    /// What precedes the lines of a second, for each level.
    private var stamps: (second: Int, texts: [[UInt8]]) = (.min, [])

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
            if stamps.second != time {
                let second = UnixTime.iso8601(Int64(time))
                stamps = (time, Logger.Level.allCases.map { Array("\(second) \($0.rawValue) ".utf8) })
            }
            bytes.append(contentsOf: stamps.texts[level.place])
        }
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
        entries.append(Entry(level: level, time: time, end: bytes.count))
    }

    /// Where a line is, including its newline.
    func range(_ line: Int) -> Range<Int> { (line > 0 ? entries[line - 1].end : 0)..<entries[line].end }

    /// Removes all lines. Memory that a flood needed is released.
    mutating func removeAll() {
        let isLarge = bytes.capacity > 1 << 20
        bytes.removeAll(keepingCapacity: !isLarge)
        entries.removeAll(keepingCapacity: !isLarge)
    }
}
