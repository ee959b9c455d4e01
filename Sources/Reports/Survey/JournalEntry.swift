import Support

/// An entry of the journal in the form of `journalctl -o export`. A line is `KEY=value`. For a value that is no plain
/// text it has only the key; eight bytes of length and the value follow. An empty line ends the entry.
struct JournalEntry {
    /// The message, as far as it has been read.
    private(set) var message: [UInt8]?
    /// The name of the program; empty if there is none.
    private(set) var program: [UInt8] = []

    /// A value that is not complete yet, with its length before it.
    private var begun: (key: [UInt8], bytes: [UInt8])?

    /// Adds a line, given without its line feed.
    ///
    /// - Returns: Whether the entry is complete.
    mutating func add(_ line: LentBytes) -> Bool {
        if let (key, bytes) = begun {
            add(key, bytes + line)
            return false
        }
        guard !line.trimmed.isEmpty else { return true }
        if let sign = line.firstIndex(of: UInt8(ascii: "=")) {
            set(line.part(0..<sign), Array(line.part(sign + 1..<line.count)))
        } else {
            begun = (Array(line), [])
        }
        return false
    }

    /// Adds bytes to a value with a length. Both may contain line feeds.
    private mutating func add(_ key: [UInt8], _ bytes: [UInt8]) {
        begun = (key, bytes + [UInt8(ascii: "\n")])
        guard bytes.count >= 8 else { return }
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // A longer value is no line of a log, so it is not collected.
        guard length > UInt64(bytes.count - 8), length <= UInt64(SurveyLine.limit), bytes.count <= SurveyLine.limit
        else {
            begun = nil
            key.withUnsafeBufferPointer { set($0, Array(bytes.dropFirst(8).prefix(Int(clamping: length)))) }
            return
        }
    }

    private mutating func set(_ key: LentBytes, _ value: [UInt8]) {
        if key.equals("MESSAGE") {
            message = value
        } else if key.equals("SYSLOG_IDENTIFIER") {
            program = value
        }
    }
}
