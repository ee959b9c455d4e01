import DANE
import DNSSEC
import Records
import Support

/// How the gate copes with its load: what is used up, who fills it, and whether others suffer (F-132). It is the `load`
/// of `status`.
public struct LoadReport: Codable, Sendable {
    /// A bounded part of the gate. The raw values are keys in JSON.
    public enum Part: String, Codable, Sendable, CaseIterable {
        case dns
        case secondLooks = "second_looks"
        case inspections
        case probes
        case waiting = "waiting_recipients"

        /// The part's name in a sentence.
        var name: String {
            switch self {
            case .dns: "DNS lookups"
            case .secondLooks: "second looks"
            case .inspections: "inspections"
            case .probes: "probes"
            case .waiting: "waiting recipients"
            }
        }
    }

    /// How full a part is.
    public struct Places: Codable, Sendable {
        let used: Int
        let limit: Int
        let waiting: Int
        /// The neighbourhood with the most places: a zone or a prefix.
        @NullableJSON private(set) var foremost: String?
        let foremost_count: Int

        init(_ occupancy: Occupancy) {
            used = occupancy.used
            limit = occupancy.limit
            waiting = occupancy.waiting
            foremost_count = occupancy.foremostCount
            foremost = occupancy.foremost
        }

        /// Whether all places are taken, some requests wait, and no single neighbourhood has most of the places. If one
        /// had, it would only wait for itself.
        var isShort: Bool { limit > 0 && used >= limit && waiting > 0 && foremost_count * 2 < used + waiting }
        /// Whether all places are taken, or nearly all.
        var isFull: Bool { limit > 0 && used * 10 >= limit * 9 }
    }

    /// A neighbourhood most of whose recipients get no verdict.
    public struct HeldDown: Codable, Sendable {
        let neighbourhood: String
        let recipients: Int
        let without_verdict: Int
    }

    /// What an administrator holds back.
    public struct Held: Codable, Sendable {
        let subject: String
        let until: String
        let by: String
    }

    /// The recipients of the last forty seconds or less whose verdict was not cached, without those of neighbourhoods
    /// that are held down.
    let looked_at: Int
    /// How many of them got no verdict, in percent.
    let pending_percent: Double
    /// How many of them got a doubt, in percent: DNS did not answer, or hosts could not be reached.
    let doubtful_percent: Double
    /// The neighbourhoods that are held down, those with the most recipients first.
    let held_down: [HeldDown]
    /// The parts.
    let parts: [String: Places]
    /// What an administrator holds back.
    let holds: [Held]

    /// The least share of all recipients without a cached verdict for a neighbourhood to count as held down.
    private static let noticeable = 0.2
    /// The least number of recipients that is not chance.
    private static let least = 5

    /// A report from counts.
    ///
    /// - Parameters:
    ///   - counts: Recipients by neighbourhood.
    ///   - occupancies: How full the parts are.
    ///   - holds: What is held back.
    init(
        _ counts: [String: NeighbourhoodCounts.Count], _ occupancies: [Part: Occupancy], holds: [Hold] = []
    ) {
        let full = Set(occupancies.values.filter { Places($0).isFull }.compactMap(\.foremost))
        let down = Self.heldDown(in: counts, filling: full)
        let others = counts.filter { down[$0.key] == nil }.values.reduce(NeighbourhoodCounts.Count(), +)
        func percent(_ number: Int) -> Double {
            others.recipients == 0 ? 0 : (Double(number) * 1000 / Double(others.recipients)).rounded() / 10
        }
        looked_at = others.recipients
        pending_percent = percent(others.pending)
        doubtful_percent = percent(others.doubtful)
        held_down = down.sorted { ($1.value.recipients, $0.key) < ($0.value.recipients, $1.key) }.prefix(20).map {
            HeldDown(
                neighbourhood: $0.key, recipients: $0.value.recipients,
                without_verdict: $0.value.pending + $0.value.doubtful)
        }
        parts = Dictionary(uniqueKeysWithValues: occupancies.map { ($0.key.rawValue, Places($0.value)) })
        self.holds = holds.map { Held(subject: $0.subject.description, until: UnixTime.minute($0.until), by: $0.by) }
    }

    /// The neighbourhoods that get no verdict because of themselves.
    ///
    /// These are the one that fills a part, and those that have a considerable share of the mail and mostly get no
    /// verdict. Several dead zones at the same time share the mail among them. They count as held down only if
    /// everybody else is served. Otherwise the smaller ones may be suffering because of the larger ones.
    private static func heldDown(
        in counts: [String: NeighbourhoodCounts.Count], filling full: Set<String>
    ) -> [String: NeighbourhoodCounts.Count] {
        let all = Double(counts.values.reduce(0) { $0 + $1.recipients })
        var down: [String: NeighbourhoodCounts.Count] = [:]
        var smaller: [String: NeighbourhoodCounts.Count] = [:]
        var rest: [NeighbourhoodCounts.Count] = []
        for (name, count) in counts {
            let share = Double(count.recipients) / all
            if !count.isHeldDown || count.recipients < least {
                rest.append(count)
            } else if full.contains(name) || share >= noticeable {
                down[name] = count
            } else if share >= noticeable / 5, count.recipients >= least * 20 {
                smaller[name] = count
            } else {
                rest.append(count)
            }
        }
        let others = rest.reduce(NeighbourhoodCounts.Count(), +)
        let areServed =
            rest.count >= 3 && others.recipients >= least * 4
            && Double(others.pending + others.doubtful) <= Double(others.recipients) * 0.03
        return areServed ? down.merging(smaller) { first, _ in first } : down
    }

    /// How much others suffer because of those that fill the gate, and why; nil if nobody suffers.
    var trouble: (level: StatusLevel, sentence: String)? {
        let pending = Int((pending_percent * Double(looked_at) / 100).rounded())
        let without = pending + Int((doubtful_percent * Double(looked_at) / 100).rounded())
        let isCritical =
            pending >= Self.least && pending_percent >= 25
            || without >= Self.least * 4 && pending_percent + doubtful_percent >= 60
        let isWarning =
            pending >= Self.least && pending_percent >= 3
            || without >= Self.least * 2 && pending_percent + doubtful_percent >= 30
        let short = Part.allCases.filter { parts[$0.rawValue]?.isShort == true }
        guard isCritical || isWarning || !short.isEmpty else { return nil }
        var reasons: [String] = []
        if isCritical || isWarning {
            reasons.append(
                "\(pending_percent) % of the recipients that need a look come away without a verdict, and "
                    + "\(doubtful_percent) % with a doubt")
        }
        reasons += short.map { part in
            let places = parts[part.rawValue]
            let who = places?.foremost.map { ", \(places?.foremost_count ?? 0) for \($0)" } ?? ""
            return "all \(places?.limit ?? 0) places for \(part.name) are taken\(who)"
        }
        if !(isCritical || isWarning) || short.isEmpty, let first = held_down.first {
            reasons.append("most of it for \(first.neighbourhood)")
        }
        return (isCritical ? .critical : .warning, reasons.joined(separator: "; "))
    }

    /// The neighbourhood that fills the gate most, if known. Event lines name it.
    var foremost: String? {
        Part.allCases.compactMap { parts[$0.rawValue] }.filter { $0.isShort || $0.isFull }.compactMap(\.foremost).first
            ?? held_down.first?.neighbourhood
    }

    /// Lines for people.
    var lines: [String] {
        let shown = Part.allCases.compactMap { part -> String? in
            guard let places = parts[part.rawValue] else { return nil }
            var text = "\(part.name) \(places.used) of \(places.limit)"
            if places.waiting > 0 { text += ", \(places.waiting) waiting" }
            // A neighbourhood with only one or two places is not worth naming.
            if let foremost = places.foremost, places.isFull || places.waiting > 0 {
                text += ", \(places.foremost_count) for \(foremost)"
            }
            return text
        }
        var lines = shown.isEmpty ? [] : ["Load: \(shown.joined(separator: "; "))"]
        lines += holds.map { "Held back: \($0.subject) until \($0.until), by \($0.by)" }
        return lines
    }

    /// The second line of `status`, about neighbourhoods that are held down; nil if there are none.
    var heldDownLine: String? {
        guard !held_down.isEmpty else { return nil }
        let list = held_down.prefix(5).map { "\($0.neighbourhood) (\($0.without_verdict) of \($0.recipients))" }
        return "Held down, without a verdict: \(list.joined(separator: ", "))"
            + (held_down.count > 5 ? " and \(held_down.count - 5) more" : "")
    }
}
