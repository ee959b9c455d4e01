public import Records
import Support

/// Recipients of the traces of several hosts, put together by time.
public struct SiteTrace {
    private struct Entry {
        let row: TraceRow
        /// The number of its host in the list.
        let host: Int
        /// The line of JSON.
        let line: String
    }

    /// At most so many are kept: the latest.
    private let limit: Int
    /// The beginning of the trace id that was asked for; empty for any.
    private let id: String
    private var entries: [Entry] = []
    /// How many have been taken in, those included that were dropped.
    private var count: Int64 = 0

    /// The arguments of `danegate trace` on a host.
    ///
    /// - Parameters:
    ///   - options: The values of options. Times ago are those of the host's own clock.
    ///   - words: What stands on the command line without an option.
    ///   - id: The trace id that the words or options have in them. Of a pasted reply it is enough.
    ///   - limit: How many recipients are wanted.
    ///   - isWhole: Whether their inspections are.
    public static func arguments(
        _ options: KeyValuePairs<String, String?>, words: [String], id: TraceIDArgument?, limit: Int, isWhole: Bool
    ) -> [String] {
        var arguments = ["--json", "--limit=\(limit)"]
        for (name, value) in options { if let value { arguments.append("--\(name)=\(value)") } }
        if isWhole { arguments.append("--inspection") }
        if let id { return arguments + ["--id=\(id.text)"] }
        return words.isEmpty ? arguments : arguments + ["--"] + words
    }

    /// The most bytes that a host may print for so many recipients. An inspection has at most 64 KB, before it is
    /// escaped.
    public static func bytes(_ limit: Int, isWhole: Bool) -> Int {
        min(32 << 20, 1 << 20 + limit * (isWhole ? 96 << 10 : 8 << 10))
    }

    /// Makes an empty one.
    ///
    /// - Parameters:
    ///   - limit: At most so many are kept, and taken from one host.
    ///   - id: The trace id that the hosts are asked for, or its beginning; nil if they are asked for others.
    public init(limit: Int, id: String? = nil) {
        self.limit = limit
        self.id = id ?? ""
    }

    /// Takes what a host has printed: all of it or, if a line is wrong, nothing.
    ///
    /// - Parameters:
    ///   - index: The number of the host in the list. It orders what happened in the same millisecond.
    public mutating func take(_ answer: SiteAnswer, _ index: Int) throws(SiteAnswerError) {
        var new: [Entry] = []
        let lines = answer.lines
        guard lines.count <= limit else { throw .surplus }
        for line in lines {
            count += 1
            guard let object = ForeignObject(line), let row = TraceRow(object, mta: answer.mta, number: count) else {
                throw SiteAnswerError(line: line)
            }
            guard row.trace.hasPrefix(id) else { throw .surplus }
            new.append(Entry(row: row, host: index, line: object.marked(answer.mta)))
        }
        entries += new
        entries.sort { ($0.row.time, $0.host, $0.row.id) < ($1.row.time, $1.host, $1.row.id) }
        entries.removeFirst(max(0, entries.count - limit))
    }

    /// The recipients, the oldest first.
    public var rows: [TraceRow] { entries.map(\.row) }
    /// The same as lines of JSON.
    public var lines: [String] { entries.map(\.line) }
    /// The trace ids.
    public var ids: [String] { entries.map(\.row.trace) }
}
