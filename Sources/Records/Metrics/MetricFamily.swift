/// All samples of one metric, as they are exposed together.
package struct MetricFamily: Sendable {
    /// The kinds of metric. The raw values stand in the exposition.
    package enum Kind: String, Sendable {
        /// It only grows. Its samples end in `_total`.
        case counter
        case gauge
        case histogram
        /// A sum and a count alone.
        case summary
    }

    /// A label. Its value is from a fixed set: an outcome, a mode, a door, a step; never a name from outside. A name
    /// would make series without end, and tell whoever may read metrics who writes to whom.
    package struct Label: Sendable, Hashable {
        let name: String
        let value: String

        /// A label with this value.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What a sample says.
    package enum Value: Sendable {
        case count(UInt64)
        case number(Double)
        case histogram(Histogram.Reading)
        case summary(count: UInt64, sum: Double)
    }

    /// A sample.
    package struct Sample: Sendable {
        let labels: [Label]
        let value: Value

        /// A sample with these labels.
        package init(_ labels: [Label] = [], _ value: Value) {
            self.labels = labels
            self.value = value
        }

        /// A sample of a whole number.
        package init(_ labels: [Label] = [], count: Int) { self.init(labels, .count(UInt64(clamping: count))) }
    }

    /// The name, without `_total`.
    package let name: String
    /// The kind.
    package let kind: Kind
    /// What it is, in a sentence.
    package let help: String
    /// The samples.
    package let samples: [Sample]

    /// A family of these samples.
    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A gauge without labels.
    package static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help, [Sample([], .number(value))])
    }

    /// A counter without labels.
    package static func counter(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        MetricFamily(name, .counter, help, [Sample(count: value)])
    }
}
