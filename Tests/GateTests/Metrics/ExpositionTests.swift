import Support
import Testing
import WorldServers

@testable import Records

/// Metrics as text, in both formats, as a strict reader takes them; and the reader itself, which must find faults.
@Suite(.timeLimit(.minutes(1))) struct ExpositionTests {
    private static func families() -> [MetricFamily] {
        let histogram = Histogram(.wait)
        histogram.add(.microseconds(80))
        histogram.add(.milliseconds(3), trace: TraceID())
        histogram.add(.seconds(60), trace: TraceID())
        return [
            .counter("danegate_things", "Things.", 7),
            MetricFamily(
                "danegate_wait_seconds", .histogram, "Waits.",
                [.init([.init("step", "mx")], .histogram(histogram.reading))]),
            MetricFamily(
                "danegate_odd", .gauge, "A \"help\" with \\ and\na line.",
                [
                    .init([.init("a", "x\"y\\z\nw"), .init("b", "")], .number(.infinity)),
                    .init([.init("a", "none")], .number(-.infinity)), .init([.init("a", "nan")], .number(.nan)),
                ]),
            MetricFamily("danegate_sizes", .summary, "Sizes.", [.init([], .summary(count: 3, sum: 1.5))]),
            MetricFamily("danegate_nothing", .gauge, "No samples.", []),
            .gauge("danegate_things", "The same name again.", 1),
        ]
    }

    @Test(arguments: ExpositionFormat.allCases) func aStrictReaderTakesIt(format: ExpositionFormat) throws {
        let text = Exposition(Self.families(), as: format).text
        let reader = ExpositionReader(text, isOpenMetrics: format == .openMetrics)
        #expect(reader.faults.isEmpty, "\(reader.faults)\n\(text)")
        #expect(reader["danegate_things_total", [:]] == 7)
        #expect(reader["danegate_odd", ["a": "x\"y\\z\nw", "b": ""]] == .infinity)
        #expect(reader["danegate_odd", ["a": "nan"]]?.isNaN == true)
        #expect(reader["danegate_wait_seconds_bucket", ["step": "mx", "le": "0.0001"]] == 1)
        #expect(reader["danegate_wait_seconds_bucket", ["step": "mx", "le": "10.0"]] == 2)
        #expect(reader["danegate_wait_seconds_bucket", ["step": "mx", "le": "+Inf"]] == 3)
        let sum = try #require(reader["danegate_wait_seconds_sum", ["step": "mx"]])
        #expect(abs(sum - 60.003080) < 1e-6)
        #expect(!text.contains("danegate_nothing"))
        // Which family has the ending is what the formats differ in.
        #expect(text.contains("# TYPE danegate_things_total counter") == (format == .text))
        #expect(reader.samples.count { $0.exemplar != nil } == (format == .text ? 0 : 2))
    }

    @Test func anExemplarLeadsToTheRecipient() throws {
        let (histogram, trace) = (Histogram(.wait), TraceID())
        histogram.add(.milliseconds(300), trace: trace)
        let family = MetricFamily("a_seconds", .histogram, "A.", [.init([], .histogram(histogram.reading))])
        let text = Exposition([family], as: .openMetrics).text
        let bucket = try #require(text.split(separator: "\n").first { $0.contains("le=\"0.5\"") })
        #expect(bucket.contains("} 1 # {trace_id=\"\(trace)\"} 0.29999") || bucket.contains("\"\(trace)\"} 0.3"))
    }

    /// Each text has one fault.
    @Test(arguments: [
        ("# HELP a A.\n# TYPE a gauge\na 1\na 1\n", "twice"),
        ("# HELP a A.\n# TYPE a gauge\na{b=\"1\"} 1\na{b=\"1\"} 2\n", "twice"),
        ("# TYPE a gauge\na 1\n", "no help"), ("# HELP a A.\na 1\n", "no type"),
        ("# HELP a A.\n# TYPE a gauge\na 1\n# HELP b B.\n# TYPE b gauge\nb 1\n# HELP a A.\na{x=\"y\"} 1\n", "twice"),
        ("# HELP a A.\n# TYPE a counter\na 1\n", "misnamed"), ("# HELP a A.\n# TYPE a gauge\nb 1\n", "no sample of a"),
        ("# HELP a A.\n# TYPE a gauge\na{b=1} 1\n", "no sample"), ("# HELP a A.\n# TYPE a gauge\na x\n", "no sample"),
        ("# HELP a A.\n# TYPE a gauge\na 1", "no end"),
        ("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n", "+Inf"),
        (
            "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
            "sorted"
        ),
        (
            "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
            "cumul"
        ),
        ("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n", "count"),
    ]) func theReaderFindsAFault(text: String, fault: String) {
        let faults = ExpositionReader(text, isOpenMetrics: false).faults
        #expect(faults.contains { $0.contains(fault) }, "\(faults)")
    }

    @Test(arguments: [
        (nil, ExpositionFormat.text), ("", .text), ("*/*", .text), ("text/plain", .text), ("text/html", .text),
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
        ),
        ("application/openmetrics-text", .openMetrics),
        ("Application/OpenMetrics-Text; version=\"1.0.0\"", .openMetrics),
        ("application/openmetrics-text; version=2.0.0", .text), ("application/openmetrics-text;q=0", .text),
        ("application/openmetrics-text;q=0.3, text/plain;q=0.9", .text),
        ("text/plain;version=0.0.4;q=0.3, application/openmetrics-text;version=1.0.0;q=0.5", .openMetrics),
        ("application/openmetrics-text;q=nan", .text), ("application/openmetrics-text;q=2", .text),
        (String(repeating: "application/openmetrics-text,", count: 500), .text),
    ]) func theClientChooses(accept: String?, format: ExpositionFormat) {
        #expect(ExpositionFormat(accept: accept) == format)
    }
}
