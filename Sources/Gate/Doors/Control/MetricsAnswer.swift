import Foundation

/// The answer of the control socket to `metrics`: an exposition in one line of JSON.
public struct MetricsAnswer: Codable, Sendable {
    /// The exposition, of many lines.
    public let metrics: String

    init(_ metrics: String) { self.metrics = metrics }

    /// Parses a line; nil if it is none of a daemon's.
    public init?(json: String) {
        guard let answer = try? JSONDecoder().decode(MetricsAnswer.self, from: Data(json.utf8)) else { return nil }
        self = answer
    }
}
