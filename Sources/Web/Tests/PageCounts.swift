import Records

/// What the page has answered and tested since the start. Any thread counts.
final class PageCounts: Sendable {
    /// What a request for a test has come to.
    enum Test: Int, CaseIterable {
        /// A test began.
        case begun
        /// It joined a test of the same domain that was under way.
        case joined
        /// The client had begun too many.
        case client
        /// Too many tests of all clients were under way.
        case all

        /// The value of the label.
        var label: String {
            switch self {
            case .begun: "begun"
            case .joined: "joined"
            case .client: "refused-client"
            case .all: "refused-all"
            }
        }
    }

    /// The classes of status codes (RFC 9110 §15) that are answered.
    private static let classes = 2...5

    private let answers = Tally()
    private let tests = Tally()

    /// A request has its answer.
    ///
    /// - Parameter status: The status code.
    func answered(_ status: Int) { answers.add(status / 100) }

    /// Somebody asked for a test.
    func asked(_ test: Test) { tests.add(test.rawValue) }

    /// The counts as metrics. Every series is there from the start: of one that appears with its first count,
    /// Prometheus sees no increase.
    ///
    /// - Parameter running: How many tests are under way.
    func families(running: Int) -> [MetricFamily] {
        [
            MetricFamily(
                "danegate_web_answers", .counter, "Requests that the page has answered, by class of status code.",
                Self.classes.map { .init([.init("class", "\($0)xx")], .count(answers[$0])) }),
            MetricFamily(
                "danegate_web_tests", .counter,
                "Tests that were asked for at the page: begun, joined, or refused by the limit of a client or of all.",
                Test.allCases.map { .init([.init("result", $0.label)], .count(tests[$0.rawValue])) }),
            .gauge("danegate_web_tests_running", "Tests of the page that are under way.", Double(running)),
        ]
    }
}
