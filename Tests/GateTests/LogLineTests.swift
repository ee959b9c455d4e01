import DANE
import RuleMarks
import Testing

@testable import Policy
@testable import Records
@testable import Support

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

    /// Eight bytes are looked at together: each byte is found wherever it stands, whatever stands beside it.
    @Test(arguments: 1..<20) func aByteThatNeedsQuotesIsFoundEverywhere(length: Int) {
        for neighbour in [UInt8(ascii: "a"), UInt8(ascii: "!"), UInt8(ascii: "~")] {
            for place in 0..<length {
                for byte in UInt8.min ... .max {
                    var value = [UInt8](repeating: neighbour, count: length)
                    value[place] = byte
                    let isPlain = (0x21...0x7E).contains(byte) && !"\"=\\".utf8.contains(byte)
                    #expect(value.withUnsafeBufferPointer { LineCursor.isPlain($0) } == isPlain, "\(value)")
                }
            }
        }
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
        let text = line.line
        #expect(
            text.description == """
                ruling=reject mode=enforce to=user@example.org domain=example.org outcome=tlsa-invalid code=5.7.323 \
                host=mx1.example.org cached=yes waited_ms=0.1 failing_for=27m trace=\(trace) client=192.0.2.9 qid=- \
                from=- via=milter
                """)
    }

    /// Actions and modes stand in the line as in settings and JSON.
    @Test(arguments: Ruling.Action.allCases, Settings.Mode.allCases)
    func theLineHasTheWordsOfSettings(action: Ruling.Action, mode: Settings.Mode) {
        let ruling = Ruling(
            action: .accept, would: action, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        let monitored = RulingLine(
            ruling: ruling, mode: mode, recipient: "a@b", domain: "b", host: nil, isCached: true, waited: .zero,
            trace: TraceID(), client: nil, queueID: nil
        ).line.description
        let word = action.rawValue
        #expect(monitored.hasPrefix("ruling=accept mode=\(mode.rawValue) would=\(word) to=a@b "), "\(monitored)")
        let other = Ruling(action: action, would: nil, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        let enforced = RulingLine(
            ruling: other, mode: mode, recipient: "a@b", domain: "b", host: nil, isCached: true, waited: .zero,
            trace: TraceID(), client: nil, queueID: nil
        ).line.description
        #expect(enforced.hasPrefix("ruling=\(word) mode=\(mode.rawValue) to=a@b "), "\(enforced)")
    }

    @Test(arguments: DoorKind.allCases) func theLineHasTheDoor(door: DoorKind) {
        let ruling = Ruling(action: .accept, would: nil, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        let line = RulingLine(
            ruling: ruling, mode: .enforce, door: door, recipient: "a@b", domain: "b", host: nil, isCached: true,
            waited: .zero, trace: TraceID(), client: nil, queueID: nil
        ).line.description
        #expect(line.hasSuffix(" from=- via=\(door.rawValue)"), "\(line)")
    }

    /// A sender as it comes, and as it stands in the line.
    static let senders: [(path: [UInt8], shown: String)] =
        [
            ("<s@example.net>", "s@example.net"), ("<>", "<>"), ("", "<>"), ("s@example.net", "s@example.net"),
            ("<@a.example,@b.example:s@example.net>", "s@example.net"), ("<@a.example:>", "<>"),
            ("<a b@example.net>", "\"a b@example.net\""),
            ("<a\r\nruling=x@example.net>", "\"a\\x0d\\x0aruling=x@example.net\""),
            ("<büro@example.net>", "\"b\\xc3\\xbcro@example.net\""), ("<MAILER-DAEMON>", "MAILER-DAEMON"),
            ("<\u{202E}a@example.net>", "\"\\xe2\\x80\\xaea@example.net\""), ("<", "<>"), ("<<a>>", "<a>"),
        ].map { (Array($0.0.utf8), $0.1) } + [([0x3C, 0x61, 0xFC, 0x40, 0x62, 0x3E], "\"a\\xfc@b\"")]

    @Test(arguments: senders) func theSenderStandsBeforeTheCause(path: [UInt8], shown: String) {
        let ruling = Ruling(action: .accept, would: nil, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        var line = RulingLine(
            ruling: ruling, mode: .enforce, recipient: "a@b", domain: "b", host: nil, isCached: true, waited: .zero,
            trace: TraceID(), client: nil, queueID: "4ABC", ownHop: "[relay]", passed: "why",
            sender: ReceivedText(path), authenticated: "user name", cause: "a cause")
        let end = " qid=4ABC from=\(shown) sasl=\"user name\" via=milter own_hop=[relay] passed=why cause=\"a cause\""
        let (text, room) = (line.line, line.room)
        #expect(text.description.hasSuffix(end), "\(text)")
        #expect(text.bytes.count <= room)
        (line.tellsSender, line.authenticated) = (false, nil)
        let shorter = line.line
        #expect(shorter.description.hasSuffix(" passed=why cause=\"a cause\""), "\(shorter)")
    }

    /// However long what comes is, the whole line has room.
    @Test func theLongestLineHasRoom() {
        let ruling = Ruling(action: .accept, would: nil, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        let long = [UInt8](repeating: 0xFF, count: 5000)
        let text = String(repeating: "\u{1}", count: 5000)
        let line = RulingLine(
            ruling: ruling, mode: .enforce, recipient: text, domain: text, host: text, isCached: true, waited: .zero,
            trace: TraceID(), client: text, queueID: text, recipientBytes: long, ownHop: text, passed: text,
            sender: ReceivedText(long), authenticated: text, cause: text
        ).line.description
        for key in ["to", "domain", "host", "client", "qid", "own_hop", "passed", "from", "sasl", "cause"] {
            #expect(line.contains(" \(key)=\"\\x"), "\(key)")
        }
        #expect(line.hasSuffix("\\x01\""))
    }

    /// What does not fit is noticed wherever it ends, so that the line is written again with room.
    @Test func aLineThatDoesNotFitSaysSo() {
        let ruling = Ruling(action: .accept, would: nil, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        let line = RulingLine(
            ruling: ruling, mode: .enforce, recipient: "user@example.org", domain: "example.org",
            host: "mx.example.org", isCached: true, waited: .zero, trace: TraceID(), client: "192.0.2.9",
            queueID: "4ABC", cause: "a b")
        let whole = line.line.bytes
        for room in 0...whole.count {
            let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: room)
            defer { bytes.deallocate() }
            var cursor = LineCursor(bytes)
            line.write(to: &cursor)
            let (isCut, count) = (cursor.isCut, cursor.count)
            #expect(isCut == (room < whole.count))
            #expect(isCut || count == whole.count && bytes.elementsEqual(whole))
        }
    }

    @Test func traceIDsAreUniqueAndInOrderOfTime() {
        let ids = (0..<1000).map { _ in TraceID().description }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.utf8.count == 26 })
        #expect(ids.first.map { $0.prefix(10) } ?? "" <= ids.last.map { $0.prefix(10) } ?? "")
    }
}

/// Addresses that are no UTF-8, byte for byte.
@Suite(.rules("F-98")) struct ReceivedTextTests {
    private static func recipient(_ bytes: [UInt8]) -> Recipient { Recipient(received: ReceivedText(bytes)) }

    private static func line(_ recipient: Recipient) -> String {
        let ruling = Ruling(
            action: .accept, would: nil, outcome: .verified, code: nil, failingFor: nil, hazard: nil)
        let line = RulingLine(
            ruling: ruling, mode: .enforce, recipient: recipient.address, domain: "example.org", host: nil,
            isCached: true, waited: .zero, trace: TraceID(), client: nil, queueID: nil,
            recipientBytes: recipient.bytes)
        return line.line.description
    }

    /// A path as it comes, `#` for a byte, and its address as it stands in the line.
    struct Row: Sendable {
        let path: [UInt8]
        let shown: String

        init(_ path: String, _ byte: UInt8 = 0, _ shown: String) {
            self.path = path.utf8.map { $0 == UInt8(ascii: "#") ? byte : $0 }
            self.shown = shown
        }
    }

    static let rows = [
        Row("<b#ro@example.org>", 0xFC, #""b\xfcro@example.org""#),
        Row("<b#ro@example.org>", 0xFD, #""b\xfdro@example.org""#),
        Row("<b\u{FFFD}ro@example.org>", 0, #""b\xef\xbf\xbdro@example.org""#),
        Row("<büro@example.org>", 0, #""b\xc3\xbcro@example.org""#),
        Row(#"<b\xfcro@example.org>"#, 0, #""b\\xfcro@example.org""#),
        Row("#@example.org", 0xFF, #""\xff@example.org""#),
        Row("<@relay.example:#@example.org>", 0x80, #""\x80@example.org""#),
        Row("<\"a #\"@example.org>", 0xE9, #""\"a \xe9\"@example.org""#),
        // Cut in the middle of a character.
        Row("<a#@example.org>", 0xC3, #""a\xc3@example.org""#),
    ]

    /// Each can be told from every other, and what stands there is what came.
    @Test(arguments: rows) func theBytesThatCameAreLogged(row: Row) {
        let recipient = Self.recipient(row.path)
        #expect(recipient.domain == .name("example.org"))
        let line = Self.line(recipient)
        #expect(line.contains(" to=\(row.shown) domain=example.org "), "\(line)")
        #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        var came = row.path.filter { $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
        if came.first == UInt8(ascii: "@") { came = Array(came.drop { $0 != UInt8(ascii: ":") }.dropFirst()) }
        #expect(LogLine.unescaped(String(row.shown.dropFirst().dropLast())) == came)
    }

    @Test func textIsKeptAsText() {
        for text in ["<user@example.org>", "<büro@bücher.example>", "<>", "<postmaster>"] {
            let recipient = Self.recipient(Array(text.utf8))
            #expect(recipient == Recipient(path: text) && recipient.bytes == nil)
        }
        // A domain that is no text is none.
        #expect(Self.recipient(Array("<a@".utf8) + [0xFC] + Array(".example>".utf8)).domain == .malformed)
        let long = Self.recipient([UInt8](repeating: 0xFF, count: 3000) + Array("@example.org".utf8))
        #expect(Self.line(long).utf8.count < 512 * 4 + 500)
        #expect(LogLine.unescaped("plain@example.org") == nil && LogLine.unescaped("a\\") == Array("a\\".utf8))
        #expect(LogLine.unescaped("a\\xg\\xf") == Array("axgxf".utf8))
    }
}
