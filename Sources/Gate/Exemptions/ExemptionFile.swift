import Foundation
import GRDB
import Policy
import Records
import Support

/// The file of exemptions in the state directory, which the command and the daemon both write to, in short transactions with a
/// rollback journal. Open for the length of a task; not Sendable.
package final class ExemptionFile {
    /// The name of the file.
    package static let name = "exemptions.sqlite"
    /// The version of its tables.
    static let version = 1
    /// So many live ones there may be.
    static let liveLimit = 10_000
    /// So many that have ended are kept.
    static let historyLimit = 10_000
    /// What tells it from other SQLite files: "DGEX".
    private static let application = 0x4447_4558

    private static let schema = """
        CREATE TABLE exemption (id INTEGER PRIMARY KEY, pattern TEXT NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL,
            keeps INTEGER NOT NULL, by TEXT NOT NULL, added INTEGER NOT NULL, clean_for INTEGER NOT NULL, clean_at INTEGER,
            ended INTEGER, how TEXT, ended_by TEXT, seen TEXT);
        CREATE UNIQUE INDEX exemption_live ON exemption (pattern) WHERE ended IS NULL;
        CREATE INDEX exemption_ended ON exemption (ended) WHERE ended IS NOT NULL;
        """
    private static let columns =
        "pattern, until, reason, keeps, by, added, clean_for, clean_at, ended, how, ended_by, seen"

    private let queue: DatabaseQueue

    /// Opens the file of a state directory.
    ///
    /// - Parameter isReadOnly: Whether it is only read; then it must be there. Else it is made where it is not.
    init(_ directory: String, isReadOnly: Bool = false) throws(DatabaseFault) {
        let path = Self.path(directory)
        var facts = stat()
        // The command may be run by root, and the directory is not root's.
        if lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK {
            throw DatabaseFault(.unavailable, "it is a symbolic link")
        }
        try DatabaseFault.refuseWhatIsNoFile(path)
        if !isReadOnly { try StateDirectory.makeFile(path) }
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration(isReadOnly))
            try queue.writeWithoutTransaction { try Self.check($0, isReadOnly: isReadOnly) }
        } catch { throw DatabaseFault(error, at: path) }
    }

    /// Whether there is such a file.
    ///
    /// - Throws: If nobody may know: what is not to be seen is not what is not there.
    static func isThere(_ directory: String) throws(DatabaseFault) -> Bool {
        var facts = stat()
        if stat(path(directory), &facts) == 0 { return true }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw DatabaseFault(.unavailable, "it cannot be looked at (\(String(cString: strerror(errno))))")
    }

    /// The paths of files that were set aside, as they were no good or of another version; they stay until an
    /// administrator removes them.
    static func setAside(in directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted().filter { name in
            name.hasPrefix("\(Self.name).") && !StateDirectory.sideFiles.contains { name.hasSuffix($0) }
        }.map { "\(directory)/\($0)" }
    }

    /// The path of the file in a state directory.
    static func path(_ directory: String) -> String { "\(directory)/\(name)" }

    private static func configuration(_ isReadOnly: Bool) -> Configuration {
        var configuration = Configuration.stateFile("exemptions", patience: 2)
        configuration.readonly = isReadOnly
        return configuration
    }

    private static func check(_ db: Database, isReadOnly: Bool) throws {
        if !isReadOnly, try FileSignature(db).application == 0 {
            try db.inTransaction(.immediate) {
                // Somebody else may have been faster.
                if try FileSignature(db).isBlank {
                    try db.execute(
                        sql: "\(schema) PRAGMA application_id = \(application); PRAGMA user_version = \(version);")
                }
                return .commit
            }
        }
        try require(FileSignature(db), db)
        guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
            throw DatabaseFault(.corrupt, "its pages are damaged")
        }
    }

    /// Throws unless the file is one of exemptions, and has the columns that are read and written here.
    ///
    /// A later version adds columns that may be left out: a partner's exemption stays in force where an older program, put back
    /// after an upgrade, meets its file.
    private static func require(_ signature: FileSignature, _ db: Database) throws {
        guard signature.version > version else {
            try signature.require(application, versions: 1...version)
            return
        }
        try signature.require(application, versions: 1...signature.version)
        // Without the table it lacks them all.
        let present = try db.tableExists("exemption") ? Set(db.columns(in: "exemption").map(\.name)) : []
        guard columns.split(separator: ", ").allSatisfy({ present.contains(String($0)) }) else {
            try signature.require(application, versions: 1...version)
            return
        }
    }

    // MARK: Reading

    /// The live exemptions at a time in seconds since 1970.
    func live(at now: Int64) throws(DatabaseFault) -> [Exemption] {
        try read("WHERE ended IS NULL AND until > ? ORDER BY pattern LIMIT ?", [now, Self.liveLimit])
    }

    /// Those that have ended or whose time is over, the latest first.
    func history(at now: Int64) throws(DatabaseFault) -> [Exemption] {
        let ended = try read(
            "WHERE ended IS NOT NULL OR until <= ? ORDER BY coalesce(ended, until) DESC LIMIT ?",
            [now, Self.historyLimit])
        return ended.map { exemption in
            guard exemption.ended == nil else { return exemption }
            var exemption = exemption
            exemption.ended = exemption.until
            exemption.end = .expired
            return exemption
        }
    }

    /// An exemption, ended or not.
    func exemption(_ key: Exemption.Key) throws(DatabaseFault) -> Exemption? {
        try read("WHERE pattern = ? AND added = ?", [key.pattern.description, key.added]).first
    }

    private func read(_ clause: String, _ arguments: StatementArguments) throws(DatabaseFault) -> [Exemption] {
        do {
            return try queue.writeWithoutTransaction { db in
                let sql = "SELECT \(Self.columns) FROM exemption \(clause)"
                return try Row.fetchAll(db, sql: sql, arguments: arguments).compactMap(Exemption.init)
            }
        } catch { throw DatabaseFault(error) }
    }

    // MARK: Writing

    /// Enters an exemption, in the place of a live one about the same.
    ///
    /// - Returns: The one that it replaces.
    func add(_ exemption: Exemption, at now: Int64) throws(DatabaseFault) -> Exemption? {
        let known = try live(at: now)
        let replaced = known.first { $0.pattern == exemption.pattern }
        guard replaced != nil || known.count < Self.liveLimit else {
            throw DatabaseFault(.full, "there are \(Self.liveLimit) exemptions already")
        }
        try write { db in
            try Self.settle(db, at: now)
            try Self.end(exemption.pattern, .replaced, by: exemption.by, at: now, db)
            try Self.insert(exemption, db)
        }
        return replaced
    }

    /// Ends a live exemption.
    ///
    /// - Returns: The exemption; nil if there is none.
    func remove(_ pattern: DomainPattern, by: String, at now: Int64) throws(DatabaseFault) -> Exemption? {
        guard let known = try live(at: now).first(where: { $0.pattern == pattern }) else { return nil }
        try write { db in
            try Self.settle(db, at: now)
            try Self.end(pattern, .removed, by: by, at: now, db)
        }
        return known
    }

    /// Enters what was live in a file that is no more, unless there is one about the same; ends those whose time is over, and enters what
    /// was seen of domains.
    func update(
        restoring lost: [Exemption] = [], _ sightings: [ExemptionSighting] = [], liftAfter: Duration, at now: Int64
    ) throws(DatabaseFault) {
        let liftAfter = liftAfter.milliseconds
        try write { db in
            for exemption in lost where try Self.isUnknown(exemption, db) { try Self.insert(exemption, db) }
            for sighting in sightings { try Self.enter(sighting, liftAfter, db) }
            try Self.settle(db, at: now)
        }
    }

    private func write(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                return .commit
            }
        } catch { throw DatabaseFault(error) }
    }

    private static func isUnknown(_ exemption: Exemption, _ db: Database) throws -> Bool {
        let pattern = exemption.pattern.description
        return try Int.fetchOne(
            db, sql: "SELECT 1 FROM exemption WHERE pattern = ? AND (ended IS NULL OR added = ?)",
            arguments: [pattern, exemption.added]) == nil
    }

    private static func insert(_ exemption: Exemption, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO exemption (pattern, until, reason, keeps, by, added, clean_for, clean_at, seen)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                exemption.pattern.description, exemption.until, exemption.reason, exemption.keeps, exemption.by,
                exemption.added, exemption.cleanFor, exemption.cleanAt, exemption.seen,
            ])
    }

    private static func end(
        _ pattern: DomainPattern, _ end: Exemption.End, by: String?, at now: Int64, _ db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE exemption SET ended = ?, how = ?, ended_by = ? WHERE pattern = ? AND ended IS NULL",
            arguments: [now, end.rawValue, by, pattern.description])
    }

    /// Ends those whose time is over, and forgets those that ended long ago.
    private static func settle(_ db: Database, at now: Int64) throws {
        try db.execute(
            sql: "UPDATE exemption SET ended = until, how = 'expired' WHERE ended IS NULL AND until <= ?",
            arguments: [now])
        try db.execute(
            sql: """
                DELETE FROM exemption WHERE ended IS NOT NULL AND id NOT IN
                    (SELECT id FROM exemption WHERE ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT ?)
                """, arguments: [historyLimit])
    }

    /// Enters what was seen of an exempt domain, and lifts the exemption if that is enough.
    private static func enter(_ sighting: ExemptionSighting, _ liftAfter: Int64, _ db: Database) throws {
        let which: StatementArguments = [sighting.key.pattern.description, sighting.key.added]
        let row = try Row.fetchOne(
            db, sql: "SELECT clean_for, clean_at FROM exemption WHERE pattern = ? AND added = ? AND ended IS NULL",
            arguments: which)
        guard let row, let before = row[0] as Int64? else { return }
        let (cleanFor, cleanAt) = sighting.after(before, row[1] as Int64?)
        let isLifted = cleanAt != nil && cleanFor >= liftAfter
        let values: StatementArguments = [
            cleanFor, cleanAt, sighting.seen, isLifted ? sighting.at / 1000 : nil,
            isLifted ? Exemption.End.lifted.rawValue : nil,
        ]
        try db.execute(
            sql: """
                UPDATE exemption SET clean_for = ?, clean_at = ?, seen = ?, ended = ?, how = ?
                WHERE pattern = ? AND added = ? AND ended IS NULL
                """, arguments: values + which)
    }
}

extension Exemption {
    /// The exemption of a row; nil if it makes no sense.
    fileprivate init?(_ row: Row) {
        guard let text = row[0] as String?, let pattern = DomainPattern(text), let until = row[1] as Int64?,
            let reason = row[2] as String?, let keeps = row[3] as Bool?, let by = row[4] as String?,
            let added = row[5] as Int64?
        else { return nil }
        self.init(pattern, until: until, reason: reason, keeps: keeps, by: by, added: added)
        cleanFor = row[6] ?? 0
        cleanAt = row[7]
        ended = row[8]
        end = (row[9] as String?).flatMap(End.init)
        endedBy = row[10]
        seen = row[11]
    }
}
