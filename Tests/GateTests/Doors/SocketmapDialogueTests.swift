import Testing

@testable import Gate

/// The dialogue of socketmap on bytes.
@Suite struct SocketmapDialogueTests {
    private static func requests(_ texts: String...) -> String { texts.map(Netstring.write).joined() }

    private static func answer(_ kind: String, _ text: String) -> String { "\(kind) \(Netstring.write(text))" }

    /// What comes, and the steps that come of it.
    static let rows: [(sent: String, steps: [String])] = [
        ("", ["wait"]), (":", ["close"]), ("1000000000000000000:x,", ["close"]), ("11:danegate a.", ["wait"]),
        (requests("danegate a.example"), [answer("ask", "OK danegate a.example"), "wait"]),
        (
            requests("danegate A.example", "sts b.example", "danegate-tlsrpt [c.example]:587"),
            [
                answer("ask", "OK danegate a.example"), answer("ask", "OK sts b.example"),
                answer("ask", "OK danegate-tlsrpt [c.example]:587"), "wait",
            ]
        ),
        (requests("danegate .a.example"), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate ."), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate "), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate  a.example"), [answer("ask", "OK danegate a.example"), "wait"]),
        (requests("danegate [192.0.2.1]"), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate a.example b.example"), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate [a.example]:0"), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate a\u{0}.example"), [answer("answer", "NOTFOUND "), "wait"]),
        (requests("danegate"), [answer("answer", "PERM no key"), "wait"]),
        (requests(""), [answer("answer", "PERM no key"), "wait"]),
        (
            requests("Danegate a.example"),
            [answer("answer", "PERM no such map: there are danegate, danegate-tlsrpt and sts"), "wait"]
        ),
        (requests("danegate a.example") + "x", [answer("ask", "OK danegate a.example"), "close"]),
    ]

    @Test(arguments: rows.indices) func theStepsAreTheSameHoweverBytesCome(index: Int) {
        let (sent, steps) = Self.rows[index]
        let bytes = Array(sent.utf8)
        for pieces in [[bytes]] + DialogueRun.cuts(bytes) {
            #expect(DialogueRun(DialogueRun.socketmap(), pieces).steps == steps, "\(sent) as \(pieces.map(\.count))")
        }
    }

    @Test(arguments: ["1", "2048:", "danegate ", "0"]) func whatNeverEndsIsBounded(start: String) {
        let run = DialogueRun(
            DialogueRun.socketmap(), [Array(start.utf8)] + (0..<3000).map { _ in [UInt8](repeating: 49, count: 100) })
        #expect(run.steps == ["close"] && run.mostKept <= 4096, "\(run.steps), \(run.mostKept)")
    }

    /// A cause is a stranger's words: whatever it is, the answer is one that an MTA takes.
    @Test func noAnswerIsLongerThan512Bytes() {
        for text in [DeliveryLevel.wait(String(repeating: "%\n", count: 10_000)), .wait(""), .own, .daneOnly] {
            let words = TLSPolicyMap.text(text)
            #expect(words.utf8.count <= 512 && words.utf8.allSatisfy { 0x20...0x7E ~= $0 })
        }
    }
}
