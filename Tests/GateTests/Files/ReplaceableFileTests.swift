import Foundation
import GRDB
import Logging
import Testing
import WorldServers

@testable import Policy
@testable import Records
@testable import Support

/// The life of a SQLite file that is kept open.
@Suite(.timeLimit(.minutes(1))) struct ReplaceableFileTests {
    private final class Stored: StoredFile {
        let database: DatabaseFile

        init(_ path: String) throws(DatabaseFileError) {
            database = try DatabaseFile(
                path, .stateFile("test", patience: 1),
                DatabaseSchema(application: 7, steps: ["CREATE TABLE row (x INTEGER)"]))
        }

        func add(_ number: Int) throws(DatabaseFileError) {
            try database.transaction { try $0.execute(sql: "INSERT INTO row VALUES (?)", arguments: [number]) }
        }

        func all() throws(DatabaseFileError) -> [Int] {
            try database.perform { try Int.fetchAll($0, sql: "SELECT x FROM row ORDER BY x") }
        }
    }

    private let directory: ScratchDirectory
    private let file: ReplaceableFile<Stored>
    private var path: String { directory.file("a.sqlite") }

    init() throws {
        directory = try ScratchDirectory("life")
        file = Self.file(in: directory.path)
    }

    private static func file(in folder: String, retryInterval: Duration = .seconds(3600)) -> ReplaceableFile<Stored> {
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        return ReplaceableFile(
            "a.sqlite", in: folder, log: DatabaseLog(event: "test", log: GateLog(settings)), settingAside: .warning,
            retryInterval: retryInterval
        ) { path throws(DatabaseFileError) in try Stored(path) }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    private func all() throws -> [Int]? { try file.current?.all() }

    @Test func itIsOpenedAndWritten() throws {
        #expect(file.current == nil)
        _ = try file.open()
        try file.perform { stored throws(DatabaseFileError) in try stored.add(1) }
        #expect(try all() == [1])
        file.close()
        #expect(file.current == nil)
        #expect(try file.open().all() == [1])
    }

    @Test func aDamagedOneIsSetAsideAndTheWorkDoneOnceMore() throws {
        _ = try file.open().add(1)
        var attempts = 0
        try file.perform { stored throws(DatabaseFileError) in
            attempts += 1
            if attempts == 1 { throw DatabaseFileError(.corrupt, "as a test") }
            try stored.add(2)
        }
        #expect(try attempts == 2 && all() == [2])
        #expect(try names() == ["a.sqlite", "a.sqlite.corrupt"])
        #expect(try Stored("\(path).corrupt").all() == [1])
    }

    /// The work is not tried for ever.
    @Test func whatIsAlwaysDamagedFails() throws {
        var attempts = 0
        #expect(throws: DatabaseFileError(.corrupt, "as a test")) {
            try file.perform { _ throws(DatabaseFileError) in
                attempts += 1
                throw DatabaseFileError(.corrupt, "as a test")
            }
        }
        #expect(attempts == 2)
        #expect(try all() == [])
    }

    /// The file itself is good, and stays open.
    @Test(arguments: [DatabaseFileError.Kind.full, .busy]) func itIsKept(kind: DatabaseFileError.Kind) throws {
        let before = try file.open()
        #expect(throws: DatabaseFileError(kind, "as a test")) {
            try file.perform { _ throws(DatabaseFileError) in throw DatabaseFileError(kind, "as a test") }
        }
        #expect(file.current === before)
        #expect(try names() == ["a.sqlite"])
    }

    @Test func oneThatCannotBeUsedIsClosedAndTriedAgainLater() throws {
        let patient = Self.file(in: directory.path)
        func fail(_ file: ReplaceableFile<Stored>) -> DatabaseFileError? {
            do throws(DatabaseFileError) {
                try file.perform { _ throws(DatabaseFileError) in throw DatabaseFileError(.unavailable, "as a test") }
                return nil
            } catch { return error }
        }
        // One that was opened at the start is tried again at once, and after that not before its time.
        _ = try patient.open()
        #expect(fail(patient)?.cause == "as a test" && patient.current == nil)
        #expect(fail(patient)?.cause == "as a test")
        #expect(fail(patient)?.cause == "there is no file")
        let hasty = Self.file(in: directory.path, retryInterval: .zero)
        #expect(fail(hasty)?.cause == "as a test")
        #expect(fail(hasty)?.cause == "as a test")
        try hasty.perform { stored throws(DatabaseFileError) in try stored.add(3) }
        #expect(try hasty.current?.all() == [3])
        #expect(try names() == ["a.sqlite"])
    }

    @Test func oneThatVanishedIsMadeAnew() throws {
        _ = try file.open().add(1)
        #expect(unlink(path) == 0)
        #expect(file.current == nil)
        try file.perform { stored throws(DatabaseFileError) in try stored.add(2) }
        #expect(try all() == [2])
    }

    /// What stands at the path when the file is opened.
    @Test(arguments: ["other", "later", "directory", "pipe"]) func whatIsNotOursIsSetAside(what: String) throws {
        switch what {
        case "other": try directory.write(String(repeating: "no SQLite file at all ", count: 100), to: "a.sqlite")
        case "later":
            try Stored(path).database.close()
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: "PRAGMA user_version = 3") }
            try queue.close()
        case "directory": #expect(mkdir(path, 0o755) == 0)
        default: #expect(mkfifo(path, 0o600) == 0)
        }
        #expect(try file.open().all() == [])
        #expect(try names() == ["a.sqlite", "a.sqlite.\(what == "later" ? "version-3" : "corrupt")"])
    }

    @Test func aDirectoryThatCannotBeMadeIsAFault() throws {
        let other = Self.file(in: try directory.write("", to: "file") + "/below")
        #expect { try other.open() } throws: { ($0 as? DatabaseFileError)?.kind == .unavailable }
        #expect(other.current == nil)
    }
}
