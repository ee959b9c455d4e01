import Foundation
import GRDB
import Policy
import Records
import Support

/// The file of exemptions in the state directory. The command and the daemon both write to it, in short transactions
/// with a rollback journal. It is open as long as one task takes. It is not Sendable.
package final class ExemptionFile {
    /// The name of the file.
    package static let name = "exemptions.sqlite"
    /// The version of its tables.
    static let version = 1
    /// The most live exemptions.
    static let liveLimit = 10_000
    /// The most ended exemptions that are kept.
    static let historyLimit = 10_000
    /// The SQLite application id that marks the file: "DGEX".
    private static let application = 0x4447_4558

    private static let schema = """
        CREATE TABLE exemption (id INTEGER PRIMARY KEY, pattern TEXT NOT NULL, until INTEGER NOT NULL, \
        reason TEXT NOT NULL,
            keeps INTEGER NOT NULL, by TEXT NOT NULL, added INTEGER NOT NULL, clean_for INTEGER NOT NULL, \
        clean_at INTEGER,
            ended INTEGER, how TEXT, ended_by TEXT, seen TEXT);
        CREATE UNIQUE INDEX exemption_live ON exemption (pattern) WHERE ended IS NULL;
        CREATE INDEX exemption_ended ON exemption (ended) WHERE ended IS NOT NULL;
        """
    private static let columns =
        "pattern, until, reason, keeps, by, added, clean_for, clean_at, ended, how, ended_by, seen"

    private let queue: DatabaseQueue

    /// Opens the file of a state directory.
    ///
    /// - Parameter isReadOnly: Whether the file is only read; then it must exist. Otherwise it is made if it does not
    ///   exist.
    /// - Throws: Why the file cannot be used.
    init(_ directory: String, isReadOnly: Bool = false) throws(DatabaseFault) {
        let path = Self.path(directory)
        var facts = stat()
        // Root may run the command, but the directory may belong to another user, who could put a link in the file's
        // place.
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

    /// Whether the file exists.
    ///
    /// - Throws: If that cannot be found out. A file that nobody may see is not one that does not exist.
    static func isThere(_ directory: String) throws(DatabaseFault) -> Bool {
        var facts = stat()
        if stat(path(directory), &facts) == 0 { return true }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw DatabaseFault(.unavailable, "it cannot be looked at (\(String(cString: strerror(errno))))")
    }

    /// Returns the paths of files that were set aside because they were corrupt or of another version. They stay until
    /// an administrator removes them.
    static func setAside(in directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted().filter { name in
            name.hasPrefix("\(Self.name).") && !StateDirectory.sideFiles.contains { name.hasSuffix($0) }
        }.map { "\(directory)/\($0)" }
    }

    /// Returns the path of the file in a state directory.
    static func path(_ directory: String) -> String { "\(directory)/\(name)" }

    private static func configuration(_ isReadOnly: Bool) -> Configuration {
        var configuration = Configuration.stateFile("exemptions", patience: 2)
        configuration.readonly = isReadOnly
        return configuration
    }

    private static func check(_ db: Database, isReadOnly: Bool) throws {
        if !isReadOnly, try FileSignature(db).application == 0 {
            try db.inTransaction(.immediate) {
                // Another process may have made the tables meanwhile.
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

    /// Throws unless the file has exemptions in it, and all columns that this program reads and writes.
    ///
    /// A later version may add columns that can be left out. So an exemption for a partner stays in force if an older
    /// program finds the file after an upgrade was undone.
    private static func require(_ signature: FileSignature, _ db: Database) throws {
        guard signature.version > version else {
            try signature.require(application, versions: 1...version)
            return
        }
        try signature.require(application, versions: 1...signature.version)
        // Without the table, it lacks all columns.
        let present = try db.tableExists("exemption") ? Set(db.columns(in: "exemption").map(\.name)) : []
        guard columns.split(separator: ", ").allSatisfy({ present.contains(String($0)) }) else {
            try signature.require(application, versions: 1...version)
            return
        }
    }

    // MARK: Reading

    /// Returns the exemptions that are live at a time, in seconds since 1970.
    func live(at now: Int64) throws(DatabaseFault) -> [Exemption] {
        try read("WHERE ended IS NULL AND until > ? ORDER BY pattern LIMIT ?", [now, Self.liveLimit])
    }

    /// Returns the exemptions that have ended or expired, the latest first.
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

    /// Finds an exemption, live or ended.
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

    /// Writes an exemption. It replaces a live one about the same domains.
    ///
    /// - Returns: The exemption that it replaces; nil if there was none.
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
    /// - Returns: The exemption; nil if there is no such live one.
    func remove(_ pattern: DomainPattern, by: String, at now: Int64) throws(DatabaseFault) -> Exemption? {
        guard let known = try live(at: now).first(where: { $0.pattern == pattern }) else { return nil }
        try write { db in
            try Self.settle(db, at: now)
            try Self.end(pattern, .removed, by: by, at: now, db)
        }
        return known
    }

    /// Writes what the daemon knows: the exemptions that were live in a lost file (unless there is one about the same
    /// domains), the end of expired ones, and what was seen of domains.
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

    /// Ends the exemptions that have expired, and forgets those that ended long ago.
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

    /// Writes what was seen of an exempt domain. It lifts the exemption if the domain has been in order for long
    /// enough.
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
    /// Reads an exemption from a row; nil if the row makes no sense.
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
