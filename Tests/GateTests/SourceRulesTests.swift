import Probe
import Testing

@testable import Policy

/// Rulings by where a message comes from.
@Suite struct SourceRulesTests {
    private func rules(_ values: [String: String]) throws -> SourceRules {
        let pairs = values.map { ("DANEGATE_\($0.key)", $0.value) }
        return SourceRules(try SettingsReader(environment: Dictionary(uniqueKeysWithValues: pairs)).settings)
    }

    @Test(
        arguments: [
            ("<a@example.org>", true), ("<A@EXAMPLE.ORG>", true), ("<b@example.org>", false),
            ("<x@firm.example>", true),
            ("<x@sub.firm.example>", false), ("<x@y.deep.example>", true), ("<x@deep.example>", false), ("<>", true),
            ("", true),
            ("<x@xn--bcher-kva.example>", true), ("<x@bücher.example>", true),
            ("<@relay.example:x@firm.example>", true),
            ("<\"a\"@example.org>", true), ("<x@evil.example.firm.example.org>", false), ("<nobody>", false),
            ("<x@[192.0.2.1]>", false),
            (nil, false),
        ] as [(String?, Bool)])
    func sendersAreFound(sender: String?, isIn: Bool) throws {
        let list = "a@example.org, firm.example,.deep.example,<>,bücher.example"
        #expect(try rules(["ENFORCE_SENDERS": list]).enforces(sender: sender) == isIn)
        #expect(
            try rules(["EXEMPT_SENDERS": list]).exemption(client: nil, authenticated: nil, sender: sender)
                == (isIn ? "exempt sender" : nil))
    }

    @Test(
        arguments: [
            ("192.0.2.9", true), ("192.0.3.9", false), ("::ffff:192.0.2.9", true), ("2001:db8::1", true),
            ("2001:db9::1", false),
            ("10.1.2.3", true), ("10.1.2.4", false), ("198.51.100.7", true), ("198.51.101.7", false),
            ("unknown", false), (nil, false),
        ] as [(String?, Bool)])
    func clientsAreFound(client: String?, isIn: Bool) throws {
        let rules = try rules(["EXEMPT_CLIENTS": "192.0.2.0/24, 2001:db8::/32,10.1.2.3,::ffff:198.51.100.0/120"])
        #expect(rules.exemption(client: client, authenticated: nil, sender: nil) == (isIn ? "exempt client" : nil))
    }

    @Test(
        arguments: [
            ("alice", "alice,bob", true), ("Alice", "alice", false), ("eve", "*", true), (nil, "*", false),
            ("", "*", false),
        ]
            as [(String?, String, Bool)])
    func loginsAreFound(name: String?, list: String, isIn: Bool) throws {
        let why = try rules(["EXEMPT_AUTH": list]).exemption(client: nil, authenticated: name, sender: nil)
        #expect(why == (isIn ? "exempt authentication" : nil))
    }

    @Test func whereNothingIsSetNobodyIsAsked() throws {
        #expect(try rules([:]).isEmpty)
        #expect(try !rules(["EXEMPT_AUTH": "*"]).isEmpty)
    }
}
