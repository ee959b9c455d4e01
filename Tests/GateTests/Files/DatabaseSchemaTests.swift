import Foundation
import GRDB
import Testing
import WorldServers

@testable import Records
@testable import Support

/// How a SQLite file gets its tables, and what becomes of one of another version.
@Suite(.timeLimit(.minutes(2))) struct DatabaseSchemaTests {
    private static let steps = [
        "CREATE TABLE one (x INTEGER)", "ALTER TABLE one ADD COLUMN y TEXT", "CREATE TABLE three (z INTEGER)",
    ]
    private static let schema = DatabaseSchema(application: 77, steps: steps)

    private static func open(
        _ path: String, _ schema: DatabaseSchema = schema, isReadOnly: Bool = false
    ) throws -> DatabaseFile {
        var configuration = Configuration.stateFile("test", patience: 10)
        configuration.readonly = isReadOnly
        return try DatabaseFile(path, configuration, schema)
    }

    /// A file that has had some steps.
    private static func make(_ path: String, version: Int, isNoted: Bool) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: "PRAGMA application_id = 77; PRAGMA user_version = \(version)")
            for step in steps.prefix(version) { try db.execute(sql: step) }
            if version > 0 { try db.execute(sql: "INSERT INTO one (x) VALUES (5)") }
            guard isNoted else { return }
            try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            for number in 0..<version {
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: ["\(number + 1)"])
            }
        }
        try queue.close()
    }

    private static func version(_ file: DatabaseFile) throws -> Int? {
        try file.perform { try Int.fetchOne($0, sql: "PRAGMA user_version") }
    }

    /// Files whose tables were made by a migrator, and by hand, as those of 0.1.0.
    @Test(arguments: 0...3, [true, false]) func anOlderFileGetsTheStepsThatItLacks(version: Int, isNoted: Bool) throws {
        let directory = try ScratchDirectory("schema")
        let path = directory.file("a.sqlite")
        try Self.make(path, version: version, isNoted: isNoted)
        for _ in 0..<2 {
            let file = try Self.open(path)
            #expect(try Self.version(file) == 3)
            let rows = try file.perform { try Row.fetchAll($0, sql: "SELECT x, y FROM one") }
            #expect(rows.map { $0.number("x") } == (version > 0 ? [5] : []))
            #expect(try file.perform { try Int.fetchOne($0, sql: "SELECT count(*) FROM three") } == 0)
            file.close()
        }
    }

    /// So a file that may not be written can still be read, and earlier programs find it as they left it.
    @Test(arguments: [true, false]) func aFileOfThisVersionIsNotTouched(isReadOnly: Bool) throws {
        let directory = try ScratchDirectory("schema")
        let path = directory.file("a.sqlite")
        try Self.make(path, version: 3, isNoted: false)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        try Self.open(path, isReadOnly: isReadOnly).close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test(arguments: [true, false]) func aLaterFileIsUsedOnlyIfItHoldsAll(canBeUsed: Bool) throws {
        let directory = try ScratchDirectory("schema")
        let path = directory.file("a.sqlite")
        try Self.make(path, version: 3, isNoted: true)
        let older = DatabaseSchema(application: 77, steps: Array(Self.steps.prefix(2))) { _ in canBeUsed }
        if canBeUsed {
            let file = try Self.open(path, older)
            #expect(try Self.version(file) == 3)
            file.close()
        } else {
            #expect { try Self.open(path, older) } throws: {
                $0 as? DatabaseFileError == DatabaseFileError(.foreign(version: 3), "it is of version 3, and this is 2")
            }
        }
        // Nobody's file is not used, whatever it holds.
        let other = DatabaseSchema(application: 78, steps: []) { _ in true }
        #expect { try Self.open(path, other) } throws: { ($0 as? DatabaseFileError)?.kind == .corrupt }
    }

    @Test func aReaderMakesNothing() throws {
        let directory = try ScratchDirectory("schema")
        let path = directory.file("a.sqlite")
        #expect { try Self.open(path, isReadOnly: true) } throws: { ($0 as? DatabaseFileError)?.kind == .unavailable }
        #expect(!FileManager.default.fileExists(atPath: path))
        try Self.make(path, version: 0, isNoted: true)
        #expect { try Self.open(path, isReadOnly: true) } throws: {
            ($0 as? DatabaseFileError)?.kind == .foreign(version: 0)
        }
    }

    /// The daemon and a command may open a new file at the same moment.
    @Test(arguments: 0..<8) func manyMayMakeTheFileAtOnce(round: Int) async throws {
        let directory = try ScratchDirectory("schema")
        let path = directory.file("a.sqlite")
        // To make the file itself is left out: closing it would release the locks of this process's other threads.
        try StateDirectory.makeFile(path)
        let count = 8
        let failures = await withTaskGroup(of: String?.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        let file = try Self.open(path)
                        try file.transaction {
                            try $0.execute(sql: "INSERT INTO one (x) VALUES (?)", arguments: [number])
                        }
                        file.close()
                        return nil
                    } catch { return "\(error)" }
                }
            }
            return await group.reduce(into: [String]()) { if let failure = $1 { $0.append(failure) } }
        }
        #expect(failures.isEmpty, "\(failures)")
        let file = try Self.open(path)
        #expect(try file.perform { try Set(Int.fetchAll($0, sql: "SELECT x FROM one")) } == Set(0..<count))
        file.close()
    }
}
