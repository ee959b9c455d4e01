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
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO entry (time, trace, sender, recipient, domain, hop, client, authenticated, outcome, host,
                    code, reply, queueID, ruling, would, mode, cached, failingFor, cause, hazard, policy, domainKey,
                    hopKey, ownHop, inspection)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                    ?22, ?23, ?24, (SELECT id FROM inspection WHERE destination = ?6
                    ORDER BY outcome = ?9 DESC, lastSeen DESC LIMIT 1))
                """)
        for entry in entries {
            let hop = entry.destination?.text(standard: port)
            // Bytes that are no text are stored as a blob.
            func stored(_ text: String?, _ bytes: [UInt8]?) -> (any DatabaseValueConvertible)? {
                if let bytes { return Data(bytes) }
                return text
            }
            try statement.execute(
                arguments: [
                    entry.time, entry.trace, stored(entry.sender, entry.senderBytes),
                    stored(entry.recipient, entry.recipientBytes), entry.domain?.text, hop, entry.client,
                    entry.authenticated, entry.outcome.rawValue, entry.host, entry.code, entry.reply, entry.queueID,
                    entry.action.rawValue, entry.would?.rawValue, entry.mode, entry.isCached,
                    entry.failingFor?.components.seconds, entry.cause, entry.hazard, entry.policy,
                    entry.domain.map { TraceSchema.key($0.text) },
                    entry.destination.map { TraceSchema.key($0.name.text) }, entry.isOwnHop,
                ])
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
