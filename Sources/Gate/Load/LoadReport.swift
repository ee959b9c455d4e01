import DANE
import DNSSEC

/// How the gate bears its load: what is spent, who fills it, and whether others suffer for it; the `load` of `status`.
public struct LoadReport: Codable, Sendable {
    /// A part of the gate whose places are bounded; the raw values are keys of the JSON.
    public enum Part: String, Codable, Sendable, CaseIterable {
        case dns
        case secondLooks = "second_looks"
        case inspections
        case probes
        case waiting = "waiting_recipients"

        /// The part as a sentence names it.
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
        /// Who has most of them: a zone or a prefix.
        @NullableJSON private(set) var foremost: String?
        let foremost_count: Int

        init(_ occupancy: Occupancy) {
            used = occupancy.used
            limit = occupancy.limit
            waiting = occupancy.waiting
            foremost_count = occupancy.foremostCount
            foremost = occupancy.foremost
        }

        /// Whether all places are taken, some wait for one, and it is not one neighbourhood that has most of them: that
        /// one waits for itself.
        var isShort: Bool { limit > 0 && used >= limit && waiting > 0 && foremost_count * 2 < used + waiting }
        /// Whether all places are taken, or nearly so.
        var isFull: Bool { limit > 0 && used * 10 >= limit * 9 }
    }

    /// A neighbourhood most of whose recipients come away without a verdict.
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

    /// Recipients of the last forty seconds or less for whom no verdict was kept, those of neighbourhoods that are held down left
    /// out.
    let looked_at: Int
    /// How many of them came away without a verdict, in percent.
    let pending_percent: Double
    /// How many of them came away with a doubt: DNS that did not answer, hosts that could not be reached.
    let doubtful_percent: Double
    /// The neighbourhoods that are held down, those with most recipients first.
    let held_down: [HeldDown]
    /// The parts.
    let parts: [String: Places]
    /// What an administrator holds back.
    let holds: [Held]

    /// The share of all recipients without a kept verdict that a neighbourhood must have to be held down.
    private static let noticeable = 0.2
    /// So many recipients at least are no chance.
    private static let least = 5

    /// A report of counts.
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

    /// The neighbourhoods that come away without a verdict because of themselves.
    ///
    /// That is who fills a part, and who has a good share of the mail and mostly comes away without a verdict. Several
    /// dead zones at once share the mail among them. They are believed to be that only where all others are seen to be
    /// served: else the smaller may be those that suffer for the larger.
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

    /// How bad it is for others than who fills the gate, and why; nil while nobody suffers.
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

    /// Who fills the gate most, as far as that is known: the neighbourhood that an event line names.
    var foremost: String? {
        Part.allCases.compactMap { parts[$0.rawValue] }.filter { $0.isShort || $0.isFull }.compactMap(\.foremost).first
            ?? held_down.first?.neighbourhood
    }

    /// Lines for a person.
    var lines: [String] {
        let shown = Part.allCases.compactMap { part -> String? in
            guard let places = parts[part.rawValue] else { return nil }
            var text = "\(part.name) \(places.used) of \(places.limit)"
            if places.waiting > 0 { text += ", \(places.waiting) waiting" }
            // Who has one or two of them is of no interest.
            if let foremost = places.foremost, places.isFull || places.waiting > 0 {
                text += ", \(places.foremost_count) for \(foremost)"
            }
            return text
        }
        var lines = shown.isEmpty ? [] : ["Load: \(shown.joined(separator: "; "))"]
        lines += holds.map { "Held back: \($0.subject) until \($0.until), by \($0.by)" }
        return lines
    }

    /// What line two of `status` says of neighbourhoods that are held down; nil where there are none.
    var heldDownLine: String? {
        guard !held_down.isEmpty else { return nil }
        let list = held_down.prefix(5).map { "\($0.neighbourhood) (\($0.without_verdict) of \($0.recipients))" }
        return "Held down, without a verdict: \(list.joined(separator: ", "))"
            + (held_down.count > 5 ? " and \(held_down.count - 5) more" : "")
    }
}
