import DANE
import Foundation
import GRDB
import Inspection
import Policy
import Support

/// Writes to the tables of the trace file.
enum TraceTable {
    /// Writes inspections. Each replaces one with the same destination, outcome and cause.
    static func write(_ ended: [TraceBatch.Ended], port: UInt16, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO inspection (destination, outcome, cause, firstSeen, lastSeen, json)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (destination, outcome, cause)
                DO UPDATE SET lastSeen = excluded.lastSeen, json = excluded.json
                """)
        for one in ended {
            let verdict = one.inspection.verdict
            try statement.execute(
                arguments: [
                    one.inspection.destination.text(standard: port), verdict.outcome.rawValue,
                    BoundedText.of(verdict.cause, TraceEntry.Limit.cause), one.time, one.time,
                    StoredInspection.json(one.inspection, at: one.time, port: port),
                ])
        }
    }

    /// Writes recipients. Each refers to an inspection of its destination: the latest one with the same outcome, or
    /// else the latest one.
    static func write(_ entries: [TraceEntry], port: UInt16, _ db: Database) throws {
        let inspection = try db.cachedStatement(
            sql: """
                SELECT id FROM inspection WHERE destination = ? ORDER BY outcome = ? DESC, lastSeen DESC LIMIT 1
                """)
        for entry in entries {
            let hop = entry.destination?.text(standard: port)
            let id = try hop.flatMap {
                try Int64.fetchOne(inspection, arguments: [$0, entry.outcome.rawValue])
            }
            try EntryRecord(entry: entry, hop: hop, inspection: id).insert(db)
        }
    }

    /// Adds to the counts per hour.
    static func add(_ counts: [Int64: [RecipientCounts.Kind: UInt64]], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO count VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET recipients = recipients + excluded.recipients
                """)
        for (hour, kinds) in counts {
            for (kind, count) in kinds where count > 0 {
                try statement.execute(
                    arguments: [
                        hour, kind.outcomeText, kind.action.rawValue, kind.would?.rawValue ?? "", kind.isCached,
                        Int64(clamping: count),
                    ])
            }
        }
    }

    /// Unites the sets of destinations per hour with the stored ones.
    static func unite(_ sets: [Int64: [DestinationCounts.Kind: SketchSet]], _ db: Database) throws {
        let find = try db.cachedStatement(sql: "SELECT sketch FROM destination WHERE hour = ? AND kind = ?")
        let write = try db.cachedStatement(sql: "INSERT OR REPLACE INTO destination VALUES (?, ?, ?)")
        for (hour, kinds) in sets {
            for (kind, set) in kinds where set.count > 0 {
                var united = set
                let known = try Data.fetchOne(find, arguments: [hour, kind.rawValue])
                if let known, let known = SketchSet(bytes: Array(known)) {
                    united.formUnion(known)
                    if united == known { continue }
                }
                try write.execute(arguments: [hour, kind.rawValue, Data(united.bytes)])
            }
        }
    }
}
