import DANE
import Foundation
import GRDB
import Synchronization
import Testing
import WorldServers

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Support

@Suite(.timeLimit(.minutes(5))) struct TraceStoreTests {
    private static func inspection(_ name: DomainName, _ cause: String, steps: Int = 1) -> Inspection {
        let step = InspectionStep(
            kind: .mx, subject: "\(name)", result: .failed, detail: String(repeating: "x", count: 500), elapsed: .zero)
        return Inspection(
            destination: Destination(.domain(name), port: 25), verdict: Verdict(outcome: .tlsaInvalid, cause: cause),
            mxSecurity: .secure, hosts: [], steps: Array(repeating: step, count: steps), lifetime: .seconds(60),
            elapsed: .milliseconds(3))
    }

    @Test func aRecipientIsReadAsItWasWritten() throws {
        let place = try TracePlace()
        let store = place.store()
        store.ended(Self.inspection("a.example", "it is so"), demandingDANE: false)
        let entry = traceEntry("<User@A.example>", sender: "<>")
        store.record(entry)
        #expect(store.settle(within: .seconds(30)))
        let row = try #require(try place.rows().first)
        #expect(
            row.time == entry.time && row.trace == entry.trace && row.sender == "" && row.recipient == "User@A.example")
        #expect(row.domain == "a.example" && row.hop == "a.example" && row.client == "192.0.2.1")
        #expect(row.authenticated == "user" && row.outcome == "tlsa-invalid" && row.code == "5.7.323")
        #expect(row.reply == entry.reply && row.queueID == "4ABC" && row.ruling == "reject" && row.would == nil)
        #expect(row.isCached && row.failingFor == 90 && row.cause == "it is so" && row.mode == "enforce")
        #expect(row.inspectionJSON?.contains("\"outcome\":\"tlsa-invalid\"") == true)
        #expect(row.json(isWhole: true).contains("\"inspection\":{"))
        #expect(row.json(isWhole: false).contains("\"inspection\":1"))
        #expect(row.json(isWhole: false).contains("\"time\":\"2027-01-15T08:00:00.000Z\""))
        #expect(row.text.contains("FAIL mx a.example"))
        #expect(store.statistics.rowsWritten == 1 && store.statistics.state == .on)
        store.close(within: .seconds(30))
    }

    @Test func anInspectionThatSaysTheSameIsOneRow() throws {
        let place = try TracePlace()
        let store = place.store()
        for _ in 0..<3 {
            store.ended(Self.inspection("a.example", "one"), demandingDANE: false)
            #expect(store.settle(within: .seconds(30)))
            place.pass(60)
        }
        store.ended(Self.inspection("a.example", "two", steps: 1000), demandingDANE: false)
        store.close(within: .seconds(30))
        let rows = try place.reader.read {
            try Row.fetchAll($0, sql: "SELECT lastSeen - firstSeen, json FROM inspection")
        }
        #expect(rows.map { $0[0] as Int64 } == [120_000, 0])
        let long = try #require(rows.last?[1] as String?)
        #expect(long.utf8.count <= StoredInspection.limit && long.contains("\"cut\":true"))
    }

    @Test func domainsAloneLeaveNoTraceOfAddresses() throws {
        let place = try TracePlace()
        let store = place.store()
        for recipient in ["secretuser@a.example", "secretuser@bad..name", "secretuser", "secretuser@\"x@y"] {
            store.record(traceEntry(recipient, sender: "secretsender@example.net", addresses: .domain))
        }
        #expect(store.settle(within: .seconds(30)))
        for part in ["", "-wal"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: place.path + part))
            #expect(bytes.range(of: Data("secret".utf8)) == nil)
        }
        store.close(within: .seconds(30))
        #expect(try place.rows().map(\.recipient) == ["@a.example", "@", "@", "@y"])
        #expect(try place.rows { $0.sender = "@example.net" }.count == 4)
    }

    @Test func whatIsTooOldOrTooMuchGoes() throws {
        let place = try TracePlace()
        let store = place.store(rows: 1000, retention: .seconds(3600), sweepInterval: .zero)
        for number in 0..<5000 { store.record(traceEntry("u\(number)@a.example")) }
        store.counts.addPassed(isExempt: false)
        #expect(store.settle(within: .seconds(30)))
        func count() throws -> Int {
            #expect(store.settle(within: .seconds(30)))
            return try place.rows().count
        }
        let deadline = ContinuousClock.now + .seconds(30)
        while try count() > 1000, .now < deadline {}
        let left = try place.rows().map(\.recipient)
        #expect(left.count == 1000 && left.first == "u4000@a.example" && left.last == "u4999@a.example")
        let size = try place.reader.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        place.pass(3 * 3600)
        while try count() > 0, .now < deadline {}
        #expect(try place.rows().isEmpty)
        // Nor do counts stay, and the file shrinks.
        #expect(try place.reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM count") } == 0)
        while try place.reader.read({ try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }) >= size, .now < deadline {
            #expect(store.settle(within: .seconds(30)))
        }
        #expect(try place.reader.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } < size)
        store.close(within: .seconds(30))
    }

    /// More than the bound comes in each batch.
    @Test func aFloodDoesNotOutgrowTheBounds() throws {
        let place = try TracePlace()
        let store = place.store(rows: 1000, sweepInterval: .milliseconds(1), inspections: 1000, interval: .seconds(10))
        for round in 0..<10 {
            for number in 0..<5000 { store.record(traceEntry("u\(number)@a.example")) }
            for number in 0..<500 {
                let name = try #require(DomainName("d\(round)-\(number).example"))
                store.ended(Self.inspection(name, "one"), demandingDANE: false)
            }
            #expect(store.settle(within: .seconds(60)))
            let (rows, inspections) = try place.reader.read { db in
                (
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM entry") ?? 0,
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM inspection") ?? 0
                )
            }
            #expect(rows <= 6000 && inspections <= 1500, "\(rows) \(inspections)")
        }
        store.close(within: .seconds(30))
    }

    /// A clock that is set ahead costs hardly anything, at the start and later. Rows that are really too old still go
    /// in time.
    @Test(arguments: [false, true]) func aWrongClockDoesNotEmptyTheTrace(fromTheStart: Bool) throws {
        let place = try TracePlace()
        let day: Int64 = 86_400_000
        func entry(_ days: Int64) -> TraceEntry {
            traceEntry("d\(days)@a.example", time: 1_800_000_000_000 - days * day)
        }
        var store = place.store(sweepInterval: .zero)
        for days in (0..<40).reversed() { store.record(entry(Int64(days))) }
        store.counts.addPassed(isExempt: false)
        func left() throws -> Int {
            for _ in 0..<3 {
                #expect(store.settle(within: .seconds(30)))
            }
            return try place.rows().count
        }
        #expect(try left() == 31)
        if fromTheStart { store.close(within: .seconds(30)) }
        place.setClock(by: 40 * 86400)
        if fromTheStart { store = place.store(sweepInterval: .zero) }
        #expect(try left() == 31)
        // As long as it is known to be wrong nothing goes.
        place.isClockWrong.withLock { $0 = true }
        place.pass(86_400)
        #expect(try left() == 31)
        place.setClock(by: -86_400)
        place.isClockWrong.withLock { $0 = false }
        // Half an hour costs half a day.
        place.pass(1800)
        #expect(try left() == 30)
        #expect(try place.reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM count") } ?? 0 > 0)
        place.setClock(by: -40 * 86400)
        #expect(try left() == 30)
        // Nothing is lost when time goes on, and ten days later ten days are.
        place.pass(10 * 86400)
        #expect(try left() == 20)
        store.close(within: .seconds(30))
    }

    enum Obstacle: String, CaseIterable { case text, newer, otherProgram, directory, pipe }

    @Test(arguments: Obstacle.allCases) func whatIsNoTraceIsSetAside(_ obstacle: Obstacle) throws {
        let place = try TracePlace()
        switch obstacle {
        case .text: try place.directory.write(String(repeating: "no trace ", count: 10_000), to: TraceFile.name)
        case .directory: #expect(mkdir(place.path, 0o755) == 0)
        case .pipe: #expect(mkfifo(place.path, 0o600) == 0)
        case .otherProgram, .newer:
            if obstacle == .newer { try TraceFile(place.path).database.close() }
            let queue = try DatabaseQueue(path: place.path)
            try queue.write {
                try $0.execute(sql: obstacle == .newer ? "PRAGMA user_version = 7" : "CREATE TABLE entry (x)")
            }
            try queue.close()
        }
        let store = place.store()
        store.record(traceEntry("a@a.example"))
        #expect(store.settle(within: .seconds(30)))
        store.close(within: .seconds(30))
        #expect(try place.rows().count == 1)
        let suffix = obstacle == .newer ? "version-7" : "corrupt"
        #expect(FileManager.default.fileExists(atPath: "\(place.path).\(suffix)"))
    }

    /// A file that was begun and no more: the process was killed between its first two transactions.
    @Test(arguments: [false, true]) func anOlderFileIsBroughtToThisVersion(knowsMigrations: Bool) throws {
        let place = try TracePlace()
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { db in
            try db.execute(sql: "PRAGMA application_id = \(TraceSchema.schema.application)")
            if knowsMigrations {
                try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            }
        }
        try queue.close()
        let store = place.store()
        store.record(traceEntry("a@a.example"))
        #expect(store.settle(within: .seconds(30)))
        #expect(try place.rows().count == 1)
        #expect(
            try place.reader.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == TraceSchema.schema.version)
        store.close(within: .seconds(30))
        let left = try FileManager.default.contentsOfDirectory(atPath: place.directory.path)
        #expect(left.allSatisfy { !$0.hasPrefix("\(TraceFile.name).") }, "\(left)")
    }

    /// A column that a later version reads and an older file lacks is read as null. The writer writes nothing into such
    /// a file.
    @Test func whatAnOlderFileLacksIsReadAsNothing() throws {
        let place = try TracePlace()
        let store = place.store()
        store.record(traceEntry("a@a.example"))
        store.close(within: .seconds(30))
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { try $0.execute(sql: "ALTER TABLE entry DROP COLUMN hazard") }
        try queue.close()
        let row = try #require(try place.rows().first)
        #expect(row.hazard == nil && row.cause == "it is so" && row.recipient == "a@a.example")
    }

    @Test func aLockCostsRowsAndNothingElse() throws {
        let place = try TracePlace()
        let store = place.store()
        store.record(traceEntry("before@a.example"))
        #expect(store.settle(within: .seconds(30)))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: place.path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        store.record(traceEntry("lost@a.example"))
        store.counts.addPassed(isExempt: true)
        #expect(store.settle(within: .seconds(30)))
        #expect(store.statistics.losses.count == 1 && store.statistics.state == .failing)
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        try other.close()
        store.record(traceEntry("after@a.example"))
        #expect(store.settle(within: .seconds(30)))
        #expect(store.statistics.state == .on)
        // That is over, and told as over.
        let losses = store.statistics.losses
        #expect(losses.count == 1 && !losses.isOngoing && losses.ago() != nil && store.statistics.rows == 2)
        store.close(within: .seconds(30))
        #expect(try place.rows().map(\.recipient) == ["before@a.example", "after@a.example"])
        // Who was lost is counted.
        #expect(
            try place.reader.read {
                try Int.fetchOne($0, sql: "SELECT sum(recipients) FROM count WHERE ruling = 'reject'")
            }
                == 3)
        // Counts are kept until they can be written.
        #expect(
            try place.reader.read { try Int.fetchOne($0, sql: "SELECT recipients FROM count WHERE outcome = 'exempt'") }
                == 1)
    }

    /// Whoever reads meanwhile finds as many counted as there are rows, whatever is written at the time.
    @Test func countsAndRowsAreOfOneMoment() async throws {
        let place = try TracePlace()
        let store = place.store()
        #expect(store.settle(within: .seconds(30)))
        let reader = place.reader
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0..<2 {
                group.addTask {
                    for number in 0..<2000 {
                        store.counts.add(.tlsaInvalid, .reject, would: nil, isCached: true)
                        store.counts.add(.verified, .accept, would: nil, isCached: true)
                        store.record(traceEntry("u\(part)-\(number)@a.example"))
                        if number.isMultiple(of: 50) { await Task.yield() }
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 {
                    let (counted, rows) = try reader.read { db in
                        (
                            try Int.fetchOne(db, sql: "SELECT sum(recipients) FROM count WHERE ruling = 'reject'") ?? 0,
                            try Int.fetchOne(db, sql: "SELECT count(*) FROM entry") ?? 0
                        )
                    }
                    #expect(counted == rows)
                }
            }
            try await group.waitForAll()
        }
        store.close(within: .seconds(30))
        #expect(store.statistics.rows == 4000)
        #expect(
            try reader.read { try Int.fetchOne($0, sql: "SELECT recipients FROM count WHERE outcome = 'verified'") }
                == 4000)
        // A later run finds them, and has written none.
        let next = place.store()
        #expect(next.settle(within: .seconds(30)))
        #expect(next.statistics.rows == 4000 && next.statistics.rowsWritten == 0)
        next.close(within: .seconds(30))
    }

    @Test func whatIsOverIsToldOnceAMinute() {
        var losses = Losses()
        let now = ContinuousClock.now
        #expect(losses.over(at: now) == nil && losses.ago() == nil)
        losses.note(2, at: now)
        losses.note(3, at: now)
        #expect(losses.count == 5 && losses.isOngoing && losses.over(at: now + .seconds(1)) == nil)
        losses.end()
        #expect(losses.over(at: now + .seconds(1)) == 5 && losses.over(at: now + .seconds(1)) == nil)
        losses.note(1, at: now + .seconds(2))
        losses.end()
        #expect(losses.over(at: now + .seconds(3)) == nil && losses.over(at: now + .seconds(70)) == 1)
        #expect(losses.ago(at: now + .seconds(62)) == 60 && losses.count == 6)
    }

    @Test func aFileThatVanishesIsBegunAnew() throws {
        let place = try TracePlace()
        let store = place.store()
        store.record(traceEntry("before@a.example"))
        #expect(store.settle(within: .seconds(30)))
        for part in ["", "-wal", "-shm"] { unlink(place.path + part) }
        store.record(traceEntry("after@a.example"))
        #expect(store.settle(within: .seconds(30)))
        #expect(try place.rows().map(\.recipient) == ["after@a.example"])
        store.close(within: .seconds(30))
    }

    /// Whether this process may mount.
    private static let mayMount: Bool = {
        guard geteuid() == 0, let place = try? TracePlace() else { return false }
        guard mount("tmpfs", place.directory.path, "tmpfs", 0, nil) == 0 else { return false }
        umount2(place.directory.path, Int32(MNT_DETACH))
        return true
    }()

    @Test(.enabled(if: mayMount, "only root can mount a small disk")) func aFullDiskCostsRowsAndNothingElse() throws {
        let place = try TracePlace()
        let folder = place.directory.file("disk")
        #expect(mkdir(folder, 0o755) == 0)
        #expect(mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        let store = place.store(in: folder)
        #expect(store.settle(within: .seconds(30)))
        let descriptor = open("\(folder)/filler", O_CREAT | O_WRONLY, 0o600)
        let block = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        close(descriptor)
        for number in 0..<20 {
            for _ in 0..<100 { store.record(traceEntry("full\(number)@a.example")) }
            #expect(store.settle(within: .seconds(30)))
        }
        #expect(store.statistics.losses.count > 0 && store.statistics.state == .failing)
        #expect(unlink("\(folder)/filler") == 0)
        store.record(traceEntry("after@a.example"))
        #expect(store.settle(within: .seconds(30)))
        #expect(store.statistics.state == .on)
        store.close(within: .seconds(30))
        let rows = try TraceReader(directory: folder).rows(TraceFilter(), limit: nil)
        #expect(rows.last?.recipient == "after@a.example")
        #expect(rows.count == store.statistics.rowsWritten)
    }

    @Test func killsTearNothing() async throws {
        var chance = Chance(5)
        let place = try TracePlace()
        var number = 0
        for _ in 0..<15 {
            let writer = try await ChildProcess(Self.writer, [place.directory.path, "\(number)"])
            #expect(await writer.waitForOutput { $0.contains("settled") }, "\(writer.output)")
            // At any moment: whatever it is doing then is to be survived.
            try await Task.sleep(for: .microseconds(chance.below(100_000)))
            writer.signal(SIGKILL)
            #expect(await writer.waitForEnd() == -SIGKILL)
            let settled =
                writer.output.split(separator: "\n").compactMap { line in
                    line.hasPrefix("settled ") ? Int(line.dropFirst(8)) : nil
                }.last ?? 0
            #expect(try place.reader.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
            let rows = try place.rows()
            for row in rows {
                let id = row.trace
                #expect(row.recipient == "r\(id)@d\(id).example" && row.sender == "s\(id)@example.net")
                #expect(row.host == "mx\(id).example" && row.cause == "number \(id)" && row.queueID == id)
                #expect(row.failingFor == Int64(id) && row.domain == "d\(id).example")
            }
            let numbers = rows.compactMap { Int($0.trace) }
            // All that was told to be written is there, without a gap, as far as the bound on rows lets it.
            #expect((numbers.last ?? 0) >= settled)
            #expect(Set(numbers).count == numbers.count)
            #expect(Set(numbers).isSuperset(of: max(number + 1, settled - 999)...max(settled, number + 1)))
            number = 1 + max(settled, numbers.last ?? 0)
            number -= 1
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: place.directory.path)
        #expect(left.allSatisfy { !$0.hasPrefix("\(TraceFile.name).") }, "\(left)")
    }

    /// The writer's path: it is built beside the tests.
    private static var writer: String {
        let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            .deletingLastPathComponent()
        let arguments = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let places = [folder, arguments].compactMap { $0?.appendingPathComponent("TraceTestWriter").path }
        return places.first { access($0, X_OK) == 0 } ?? "TraceTestWriter"
    }
}
