import Foundation
import WorldServers

/// What a load has shown; times in microseconds.
struct LoadReport: Codable {
    let recipients: Int
    let seconds: Double
    let perSecond: Double
    let messages: Int
    let connections: Int
    let p50: Double
    let p90: Double
    let p99: Double
    let p999: Double
    let max: Double
    let answers: [String: Int]
    let unsettled: Int
    let errors: Int
    let timeouts: Int
    /// Of the load itself, in seconds.
    let cpu: Double
    /// The monotonic clock at the first answer, in nanoseconds.
    let first: UInt64
    /// What the milter asked for.
    let negotiated: String

    /// As it was printed.
    var values: Any {
        let data = (try? JSONEncoder().encode(self)) ?? Data("{}".utf8)
        return (try? JSONSerialization.jsonObject(with: data)) ?? [:]
    }

    /// Answers that are not CONTINUE, and what went wrong, in words; empty if there is nothing.
    var oddities: String {
        var parts = answers.filter { $0.key != "continue" }.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
        if unsettled > 0 { parts.append("\(unsettled) unsettled") }
        if errors > 0 { parts.append("\(errors) errors") }
        if timeouts > 0 { parts.append("\(timeouts) timeouts") }
        return parts.joined(separator: ", ")
    }
}

/// The programs that were built beside this one.
enum Built {
    static let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path

    static func path(_ program: String) -> String { "\(folder)/\(program)" }

    /// Puts a load on a socket, to its end.
    ///
    /// - Parameter options: As of BenchLoad.
    static func load(_ socket: String, _ list: String, _ options: [String]) async throws -> LoadReport {
        let arguments = ["--socket", socket, "--list", list] + options
        let (status, output) = try await ChildProcess.run(path("BenchLoad"), arguments, within: .seconds(7200))
        guard status == 0, let report = try? JSONDecoder().decode(LoadReport.self, from: Data(output.utf8)) else {
            throw BenchError("BenchLoad \(options): \(output)")
        }
        return report
    }
}
