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
    /// The most live exemptions.
    static let liveLimit = 10_000
    /// The most ended exemptions that are kept.
    static let historyLimit = 10_000
    /// The most removed exemptions that other hosts are told of, and for how long, in seconds. Who was away for longer
    /// may bring one back that it has in its own file.
    static let removedLimit = 1000
    static let removedTime: Int64 = 30 * 86400
    /// Its tables. It is marked "DGEX".
    ///
    /// A later version may add tables, and columns that can be left out. So an exemption for a partner stays in force
    /// if an older program finds the file after an upgrade was undone.
    private static let schema = DatabaseSchema(
        application: 0x4447_4558,
        steps: [
            """
            CREATE TABLE IF NOT EXISTS exemption (id INTEGER PRIMARY KEY, pattern TEXT NOT NULL,
                until INTEGER NOT NULL, reason TEXT NOT NULL, keeps INTEGER NOT NULL, by TEXT NOT NULL,
                added INTEGER NOT NULL, clean_for INTEGER NOT NULL, clean_at INTEGER, ended INTEGER, how TEXT,
                ended_by TEXT, seen TEXT);
            CREATE UNIQUE INDEX IF NOT EXISTS exemption_live ON exemption (pattern) WHERE ended IS NULL;
            CREATE INDEX IF NOT EXISTS exemption_ended ON exemption (ended) WHERE ended IS NOT NULL
            """
        ],
        canUseLater: { db in
            guard try db.tableExists(ExemptionRecord.databaseTableName) else { return false }
            let present = try db.columns(in: ExemptionRecord.databaseTableName).map(\.name)
            return Set(ExemptionRecord.Columns.allCases.map(\.rawValue)).isSubset(of: present)
        })

    private let database: DatabaseFile

    /// Opens the file of a state directory.
    ///
    /// - Parameter isReadOnly: Whether the file is only read; then it must exist. Otherwise it is made if it does not
    ///   exist.
    /// - Throws: Why the file cannot be used.
    init(_ directory: String, isReadOnly: Bool = false) throws(DatabaseFileError) {
        let path = Self.path(directory)
        var facts = stat()
        // Root may run the command, but the directory may belong to another user, who could put a link in the file's
        // place.
        if lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK {
            throw DatabaseFileError(.unavailable, "it is a symbolic link")
        }
        var configuration = Configuration.stateFile("exemptions", patience: 2)
        configuration.readonly = isReadOnly
        database = try DatabaseFile(path, configuration, Self.schema)
        guard try database.perform({ try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }) == "ok" else {
            throw DatabaseFileError(.corrupt, "its pages are damaged")
        }
    }

    /// Does work that opens the file. A corrupt file is set aside, and the work is done again, on a new one. A later
    /// version's file stays where it is: after the next upgrade its exemptions can be read again.
    ///
    /// - Parameters:
    ///   - told: Gets the new path of a file that was set aside, and what is wrong with it.
    ///   - work: The work. Its parameter says whether it is done again.
    static func replacing<Result>(
        in directory: String, told: (String, DatabaseFileError) -> Void,
        _ work: (_ isAgain: Bool) throws(DatabaseFileError) -> Result
    ) throws(DatabaseFileError) -> Result {
        let path = path(directory)
        let before = FileIdentity(path)
        do throws(DatabaseFileError) { return try work(false) } catch {
            guard error.kind == .corrupt else { throw error }
            // Another process may have replaced the file meanwhile. The new one holds what it wrote.
            if before == nil || FileIdentity(path) == before { told(try error.setAside(path), error) }
            return try work(true)
        }
    }

    /// Whether the file exists.
    ///
    /// - Throws: If that cannot be found out. A file that nobody may see is not one that does not exist.
    static func isThere(_ directory: String) throws(DatabaseFileError) -> Bool {
        var facts = stat()
        if stat(path(directory), &facts) == 0 { return true }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw DatabaseFileError(.unavailable, "it cannot be looked at (\(String(cString: strerror(errno))))")
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

    // MARK: Reading

    /// Returns the exemptions that are live at a time, in seconds since 1970.
    func live(at now: Int64) throws(DatabaseFileError) -> [Exemption] {
        try read(
            ExemptionRecord.live.filter { $0.until > now }.order { $0.pattern }.limit(Self.liveLimit))
    }

    /// Returns the exemptions that have ended or expired, the latest first.
    func history(at now: Int64) throws(DatabaseFileError) -> [Exemption] {
        let ended = try read(
            ExemptionRecord.filter { $0.ended != nil || $0.until <= now }
                .order { coalesce([$0.ended, $0.until]).desc }.limit(Self.historyLimit))
        return ended.map { exemption in
            guard exemption.ended == nil else { return exemption }
            var exemption = exemption
            exemption.ended = exemption.until
            exemption.end = .expired
            return exemption
        }
    }

    /// Returns the exemptions that somebody has removed lately and that would be in force otherwise, the latest first.
    func removed(at now: Int64) throws(DatabaseFileError) -> [Exemption] {
        try read(
            ExemptionRecord.filter {
                $0.how == Exemption.End.removed.rawValue && $0.ended > now - Self.removedTime && $0.until > now
            }.order { $0.ended.desc }.limit(Self.removedLimit))
    }

    /// Finds an exemption, live or ended.
    func exemption(_ key: Exemption.Key) throws(DatabaseFileError) -> Exemption? {
        try read(ExemptionRecord.all().of(key)).first
    }

    private func read(_ request: QueryInterfaceRequest<ExemptionRecord>) throws(DatabaseFileError) -> [Exemption] {
        try database.perform { db in try Row.fetchAll(db, request).compactMap(Exemption.init) }
    }

    // MARK: Writing

    /// Writes an exemption. It replaces a live one about the same domains.
    ///
    /// - Returns: The exemption that it replaces; nil if there was none.
    func add(_ exemption: Exemption, at now: Int64) throws(DatabaseFileError) -> Exemption? {
        let known = try live(at: now)
        let replaced = known.first { $0.pattern == exemption.pattern }
        guard replaced != nil || known.count < Self.liveLimit else {
            throw DatabaseFileError(.full, "there are \(Self.liveLimit) exemptions already")
        }
        try database.transaction { db in
            try Self.settle(db, at: now)
            try Self.end(exemption.pattern, .replaced, by: exemption.by, at: now, db)
            try ExemptionRecord(try Self.latest(exemption, db)).insert(db)
        }
        return replaced
    }

    /// Ends a live exemption.
    ///
    /// - Returns: The exemption; nil if there is no such live one.
    func remove(_ pattern: DomainPattern, by: String, at now: Int64) throws(DatabaseFileError) -> Exemption? {
        guard let known = try live(at: now).first(where: { $0.pattern == pattern }) else { return nil }
        try database.transaction { db in
            try Self.settle(db, at: now)
            try Self.end(pattern, .removed, by: by, at: now, db)
        }
        return known
    }

    /// Writes what the daemon knows: the exemptions that were live in a lost file (unless there is one about the same
    /// domains), the end of expired ones, what was seen of domains, and what other hosts have made and removed.
    func update(
        restoring lost: [Exemption] = [], _ sightings: [ExemptionSighting] = [], told: [Exemption] = [],
        liftAfter: Duration, at now: Int64
    ) throws(DatabaseFileError) {
        let liftAfter = liftAfter.milliseconds
        try database.transaction { db in
            for exemption in lost where try Self.isUnknown(exemption, db) {
                try ExemptionRecord(exemption).insert(db)
            }
            for sighting in sightings { try Self.enter(sighting, liftAfter, db) }
            for exemption in told where exemption.until > now { try Self.enter(told: exemption, at: now, db) }
            try Self.settle(db, at: now)
        }
    }

    /// The exemption as one that comes after all that are known about the same domains, also if the clock was set back
    /// or another host's is ahead.
    private static func latest(_ exemption: Exemption, _ db: Database) throws -> Exemption {
        let known = try Int64.fetchOne(
            db,
            sql: """
                SELECT MAX(added) FROM exemption
                WHERE pattern = ? AND typeof(added) = 'integer' AND added BETWEEN 0 AND ?
                """,
            arguments: [exemption.pattern.description, Row.latest * 1000 - 1])
        guard let known, known >= exemption.added else { return exemption }
        return Exemption(
            exemption.pattern, until: exemption.until, reason: exemption.reason, keeps: exemption.keeps,
            by: exemption.by, added: known + 1)
    }

    /// Enters what another host has made or removed, unless the same or something later is known about the domains.
    private static func enter(told: Exemption, at now: Int64, _ db: Database) throws {
        let pattern = told.pattern.description
        let known = try Row.fetchAll(
            db, ExemptionRecord.filter { $0.pattern == pattern && $0.added >= told.added }
        ).compactMap(Exemption.init)
        if told.ended != nil {
            let isSameEnded = known.contains { $0.added == told.added && $0.ended != nil }
            guard !isSameEnded else { return }
            let isLive = try !ExemptionRecord.live.filter { $0.pattern == pattern && $0.added <= told.added }.isEmpty(
                db)
            if isLive { try end(told.pattern, .removed, by: told.endedBy, at: now, db) }
            // It is kept, so that this host can tell of it if the store forgets it.
            if !known.contains(where: { $0.added == told.added }) { try ExemptionRecord(told).insert(db) }
        } else if known.isEmpty {
            let replaced = ExemptionRecord.live.filter { $0.pattern == pattern }
            guard try !replaced.isEmpty(db) || ExemptionRecord.live.fetchCount(db) < liveLimit else { return }
            try end(told.pattern, .replaced, by: told.by, at: now, db)
            try ExemptionRecord(told).insert(db)
        }
    }

    private static func isUnknown(_ exemption: Exemption, _ db: Database) throws -> Bool {
        let pattern = exemption.pattern.description
        return
            try ExemptionRecord
            .filter { $0.pattern == pattern && ($0.ended == nil || $0.added == exemption.added) }.isEmpty(db)
    }

    private static func end(
        _ pattern: DomainPattern, _ end: Exemption.End, by: String?, at now: Int64, _ db: Database
    ) throws {
        try ExemptionRecord.live.filter { $0.pattern == pattern.description }
            .updateAll(db) { [$0.ended.set(to: now), $0.how.set(to: end.rawValue), $0.endedBy.set(to: by)] }
    }

    /// Ends the exemptions that have expired, and forgets those that ended long ago.
    private static func settle(_ db: Database, at now: Int64) throws {
        try ExemptionRecord.live.filter { $0.until <= now }
            .updateAll(db) { [$0.ended.set(to: $0.until), $0.how.set(to: Exemption.End.expired.rawValue)] }
        let ended = ExemptionRecord.filter { $0.ended != nil }
        let kept = ended.order { [$0.ended.desc, Column.rowID.desc] }.limit(historyLimit).select(Column.rowID)
        try ended.filter(!kept.contains(Column.rowID)).deleteAll(db)
    }

    /// Writes what was seen of an exempt domain. It lifts the exemption if the domain has been in order for long
    /// enough.
    private static func enter(_ sighting: ExemptionSighting, _ liftAfter: Int64, _ db: Database) throws {
        let exempt = ExemptionRecord.live.of(sighting.key)
        guard let known = try Row.fetchOne(db, exempt).flatMap(Exemption.init) else { return }
        let (cleanFor, cleanAt) = sighting.after(known.cleanFor, known.cleanAt)
        let isLifted = cleanAt != nil && cleanFor >= liftAfter
        try exempt.updateAll(db) {
            [
                $0.cleanFor.set(to: cleanFor), $0.cleanAt.set(to: cleanAt), $0.seen.set(to: sighting.seen),
                $0.ended.set(to: isLifted ? sighting.at / 1000 : nil),
                $0.how.set(to: isLifted ? Exemption.End.lifted.rawValue : nil),
            ]
        }
    }
}
