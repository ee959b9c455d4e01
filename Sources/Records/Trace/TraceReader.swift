import Algorithms
import Foundation
package import GRDB
public import Policy
import Support

/// Reads the trace from another process than the one that writes it. It opens the file anew for each question, because
/// the file may be replaced meanwhile. It writes nothing.
public struct TraceReader: Sendable {
    private let path: String

    /// Makes a reader of the trace in the settings' state directory.
    public init(_ settings: Settings) { self.init(directory: settings.stateDirectory) }

    /// Makes a reader of the trace in a directory.
    public init(directory: String) { path = "\(directory)/\(TraceFile.name)" }

    /// Does work on the open file.
    package func read<Result>(_ work: (Database) throws -> Result) throws(TraceReaderError) -> Result {
        do {
            try DatabaseFileError.refuseWhatIsNoFile(path)
            guard access(path, F_OK) == 0 else {
                let why =
                    errno == ENOENT
                    ? "there is no message trace; has the daemon run with DANEGATE_TRACE=on?"
                    : String(cString: strerror(errno))
                throw TraceReaderError(sentence: "\(path): \(why)")
            }
            guard access(path, R_OK) == 0 else {
                let owner = FileOwner.other(of: path).map { ": it \($0)" } ?? ""
                throw TraceReaderError(sentence: "\(path): it may not be read by this user\(owner).")
            }
            // SQLite keeps its log as long as a process has the file open. Without a log all rows are in the file
            // itself. Then SQLite needs no shared index of the log, which it would have to write into the directory.
            let hasLog = access("\(path)-wal", F_OK) == 0
            let queue: DatabaseQueue
            if hasLog {
                queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            } else {
                let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
                queue = try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: Self.configuration)
            }
            defer { try? queue.close() }
            return try queue.read { db in
                guard try Int.fetchOne(db, sql: "PRAGMA application_id") == TraceSchema.schema.application else {
                    throw TraceReaderError(sentence: "\(path): this is no message trace.")
                }
                return try work(db)
            }
        } catch let failure as TraceReaderError {
            throw failure
        } catch {
            throw TraceReaderError(sentence: "\(path): it cannot be read: \(DatabaseFileError(error, at: path).cause).")
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// At most so many recipients are read at once. With inspections, memory has room for that many. And no read takes
    /// so long that the writer's log grows meanwhile.
    private static let step = 200

    /// Returns the row numbers of the latest recipients that pass a filter, the oldest first.
    ///
    /// - Parameters:
    ///   - limit: At most so many; nil for all.
    ///   - after: A row number. The first recipients after it are returned, instead of the latest.
    public func numbers(_ filter: TraceFilter, limit: Int?, after: Int64? = nil) throws(TraceReaderError) -> [Int64] {
        try read { db in
            var arms: [String] = []
            var arguments = StatementArguments()
            let order = after == nil ? "time DESC, id DESC" : "id"
            for condition in filter.conditions {
                arms.append(
                    "SELECT id FROM (SELECT id FROM entry WHERE \(condition.sql)\(after == nil ? "" : " AND id > ?") "
                        + "ORDER BY \(order) LIMIT ?)")
                arguments += condition.arguments
                if let after { arguments += [after] }
                arguments += [limit ?? -1]
            }
            let sql =
                "SELECT id FROM entry WHERE id IN (\(arms.joined(separator: " UNION "))) ORDER BY \(order) LIMIT ?"
            let found = try Int64.fetchAll(db, sql: sql, arguments: arguments + [limit ?? -1])
            return after == nil ? found.reversed() : found
        }
    }

    /// Reads the recipients with these row numbers in their order, some at a time. Recipients that are gone meanwhile
    /// are left out.
    ///
    /// - Parameters:
    ///   - isWhole: Whether the inspections are read too.
    ///   - take: Takes in each part. No read is open while it runs.
    public func rows(
        _ numbers: [Int64], isWhole: Bool, _ take: ([TraceRow]) throws -> Void
    ) throws {
        for part in numbers.chunks(ofCount: Self.step) { try take(rows(part, isWhole: isWhole)) }
    }

    /// Returns the latest recipients that pass a filter, the oldest first, all at once.
    func rows(
        _ filter: TraceFilter, limit: Int?, isWhole: Bool = false, after: Int64? = nil
    ) throws -> [TraceRow] {
        var found: [TraceRow] = []
        try rows(numbers(filter, limit: limit, after: after), isWhole: isWhole) { found += $0 }
        return found
    }

    private func rows(_ numbers: ArraySlice<Int64>, isWhole: Bool) throws(TraceReaderError) -> [TraceRow] {
        try read { db in
            let json = isWhole ? ", (SELECT json FROM inspection i WHERE i.id = e.inspection) AS inspectionJSON" : ""
            let marks = numbers.map { _ in "?" }.joined(separator: ", ")
            let rows = try Row.fetchCursor(
                db, sql: "SELECT e.*\(json) FROM entry e WHERE id IN (\(marks))",
                arguments: StatementArguments(numbers))
            var found: [Int64: TraceRow] = [:]
            while let row = try rows.next() {
                let row = TraceRow(row: row)
                found[row.id] = row
            }
            return numbers.compactMap { found[$0] }
        }
    }

    /// Returns how far the trace reaches back, and how many recipients are in it.
    public func extent() throws(TraceReaderError) -> TraceExtent {
        try read { db in
            let rows = try Int64.fetchOne(db, sql: "SELECT count(*) FROM entry") ?? 0
            let first = try Int64.fetchOne(db, sql: "SELECT min(time) FROM entry WHERE time \(TraceSchema.isTime)")
            // SQLite gives row numbers from 1 on, each once. If row 1 is gone, there were more rows before.
            let given = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM sqlite_sequence WHERE name = 'entry'") ?? 0
            let isWhole = try (Int64.fetchOne(db, sql: "SELECT min(id) FROM entry") ?? given + 1) == 1
            let hour = try Int64.fetchOne(db, sql: "SELECT min(hour) FROM count WHERE hour \(TraceSchema.isHour)")
                .map { $0 * TraceTime.hour }
            let since = isWhole ? [first, hour].compactMap(\.self).min() : first ?? hour
            return TraceExtent(rows: rows, since: since)
        }
    }

    /// Returns the row number of the latest recipient; zero if there is none.
    public func lastID() throws(TraceReaderError) -> Int64 {
        try read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM entry") ?? 0 }
    }
}
