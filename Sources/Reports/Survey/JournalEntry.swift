import Support

/// An entry of the journal as `journalctl -o export` prints it: `KEY=value` a line, or for values that are no plain
/// text the key alone, eight bytes of length, the value; an empty line at the end.
struct JournalEntry {
    /// The message, as far as it has come.
    private(set) var message: [UInt8]?
    /// The program's name; empty where there is none.
    private(set) var program: [UInt8] = []

    /// A value of which bytes are missing, with the length before it.
    private var begun: (key: [UInt8], bytes: [UInt8])?

    /// Adds a line without its line feed.
    ///
    /// - Returns: Whether the entry has come to its end.
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

    /// Adds to a value with its length: line feeds may be in both.
    private mutating func add(_ key: [UInt8], _ bytes: [UInt8]) {
        begun = (key, bytes + [UInt8(ascii: "\n")])
        guard bytes.count >= 8 else { return }
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // What is longer is no line, and is not waited for.
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
