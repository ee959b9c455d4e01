import Support

/// Metrics as text for Prometheus and its kin.
///
/// The formats: https://prometheus.io/docs/instrumenting/exposition_formats/ and
/// https://prometheus.io/docs/specs/om/open_metrics_spec/.
package struct Exposition: Sendable {
    /// Its format.
    package let format: ExpositionFormat
    /// The text.
    package private(set) var text = ""
    private let hasExemplars: Bool

    /// The families as text. Of two with one name only the first is written: a reader would mix them, or refuse all.
    ///
    /// - Parameter hasExemplars: Whether exemplars stand in a format that has them.
    package init(_ families: [MetricFamily], as format: ExpositionFormat, hasExemplars: Bool = true) {
        self.format = format
        self.hasExemplars = hasExemplars && format == .openMetrics
        var names: Set<String> = []
        for family in families where !family.samples.isEmpty && names.insert(family.name).inserted { write(family) }
        if format == .openMetrics { text += "# EOF\n" }
    }

    private mutating func write(_ family: MetricFamily) {
        // In OpenMetrics, the family of a counter has the name without the ending.
        let name = family.kind == .counter && format == .text ? "\(family.name)_total" : family.name
        text += "# HELP \(name) \(escaped(family.help, quotes: format == .openMetrics))\n"
        text += "# TYPE \(name) \(family.kind.rawValue)\n"
        for sample in family.samples { write(sample, of: family) }
    }

    private mutating func write(_ sample: MetricFamily.Sample, of family: MetricFamily) {
        let ending = family.kind == .counter ? "_total" : ""
        switch sample.value {
        case .count(let count): line(family.name + ending, sample.labels, "\(count)")
        case .number(let number): line(family.name + ending, sample.labels, Self.number(number))
        case .summary(let count, let sum):
            line("\(family.name)_sum", sample.labels, Self.number(sum))
            line("\(family.name)_count", sample.labels, "\(count)")
        case .histogram(let reading): write(reading, sample.labels, of: family)
        }
    }

    private mutating func write(
        _ reading: Histogram.Reading, _ labels: [MetricFamily.Label], of family: MetricFamily
    ) {
        var sum: UInt64 = 0
        for (index, count) in reading.counts.enumerated() {
            sum &+= count
            let bound = index < reading.bounds.count ? Self.number(reading.bounds[index]) : "+Inf"
            let exemplar = hasExemplars ? reading.exemplars[index].map(Self.text) : nil
            line("\(family.name)_bucket", labels + [.init("le", bound)], "\(sum)\(exemplar ?? "")")
        }
        line("\(family.name)_sum", labels, Self.number(reading.sum))
        line("\(family.name)_count", labels, "\(sum)")
    }

    private mutating func line(_ name: String, _ labels: [MetricFamily.Label], _ value: String) {
        text += name
        if !labels.isEmpty {
            let list = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            text += "{\(list.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func text(_ exemplar: Exemplar) -> String {
        let time = "\(exemplar.time / 1000).\("\(1000 + exemplar.time % 1000)".dropFirst())"
        return " # {trace_id=\"\(exemplar.trace)\"} \(number(exemplar.seconds)) \(time)"
    }

    /// A number as both formats have it.
    private static func number(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        return number.isInfinite ? number > 0 ? "+Inf" : "-Inf" : "\(number)"
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
