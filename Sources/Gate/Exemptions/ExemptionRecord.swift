import GRDB
import Policy
import Records

/// An exemption as a row of its file.
struct ExemptionRecord: Encodable, PersistableRecord {
    static let databaseTableName = "exemption"

    /// The columns that this program reads and writes.
    enum CodingKeys: String, CodingKey, CaseIterable, ColumnExpression {
        case pattern, until, reason, keeps, by, added
        case cleanFor = "clean_for"
        case cleanAt = "clean_at"
        case ended, how
        case endedBy = "ended_by"
        case seen
    }

    typealias Columns = CodingKeys

    /// A later version's file may have more columns.
    static var databaseSelection: [any SQLSelectable] { Columns.allCases }

    /// The exemptions that have not ended, though their time may be over.
    static var live: QueryInterfaceRequest<ExemptionRecord> { filter { $0.ended == nil } }

    let pattern: String
    let until: Int64
    let reason: String
    let keeps: Bool
    let by: String
    let added: Int64
    let cleanFor: Int64
    let cleanAt: Int64?
    let ended: Int64?
    let how: String?
    let endedBy: String?
    let seen: String?

    /// The row of an exemption.
    init(_ exemption: Exemption) {
        pattern = exemption.pattern.description
        until = exemption.until
        reason = exemption.reason
        keeps = exemption.keeps
        by = exemption.by
        added = exemption.added
        cleanFor = exemption.cleanFor
        cleanAt = exemption.cleanAt
        ended = exemption.ended
        how = exemption.end?.rawValue
        endedBy = exemption.endedBy
        seen = exemption.seen
    }
}

extension QueryInterfaceRequest<ExemptionRecord> {
    /// The exemption with a key.
    func of(_ key: Exemption.Key) -> Self {
        filter { $0.pattern == key.pattern.description && $0.added == key.added }
    }
}

extension Exemption {
    /// Reads an exemption; nil if the row makes no sense. Anybody may have written to the file.
    init?(_ row: Row) {
        typealias Columns = ExemptionRecord.Columns
        func text(_ column: Columns) -> String? { row.text(column.rawValue) }
        func number(_ column: Columns, atMost limit: Int64) -> Int64? { row.number(column.rawValue, atMost: limit) }
        let (seconds, milliseconds) = (Row.latest, Row.latest * 1000)
        guard let pattern = text(.pattern).flatMap({ DomainPattern($0) }), let reason = text(.reason),
            let by = text(.by), let until = number(.until, atMost: seconds), let keeps = number(.keeps, atMost: 1),
            let added = number(.added, atMost: milliseconds)
        else { return nil }
        self.init(pattern, until: until, reason: reason, keeps: keeps == 1, by: by, added: added)
        cleanFor = number(.cleanFor, atMost: milliseconds) ?? 0
        cleanAt = number(.cleanAt, atMost: milliseconds)
        ended = number(.ended, atMost: seconds)
        end = text(.how).flatMap(End.init)
        endedBy = text(.endedBy)
        seen = text(.seen)
    }
}
