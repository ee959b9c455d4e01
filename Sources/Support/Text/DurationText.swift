/// Durations as settings write them: `250ms`, `5s`, `15m`, `1h`, `30d`. A number without a unit counts seconds.
public enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Returns the duration that a text means, at most ten years; nil if it means none.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        let suffix = text.dropFirst(digits.count)
        guard let unit = suffix.isEmpty ? 1000 : units.first(where: { $0.suffix == suffix })?.milliseconds,
            number <= 3650 * 86_400_000 / unit
        else { return nil }
        return .milliseconds(number * unit)
    }

    /// Writes a duration in the largest unit that divides it.
    package static func write(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds != 0, let unit = units.last(where: { milliseconds % $0.milliseconds == 0 }) else {
            return "0s"
        }
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }

    /// Returns the duration as a person says it, in one unit, rounded down: `27m`.
    public static func brief(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        let unit = units.dropFirst().last { milliseconds >= $0.milliseconds } ?? units[1]
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; of what no clock measures, but another program may claim, as many as
    /// there can be.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1000)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard !whole.overflow, !sum.overflow else { return seconds < 0 ? .min : .max }
        return sum.partialValue
    }

    /// Milliseconds with one digit after the point.
    package var tenthsOfMilliseconds: Double {
        let microseconds = Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12
        return (microseconds / 100).rounded() / 10
    }
}
