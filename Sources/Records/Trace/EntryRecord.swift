import DANE
import Inspection
import Policy
import Foundation
import GRDB

/// A recipient as a new row of the trace. `TraceRow` reads it.
struct EntryRecord: PersistableRecord {
    static let databaseTableName = "entry"

    let entry: TraceEntry
    /// The destination as text.
    let hop: String?
    /// The row number of an inspection of the destination.
    let inspection: Int64?

    func encode(to row: inout PersistenceContainer) throws {
        row["time"] = entry.time
        row["trace"] = entry.trace
        // Bytes that are no text are stored as a blob.
        row["sender"] = entry.senderBytes.map { Data($0) } ?? entry.sender
        row["recipient"] = entry.recipientBytes.map { Data($0) } ?? entry.recipient
        row["domain"] = entry.domain?.text
        row["hop"] = hop
        row["client"] = entry.client
        row["authenticated"] = entry.authenticated
        row["outcome"] = entry.outcome.rawValue
        row["host"] = entry.host
        row["code"] = entry.code
        row["reply"] = entry.reply
        row["queueID"] = entry.queueID
        row["ruling"] = entry.action.rawValue
        row["would"] = entry.would?.rawValue
        row["mode"] = entry.mode
        row["cached"] = entry.isCached
        row["failingFor"] = entry.failingFor?.components.seconds
        row["cause"] = entry.cause
        row["hazard"] = entry.hazard
        row["policy"] = entry.policy
        row["domainKey"] = entry.domain.map { TraceSchema.key($0.text) }
        row["hopKey"] = entry.destination.map { TraceSchema.key($0.name.text) }
        row["ownHop"] = entry.isOwnHop
        row["inspection"] = inspection
    }
}
