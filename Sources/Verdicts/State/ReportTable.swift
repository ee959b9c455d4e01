import DANE
import Foundation
import GRDB
import Inspection
import Probe

/// The table of probe reports in the state file: what a host showed, as far as verdicts depend on it.
enum ReportTable {
    static let schema = """
        CREATE TABLE report (address BLOB NOT NULL, port INTEGER NOT NULL, server TEXT NOT NULL, offer TEXT NOT NULL,
            records BLOB NOT NULL, end TEXT NOT NULL, words TEXT NOT NULL, step TEXT, suite TEXT, keyExchange TEXT,
            chain BLOB, taken INTEGER NOT NULL, lifetime INTEGER NOT NULL, sum INTEGER NOT NULL,
            UNIQUE (address, port, server, offer, records));
        """

    /// The most bytes of certificates and records in the file (F-124). If there are more, the oldest reports are
    /// deleted.
    static let byteLimit = 64 << 20

    /// The columns of a row, without the times.
    private struct Columns {
        var address: [UInt8] = []
        var port: Int64 = 0
        var server = ""
        var offer = ""
        var records: [UInt8] = []
        var end = ""
        /// What the host said, or the protocol version.
        var words = ""
        var step: String?
        var suite: String?
        var keyExchange: String?
        var chain: [UInt8]?

        func sum(_ taken: Int64, _ lifetime: Int64) -> Int64 {
            var sum = RowSum()
            sum.add(address)
            sum.add(port)
            for text in [server, offer, end, words, step, suite, keyExchange] { sum.add(text) }
            sum.add(records)
            if let chain { sum.add(chain) }
            sum.add(taken)
            sum.add(lifetime)
            return sum.stored
        }
    }

    /// Writes reports, in place of older ones for the same targets and records.
    ///
    /// - Parameter reports: Reports, and when they were made in the file's time.
    static func write(_ reports: [(report: KeptReport, taken: Int64)], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for (report, taken) in reports {
            let row = columns(report)
            let lifetime = report.lifetime.components.seconds
            try statement.execute(
                arguments: [
                    Data(row.address), row.port, row.server, row.offer, Data(row.records), row.end, row.words, row.step,
                    row.suite, row.keyExchange, row.chain.map { Data($0) }, taken, lifetime, row.sum(taken, lifetime),
                ])
        }
    }

    /// Reads all reports that have not expired.
    ///
    /// - Parameters:
    ///   - now: The present in the file's time.
    ///   - take: Gets each report. If it returns false, the reading ends.
    /// - Returns: How many were read, and the number of invalid rows.
    static func read(_ db: Database, at now: Int64, take: (KeptReport) -> Bool) throws -> (read: Int, bad: Int) {
        var count = (read: 0, bad: 0)
        let rows = try Row.fetchCursor(
            db, sql: "SELECT * FROM report WHERE taken + lifetime > ? ORDER BY taken DESC LIMIT ?",
            arguments: [now, ProbeCache.limit])
        while let row = try rows.next() {
            let columns = columns(row)
            let taken = row[11] as Int64? ?? 0
            let lifetime = row[12] as Int64? ?? 0
            guard columns.sum(taken, lifetime) == row[13] as Int64?, let target = target(columns),
                let records = ByteList.parts(of: columns.records, limit: 1 << 12), let end = end(columns)
            else {
                count.bad += 1
                continue
            }
            // The report comes from the future, so the clock was set.
            guard taken <= now else { continue }
            count.read += 1
            let report = KeptReport(
                target: target, records: records.map { TLSARecord(rdata: $0) }, end: end, age: .seconds(now - taken),
                lifetime: .seconds(lifetime))
            guard take(report) else { break }
        }
        return count
    }

    /// Deletes what has expired, and the oldest reports if there are too many bytes.
    static func prune(_ db: Database, at now: Int64) throws {
        try db.execute(sql: "DELETE FROM report WHERE taken + lifetime <= ? OR taken > ?", arguments: [now, now])
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM report") ?? 0
        if count > ProbeCache.limit {
            try db.execute(
                sql: "DELETE FROM report WHERE rowid IN (SELECT rowid FROM report ORDER BY taken LIMIT ?)",
                arguments: [count - ProbeCache.limit])
        }
        try db.execute(
            sql: """
                DELETE FROM report WHERE rowid IN (SELECT rowid FROM (SELECT rowid, sum(
                    length(records) + coalesce(length(chain), 0)) OVER (ORDER BY taken DESC, rowid DESC) AS bytes
                    FROM report) WHERE bytes > ?)
                """, arguments: [byteLimit])
    }

    /// A session with a certificate that GnuTLS cannot read (F-80). The column `step` has the reason.
    private static let unread = "unread"
    /// The same, if the host's key could not be checked.
    private static let unproven = "unread-unproven"

    private static func name(of session: ProbeReport.TLSSession) -> String {
        session.unread.map { $0.isProven ? unread : unproven } ?? "secured"
    }

    private static func columns(_ report: KeptReport) -> Columns {
        var row = Columns()
        row.address = report.target.address.bytes
        row.port = Int64(report.target.port)
        row.server = report.target.serverName.text
        row.offer = report.target.offer.rawValue
        row.records = ByteList.joined(
            report.records.map { $0.isTruncated ? $0.data : [$0.usage, $0.selector, $0.matchingType] + $0.data })
        switch report.end {
        // These are not kept, because they say nothing about the host, or nothing that was seen here.
        case .notProbed(let words), .crowded(let words), .withheld(let words, _):
            (row.end, row.words) = ("not-probed", words)
        case .foreign: row.end = "not-probed"
        case .unreachable(let step, let words): (row.end, row.step, row.words) = ("unreachable", step.rawValue, words)
        case .startTLSNotOffered(let words): (row.end, row.words) = ("starttls-not-offered", words)
        case .startTLSRefused(let words): (row.end, row.words) = ("starttls-refused", words)
        case .tlsFailed(let failure): (row.end, row.step, row.words) = ("tls-failed", failure.mark, failure.description)
        case .secured(let session):
            (row.end, row.words, row.suite) = (Self.name(of: session), session.protocolVersion, session.cipherSuite)
            row.step = session.unread?.fault
            row.keyExchange = session.group
            row.chain = ByteList.joined(session.chain)
        }
        return row
    }

    private static func columns(_ row: Row) -> Columns {
        Columns(
            address: (row[0] as Data?).map(Array.init) ?? [], port: row[1] as Int64? ?? -1,
            server: row[2] as String? ?? "", offer: row[3] as String? ?? "",
            records: (row[4] as Data?).map(Array.init) ?? [], end: row[5] as String? ?? "",
            words: row[6] as String? ?? "", step: row[7] as String?, suite: row[8] as String?,
            keyExchange: row[9] as String?, chain: (row[10] as Data?).map(Array.init))
    }

    private static func target(_ row: Columns) -> ProbeTarget? {
        guard let address = IPAddress(bytes: row.address), let port = UInt16(exactly: row.port),
            let server = row.server.isEmpty ? .root : DomainName(row.server),
            let offer = CertificateOffer(rawValue: row.offer)
        else { return nil }
        return ProbeTarget(address: address, port: port, serverName: server, offer: offer)
    }

    private static func end(_ row: Columns) -> ProbeReport.End? {
        switch row.end {
        case "not-probed": return .notProbed(row.words)
        case "unreachable":
            return row.step.flatMap(ProbeReport.Step.init(rawValue:)).map { .unreachable($0, row.words) }
        case "starttls-not-offered": return .startTLSNotOffered(row.words)
        case "starttls-refused": return .startTLSRefused(row.words)
        case "tls-failed": return .tlsFailed(TLSFailure(mark: row.step, row.words))
        case "secured", Self.unread, Self.unproven:
            guard let suite = row.suite, let chain = row.chain, let parts = ByteList.parts(of: chain, limit: 129),
                !parts.isEmpty
            else { return nil }
            let unread = row.end == "secured" ? nil : row.step
            guard (row.end == "secured") == (unread == nil) else { return nil }
            return .secured(
                .init(
                    protocolVersion: row.words, cipherSuite: suite, group: row.keyExchange, chain: parts,
                    unread: unread.map { .init(fault: $0, isProven: row.end == Self.unread) }))
        default: return nil
        }
    }
}
