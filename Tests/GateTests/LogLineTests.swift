import DANE
import Testing

@testable import Gate

@Suite struct LogLineTests {
    @Test(arguments: [
        ("plain", "k=plain"), ("", "k=-"), ("two words", "k=\"two words\""), ("a=b", "k=\"a=b\""),
        ("a\"b", "k=\"a\\\"b\""), ("a\r\nb", "k=\"a\\x0d\\x0ab\""), ("ü", "k=\"\\xc3\\xbc\""), ("a%nb", "k=a%nb"),
    ])
    func valuesAreQuotedAndEscaped(value: String, line: String) {
        var made = LogLine()
        made.add("k", value)
        #expect(made.description == line)
    }

    @Test func aRulingHasOneLineInAFixedOrder() {
        let ruling = Ruling(
            action: .reject, would: nil, outcome: .tlsaInvalid,
            code: EnhancedStatusCode(.permanent, 7, 323), failingFor: .seconds(27 * 60 + 12), hazard: nil)
        let trace = TraceID()
        let line = RulingLine(
            ruling: ruling, mode: .enforce, recipient: "user@example.org", domain: "example.org",
            host: "mx1.example.org",
            isCached: true, waited: .microseconds(100), trace: trace, client: "192.0.2.9", queueID: nil)
        #expect(
            line.line.description == """
                ruling=reject mode=enforce to=user@example.org domain=example.org outcome=tlsa-invalid code=5.7.323 \
                host=mx1.example.org cached=yes waited_ms=0.1 failing_for=27m trace=\(trace) client=192.0.2.9 qid=-
                """)
    }

    @Test func traceIDsAreUniqueAndInOrderOfTime() {
        let ids = (0..<1000).map { _ in TraceID().description }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.utf8.count == 26 })
        #expect(ids.first.map { $0.prefix(10) } ?? "" <= ids.last.map { $0.prefix(10) } ?? "")
    }
}
