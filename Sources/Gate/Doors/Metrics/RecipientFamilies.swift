import DANE
import Policy
import Records

/// Recipients as a metric: by door, mode, ruling, what it would have been, and outcome.
struct RecipientFamilies {
    private typealias Cell = RecipientCounts.Cell

    /// What stands for the absence of another ruling.
    private static let nothing = "none"

    private let counts: [[MetricFamily.Label]: UInt64]

    /// The counts since the start. What recipients at the milter may come to is there from the start, with zero: of a
    /// series that appears with its first count, Prometheus sees no increase.
    ///
    /// - Parameter mode: The mode that is in force.
    init(_ cells: [RecipientCounts.Cell: UInt64], mode: Settings.Mode) {
        var counts: [[MetricFamily.Label]: UInt64] = [:]
        for outcome in Outcome.allCases {
            for action in Ruling.Action.allCases {
                if mode == .enforce {
                    counts[Self.labels(.milter, mode, action, nil, outcome.rawValue)] = 0
                } else {
                    let would: Ruling.Action? = action == .accept ? nil : action
                    counts[Self.labels(.milter, mode, .accept, would, outcome.rawValue)] = 0
                }
            }
        }
        // Whether the verdict was kept is told by other metrics.
        for (cell, count) in cells {
            let kind = cell.kind
            let outcome = kind.outcome?.rawValue ?? (kind.isExempt ? "exempt" : "passed")
            counts[Self.labels(cell.place.door, cell.place.mode, kind.action, kind.would, outcome), default: 0] += count
        }
        self.counts = counts
    }

    private static func labels(
        _ door: DoorKind, _ mode: Settings.Mode, _ ruling: Ruling.Action, _ would: Ruling.Action?, _ outcome: String
    ) -> [MetricFamily.Label] {
        [
            .init("door", door.rawValue), .init("mode", mode.rawValue), .init("ruling", ruling.rawValue),
            .init("would", would?.rawValue ?? nothing), .init("outcome", outcome),
        ]
    }

    /// The metric.
    var families: [MetricFamily] {
        let samples = counts.map { (labels: $0.key, count: $0.value, order: "\($0.key)") }.sorted {
            $0.order < $1.order
        }
        return [
            MetricFamily(
                "danegate_recipients", .counter,
                "Recipients by door, mode, what was done, what would have been done (would), and outcome.",
                samples.map { .init($0.labels, .count($0.count)) })
        ]
    }
}
