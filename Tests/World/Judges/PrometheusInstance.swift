import Foundation

/// A real Prometheus, in a directory of its own, that scrapes one port of 127.0.0.1 each second.
public final class PrometheusInstance: Sendable {
    private let directory: ScratchDirectory
    private let child: ChildProcess
    private let port: UInt16

    /// Starts it.
    ///
    /// - Parameters:
    ///   - target: The port that it scrapes, as the job `danegate`.
    ///   - token: What it shows there as its credentials (`Bearer`).
    ///   - rules: A file of rules that it evaluates.
    /// - Throws: If it does not come up.
    public init(scraping target: String, token: String, rules: String) async throws {
        directory = try ScratchDirectory("prometheus")
        port = try freePort()
        let settings = """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: ["\(rules)"]
            scrape_configs:
              - job_name: danegate
                authorization: {credentials: "\(token)"}
                static_configs: [{targets: ["127.0.0.1:\(target)"]}]
            """
        try directory.write(settings, to: "prometheus.yml")
        child = try await ChildProcess(
            "prometheus",
            [
                "--config.file=\(directory.file("prometheus.yml"))", "--storage.tsdb.path=\(directory.file("data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--enable-feature=exemplar-storage",
            ])
        guard await child.waitForOutput(where: { $0.contains("Server is ready") }) else {
            throw WorldError("prometheus did not start: \(child.output)")
        }
    }

    /// The values of an expression at this moment, each with its labels.
    public func query(_ expression: String) async throws -> [(labels: [String: String], value: Double)] {
        let result = try await ask("query", ["query": expression]) as? [String: Any]
        return ((result?["result"] as? [[String: Any]]) ?? []).compactMap { series in
            guard let labels = series["metric"] as? [String: String], let pair = series["value"] as? [Any],
                let text = pair.last as? String, let value = Double(text == "+Inf" ? "inf" : text)
            else { return nil }
            return (labels, value)
        }
    }

    /// The trace ids of all exemplars of a metric.
    public func traces(_ metric: String) async throws -> Set<String> {
        let now = Int(Date().timeIntervalSince1970)
        let range = ["query": metric, "start": "\(now - 3600)", "end": "\(now + 60)"]
        let series = try await ask("query_exemplars", range) as? [[String: Any]] ?? []
        return Set(
            series.flatMap { ($0["exemplars"] as? [[String: Any]]) ?? [] }
                .compactMap { ($0["labels"] as? [String: String])?["trace_id"] })
    }

    /// Ends it.
    public func stop() async { _ = await child.stop() }

    private func ask(_ path: String, _ parameters: [String: String]) async throws -> Any? {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let query = parameters.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
        let body = try await onOwnThread { [port] in try Self.get(port, "/api/v1/\(path)?\(query)") }
        let answer = try JSONSerialization.jsonObject(with: body) as? [String: Any]
        guard answer?["status"] as? String == "success" else {
            throw WorldError("prometheus: \(String(decoding: body, as: UTF8.self))")
        }
        return answer?["data"]
    }

    /// A request in HTTP/1.0, whose answer ends with the connection.
    private static func get(_ port: UInt16, _ target: String) throws -> Data {
        let socket = try StreamSocket("\(port)", timeout: .seconds(30))
        try socket.send(Array("GET \(target) HTTP/1.0\r\n\r\n".utf8))
        var bytes = Data()
        while let more = try socket.receive(atMost: 65_536) { bytes += more }
        guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { throw WorldError("no answer of HTTP") }
        return bytes[end.upperBound...]
    }
}
