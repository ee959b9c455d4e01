import DANE
import Foundation
import GRDB

/// What verdicts say, by its number in the state file; what was written lately is known without a look into it.
struct StoredBodies {
    /// A body in the file.
    struct Entry {
        let id: Int64
        /// The sum over what it says: each verdict's own sum takes it in, so that a verdict is tied to what it said.
        let sum: Int64
    }

    /// More are looked up in the file.
    private static let limit = 4096
    /// A host, a cause or hazards of more bytes were not written by us.
    private static let longest = 1 << 16

    private var known: [Verdict: Entry] = [:]

    /// The body of a verdict, which is written if it is not there.
    mutating func body(_ verdict: Verdict, _ db: Database) throws -> Entry {
        if let entry = known[verdict] { return entry }
        if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
        let sum = Self.sum(verdict)
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT id, sum, outcome, host, cause, degraded, hazards FROM body WHERE sum = ?"),
            arguments: [sum])
        while let row = try rows.next() {
            if let id = row[0] as Int64?, Self.verdict(row) == verdict {
                let entry = Entry(id: id, sum: sum)
                known[verdict] = entry
                return entry
            }
        }
        let hazards = verdict.hazards.isEmpty ? nil : Data(ByteList.joined(verdict.hazards.map { Array($0.utf8) }))
        try db.cachedStatement(
            sql: "INSERT INTO body (sum, outcome, host, cause, degraded, hazards) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(
            arguments: [sum, verdict.outcome.rawValue, verdict.host, verdict.cause, verdict.isDegraded, hazards])
        let entry = Entry(id: db.lastInsertedRowID, sum: sum)
        known[verdict] = entry
        return entry
    }

    /// All bodies in the file that are whole.
    ///
    /// - Parameter sharing: The body that is to be used for one.
    static func all(
        _ db: Database, sharing: (VerdictBody) -> VerdictBody
    ) throws -> [Int64: (body: VerdictBody, sum: Int64)] {
        var bodies: [Int64: (body: VerdictBody, sum: Int64)] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT id, sum, outcome, host, cause, degraded, hazards FROM body")
        while let row = try rows.next() {
            if let id = row[0] as Int64?, let sum = row[1] as Int64?, let verdict = verdict(row),
                Self.sum(verdict) == sum
            {
                bodies[id] = (sharing(VerdictBody(verdict)), sum)
            }
        }
        return bodies
    }

    private static func sum(_ verdict: Verdict) -> Int64 {
        var sum = RowSum()
        sum.add(verdict.outcome.rawValue)
        sum.add(verdict.host)
        sum.add(verdict.cause)
        sum.add(verdict.isDegraded ? 1 : 0)
        for hazard in verdict.hazards { sum.add(hazard) }
        return sum.stored
    }

    private static func verdict(_ row: Row) -> Verdict? {
        guard let outcome = (row[2] as String?).flatMap(Outcome.init(rawValue:)), outcome != .pending,
            let cause = row[4] as String?
        else { return nil }
        let host = row[3] as String?
        let hazards = (row[6] as Data?).map(Array.init) ?? []
        guard max(cause.utf8.count, host?.utf8.count ?? 0, hazards.count) <= longest,
            let hazards = ByteList.parts(of: hazards, limit: longest)
        else { return nil }
        return Verdict(
            outcome: outcome, host: host, cause: cause, isDegraded: row[5] as Int64? == 1,
            hazards: hazards.map { String(decoding: $0, as: UTF8.self) })
    }
}
