import CoreMetrics
import Testing
import WorldServers

@testable import Records

/// What libraries count through swift-metrics is exposed, and nothing from outside becomes a label.
@Suite(.timeLimit(.minutes(1))) struct LibraryMetricsTests {
    private static func read(_ libraries: LibraryMetrics) -> ExpositionReader {
        ExpositionReader(Exposition(libraries.families, as: .text).text, isOpenMetrics: false)
    }

    @Test func everyKindIsExposed() {
        let libraries = LibraryMetrics()
        let counter = Counter(label: "http.server.requests_total", dimensions: [("method", "GET")], factory: libraries)
        counter.increment(by: 3)
        // A handle made anew goes on with the same series.
        Counter(label: "http.server.requests_total", dimensions: [("method", "GET")], factory: libraries).increment()
        FloatingPointCounter(label: "seconds", factory: libraries).increment(by: 2.5)
        let meter = Meter(label: "open", factory: libraries)
        meter.set(5)
        meter.decrement(by: 2)
        let recorder = Recorder(label: "bytes", aggregate: true, factory: libraries)
        for size in [10, 20] { recorder.record(size) }
        Gauge(label: "level", factory: libraries).record(0.5)
        let timer = CoreMetrics.Timer(label: "9 took", factory: libraries)
        timer.recordMilliseconds(5)
        timer.recordSeconds(100)
        let read = Self.read(libraries)
        #expect(read.faults.isEmpty, "\(read.faults)")
        #expect(read["http_server_requests_total", ["method": "GET"]] == 4)
        #expect(read["seconds_total", [:]] == 2 && read["open", [:]] == 3 && read["level", [:]] == 0.5)
        #expect(read["bytes_sum", [:]] == 30 && read["bytes_count", [:]] == 2)
        #expect(read["_9_took_seconds_bucket", ["le": "0.01"]] == 1 && read["_9_took_seconds_count", [:]] == 2)
        #expect(read["danegate_series_refused_total", [:]] == 0)
    }

    @Test func noLabelComesFromOutside() {
        let libraries = LibraryMetrics(values: ["method": ["GET"]])
        for domain in 0..<1000 {
            let dimensions = [("method", "M\(domain)"), ("domain", "d\(domain).example"), ("method ", "GET")]
            Counter(label: "requests", dimensions: dimensions, factory: libraries).increment()
        }
        let read = Self.read(libraries)
        #expect(read["requests_total", ["method": "other"]] == 1000)
        #expect(read.samples.count == 2)
    }

    @Test func thereAreNotMoreSeriesThanTheLimit() {
        let libraries = LibraryMetrics()
        for number in 0..<(LibraryMetrics.limit + 50) {
            Counter(label: "name\(number)", factory: libraries).increment()
        }
        // One name is one kind.
        Gauge(label: "name1", factory: libraries).record(7)
        let read = Self.read(libraries)
        #expect(read.faults.isEmpty && read.samples.count == LibraryMetrics.limit + 1)
        #expect(read["danegate_series_refused_total", [:]] == 51)
    }
}
