import DANE
import Foundation
import GRDB
import Inspection

/// The table of faults in the state file.
enum FaultTable {
    static let schema = """
        CREATE TABLE fault (name TEXT NOT NULL, kind INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            sightings INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (name, kind)) WITHOUT ROWID;
        """

    /// The times of a fault, in milliseconds of the file's clock.
    struct Times: Sendable, Hashable {
        var first: Int64
        var last: Int64
        var sightings: Int
    }

    /// What about the destination is meant takes two bits of the column `kind`, beside the destination.
    private static let bits: Int64 = 2

    private static func kind(_ subject: FaultBook.Subject) -> (destination: Destination, kind: Int64) {
        let (destination, other): (Destination, Int64) =
            switch subject {
            case .destination(let destination): (destination, 0)
            case .doubt(let destination): (destination, 1)
            case .policy(let destination): (destination, 2)
            }
        return (destination, destination.number(with: other, bits: bits))
    }

    private static func subject(_ name: DomainName, _ kind: Int64) -> FaultBook.Subject? {
        guard let (destination, other) = Destination.parts(of: kind, name: name, bits: bits) else { return nil }
        switch other {
        case 0: return .destination(destination)
        case 1: return .doubt(destination)
        case 2: return .policy(destination)
        default: return nil
        }
    }

    private static func sum(_ name: String, _ kind: Int64, _ times: Times) -> Int64 {
        var sum = RowSum()
        sum.add(name)
        for number in [kind, times.first, times.last, Int64(times.sightings)] { sum.add(number) }
        return sum.stored
    }

    /// Writes faults in place of the stored ones. nil deletes a fault.
    static func write(_ changes: [(FaultBook.Subject, Times?)], _ db: Database) throws {
        let enter = try db.cachedStatement(sql: "INSERT OR REPLACE INTO fault VALUES (?, ?, ?, ?, ?, ?)")
        let remove = try db.cachedStatement(sql: "DELETE FROM fault WHERE name = ? AND kind = ?")
        for (subject, times) in changes {
            let (destination, kind) = kind(subject)
            let name = destination.name.text
            if let times {
                try enter.execute(
                    arguments: [
                        name, kind, times.first, times.last, times.sightings, sum(name, kind, times),
                    ])
            } else {
                try remove.execute(arguments: [name, kind])
            }
        }
    }

    /// Replaces all stored faults.
    static func replace(_ faults: [(FaultBook.Subject, Times?)], _ db: Database) throws {
        try db.execute(sql: "DELETE FROM fault")
        try write(faults, db)
    }

    /// The latest accepted time, in milliseconds: some hundred thousand years. Arithmetic with smaller times cannot
    /// overflow.
    private static let latest: Int64 = 1 << 52

    /// Reads all faults.
    ///
    /// - Returns: The faults, and the number of invalid rows.
    static func read(_ db: Database) throws -> (faults: [(FaultBook.Subject, Times)], bad: Int) {
        var faults: [(FaultBook.Subject, Times)] = []
        var bad = 0
        let rows = try Row.fetchCursor(
            db, sql: "SELECT name, kind, first, last, sightings, sum FROM fault ORDER BY last DESC LIMIT ?",
            arguments: [FaultBook.limit])
        while let row = try rows.next() {
            let kind = row[1] as Int64? ?? -1
            let times = Times(
                first: row[2] as Int64? ?? 0, last: row[3] as Int64? ?? 0, sightings: row[4] as Int? ?? 0)
            if let text = row[0] as String?, sum(text, kind, times) == row[5] as Int64?, let name = DomainName(text),
                let subject = subject(name, kind), times.first >= 0, times.first <= times.last,
                times.last < Self.latest, times.sightings > 0
            {
                faults.append((subject, times))
            } else {
                bad += 1
            }
        }
        return (faults, bad)
    }

    /// Deletes faults that are too old.
    ///
    /// - Parameter last: Faults that were not seen since this time are deleted.
    static func prune(_ db: Database, notSince last: Int64) throws {
        try db.execute(sql: "DELETE FROM fault WHERE last < ?", arguments: [last])
    }
}
