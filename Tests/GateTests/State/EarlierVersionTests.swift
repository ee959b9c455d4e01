import DANE
import Foundation
import GRDB
import Probe
import Synchronization
import Testing
import WorldServers

@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Records
@testable import Support
@testable import Verdicts

/// The state directory as earlier versions left it. All later versions read each file, or carry its contents over.
///
/// The folders of `Fixtures` are named by version, and hold the files that the daemon of that version wrote. They are
/// never written anew.
@Suite(.timeLimit(.minutes(2))) struct EarlierVersionTests {
    /// What differs in the files of a version.
    private struct Release {
        /// When they were written, in seconds since 1970.
        let written: Int64
        /// The port that the mail hosts had.
        let port: UInt16
        /// When the exempt domain that is in order was first seen so, in milliseconds since 1970.
        let cleanAt: Int64
    }

    private static let releases = [
        "0.1.0": Release(written: 1_795_865_500, port: 60633, cleanAt: 1_795_865_490_826),
        "0.2.0": Release(written: 1_795_959_151, port: 45553, cleanAt: 1_795_959_150_233),
    ]

    static let versions: [String] = releases.keys.sorted()

    /// A directory that holds a copy of a version's files, with the clock as it was when they were written.
    private static func place(_ version: String) throws -> (StatePlace, at: Int64) {
        let place = try StatePlace()
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(version)")
        for name in ["state.sqlite", "trace.sqlite", "exemptions.sqlite"] {
            try Data(contentsOf: fixtures.appendingPathComponent(name)).write(
                to: URL(fileURLWithPath: place.directory.file(name)))
        }
        let at = try #require(releases[version]).written
        place.clocks.withLock {
            $0.boot = "a later one"
            $0.wall = at
        }
        return (place, at)
    }

    private static func files(_ place: StatePlace) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.directory.path).sorted()
    }

    /// What stands for the settings that the file was written with.
    private static func world(_ place: StatePlace) throws -> Int64 {
        let queue = try DatabaseQueue(path: place.path)
        defer { try? queue.close() }
        return try #require(try queue.read { try Int64.fetchOne($0, sql: "SELECT world FROM run") })
    }

    private static func log() -> GateLog {
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        return GateLog(settings)
    }

    private static func execute(_ sql: String, _ place: StatePlace) throws {
        let queue = try DatabaseQueue(path: ExemptionFile.path(place.directory.path))
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: versions) func verdictsReportsAndFaultsAreRead(_ version: String) throws {
        let (place, _) = try Self.place(version)
        let run = try place.run(world: Self.world(place))
        let found = Dictionary(uniqueKeysWithValues: run.verdicts.map { ($0.destination.name.text, $0.verdict) })
        #expect(
            found.mapValues(\.outcome) == [
                "again.example": .noSuchDomain, "no-tlsa.example": .opportunistic, "null-mx.example": .nullMX,
                "partner.example": .noSuchDomain, "tlsa-invalid.example": .tlsaInvalid, "verified.example": .verified,
            ])
        #expect(found["tlsa-invalid.example"]?.host == "mx.tlsa-invalid.example")
        #expect(
            Set(run.reports.map(\.target.serverName.text)) == ["mx.verified.example", "mx.tlsa-invalid.example"])
        run.end()
        #expect(try Self.files(place).filter { $0.contains("corrupt") || $0.contains("version") }.isEmpty)
    }

    /// A quarter of an hour later, and after a new boot.
    @Test(arguments: versions) func aFaultIsAsOldAsItWas(_ version: String) throws {
        let (place, _) = try Self.place(version)
        place.pass(900)
        let run = try place.run(world: Self.world(place))
        let fault = try #require(run.faults.first)
        #expect(run.faults.count == 1 && fault.value.sightings == 1)
        let port = try #require(Self.releases[version]).port
        #expect(fault.key == .destination(Destination(.domain("tlsa-invalid.example"), port: port)))
        #expect(fault.value.sinceLast >= .seconds(900) && fault.value.sinceLast < .seconds(910))
        run.end()
    }

    @Test(arguments: versions) func theTraceIsReadAndGoesOn(_ version: String) throws {
        let (place, at) = try Self.place(version)
        let rows = try TraceReader(directory: place.directory.path).rows(TraceFilter(), limit: nil, isWhole: true)
        let recipients = [
            "a@tlsa-invalid.example", "B+tag@tlsa-invalid.example", "a@null-mx.example", "B+tag@null-mx.example",
        ]
        #expect(rows.map(\.recipient) == recipients)
        #expect(rows.map(\.code) == ["4.7.323", "4.7.323", "5.1.10", "5.1.10"])
        #expect(rows.first?.inspectionJSON?.contains("mx.tlsa-invalid.example") == true)
        let trace = try TracePlace(place.directory)
        trace.now.withLock { $0 = (at + 100) * 1000 }
        let store = trace.store()
        store.record(traceEntry("new@a.example"))
        #expect(store.settle(within: .seconds(60)))
        store.close(within: .seconds(60))
        #expect(try trace.rows().map(\.recipient) == recipients + ["new@a.example"])
        #expect(try Self.files(place).filter { $0.contains("corrupt") || $0.contains("version") }.isEmpty)
    }

    @Test(arguments: versions) func noExemptionIsLost(_ version: String) throws {
        let (place, at) = try Self.place(version)
        var follower = ExemptionFollower(place.directory.path, liftAfter: .seconds(86400), log: Self.log())
        let isOther = follower.turn([], at: at)
        #expect(isOther)
        #expect(
            follower.live.map(\.pattern.description)
                == [".group.example", "again.example", "kept.example", "partner.example", "verified.example"])
        #expect(follower.live.map(\.by) == ["bob", "carol", "alice", "alice", "alice"])
        #expect(follower.live.map(\.keeps) == [false, false, true, false, false])
        #expect(follower.live.first?.reason == "naïve: \"quoted\" & more")
        #expect(try follower.live.last?.cleanAt == #require(Self.releases[version]).cleanAt)
        let file = try ExemptionFile(place.directory.path)
        #expect(try file.history(at: at).map(\.pattern.description).sorted() == ["again.example", "gone.example"])
        let new = Exemption(
            try #require(DomainPattern("new.example")), until: at + 60, reason: "r", by: "b", added: at * 1000)
        #expect(try file.add(new, at: at) == nil)
        let isNew = follower.turn([], at: at)
        #expect(isNew && follower.live.count == 6)
    }

    /// What a later version makes of the file of exemptions.
    enum Later: String, CaseIterable, CustomTestStringConvertible {
        case anotherColumn, anotherTable, columnGone, tableGone

        var testDescription: String { rawValue }

        var sql: String {
            switch self {
            case .anotherColumn: "ALTER TABLE exemption ADD COLUMN realm TEXT"
            case .anotherTable: "CREATE TABLE realm (name TEXT)"
            case .columnGone: "ALTER TABLE exemption RENAME COLUMN reason TO why"
            case .tableGone: "ALTER TABLE exemption RENAME TO partner"
            }
        }

        var isReadable: Bool { self == .anotherColumn || self == .anotherTable }
    }

    /// After a downgrade, the readable part of a later version's file is in force, and the rest stays for the next
    /// upgrade.
    @Test(arguments: Later.allCases) func aLaterVersionsExemptionsAreInForceOrStayWhereTheyAre(_ later: Later) throws {
        let (place, at) = try Self.place("0.1.0")
        try Self.execute("\(later.sql); PRAGMA user_version = 7", place)
        var follower = ExemptionFollower(place.directory.path, liftAfter: .seconds(86400), log: Self.log())
        let isOther = follower.turn([], at: at)
        #expect(isOther == later.isReadable)
        #expect(follower.live.count == (later.isReadable ? 5 : 0))
        #expect(try Self.files(place).filter { $0.hasPrefix("exemptions") } == ["exemptions.sqlite"])
        if later.isReadable {
            let file = try ExemptionFile(place.directory.path)
            let pattern = try #require(DomainPattern("partner.example"))
            #expect(try file.remove(pattern, by: "me", at: at)?.reason == "they are moving their zone")
        } else {
            #expect { try ExemptionFile(place.directory.path) } throws: { error in
                (error as? DatabaseFileError)?.kind == .foreign(version: 7)
            }
        }
    }

    /// A file that was deleted or replaced while the daemon ran is restored from memory. A later version's file is not
    /// overwritten.
    @Test func whatIsInForceStaysWhereALaterVersionTakesTheFile() throws {
        let (place, at) = try Self.place("0.1.0")
        var follower = ExemptionFollower(place.directory.path, liftAfter: .seconds(86400), log: Self.log())
        let isRead = follower.turn([], at: at)
        #expect(isRead)
        try Self.execute("\(Later.columnGone.sql); PRAGMA user_version = 7", place)
        let isOther = follower.turn([], at: at)
        #expect(!isOther)
        #expect(follower.live.count == 5)
    }
}
