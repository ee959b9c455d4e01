import Glibc
import NIOCore
import Testing

@testable import RESP

@Suite("RESP is read as it comes, within limits", .timeLimit(.minutes(2)))
struct RESPParserTests {
    typealias Case = (text: String, value: RESPValue)

    private static func bulk(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }
    private static func simple(_ text: String) -> RESPValue { .simple(Array(text.utf8)) }

    /// Each type, by the specification's own examples where it has one.
    static let values: [Case] = [
        ("+OK\r\n", simple("OK")),
        ("+\r\n", simple("")),
        ("-ERR unknown command 'x'\r\n", .error(RESPError("ERR unknown command 'x'"))),
        (":0\r\n", .integer(0)),
        (":-1\r\n", .integer(-1)),
        (":+7\r\n", .integer(7)),
        (":9223372036854775807\r\n", .integer(.max)),
        (":-9223372036854775808\r\n", .integer(.min)),
        ("$5\r\nhello\r\n", bulk("hello")),
        ("$0\r\n\r\n", bulk("")),
        ("$4\r\na\r\nb\r\n", bulk("a\r\nb")),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("_\r\n", .null),
        ("*0\r\n", .array([])),
        ("*2\r\n$3\r\nfoo\r\n:2\r\n", .array([bulk("foo"), .integer(2)])),
        ("*2\r\n*2\r\n+a\r\n*0\r\n_\r\n", .array([.array([simple("a"), .array([])]), .null])),
        ("#t\r\n", .boolean(true)),
        ("#f\r\n", .boolean(false)),
        (",1.25\r\n", .double(1.25)),
        (",10\r\n", .double(10)),
        (",-1.5e-3\r\n", .double(-0.0015)),
        (",inf\r\n", .double(.infinity)),
        (",-inf\r\n", .double(-.infinity)),
        ("(3492890328409238509324850943850943825024385\r\n", simple("3492890328409238509324850943850943825024385")),
        ("!21\r\nSYNTAX invalid syntax\r\n", .error(RESPError("SYNTAX invalid syntax"))),
        ("=15\r\ntxt:Some string\r\n", bulk("Some string")),
        ("=4\r\nmkd:\r\n", bulk("")),
        ("~2\r\n+a\r\n+a\r\n", .set([simple("a"), simple("a")])),
        ("~0\r\n", .set([])),
        ("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", .map([.init(simple("a"), .integer(1)), .init(simple("b"), .integer(2))])),
        ("%0\r\n", .map([])),
        (
            ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n",
            .push([bulk("invalidate"), .array([bulk("k")])])
        ),
        (">2\r\n$10\r\ninvalidate\r\n_\r\n", .push([bulk("invalidate"), .null])),
        // An attribute says something about the value behind it, and is none.
        ("|1\r\n+ttl\r\n:3600\r\n:5\r\n", .integer(5)),
        ("*2\r\n|1\r\n+ttl\r\n:1\r\n:5\r\n|0\r\n:6\r\n", .array([.integer(5), .integer(6)])),
        ("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", .array([.array([.array([.array([.integer(1)])])])])),
    ]

    private func read(_ bytes: [UInt8], cutAt cuts: [Int], _ limits: RESPLimits = RESPLimits()) throws -> [RESPValue] {
        var parser = RESPParser(limits)
        var values: [RESPValue] = []
        var start = 0
        for end in cuts + [bytes.count] {
            parser.append(ByteBuffer(bytes: bytes[start..<end]))
            while let value = try parser.next() { values.append(value) }
            start = end
        }
        return values
    }

    @Test(arguments: values.indices) func readsEachType(_ index: Int) throws {
        let (text, value) = Self.values[index]
        #expect(try read(Array(text.utf8), cutAt: []) == [value])
    }

    /// Between any two bytes, and between all.
    @Test(arguments: values.indices) func theCutDoesNotMatter(_ index: Int) throws {
        let (text, value) = Self.values[index]
        let bytes = Array((text + "+next\r\n").utf8)
        let expected = [value, Self.simple("next")]
        for cut in 0...bytes.count { #expect(try read(bytes, cutAt: [cut]) == expected, "cut at \(cut)") }
        #expect(try read(bytes, cutAt: Array(1..<bytes.count)) == expected)
    }

    @Test(arguments: values.indices) func nothingIsReadOfWhatIsNotComplete(_ index: Int) throws {
        let bytes = Array(Self.values[index].text.utf8)
        for end in 0..<bytes.count { #expect(try read(Array(bytes.prefix(end)), cutAt: []) == [], "\(end) bytes") }
    }

    @Test func readsNoNumber() throws {
        let value = try #require(try read(Array(",nan\r\n".utf8), cutAt: []).first)
        guard case .double(let number) = value else {
            Issue.record("\(value)")
            return
        }
        #expect(number.isNaN)
    }

    static let faults: [(text: String, why: String)] = [
        ("\r\n", "a value has no type"),
        ("HTTP/1.1 400 Bad Request\r\n", "a value is of an unknown type"),
        ("220 mx.example.org ESMTP\r\n", "a value is of an unknown type"),
        ("+OK\n", "a line ends without a carriage return"),
        ("+O\rK\r\n", "a line holds a carriage return"),
        (":\r\n", "an integer is none"),
        (":1x\r\n", "an integer is none"),
        (": 1\r\n", "an integer is none"),
        (":9223372036854775808\r\n", "an integer is none"),
        (":99999999999999999999999999\r\n", "an integer is none"),
        ("(\r\n", "a big number is none"),
        ("(-\r\n", "a big number is none"),
        (",\r\n", "a double is none"),
        (",0x1p4\r\n", "a double is none"),
        (",1e999\r\n", "a double is none"),
        (",infinity\r\n", "a double is none"),
        ("#\r\n", "a boolean is neither t nor f"),
        ("#true\r\n", "a boolean is neither t nor f"),
        ("_0\r\n", "a null has a value"),
        ("$\r\n", "a string has no length"),
        ("$-2\r\n", "a string has no length"),
        ("$+1\r\n", "a string has no length"),
        ("$?\r\n", "a string has no length"),
        ("$18446744073709551617\r\n", "a string has no length"),
        ("$1048577\r\n", "a string has more than 1048576 bytes"),
        ("$1\r\nab\r\n", "a string is longer than its length"),
        ("=3\r\ntxt\r\n", "a verbatim string has no format"),
        ("=4\r\ntext\r\n", "a verbatim string has no format"),
        ("=-1\r\n", "a string has no length"),
        ("!-1\r\n", "a string has no length"),
        ("*\r\n", "an aggregate has no count"),
        ("*?\r\n", "an aggregate has no count"),
        ("%-1\r\n", "an aggregate has no count"),
        ("*4097\r\n", "an aggregate has more than 4096 elements"),
        ("%4097\r\n", "an aggregate has more than 4096 elements"),
        ("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "values are inside of each other more than 4 deep"),
        (">0\r\n", "a push has no kind"),
        ("*1\r\n>1\r\n+a\r\n", "a push stands inside of a value"),
    ]

    @Test(arguments: faults.indices) func refusesWhatIsNone(_ index: Int) throws {
        let (text, why) = Self.faults[index]
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let error = #expect(throws: RESPProtocolError.self, "cut at \(cut)") { try read(bytes, cutAt: [cut]) }
            #expect(error?.description == why)
        }
    }

    /// What comes after a fault is not read, however good it looks.
    @Test func staysRefused() {
        var parser = RESPParser()
        parser.append(ByteBuffer(string: "?\r\n+OK\r\n"))
        for _ in 0..<2 { #expect(throws: RESPProtocolError.self) { try parser.next() } }
        parser.append(ByteBuffer(string: "+OK\r\n"))
        #expect(throws: RESPProtocolError.self) { try parser.next() }
        #expect(parser.unread == 0)
    }

    @Test func boundsALine() throws {
        let longest = "+" + String(repeating: "x", count: (64 << 10) - 1)
        #expect(try read(Array((longest + "\r\n").utf8), cutAt: []).count == 1)
        #expect(throws: RESPProtocolError.self) { try read(Array((longest + "xx").utf8), cutAt: []) }
        #expect(throws: RESPProtocolError.self) { try read(Array((longest + "x\r\n").utf8), cutAt: []) }
    }

    /// The last string is refused for its length, before it comes.
    @Test func boundsAValueBeforeItComes() {
        let text = "*9\r\n" + String(repeating: "$1000000\r\n\(String(repeating: "x", count: 1_000_000))\r\n", count: 8)
        #expect(throws: RESPProtocolError.self) { try read(Array((text + "$1000000\r\n").utf8), cutAt: []) }
    }

    /// A store tells of as many keys at once as its clients have changed.
    @Test func takesALongPush() throws {
        func push(_ count: Int) -> [UInt8] {
            let keys = String(repeating: "$26\r\ndanegate:1:r:v:example.org\r\n", count: count)
            return Array(">2\r\n$10\r\ninvalidate\r\n*\(count)\r\n\(keys)".utf8)
        }
        guard case .push(let parts)? = try read(push(65_536), cutAt: []).first else {
            Issue.record("no push")
            return
        }
        #expect(parts.last?.elements?.count == 65_536)
        #expect(throws: RESPProtocolError.self) { try read(push(65_537), cutAt: []) }
    }

    @Test func boundsTheValuesWithin() {
        let inner = "*4096\r\n" + String(repeating: "_\r\n", count: 4096)
        let text = "*4096\r\n" + String(repeating: inner, count: 4)
        #expect(throws: RESPProtocolError.self) { try read(Array(text.utf8), cutAt: []) }
        // Attributes count, though nothing of them is kept.
        let attributes = String(repeating: "|0\r\n", count: 20_000)
        #expect(throws: RESPProtocolError.self) { try read(Array(attributes.utf8), cutAt: []) }
    }

    /// Each byte is looked at a bounded number of times, in a string as in a line, though it comes by itself.
    @Test(arguments: [false, true]) func isNotQuadratic(_ isLine: Bool) throws {
        func work(_ count: Int) throws -> Int {
            var parser = RESPParser()
            parser.append(ByteBuffer(string: isLine ? "+" : "$\(count)\r\n"))
            let piece = ByteBuffer(string: "x")
            let began = Self.processorTime
            var early = 0
            for _ in 0..<count {
                parser.append(piece)
                if try parser.next() != nil { early += 1 }
            }
            let time = Self.processorTime - began
            #expect(early == 0)
            parser.append(ByteBuffer(string: "\r\n"))
            #expect(try parser.next()?.bytes?.count == count)
            return time
        }
        let (small, large) = (try work(4000), try work(64_000))
        // Sixteen times as much; a quadratic one would take 256 times as long.
        #expect(large < small * 80, "\(small) ns, then \(large) ns")
    }

    /// What this thread has had of a processor, in nanoseconds: others do not count.
    private static var processorTime: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    @Test func findsPartsOfAnswers() throws {
        let map = try #require(
            try read(Array("%2\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$5\r\nproto\r\n:3\r\n".utf8), cutAt: []).first)
        #expect(map["role"]?.text == "master")
        #expect(map["proto"]?.integer == 3)
        #expect(map["mode"] == nil)
        // The same of RESP2.
        let flat = try #require(try read(Array("*2\r\n$4\r\nrole\r\n$6\r\nmaster\r\n".utf8), cutAt: []).first)
        #expect(flat["role"]?.text == "master")
        #expect(RESPValue.integer(1)["role"] == nil)
        #expect(RESPError("NOPERM this user has no permissions").code == "NOPERM")
        #expect(RESPError("no such thing").code == "ERR")
        #expect(RESPError("ERR \u{1B}[31m\r\n").description == "ERR ?[31m??")
    }
}
