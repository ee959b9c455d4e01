import Support
import Testing

@testable import Gate

/// What a query line says.
@Suite struct QueryRequestTests {
    /// What is read of it: recipient, next hop, sender, client, login.
    private static func read(_ line: String) throws(QueryError) -> [String?] {
        let request = try QueryRequest.read(Array(line.utf8))
        return [
            request.receivedRecipient.text, request.nextHop, request.sender, request.clientAddress,
            request.authenticated,
        ]
    }

    static let rows: [(line: String, values: [String?])] = [
        ("check a@b.example", ["<a@b.example>", nil, nil, nil, nil]),
        ("check  a@b.example ", ["<a@b.example>", nil, nil, nil, nil]),
        ("check <a@b.example>", ["<a@b.example>", nil, nil, nil, nil]),
        ("check \"a@c\"@b.example", ["<\"a@c\"@b.example>", nil, nil, nil, nil]),
        ("check b.example", ["<@b.example>", "b.example", nil, nil, nil]),
        ("check [mx.example]", ["<>", "[mx.example]", nil, nil, nil]),
        ("check [mx.example]:587", ["<>", "[mx.example]:587", nil, nil, nil]),
        ("check [mx.example]:587 to=a@b.example", ["<a@b.example>", "[mx.example]:587", nil, nil, nil]),
        ("check mx.example to=a@b.example", ["<a@b.example>", "mx.example", nil, nil, nil]),
        // An MTA that delivers to the recipient's domain names it twice, and a client may have typed anything.
        ("check b..example to=a@b..example", ["<a@b..example>", "b..example", nil, nil, nil]),
        ("check B.example to=a@b.example", ["<a@b.example>", "B.example", nil, nil, nil]),
        ("check a@b..example", ["<a@b..example>", nil, nil, nil, nil]),
        ("check a@[192.0.2.1]", ["<a@[192.0.2.1]>", nil, nil, nil, nil]),
        ("check [192.0.2.1] to=a@[192.0.2.1]", ["<a@[192.0.2.1]>", "[192.0.2.1]", nil, nil, nil]),
        ("check a@[IPv6:2001:db8::1]", ["<a@[IPv6:2001:db8::1]>", nil, nil, nil, nil]),
        ("check b.example to=", ["<@b.example>", "b.example", nil, nil, nil]),
        ("check ä.example", ["<@ä.example>", "ä.example", nil, nil, nil]),
        ("check b.example. to=a@c.example", ["<a@c.example>", "b.example.", nil, nil, nil]),
        ("check b.example:587", ["<>", "b.example:587", nil, nil, nil]),
        ("check [192.0.2.1]", ["<>", "[192.0.2.1]", nil, nil, nil]),
        ("check 2001:db8::1", ["<>", "2001:db8::1", nil, nil, nil]),
        (
            "check a@b.example auth=x client=192.0.2.1 from=c@d.example",
            ["<a@b.example>", nil, "<c@d.example>", "192.0.2.1", "x"]
        ),
        ("check a@b.example client=2001:db8::1", ["<a@b.example>", nil, nil, "2001:db8::1", nil]),
        // What an MTA expands to nothing.
        ("check a@b.example from= client= auth=", ["<a@b.example>", nil, "<>", nil, nil]),
        ("check a@b.example from=<>", ["<a@b.example>", nil, "<>", nil, nil]),
        // A value is one value, whatever it holds.
        (
            "check a@b.example from=+22x+20client=192.0.2.7+22@d.example",
            ["<a@b.example>", nil, "<\"x client=192.0.2.7\"@d.example>", nil, nil]
        ),
        ("check a@b.example from=bounce+2Bc=d@e.example", ["<a@b.example>", nil, "<bounce+c=d@e.example>", nil, nil]),
        ("check a@b.example from=bounce=c=d@e.example", ["<a@b.example>", nil, "<bounce=c=d@e.example>", nil, nil]),
        ("check a@b.example auth=a+0Ab", ["<a@b.example>", nil, nil, nil, "a\nb"]),
        // SMTPUTF8.
        ("check ä@b.example from=ö@d.example", ["<ä@b.example>", nil, "<ö@d.example>", nil, nil]),
    ]

    @Test(arguments: rows.indices) func isRead(index: Int) throws {
        let (line, values) = Self.rows[index]
        #expect(try Self.read(line) == values, "\(line)")
        #expect(try Self.read("\(line)\r") == values, "\(line)")
    }

    static let refused: [(line: String, part: String)] = [
        ("", "is empty"), ("   ", "is empty"), ("check", "names no next hop"), ("check ", "names no next hop"),
        ("chec a.example", "verb"), ("checka.example", "verb"), ("check\ta.example", "control characters"),
        ("check a.example\u{0}", "control characters"), ("check a.example\r\r", "control characters"),
        ("check a.example\u{7F}", "control characters"),
        ("check a.example b.example", "no key=value"), ("check a.example from", "no key=value"),
        ("check a.example =x", "not known"), ("check a.example From=x", "not known"),
        ("check a.example from =x", "no key=value"), ("check a.example sender=x", "not known"),
        ("check a.example client=1.2.3", "no address"), ("check a.example client=[192.0.2.1]", "no address"),
        ("check a.example client=192.0.2.1+20", "no address"),
        ("check a@b.example to=c@d.example", "to= beside it"),
        // An empty next hop does not make one of the first value.
        ("check  from=s@good.example", "names no next hop"), ("check  to=postmaster@x.example", "names no next hop"),
        ("check client=192.0.2.1", "names no next hop"), ("check auth=", "names no next hop"),
        // An address in quotes with a blank is cut there, and its rest is no second value.
        ("check \"a client=127.0.0.1 from=b\"@ok.example", "is cut"), ("check \"a b\"@ok.example", "is cut"),
        ("check \"a\\\" client=127.0.0.1 b\"@ok.example", "is cut"),
        ("check \"a@b client=127.0.0.1\"@ok.example", "is cut"),
        ("check a\\@b.example", "is cut"), ("check \"\"", "is cut"), ("check a\\", "is cut"),
        // Slips of a configuration do not let all mail pass.
        ("check [mx.example:587]", "not understood"), ("check [mx.example", "not understood"),
        ("check mx.example:99999", "not understood"), ("check mx.example:Smtp", "not understood"),
        ("check smtp:[mx.example]", "not understood"), ("check a.example,b.example", "not understood"),
        ("check a.example; to=u@a.example", "not understood"), ("check $relay to=u@a.example", "not understood"),
        ("check <a.example>", "not understood"), ("check <a.example> to=u@a.example", "not understood"),
        ("check a.example/25 to=u@a.example", "not understood"),
        ("check a.example;b.example to=u@a.example", "not understood"), ("check .", "not understood"),
        ("check . to=u@a.example", "not understood"), ("check .a.example", "not understood"),
        ("check a..example", "not understood"), ("check a..example to=u@b..example", "not understood"),
        ("check \(String(repeating: "a", count: 64)).example", "not understood"),
        ("check a.example|b to=", "not understood"), ("check mx.example to=u@", "no domain"),
        ("check @", "no domain"), ("check @@", "no domain"), ("check user@", "no domain"),
        ("check <user@>", "no domain"), ("check u@[mx.a.example]", "no domain"), ("check u@[]", "no domain"),
        ("check [mx.a.example] to=u@[mx.a.example]", "no domain"),
        ("check [a@b]", "not understood"), ("check []", "not understood"),
        ("check [mx.example:587] to=a@b", "not understood"),
        // A sender in quotes with a blank, as an MTA writes it that does not encode: its rest is no second value.
        ("check a@b.example from=\"x client=192.0.2.7\"@d.example", "no address"),
        ("check a@b.example client=198.51.100.1 from=\"x client=192.0.2.7\"@d.example", "twice"),
        ("check a@b.example from=\"x client=192.0.2.7 y\"@d.example client=198.51.100.1", "no key=value"),
        ("check a@b.example from=\"x auth=admin \"@d.example", "no key=value"),
        ("check a.example from=a+", "from is no xtext"), ("check a.example to=+2", "to is no xtext"),
        ("check a.example auth=+zz", "auth is no xtext"), ("check a.example client=+g0", "client is no xtext"),
    ]

    @Test(arguments: refused.indices) func isRefused(index: Int) {
        let (line, part) = Self.refused[index]
        let error = #expect(throws: QueryError.self) { try Self.read(line) }
        #expect(error?.sentence.contains(part) == true, "\(line.debugDescription): \(error?.sentence ?? "-")")
    }

    @Test(arguments: ["to", "from", "client", "auth"], ["", "x", "192.0.2.1"])
    func noKeyComesTwice(key: String, value: String) {
        for other in ["", "192.0.2.1"] {
            let line = "check b.example \(key)=\(key == "client" ? "192.0.2.1" : value) \(key)=\(other)"
            let error = #expect(throws: QueryError.self) { try Self.read(line) }
            #expect(error?.sentence == "the query has a key twice: \(key)")
        }
    }

    /// Bytes that are no UTF-8 stay what they are.
    @Test func bytesAreKept() throws {
        let request = try QueryRequest.read(Array("check a".utf8) + [0xFF] + Array("@b.example from=+FF@d".utf8))
        #expect(request.receivedRecipient.bytes == Array("<a".utf8) + [0xFF] + Array("@b.example>".utf8))
        #expect(request.receivedSender?.bytes == Array("<".utf8) + [0xFF] + Array("@d>".utf8))
    }

    @Test(arguments: [511, 512, 513]) func theLineIsBounded(count: Int) {
        let line = "check b.example from=" + String(repeating: "x", count: count - 21)
        let isRead = (try? Self.read(line)) != nil
        #expect(isRead == (count < 512))
    }
}
