package import Policy
import Support

/// The exemptions of several hosts: which there are, and which hosts have them.
public struct SiteExemptions {
    /// What makes two exemptions on two hosts one. Each host counts for itself how long a domain has been in order, and
    /// has its own moment in which it was told.
    private struct Key: Hashable {
        let pattern: DomainPattern
        let until: Int64
        let reason: String
        let by: String
        let keeps: Bool
        let end: Exemption.End?
        /// A domain that was exempted twice in the same words has two that have ended.
        var number = 0
    }

    /// The most that one host has: 10000 in force, and as many that have ended.
    private static let most = 20_000

    private var merged: [Key: (exemption: Exemption, hosts: Set<Int>)] = [:]
    private var marked: [Int: [String]] = [:]
    private var names: [Int: String] = [:]

    /// Makes an empty one.
    public init() {}

    /// Takes what a host has printed: all of it or, if a line is wrong, nothing.
    public mutating func take(_ answer: SiteAnswer, _ index: Int) throws(SiteAnswerError) {
        var new: [Exemption] = []
        var lines: [String] = []
        let printed = answer.lines
        guard printed.count <= Self.most else { throw .surplus }
        for line in printed {
            guard let object = ForeignObject(line), let exemption = Exemption(object) else {
                throw SiteAnswerError(line: line)
            }
            new.append(exemption)
            lines.append(object.marked(answer.mta))
        }
        names[index] = answer.mta
        marked[index] = lines
        var seen: [Key: Int] = [:]
        for exemption in new {
            var key = Key(
                pattern: exemption.pattern, until: exemption.until, reason: exemption.reason, by: exemption.by,
                keeps: exemption.keeps, end: exemption.end)
            let number = seen[key, default: 0]
            seen[key] = number + 1
            key.number = number
            add(exemption, key, index)
        }
    }

    private mutating func add(_ new: Exemption, _ key: Key, _ index: Int) {
        guard var (old, hosts) = merged[key] else {
            merged[key] = (new, [index])
            return
        }
        hosts.insert(index)
        if new.added < old.added { old = Self.with(old, added: new.added) }
        old.cleanFor = min(old.cleanFor, new.cleanFor)
        merged[key] = (old, hosts)
    }

    private static func with(_ old: Exemption, added: Int64) -> Exemption {
        var new = Exemption(
            old.pattern, until: old.until, reason: old.reason, keeps: old.keeps, by: old.by, added: added)
        (new.cleanFor, new.cleanAt, new.seen) = (old.cleanFor, old.cleanAt, old.seen)
        (new.ended, new.end, new.endedBy) = (old.ended, old.end, old.endedBy)
        return new
    }

    /// Whether no host has answered.
    public var isOfNobody: Bool { names.isEmpty }

    /// The lines of JSON of all hosts, each marked.
    public var lines: [String] { marked.sorted { $0.key < $1.key }.flatMap(\.value) }

    /// Each exemption once, with the hosts that have it, or those that lack it.
    package var rows: [(exemption: Exemption, mtas: String)] {
        let rows = merged.values.sorted { left, right in
            let (one, other) = (left.exemption, right.exemption)
            // What is in force comes first, then what ended last.
            return (one.ended == nil ? 0 : 1, -(one.ended ?? 0), one.pattern.description, one.until, one.added)
                < (other.ended == nil ? 0 : 1, -(other.ended ?? 0), other.pattern.description, other.until, other.added)
        }
        return rows.map { row in
            let missing = names.filter { !row.hosts.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
            let having = row.hosts.sorted().compactMap { names[$0] }
            let mtas =
                !missing.isEmpty && missing.count < having.count
                ? "all but \(NameList.text(missing, of: 0))" : NameList.text(having, of: names.count)
            return (row.exemption, mtas)
        }
    }

    /// The table: an exemption of several hosts is one line, which names them, or those that lack it.
    public func table(isWhole: Bool) -> String {
        let rows = rows
        return ExemptionText.table(rows.map(\.exemption), isWhole: isWhole, mtas: rows.map(\.mtas))
    }
}
