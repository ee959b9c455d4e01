import Foundation
import Synchronization
import Testing
import World
import WorldStore

@testable import Gate
@testable import Records

/// The metrics of a daemon, as promtool, a strict reader and a real Prometheus take them.
@Suite(.timeLimit(.minutes(10))) struct MetricsWorldTests {
    private static let domains = ["verified", "tlsa-invalid", "no-tlsa", "null-mx", "ta-root"]

    private static func settings(_ world: MailWorld, _ gate: DaemonTests.Gate) -> [String: String?] {
        world.environment([
            "STATE_DIRECTORY": (gate.socket as NSString).deletingLastPathComponent,
            "MILTER_SOCKET": "unix:\(gate.socket)",
        ])
    }

    private static func control(_ gate: DaemonTests.Gate) -> String {
        (gate.socket as NSString).deletingLastPathComponent + "/control.sock"
    }

    @Test(arguments: [["--metrics"], ["--openmetrics"]])
    func theMetricsAreThoseOfTheStatus(options: [String]) async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid", "null-mx"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world)
        for recipient in ["a@verified.example", "b@verified.example", "a@tlsa-invalid.example", "a@null-mx.example"] {
            _ = try await gate.answer("<\(recipient)>")
        }
        let isOpen = options == ["--openmetrics"]
        let (status, output) = try await Danegate.run(["status"] + options, environment: Self.settings(world, gate))
        #expect(status == 0, "\(output)")
        let reader = ExpositionReader(output, isOpenMetrics: isOpen)
        #expect(reader.faults.isEmpty, "\(reader.faults)")
        // No name of anybody, in labels or elsewhere.
        #expect(!output.contains("example"))
        func recipients(_ ruling: String, _ outcome: String) -> Double? {
            reader[
                "danegate_recipients_total",
                ["door": "milter", "mode": "enforce", "ruling": ruling, "would": "none", "outcome": outcome]]
        }
        #expect(recipients("accept", "verified") == 2 && recipients("tempfail", "tlsa-invalid") == 1)
        #expect(recipients("reject", "null-mx") == 1 && recipients("reject", "tlsa-invalid") == 0)
        #expect(reader.sum("danegate_recipients_total") == 4 && reader["danegate_rcpt_wait_seconds_count", [:]] == 4)
        #expect(reader["danegate_cache_hits_total", [:]] == 1 && reader["danegate_cache_misses_total", [:]] == 3)
        #expect(reader["danegate_verdicts_total", ["outcome": "verified"]] == 1)
        #expect(reader["danegate_inspection_seconds_count", [:]] == 3)
        #expect(reader["danegate_dns_lookup_seconds_count", ["type": "mx"]] ?? 0 >= 3)
        #expect(reader["danegate_dns_answers_total", ["type": "mx", "result": "secure"]] ?? 0 >= 3)
        #expect(reader["danegate_probe_step_seconds_count", ["step": "handshake"]] ?? 0 >= 2)
        #expect(reader["danegate_probes_total", ["result": "secured"]] ?? 0 >= 2)
        #expect(reader["danegate_status", ["level": "ok"]] == 1 && reader["danegate_breaker_open", [:]] == 0)
        #expect(reader["danegate_state_age_seconds", [:]] ?? .infinity < 60)
        #expect(reader["process_open_fds", [:]] ?? 0 > 10 && reader["process_threads", [:]] ?? 0 > 3)
        #expect(reader.samples.contains { $0.name == "danegate_build_info" && $0.labels["gnutls"]?.isEmpty == false })
        let exemplars = reader.samples.compactMap(\.exemplar)
        #expect(exemplars.isEmpty == !isOpen)
        let log = gate.daemon.output
        #expect(exemplars.allSatisfy { log.contains("trace=\($0["trace_id"] ?? "-")") }, "\(exemplars) \(log)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// promtool reads only the older format.
    @Test func promtoolHasNoObjection() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let gate = try await DaemonTests.Gate(world)
        _ = try await gate.answer("<a@tlsa-invalid.example>")
        let (_, output) = try await Danegate.run(["status", "--metrics"], environment: Self.settings(world, gate))
        let place = try ScratchDirectory("promtool")
        try place.write(output, to: "metrics")
        let (status, found) = try await ChildProcess.run(
            "sh", ["-c", "promtool check metrics <\(place.file("metrics"))"])
        #expect(status == 0 && found.isEmpty, "\(found)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Every panel of the dashboard has data, every rule can be evaluated, and an exemplar leads to its recipient.
    ///
    /// It needs time to pass: Prometheus computes rates from scrapes, one a second, and the signatures of a frequent
    /// destination are looked up every fifteen seconds.
    @Test func aRealPrometheusShowsEveryPanelAndFindsTheRecipient() async throws {
        let world = try await MailWorld(Self.domains.map(MailDomains.named))
        let store = try await SharedSite()
        let short = ["CACHE_MIN_TTL": "0s", "CACHE_MAX_TTL": "1s", "CACHE_STALE_TTL": "0s", "FAILURE_TTL": "1s"]
        let site = try await PageSite(world, short.merging(store.shared) { $1 })
        let gate = site.gate
        let rules = GuideTests.contrib.appendingPathComponent("prometheus/danegate.rules.yml").path
        let prometheus = try await PrometheusInstance(scraping: site.place, token: PageSite.token, rules: rules)
        let mail = Task {
            while !Task.isCancelled {
                for domain in Self.domains { _ = try await gate.answer("<a@\(domain).example>") }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        for (title, expression) in try DashboardTests.queries() {
            let expression = expression.replacing("$__rate_interval", with: "30s").replacing("$instance", with: ".*")
            let hasData = try await eventually(within: .seconds(90)) {
                try await prometheus.query(expression).contains { !$0.value.isNaN }
            }
            #expect(hasData, "\(title): \(expression)")
        }
        for rule in ["danegate:refusals:ratio1h", "danegate:pending:ratio10m"] {
            // The group is evaluated once a minute.
            let isThere = try await eventually(within: .seconds(150)) { try await !prometheus.query(rule).isEmpty }
            #expect(isThere, "\(rule)")
        }
        let isLookedUp = try await eventually(within: .seconds(90)) {
            let ends = try await prometheus.query("danegate_expiry_horizon_seconds{what=\"signature\"}")
            return ends.contains { $0.value > 0 && $0.value < 366 * 86_400 }
        }
        #expect(isLookedUp)
        var seen: Set<String> = []
        for name in ["rcpt_wait", "inspection", "dns_lookup", "probe_step"] {
            let traces = try await prometheus.traces("danegate_\(name)_seconds_bucket")
            #expect(!traces.isEmpty, "\(name)")
            seen.formUnion(traces)
        }
        mail.cancel()
        _ = await mail.result
        let log = gate.daemon.output
        #expect(seen.allSatisfy { log.contains("trace=\($0) ") }, "\(seen)")
        // Those that were refused are in the trace, which is written a second later.
        let refused = log.split(separator: "\n").filter { $0.contains("outcome=tlsa-invalid") }
        let id = try #require(seen.first { id in refused.contains { $0.contains(id) } })
        let isFound = try await eventually {
            let (status, row) = try await Danegate.run(["trace", "--id", id], environment: Self.settings(world, gate))
            return status == 0 && row.contains("a@tlsa-invalid.example")
        }
        #expect(isFound)
        await prometheus.stop()
        #expect(await gate.daemon.stop() == 0)
        await store.redis.stop()
        await world.stop()
    }
}
