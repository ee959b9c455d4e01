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
    /// The time of the last line as text, for the second that it is valid.
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
            bytes.append(contentsOf: level.word)
            bytes.append(UInt8(ascii: " "))
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

extension Logger.Level {
    /// The level as the log has it. The bytes are those of a literal.
    fileprivate var word: UnsafeBufferPointer<UInt8> {
        let word: StaticString =
            switch self {
            case .trace: "trace"
            case .debug: "debug"
            case .info: "info"
            case .notice: "notice"
            case .warning: "warning"
            case .error: "error"
            case .critical: "critical"
            }
        return UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }
}
