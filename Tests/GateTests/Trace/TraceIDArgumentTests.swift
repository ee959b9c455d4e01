import RuleMarks
import Testing

@testable import Records

/// An id as it is pasted or read out.
@Suite(.rules("F-97")) struct TraceIDArgumentTests {
    private static let id = "01KAQ9V1ZC8F6T0V3M2N4P5Q6R"

    @Test(arguments: [
        id, "[\(id)]", id.lowercased(), " \(id) ", "trace=\(id)", "(\(id)).", "O1KAQ9VLZC8F6TOV3M2N4P5Q6R",
        "550 5.7.323 tlsa-invalid: example.org: the server fails DANE validation; first seen 2026-11-23 15:04 UTC "
            + "[\(id)]",
        "ruling=reject mode=enforce to=a@b domain=b outcome=tlsa-invalid trace=\(id) client=192.0.2.9 qid=-",
        "<a@b>: host x said: 550 5.7.323 x [\(id)]\n    (in reply to RCPT TO command)", "[\(id)] and once more [\(id)]",
    ])
    func theIDIsFound(text: String) throws {
        let found = try TraceIDArgument(text)
        #expect(found.text == Self.id && found.isWhole)
    }

    @Test(arguments: [
        ("01KAQ9V1", "01KAQ9V1"), ("[01KAQ9V1ZC", "01KAQ9V1ZC"), ("01kaq9...", "01KAQ9"),
        ("01KAQ9V1\u{2026}", "01KAQ9V1"),
        ("trace=01KAQ9V1ZC8F6T0V", "01KAQ9V1ZC8F6T0V"), ("550 5.7.323 tlsa-invalid: x [01KAQ9V1ZC8F6", "01KAQ9V1ZC8F6"),
    ])
    func aBeginningIsFound(text: String, beginning: String) throws {
        let found = try TraceIDArgument(text)
        #expect(found.text == beginning && !found.isWhole)
    }

    @Test(arguments: [
        "", "123", "nonsense", "550 5.7.323 tlsa-invalid: x", "[]", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", id + "0",
        "\(id) 01KAQ9V1ZC8F6T0V3M2N4P5Q6S", String(repeating: "0", count: 200_000), "\u{1B}[2J",
    ])
    func whatIsNoneIsSaidSo(text: String) {
        let fault = #expect(throws: TraceFilterError.self) { try TraceIDArgument(text) }
        #expect(fault?.sentence.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } == true)
    }
}
