package import CoreMetrics
import Synchronization

/// What libraries count through swift-metrics, and the parts of danegate whose pace does not matter: with the gate's
/// own metrics it makes one exposition.
///
/// The way of a recipient does not lead through here. A call of swift-metrics goes to a handler behind two existentials
/// and may take a lock, and has no place for an exemplar; there `RecipientCounts` and `Histogram` count.
///
/// Names are made fit for an exposition. A dimension is kept only if its name and value are among those that are known
/// beforehand, so that nothing from outside becomes a label. There are at most 256 series: a further one is not
/// exposed, and counted.
package final class LibraryMetrics: MetricsFactory {
    /// The most series.
    static let limit = 256
    /// The value in place of one that is not known beforehand.
    private static let otherValue = "other"

    /// The dimensions of HTTP that a server may count by, and those of danegate itself.
    package static let known: [String: Set<String>] = [
        "method": ["GET", "HEAD", "POST"], "http.request.method": ["GET", "HEAD", "POST"],
        "status": Set((100..<600).map { "\($0)" }), "http.response.status_code": Set((100..<600).map { "\($0)" }),
        "request": ["status", "metrics", "verdict", "recheck", "reload", "settings"],
    ]

    /// What a series is found by.
    private struct Key: Hashable {
        let name: String
        let labels: [MetricFamily.Label]
    }

    private struct State {
        var series: [Key: LibrarySeries] = [:]
        var kinds: [String: MetricFamily.Kind] = [:]
        var refused = 0
    }

    private let values: [String: Set<String>]
    private let state = Mutex(State())

    /// Nothing is counted yet.
    ///
    /// - Parameter values: The dimensions that become labels, and their values. `other` stands for any other value.
    package init(values: [String: Set<String>] = LibraryMetrics.known) { self.values = values }

    /// How many times a series was asked for and not exposed: there were too many, or its name is that of another kind.
    var refused: Int { state.withLock { $0.refused } }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { series(label, dimensions, aggregate ? .summary : .gauge) }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label + "_seconds", dimensions, .histogram)
    }

    // A series stays, as its numbers would otherwise begin anew.

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// What has been counted, by name.
    package var families: [MetricFamily] {
        let (series, kinds, refused) = state.withLock { ($0.series, $0.kinds, $0.refused) }
        let byName = Dictionary(grouping: series, by: \.key.name)
        var families = byName.sorted { $0.key < $1.key }.map { name, found in
            MetricFamily(
                name, kinds[name] ?? .gauge, "Counted by a library, or by a part of danegate.",
                found.map { MetricFamily.Sample($0.key.labels, $0.value.value) }
                    .sorted { "\($0.labels)" < "\($1.labels)" })
        }
        families.append(
            .counter("danegate_series_refused", "Times that a series of a library was not exposed.", refused))
        return families
    }

    private func series(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricFamily.Kind
    ) -> LibrarySeries {
        let ending = "_total"
        var name = Self.name(label)
        if kind == .counter, name.hasSuffix(ending) { name.removeLast(ending.count) }
        let key = Key(name: name, labels: labels(dimensions))
        return state.withLock { state in
            if let known = state.series[key], known.kind == kind { return known }
            let series = LibrarySeries(kind)
            guard state.series.count < Self.limit, state.kinds[name] ?? kind == kind else {
                state.refused += 1
                return series
            }
            state.kinds[name] = kind
            state.series[key] = series
            return series
        }
    }

    private func labels(_ dimensions: [(String, String)]) -> [MetricFamily.Label] {
        var labels: [String: String] = [:]
        for (name, value) in dimensions {
            guard let known = values[name] else { continue }
            labels[Self.name(name)] = known.contains(value) ? value : Self.otherValue
        }
        return labels.sorted { $0.key < $1.key }.map { MetricFamily.Label($0.key, $0.value) }
    }

    /// A name of letters, digits and underscores.
    private static func name(_ label: String) -> String {
        let name = String(
            decoding: label.utf8.prefix(100).map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    byte
                default: UInt8(ascii: "_")
                }
            }, as: UTF8.self)
        return name.first.map { $0.isNumber } ?? true ? "_\(name)" : name
    }
}
