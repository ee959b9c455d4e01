import Records
import Testing

@testable import Web

/// The page's own figures.
@Suite(.timeLimit(.minutes(1))) struct PageCountsTests {
    /// The lines of the exposition that are samples.
    private func lines(_ counts: PageCounts, running: Int = 0) -> [String] {
        Exposition(counts.families(running: running), as: .text).text.split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    @Test func everySeriesIsThereFromTheStart() {
        #expect(
            lines(PageCounts()) == [
                #"danegate_web_answers_total{class="2xx"} 0"#, #"danegate_web_answers_total{class="3xx"} 0"#,
                #"danegate_web_answers_total{class="4xx"} 0"#, #"danegate_web_answers_total{class="5xx"} 0"#,
                #"danegate_web_tests_total{result="begun"} 0"#, #"danegate_web_tests_total{result="joined"} 0"#,
                #"danegate_web_tests_total{result="refused-client"} 0"#,
                #"danegate_web_tests_total{result="refused-all"} 0"#, "danegate_web_tests_running 0.0",
            ])
    }

    /// No status code makes a series of its own, whatever it is.
    @Test(arguments: [
        (200, "2xx"), (202, "2xx"), (303, "3xx"), (421, "4xx"), (503, "5xx"), (101, nil), (600, nil), (-1, nil),
        (Int.max, nil),
    ])
    func answersAreCountedByClass(status: Int, name: String?) {
        let counts = PageCounts()
        counts.answered(status)
        let counted = lines(counts).filter { $0.hasSuffix(" 1") }
        #expect(counted == (name.map { [#"danegate_web_answers_total{class="\#($0)"} 1"#] } ?? []))
        #expect(lines(counts).count == 9)
    }

    @Test func testsAreCountedByWhatBecameOfThem() {
        let counts = PageCounts()
        for (times, test) in PageCounts.Test.allCases.enumerated() { for _ in 0...times { counts.asked(test) } }
        let found = lines(counts, running: 3).suffix(5).map { $0.split(separator: " ").last.map(String.init) }
        #expect(found == ["1", "2", "3", "4", "3.0"])
    }
}
