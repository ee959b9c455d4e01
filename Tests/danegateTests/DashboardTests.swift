import Foundation
import Testing
import World

/// What is in contrib for Prometheus and Grafana, without a daemon.
@Suite(.timeLimit(.minutes(2))) struct DashboardTests {
    private static var rules: String {
        get throws { try GuideTests.file("prometheus/danegate.rules.yml") }
    }

    private static func dashboard() throws -> [String: Any] {
        let data = Data(try GuideTests.file("grafana/danegate.json").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The titles and expressions of all panels.
    static func queries() throws -> [(title: String, expression: String)] {
        try #require(try dashboard()["panels"] as? [[String: Any]]).flatMap { panel in
            let targets = try #require(panel["targets"] as? [[String: Any]])
            return try targets.map { (panel["title"] as? String ?? "", try #require($0["expr"] as? String)) }
        }
    }

    @Test func everyPanelHasATitleAPlaceAndAnExpression() throws {
        let dashboard = try Self.dashboard()
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        #expect(dashboard["schemaVersion"] as? Int ?? 0 >= 36 && dashboard["title"] as? String == "danegate")
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
        var places: Set<String> = []
        for panel in panels {
            #expect((panel["title"] as? String)?.isEmpty == false && (panel["type"] as? String)?.isEmpty == false)
            let place = try #require(panel["gridPos"] as? [String: Int])
            let (x, width) = (try #require(place["x"]), try #require(place["w"]))
            #expect((0...23).contains(x) && width > 0 && x + width <= 24)
            #expect(places.insert("\(place["x"] ?? -1) \(place["y"] ?? -1)").inserted)
            #expect((panel["targets"] as? [[String: Any]])?.isEmpty == false)
        }
        #expect(try Self.queries().count > 20)
    }

    /// A label that is not from a fixed set, such as a domain, could come in by an expression's `by` alone.
    @Test func noExpressionNamesADomain() throws {
        for (title, expression) in try Self.queries() { #expect(!expression.contains("domain"), "\(title)") }
    }

    @Test func theRulesDoWhatTheirTestsSay() async throws {
        let folder = GuideTests.contrib.appendingPathComponent("prometheus").path
        let (checked, faults) = try await ChildProcess.run(
            "promtool", ["check", "rules", "\(folder)/danegate.rules.yml"])
        #expect(checked == 0, "\(faults)")
        let (status, output) = try await ChildProcess.run("promtool", ["test", "rules", "\(folder)/danegate.test.yml"])
        #expect(status == 0, "\(output)")
    }

    /// Each alert has a test in which it fires, and one in which it does not.
    @Test func eachAlertIsTried() throws {
        let tests = try GuideTests.file("prometheus/danegate.test.yml")
        let alerts = try Self.rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
        #expect(alerts.count >= 11)
        for alert in alerts {
            #expect(tests.contains("alertname: \(alert)\n        exp_alerts"), "\(alert) never fires")
            #expect(tests.contains("alertname: \(alert)}"), "\(alert) always fires")
        }
    }
}
