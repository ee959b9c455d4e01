import DANE
import Foundation
import GRDB
import Testing
import WorldServers

@testable import Inspection
@testable import Verdicts

/// Files that are no good, disks that are full, directories that cannot be written: rows are lost, and nothing else.
@Suite(.timeLimit(.minutes(5))) struct StateDamageTests {
    private static let fresh = KeptVerdict(
        destination: Destination(.domain("fresh.example"), port: 25), demandsDANE: false,
        verdict: Verdict(outcome: .verified, cause: ""), made: 1_800_000_000, fresh: .seconds(1000), stale: .zero)

    /// A directory with some thousand rows.
    private static func filled(_ chance: inout Chance) throws -> (StatePlace, Set<KeptVerdict>, Set<KeptReport>) {
        let place = try StatePlace()
        let bodies = (0..<50).map { _ in chance.verdict() }
        let verdicts = (0..<2000).map { _ in chance.kept(chance.pick(bodies), made: 1_800_000_000) }
        let reports = (0..<20).map { _ in chance.report() }
        try place.run().end { run in
            for verdict in verdicts { run.store.kept(verdict) }
            for report in reports { run.store.kept(report) }
            for verdict in verdicts.prefix(200) { run.book.note(.destination(verdict.destination)) }
        }
        return (place, Set(verdicts), Set(reports))
    }

    /// Nothing is read that was not written, and the store goes on: with this file, or with a new one.
    @Test(arguments: 1...40) func damageIsNotRead(seed: UInt64) throws {
        var chance = Chance(seed)
        let (place, verdicts, reports) = try Self.filled(&chance)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: place.path)))
        switch chance.below(4) {
        case 0: for _ in 0...chance.below(5) { bytes[chance.below(bytes.count)] ^= UInt8(1 + chance.below(255)) }
        case 1: for _ in 0..<500 { bytes[chance.below(bytes.count)] = UInt8(chance.below(256)) }
        case 2: bytes.removeLast(chance.below(bytes.count))
        default:
            let start = chance.below(bytes.count)
            for index in start..<min(bytes.count, start + 8192) { bytes[index] = UInt8(chance.below(256)) }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: place.path))
        let run = try place.run()
        #expect(Set(run.verdicts).subtracting(verdicts).isEmpty)
        #expect(Set(run.reports).subtracting(reports).isEmpty)
        #expect(Set(run.faults.keys).subtracting(verdicts.map { .destination($0.destination) }).isEmpty)
        run.end { $0.store.kept(Self.fresh) }
        let next = try place.run()
        #expect(next.verdicts.contains(Self.fresh))
        next.end()
    }

    /// What stands where the file should.
    enum Obstacle: String, CaseIterable {
        case nothing, empty, text, truncated, directory, fullDirectory, otherVersion, otherProgram, pipe
    }

    @Test(arguments: Obstacle.allCases) func whatIsNoStateFileIsSetAside(_ obstacle: Obstacle) throws {
        var chance = Chance(7)
        let place: StatePlace
        switch obstacle {
        case .truncated, .otherVersion: place = try Self.filled(&chance).0
        default: place = try StatePlace()
        }
        let url = URL(fileURLWithPath: place.path)
        switch obstacle {
        case .nothing: break
        case .empty: try Data().write(to: url)
        case .text: try Data(repeating: 0x41, count: 100_000).write(to: url)
        case .truncated: try Data(contentsOf: url).prefix(20_000).write(to: url)
        case .directory: #expect(mkdir(place.path, 0o755) == 0)
        case .fullDirectory:
            try place.directory.write("", to: "\(StateFile.name)/x")
            try place.directory.write("", to: "\(StateFile.name).corrupt/x")
        case .pipe: #expect(mkfifo(place.path, 0o600) == 0)
        case .otherVersion: try Self.execute("PRAGMA user_version = 7", place)
        case .otherProgram: try Self.execute("CREATE TABLE verdict (x)", place)
        }
        let run = try place.run()
        #expect(obstacle == .truncated || run.verdicts.isEmpty)
        run.end { $0.store.kept(Self.fresh) }
        let next = try place.run()
        #expect(next.verdicts == [Self.fresh])
        next.end()
        let aside = try FileManager.default.contentsOfDirectory(atPath: place.directory.path)
            .filter { $0.hasPrefix("\(StateFile.name).") }
        switch obstacle {
        case .nothing, .empty: #expect(aside.isEmpty)
        case .otherVersion: #expect(aside == ["\(StateFile.name).version-7"])
        case .fullDirectory: #expect(aside.sorted() == ["corrupt", "corrupt-1"].map { "\(StateFile.name).\($0)" })
        default: #expect(aside == ["\(StateFile.name).corrupt"])
        }
    }

    private static func execute(_ sql: String, _ place: StatePlace) throws {
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func oneOfTwoKeepsTheFile() throws {
        let place = try StatePlace()
        let first = try place.run()
        let second = try place.run()
        second.end { $0.store.kept(Self.fresh) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.directory.path).allSatisfy {
                !$0.contains("corrupt")
            })
        first.end()
        // Nothing of the second is in it.
        let third = try place.run()
        #expect(third.verdicts.isEmpty)
        third.end { $0.store.kept(Self.fresh) }
        try place.run().end { #expect($0.verdicts.count == 1) }
    }

    @Test func aDirectoryThatCannotBeMadeCostsTheState() throws {
        let place = try StatePlace()
        let file = try place.directory.write("", to: "file")
        let run = try place.run(in: "\(file)/below")
        run.end { run in
            run.book.note(.destination(Self.fresh.destination))
            run.store.kept(Self.fresh)
            #expect(run.store.settle(within: .seconds(30)))
        }
        #expect(run.book.failingFor(.destination(Self.fresh.destination)) > .zero)
    }

    @Test func aFileThatVanishesIsBegunAnew() throws {
        let place = try StatePlace()
        let other = FaultBook.Subject.policy(Self.fresh.destination)
        let run = try place.run()
        run.book.note(other)
        #expect(run.store.settle(within: .seconds(30)))
        for part in ["", "-wal"] { unlink(place.path + part) }
        run.end { $0.store.kept(Self.fresh) }
        let next = try place.run()
        #expect(next.verdicts == [Self.fresh])
        // Faults are few, and are all written again.
        #expect(next.faults[other] != nil)
        next.end()
    }

    /// A file system of its own for the time of some work.
    private static func withDisk(_ size: String, _ work: (StatePlace, String) throws -> Void) throws {
        let place = try StatePlace()
        let folder = place.directory.file("disk")
        #expect(mkdir(folder, 0o755) == 0)
        #expect(mount("tmpfs", folder, "tmpfs", 0, "size=\(size)") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        try work(place, folder)
    }

    /// Whether this process may mount.
    private static let mayMount: Bool = {
        guard geteuid() == 0, let place = try? StatePlace() else { return false }
        guard mount("tmpfs", place.directory.path, "tmpfs", 0, nil) == 0 else { return false }
        umount2(place.directory.path, Int32(MNT_DETACH))
        return true
    }()

    @Test(.enabled(if: mayMount, "only root can mount a small disk")) func aFullDiskCostsRowsAndNothingElse() throws {
        try Self.withDisk("2m") { place, folder in
            let filler = "\(folder)/filler"
            let run = try place.run(in: folder)
            let mended = FaultBook.Subject.destination(Destination(.domain("mended.example"), port: 25))
            run.book.note(mended)
            #expect(run.store.settle(within: .seconds(30)))
            // All that is left.
            let descriptor = open(filler, O_CREAT | O_WRONLY, 0o600)
            let block = [UInt8](repeating: 1, count: 4096)
            while write(descriptor, block, block.count) > 0 {}
            close(descriptor)
            var chance = Chance(3)
            for _ in 0..<20 {
                for _ in 0..<100 {
                    let verdict = chance.verdict()
                    run.store.kept(chance.kept(verdict, made: 1_800_000_000))
                }
                run.book.note(.destination(Self.fresh.destination))
                #expect(run.store.settle(within: .seconds(30)))
            }
            // A change that is not written must not come back as a fault.
            run.book.clear(mended)
            #expect(run.store.settle(within: .seconds(30)))
            #expect(unlink(filler) == 0)
            run.store.kept(Self.fresh)
            #expect(run.store.settle(within: .seconds(30)))
            run.end()
            let next = try place.run(in: folder)
            #expect(next.verdicts.contains(Self.fresh))
            #expect(Set(next.faults.keys) == [.destination(Self.fresh.destination)])
            next.end()
        }
    }

    @Test(.enabled(if: mayMount, "only root can mount a disk that not even root can write"))
    func aDiskThatCannotBeWrittenCostsTheState() throws {
        try Self.withDisk("2m") { place, folder in
            try place.run(in: folder).end { $0.store.kept(Self.fresh) }
            #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
            let run = try place.run(in: folder)
            run.end { $0.store.kept(Self.fresh) }
        }
    }
}
