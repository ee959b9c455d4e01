import DANE
import Foundation
import GRDB
public import Records

/// How much mail was judged in a time, what was found, and which destinations are broken.
public struct ImpactReport: Sendable {
    /// The numbers of recipients and destinations with one outcome.
    package struct Share: Sendable {
        package let outcome: String
        package let recipients: Int64
        /// The number of destinations; nil if they were not counted.
        package let destinations: Int?
        let isExact: Bool
    }

    /// A destination whose DNSSEC or DANE is broken.
    package struct Broken: Sendable {
        package let destination: String
        package let outcome: String
        package let cause: String
        package let host: String?
        package let recipients: Int64
        /// When the fault began as far as is known, and when it was last seen, in milliseconds since 1970.
        package let firstSeen: Int64
        package let lastSeen: Int64
        /// The hosts of the site that saw it; empty in the report of one host.
        package var mtas: [String] = []
    }

    /// What one host of a site has contributed, or why it has not.
    package struct Part: Sendable {
        package let mta: String
        package var recipients: Int64 = 0
        package var deferred: Int64 = 0
        package var rejected: Int64 = 0
        package var broken: Int64 = 0
        /// Why it has not answered; nil if it has.
        package var error: String?
    }

    /// The outcomes that are a proven fault of DNSSEC, DANE or the mail hosts.
    private static let faults = Outcome.allCases.filter { $0.defaultRuling == .deferThenReject }.map(\.rawValue)

    package var since: Int64
    package var until: Int64
    package var recipients: Int64 = 0
    var passed: Int64 = 0
    var exempt: Int64 = 0
    var cached: Int64 = 0
    package var destinations = 0
    package var destinationsAreExact = true
    package var outcomes: [Share] = []
    /// The recipients by `accept`, `tempfail` and `reject`, and what would have been done with those accepted in
    /// monitor mode.
    package var rulings: [String: Int64] = [:]
    package var would: [String: Int64] = [:]
    /// When the counts begin, in milliseconds since 1970; nil if no recipient has been counted.
    package var beginning: Int64?
    package var brokenRecipients: Int64 = 0
    package var brokenDestinations = 0
    package var top: [Broken] = []
    /// The sets of destinations: those of each outcome, `broken`, and under an empty name all of them.
    var sets: [String: SketchSet] = [:]
    /// The hosts of a site whose reports were put together in this one; empty in the report of one host.
    package var mtas: [Part] = []

    /// Whether it was to be of several hosts, and none has answered.
    public var isOfNobody: Bool { !mtas.isEmpty && mtas.allSatisfy { $0.error != nil } }

    /// A report of nothing.
    init(since: Int64, until: Int64) {
        self.since = since
        self.until = until
    }

    /// Reads a report from the trace.
    ///
    /// - Parameters:
    ///   - since: The first moment, in milliseconds since 1970. Counts are per whole hour, from the hour of this moment
    ///     on.
    ///   - until: The end, in milliseconds since 1970. Counts go to the end of its hour, if that hour is over.
    ///   - now: The time, in milliseconds since 1970.
    ///   - top: At most so many broken destinations are named.
    public init(
        _ reader: TraceReader, since: Int64, until: Int64, top: Int, now: Int64 = TraceTime.now()
    ) throws(TraceReaderError) {
        // Counts are kept per hour, so the report covers whole hours.
        let first = since / TraceTime.hour
        self.since = first * TraceTime.hour
        let last = max(first, (until - 1) / TraceTime.hour)
        // Rows and counts must cover the same time.
        self.until = until < now ? min(now, (last + 1) * TraceTime.hour) : until
        var report = self
        try reader.read { try report.read($0, first...last, top) }
        self = report
    }

    private mutating func read(_ db: Database, _ hours: ClosedRange<Int64>, _ limit: Int) throws {
        beginning = try Int64.fetchOne(db, sql: "SELECT min(hour) FROM count WHERE hour \(TraceSchema.isHour)")
            .map { $0 * TraceTime.hour }
        var byOutcome: [String: Int64] = [:]
        let counts = try Row.fetchCursor(
            db,
            sql: """
                SELECT outcome, ruling, would, cached, sum(recipients) AS recipients FROM count
                WHERE hour BETWEEN ? AND ?
                GROUP BY outcome, ruling, would, cached
                """, arguments: [hours.lowerBound, hours.upperBound])
        while let row = try counts.next() {
            guard let outcome = row.text("outcome"), let count = row.number("recipients"),
                let ruling = row.text("ruling"), let would = row.text("would")
            else { continue }
            switch outcome {
            case "passed": passed += count
            case "exempt": exempt += count
            default:
                recipients += count
                byOutcome[outcome, default: 0] += count
                if row.number("cached") == 1 { cached += count }
                rulings[ruling, default: 0] += count
                if !would.isEmpty { self.would[would, default: 0] += count }
                let allows = Outcome(rawValue: outcome)?.allowsDelivery ?? false
                let isRefused = ruling != "accept" || !would.isEmpty
                // An outcome that allows delivery, but was refused, is a hazard.
                if Self.faults.contains(outcome) || allows && isRefused { brokenRecipients += count }
            }
        }
        sets = try readSets(db, hours)
        var all = SketchSet()
        for set in sets.values { all.formUnion(set) }
        sets[""] = all
        destinations = all.count
        destinationsAreExact = all.isExact
        brokenDestinations = sets["broken"]?.count ?? 0
        let counted = try readDestinations(db)
        outcomes = byOutcome.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { outcome, count in
            Share(
                outcome: outcome, recipients: count, destinations: sets[outcome]?.count ?? counted[outcome],
                isExact: sets[outcome]?.isExact ?? true)
        }
        try readTop(db, limit)
    }

    private func readSets(_ db: Database, _ hours: ClosedRange<Int64>) throws -> [String: SketchSet] {
        var sets: [String: SketchSet] = [:]
        let rows = try Row.fetchCursor(
            db, sql: "SELECT kind, sketch FROM destination WHERE hour BETWEEN ? AND ?",
            arguments: [hours.lowerBound, hours.upperBound])
        while let row = try rows.next() {
            guard let kind = row.text("kind"), let bytes = row.bytes("sketch"), let set = SketchSet(bytes: bytes)
            else { continue }
            sets[kind, default: SketchSet()].formUnion(set)
        }
        return sets
    }

    /// Reads the destinations by outcome from the rows of the trace. They cover recipients that were refused or would
    /// have been.
    private func readDestinations(_ db: Database) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT outcome, count(DISTINCT hop) AS hops FROM entry WHERE time >= ? AND time < ? GROUP BY outcome",
            arguments: [since, until])
        while let row = try rows.next() {
            if let outcome = row.text("outcome") { counts[outcome] = row.number("hops").map { Int($0) } }
        }
        return counts
    }

    private mutating func readTop(_ db: Database, _ limit: Int) throws {
        let marks = Self.faults.map { _ in "?" }.joined(separator: ", ")
        let broken = "time >= ? AND time < ? AND hop IS NOT NULL AND (outcome IN (\(marks)) OR hazard IS NOT NULL)"
        let values = StatementArguments([since, until]) + StatementArguments(Self.faults)
        let groups = try Row.fetchAll(
            db,
            sql: """
                SELECT hop, count(*) AS recipients, min(time) AS first, max(time) AS last FROM entry
                WHERE \(broken) GROUP BY hop
                ORDER BY count(*) DESC, hop LIMIT ?
                """, arguments: values + [limit])
        for group in groups {
            guard let hop = group.text("hop"), let recipients = group.number("recipients"),
                let first = group.number("first"), let last = group.number("last"),
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT outcome, coalesce(hazard, cause) AS why, host, time, failingFor FROM entry
                        WHERE \(broken) AND hop = ? ORDER BY time DESC LIMIT 1
                        """, arguments: values + [hop]),
                let outcome = row.text("outcome"), let why = row.text("why"), let time = row.number("time")
            else { continue }
            let failing = row.number("failingFor", atMost: time / 1000) ?? 0
            top.append(
                Broken(
                    destination: hop, outcome: outcome, cause: why, host: row.text("host"), recipients: recipients,
                    firstSeen: min(first, time - failing * 1000), lastSeen: last))
        }
    }
}
