import DANE
import Foundation
import NIOCore
import Testing

@testable import Gate

/// The query dialogue on bytes: the steps are the same however these come.
@Suite struct QueryDialogueTests {
    private static func attributes(_ recipient: String, _ more: String...) -> String {
        (["request=smtpd_access_policy", "recipient=\(recipient)"] + more).map { "\($0)\n" }.joined() + "\n"
    }

    private static let tooLong = ["answer tempfail 451 4.3.5 the query is longer than 512 bytes\n", "last"]
    private static let asked = "ask reject 550 5.7.323 query "
    private static let unknown = "answer tempfail 451 4.3.5 the query's verb is not known\n"

    /// What comes, and the steps that come of it.
    static let rows: [(sent: String, steps: [String])] = [
        ("", ["answer tempfail 451 4.3.5 the query is empty\n", "last"]),
        ("\n", ["answer tempfail 451 4.3.5 the query is empty\n", "last"]),
        ("\r\n", ["answer tempfail 451 4.3.5 the query is empty\n", "last"]),
        ("\r", ["answer tempfail 451 4.3.5 the query is empty\n", "last"]),
        ("check a@b.example", [asked + "<a@b.example> hop=- from=- client=- auth=- id=-\n", "last"]),
        ("check a@b.example\n", [asked + "<a@b.example> hop=- from=- client=- auth=- id=-\n", "last"]),
        ("check a@b.example\r\n", [asked + "<a@b.example> hop=- from=- client=- auth=- id=-\n", "last"]),
        // One question a connection.
        (
            "check b.example\ncheck c.example\n",
            [asked + "<@b.example> hop=b.example from=- client=- auth=- id=-\n", "last"]
        ),
        ("check\n", ["answer tempfail 451 4.3.5 the query names no next hop\n", "last"]),
        ("check2 b.example\n", [unknown, "last"]), ("CHECK b.example\n", [unknown, "last"]),
        // Attributes begin with a name and `=`.
        ("=\n", [unknown, "last"]), ("Request=x\n", [unknown, "last"]), ("re quest=x\n", [unknown, "last"]),
        ("request", [unknown, "last"]), ("request=smtpd_access_policy", [unknown, "last"]),
        (String(repeating: "a", count: 65) + "=x\n", [unknown, "last"]),
        (
            attributes("a@b.example"),
            ["ask action=550 5.7.323 policy <a@b.example> hop=- from=<> client=- auth=- id=-\n\n", "wait"]
        ),
        (
            attributes("a@b.example", "sender=c@d.example").replacing("\n", with: "\r\n"),
            ["ask action=550 5.7.323 policy <a@b.example> hop=- from=<c@d.example> client=- auth=- id=-\n\n", "wait"]
        ),
        (
            attributes("a@b.example") + attributes("", "stress=") + attributes("c@d.example", "queue_id=Q")
                + "request=",
            [
                "ask action=550 5.7.323 policy <a@b.example> hop=- from=<> client=- auth=- id=-\n\n",
                "answer action=DUNNO\n\n",
                "ask action=550 5.7.323 policy <c@d.example> hop=- from=<> client=- auth=- id=Q\n\n", "wait",
            ]
        ),
        (
            attributes("a@b.example") + "check b.example\n",
            [
                "ask action=550 5.7.323 policy <a@b.example> hop=- from=<> client=- auth=- id=-\n\n",
                "answer action=451 4.3.5 this is no request of Postfix's policy delegation\n\n", "last",
            ]
        ),
        (
            attributes("a@b.example", "recipient=c@d.example"),
            ["answer action=451 4.3.5 the request has an attribute twice\n\n", "last"]
        ),
        ("request=x\n\n", ["answer action=451 4.3.5 this is no request of Postfix's policy delegation\n\n", "last"]),
        // Half a request has no answer.
        ("request=smtpd_access_policy\nrecipient=a@b.example\n", ["wait"]),
    ]

    @Test(arguments: rows.indices) func theStepsAreTheSameHoweverBytesCome(index: Int) {
        let (sent, steps) = Self.rows[index]
        let bytes = Array(sent.utf8)
        #expect(DialogueRun(DialogueRun.query(), [bytes]).steps == steps, "at once: \(sent.debugDescription)")
        for pieces in DialogueRun.cuts(bytes) {
            let run = DialogueRun(DialogueRun.query(), pieces)
            #expect(run.steps == steps, "\(pieces.map(\.count)): \(sent.debugDescription)")
        }
    }

    /// The bound is for the bytes of a line, its end included.
    @Test(arguments: [510, 511, 512, 513, 4096], ["", "\n", "\r\n"])
    func aLineHas512BytesAtMost(count: Int, end: String) {
        let start = "check a@b.example from="
        let line = start + String(repeating: "x", count: count - start.utf8.count - end.utf8.count) + end
        // A line whose end is that of the stream has room for the end that is not there.
        let fits = end.isEmpty ? count < 512 : count <= 512
        for pieces in [[Array(line.utf8)]] + DialogueRun.cuts(Array(line.utf8)) {
            let steps = DialogueRun(DialogueRun.query(), pieces).steps
            #expect(fits ? steps.first?.hasPrefix("ask ") == true : steps == Self.tooLong, "\(pieces.map(\.count))")
        }
    }

    @Test(arguments: [0, 1, 2]) func attributesHave64KBAtMost(excess: Int) {
        let frame = Self.attributes("a@b.example", "stress=")
        let stress = String(repeating: "x", count: (64 << 10) - frame.utf8.count + excess)
        let bytes = Array(Self.attributes("a@b.example", "stress=\(stress)").utf8)
        let pieces = [[bytes], [Array(bytes.dropLast()), [10]], [Array(bytes.dropLast(2)), [10], [10]]]
        for pieces in pieces + [stride(from: 0, to: bytes.count, by: 1000).map { Array(bytes[$0...].prefix(1000)) }] {
            let run = DialogueRun(DialogueRun.query(), pieces)
            #expect(
                excess == 0
                    ? run.steps.first?.hasPrefix("ask action=550") == true
                    : run.steps == ["answer action=451 4.3.5 the request is too long\n\n", "last"],
                "\(pieces.map(\.count).suffix(4)): \(run.steps)")
        }
    }

    /// Whatever comes without an end, little of it is kept.
    @Test(arguments: ["x", "check ", "request=", "request=a\nstress=", "request=a\n"])
    func whatNeverEndsIsBounded(piece: String) {
        let run = DialogueRun(
            DialogueRun.query(), (0..<3000).map { _ in Array(piece.utf8) + [UInt8](repeating: 120, count: 100) })
        #expect(run.steps.last == "last" && run.mostKept <= 64 << 10, "\(run.steps), \(run.mostKept)")
        #expect(run.steps.first?.contains("451 4.3.5") == true)
    }

    @Test func anyBytesHaveOneLineForAnAnswer() {
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "\n") {
            let bytes = Array("check a".utf8) + [byte] + Array("@b.example\n".utf8)
            let steps = DialogueRun(DialogueRun.query(), [bytes]).steps
            #expect(steps.count == 2 && steps[1] == "last", "\(byte): \(steps)")
            let answer = steps[0].split(separator: " ", maxSplits: 1)[1].utf8
            #expect(answer.count <= 512 && answer.last == 10 && answer.dropLast().allSatisfy { 0x20...0x7E ~= $0 })
            let isRefused = byte <= 0x20 || byte == 0x7F || [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(byte)
            #expect(steps[0].hasPrefix("answer tempfail 451 4.3.5 ") == isRefused, "\(byte)")
        }
    }

    /// The longest reply that the gate can make fits, and a `%` of a stranger stays one character.
    @Test(arguments: [0, 1, 100, 370, 390, 400, 10_000]) func noAnswerIsLongerThan512Bytes(count: Int) {
        for text in [String(repeating: "x", count: count), String(repeating: "%", count: count)] {
            for code in [EnhancedStatusCode(.permanent, 999, 999), EnhancedStatusCode(.persistentTransient, 999, 999)] {
                let decision = Decision.refusal(text, code)
                let (query, policy) = ("\(QueryAnswer.text(decision))\n", PolicyAnswer.text(decision))
                #expect(query.utf8.count <= 512 && policy.utf8.count <= 512)
                guard case .ruled(let ruled) = decision, let reply = ruled.reply else { continue }
                #expect(query == "\(code.class == .permanent ? "reject" : "tempfail") \(reply)\n")
                #expect(policy == "action=\(reply)\n\n")
                #expect(!query.contains("%"))
            }
        }
    }

    @Test func passesAreToldAsSuch() {
        for decision in [Decision.notOurs, .passedAhead, .passed(.init(why: "a reason"))] {
            #expect(QueryAnswer.text(decision) == "accept")
            #expect(PolicyAnswer.text(decision) == "action=DUNNO\n\n")
        }
    }

    @Test func whoIsLateHearsItUnlessItSpeaksAttributes() {
        var talk = DialogueRun.query()
        #expect(talk.late == "tempfail 451 4.7.0 the query did not come in time\n")
        var buffer = ByteBuffer(string: "check a")
        _ = talk.next(&buffer, isAtEnd: false)
        #expect(talk.late != nil)
        buffer = ByteBuffer(string: "request=smtpd_access_policy\n")
        _ = talk.next(&buffer, isAtEnd: false)
        #expect(talk.late == nil)
    }

    /// Why there is no answer is told in the words of what the client speaks.
    @Test func excusesSpeakAsTheClientDoes() {
        var talk = DialogueRun.query()
        let (full, stopping) = (
            "451 4.7.0 too many clients ask at once; try again later",
            "451 4.3.2 the daemon is being stopped; try again later"
        )
        #expect(talk.excuse(.full) == "tempfail \(full)\n" && talk.excuse(.stopping) == "tempfail \(stopping)\n")
        var buffer = ByteBuffer(string: "request=smtpd_access_policy\nrecipient=a@b.example\n\n")
        guard case .ask = talk.next(&buffer, isAtEnd: false) else { return #expect(Bool(false), "no question") }
        #expect(talk.excuse(.full) == "action=\(full)\n\n" && talk.excuse(.stopping) == "action=\(stopping)\n\n")
    }

    /// A reply has its own bound. An answer has the protocol's.
    @Test(arguments: [400, 470, 500, 5000]) func anAnswerFitsTheLine(count: Int) {
        let text = QueryAnswer.text(.refusal(String(repeating: "x", count: count)))
        #expect(text.hasPrefix("reject 550 5.7.323 ") && text.utf8.count < 512)
    }
}
