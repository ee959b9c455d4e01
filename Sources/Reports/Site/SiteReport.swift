import Records
import Support

/// The reports of several hosts, put together in one.
public struct SiteReport {
    private var sum = ImpactReport(since: .max, until: 0)
    /// Recipients and destinations by outcome.
    private var shares: [String: (recipients: Int64, destinations: Int?)] = [:]
    private var broken: [String: ImpactReport.Broken] = [:]
    /// The most destinations that one host knows, for hosts that send no sets.
    private var most = (all: 0, broken: 0)
    /// Whether each host has sent its sets.
    private var isWhole = true
    private var parts: [Int: ImpactReport.Part] = [:]

    /// Makes an empty one.
    public init() {}

    /// Takes what a host has printed.
    public mutating func take(_ answer: SiteAnswer, _ index: Int) throws(SiteAnswerError) {
        let lines = answer.lines
        guard lines.count == 1, let object = ForeignObject(lines[0], atMost: 16 << 20),
            let report = ImpactReport(object)
        else {
            throw SiteAnswerError(line: lines.first ?? "")
        }
        add(report)
        for row in report.top { add(row, of: answer.mta) }
        parts[index] = ImpactReport.Part(
            mta: answer.mta, recipients: report.recipients, deferred: report.rulings["tempfail"] ?? 0,
            rejected: report.rulings["reject"] ?? 0, broken: report.brokenRecipients)
    }

    /// Notes that a host has not answered.
    public mutating func fail(_ mta: String, _ index: Int, _ why: String) {
        parts[index] = ImpactReport.Part(mta: mta, error: why)
    }

    private mutating func add(_ report: ImpactReport) {
        sum.since = min(sum.since, report.since)
        sum.until = max(sum.until, report.until)
        sum.recipients += report.recipients
        sum.passed += report.passed
        sum.exempt += report.exempt
        sum.cached += report.cached
        sum.brokenRecipients += report.brokenRecipients
        sum.rulings.merge(report.rulings) { $0 + $1 }
        sum.would.merge(report.would) { $0 + $1 }
        most = (max(most.all, report.destinations), max(most.broken, report.brokenDestinations))
        isWhole = isWhole && report.sets[""] != nil
        for (kind, set) in report.sets { sum.sets[kind, default: SketchSet()].formUnion(set) }
        for share in report.outcomes {
            let old = shares[share.outcome]
            let destinations = [old?.destinations, share.destinations].compactMap(\.self).max()
            shares[share.outcome] = ((old?.recipients ?? 0) + share.recipients, destinations)
        }
    }

    /// Adds a broken destination. What the last host saw counts, and since when the first one knows of a fault.
    private mutating func add(_ row: ImpactReport.Broken, of mta: String) {
        guard let old = broken[row.destination] else {
            broken[row.destination] = row
            broken[row.destination]?.mtas = [mta]
            return
        }
        // A host names a destination once.
        guard old.mtas.last != mta else { return }
        let last = row.lastSeen > old.lastSeen ? row : old
        broken[row.destination] = ImpactReport.Broken(
            destination: row.destination, outcome: last.outcome, cause: last.cause, host: last.host,
            recipients: old.recipients + row.recipients, firstSeen: min(old.firstSeen, row.firstSeen),
            lastSeen: last.lastSeen, mtas: old.mtas + [mta])
    }

    /// The report over all hosts.
    ///
    /// - Parameters:
    ///   - limit: At most so many broken destinations are named.
    ///   - now: The end of the report if no host has answered, in milliseconds since 1970.
    public func report(top limit: Int, now: Int64) -> ImpactReport {
        var report = sum
        if report.since == .max { (report.since, report.until) = (now, now) }
        report.mtas = parts.sorted { $0.key < $1.key }.map(\.value)
        // The sets tell a destination that several hosts have seen from several destinations. Without them there are at
        // least as many as the host has that knows most.
        func count(_ kind: String, _ least: Int?) -> (count: Int?, isExact: Bool) {
            guard let set = sum.sets[kind] else { return (least, false) }
            let count = isWhole ? set.count : max(set.count, least ?? 0)
            return (count, isWhole && set.isExact)
        }
        let all = count("", most.all)
        (report.destinations, report.destinationsAreExact) = (all.count ?? 0, all.isExact)
        report.brokenDestinations = count("broken", most.broken).count ?? 0
        report.outcomes = shares.sorted { ($1.value.recipients, $0.key) < ($0.value.recipients, $1.key) }.map { row in
            let (destinations, isExact) = count(row.key, row.value.destinations)
            return ImpactReport.Share(
                outcome: row.key, recipients: row.value.recipients, destinations: destinations, isExact: isExact)
        }
        let order = broken.values.sorted { ($1.recipients, $0.destination) < ($0.recipients, $1.destination) }
        let numbers = Dictionary(parts.map { ($0.value.mta, $0.key) }) { first, _ in first }
        report.top = order.prefix(limit).map { row in
            var row = row
            // They have answered in any order.
            row.mtas.sort { (numbers[$0] ?? 0) < (numbers[$1] ?? 0) }
            return row
        }
        return report
    }
}
