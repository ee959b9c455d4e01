import DANE
import Foundation
import RuleMarks
import Testing
import World

/// Recipient domains that Sendmail has replaced by their aliases' targets, asked of a real daemon with the macros that
/// it sends.
@Suite(.timeLimit(.minutes(3))) struct AliasWorldTests {
    /// The macros of Sendmail 8.17 for a recipient: the domain in the place of the one that was typed, with a dot
    /// behind it where the DNS knows it.
    static func macros(_ domain: String, dot: String = ".") -> [String: String] {
        ["{rcpt_mailer}": "esmtp", "{rcpt_host}": "\(domain)\(dot)", "{rcpt_addr}": "user@\(domain)"]
    }

    /// What was typed, what Sendmail made of it, and what comes out; nil where the recipient is accepted.
    private static let cases: [(typed: String, domain: String, reply: String?)] = [
        // The certificate is for the name that was typed: by the other one the domain seems to be broken.
        ("www.alias-named.example", "alias-named.example", nil),
        ("WWW.Alias-Named.example.", "alias-named.example", nil),
        ("alias-named.example", "alias-named.example", "451 4.7.325 certificate-host-mismatch: alias-named.example: "),
        // An alias on the way, as an MTA writes it that does not go to the end.
        ("www.alias-named.example", "middle.alias-named.example", nil),
        ("www.chained.example", "chained.example", nil),
        // The alias is insecure, and its target is signed and broken: to the domain that was typed no DANE applies.
        ("www.from-unsigned.example", "signed-mail.example", nil),
        ("signed-mail.example", "signed-mail.example", "451 4.7.321 starttls-not-supported: signed-mail.example: "),
        // The target is broken, and with it the domain.
        ("www.to-bogus.example", "to-bogus-end.example", "451 4.7.324 dnssec-invalid: www.to-bogus.example: "),
        (
            "www.to-servfail.example", "target.to-servfail-end.example",
            "451 4.4.3 dns-unavailable: www.to-servfail.example: "
        ),
        // Whether it is an alias cannot be found out.
        ("www.bogus-alias.example", "bogus-alias.example", "451 4.4.3 dns-unavailable: www.bogus-alias.example: "),
        ("www.looping.example", "verified.example", "451 4.4.3 dns-unavailable: www.looping.example: "),
        // It is none of that name: who types something else has not got a broken domain to pass, nor a good one to
        // fail.
        ("verified.example", "tlsa-invalid.example", "451 4.7.323 tlsa-invalid: tlsa-invalid.example: "),
        ("www.alias-named.example", "tlsa-invalid.example", "451 4.7.323 tlsa-invalid: tlsa-invalid.example: "),
        ("www.from-unsigned.example", "tlsa-invalid.example", "451 4.7.323 tlsa-invalid: tlsa-invalid.example: "),
        ("nothing.example", "tlsa-invalid.example", "451 4.7.323 tlsa-invalid: tlsa-invalid.example: "),
        ("tlsa-invalid.example", "verified.example", nil),
        ("[192.0.2.1]", "tlsa-invalid.example", "451 4.7.323 tlsa-invalid: tlsa-invalid.example: "),
        ("exa%mple.org", "verified.example", nil),
    ]

    @Test(.rules("F-90", "D-25")) func theNameThatWasTypedIsJudgedIfItIsAnAlias() async throws {
        let labels = [
            "www.alias-named", "www.chained", "www.from-unsigned", "www.to-bogus", "www.to-servfail",
            "www.bogus-alias", "www.looping", "verified", "tlsa-invalid",
        ]
        let world = try await MailWorld(labels.map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world)
        for one in Self.cases {
            for dot in [".", ""] {
                let answer = try await gate.answer("<user@\(one.typed)>", macros: Self.macros(one.domain, dot: dot))
                guard let expected = one.reply else {
                    #expect(answer == .continue, "\(one.typed), \(one.domain)")
                    continue
                }
                guard case .reply(let reply) = answer else {
                    Issue.record("\(one.typed), \(one.domain): \(answer)")
                    continue
                }
                #expect(reply.hasPrefix(expected), "\(one.typed), \(one.domain): \(reply)")
            }
        }
        // Not with another next hop, which is the mail's whatever was typed.
        let elsewhere = [
            "{rcpt_mailer}": "esmtp", "{rcpt_host}": "[mx.tlsa-invalid.example]",
            "{rcpt_addr}": "user@alias-named.example",
        ]
        #expect(try await gate.answer("<user@www.alias-named.example>", macros: elsewhere) != .continue)
        let line = gate.daemon.output.split(separator: "\n").first { $0.contains("to=user@www.alias-named.example") }
        #expect(line?.contains(" domain=www.alias-named.example outcome=verified ") == true, "\(line ?? "")")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The second recipient costs no question, and policy knows the domain by both names.
    @Test(.rules("F-90")) func itIsKeptAndPolicyKnowsBothNames() async throws {
        let world = try await MailWorld(
            ["www.alias-named", "www.bogus-alias", "www.into-unsigned"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world)
        let macros = Self.macros("alias-named.example")
        #expect(try await gate.answer("<user@www.alias-named.example>", macros: macros) == .continue)
        world.names.clearQueries()
        #expect(try await gate.answer("<b@www.alias-named.example>", macros: macros) == .continue)
        #expect(world.names.queries.isEmpty, "\(world.names.queries)")
        #expect(
            await gate.daemon.waitForOutput { $0.contains("to=b@www.alias-named.example") && $0.contains("cached=yes") }
        )

        // A doubt about the alias is no reason to refuse whom policy exempts, by either name; and both may be demanded
        // of.
        let bogus = Self.macros("bogus-alias.example")
        #expect(try await gate.answer("<user@www.bogus-alias.example>", macros: bogus) != .continue)
        let unsigned = Self.macros("unsigned-mail.example")
        #expect(try await gate.answer("<user@www.into-unsigned.example>", macros: unsigned) == .continue)
        for name in ["www.bogus-alias.example", "bogus-alias.example"] {
            try Data("\(name) exempt\nunsigned-mail.example require\n".utf8).write(
                to: URL(fileURLWithPath: world.policies))
            #expect(await gate.daemon.waitForOutput { $0.contains("event=reload result=ok policies=2") })
            #expect(
                try await eventually {
                    try await gate.answer("<user@www.bogus-alias.example>", macros: bogus) == .continue
                }, "\(name)")
        }
        guard case .reply(let reply) = try await gate.answer("<user@www.into-unsigned.example>", macros: unsigned)
        else {
            Issue.record("what is demanded of the target is not demanded")
            return
        }
        #expect(reply.hasPrefix("451 4.7.10 dane-required: www.into-unsigned.example: "), "\(reply)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Whether a domain is an alias must be known within the time that a recipient may wait.
    @Test(.rules("F-90")) func aDNSThatIsSilentIsADoubt() async throws {
        let silent = MailDomain("www.silent-alias", "V1", .dnsUnavailable) { draft in
            draft.zone = Zone("silent-alias.example", "www CNAME @", "@ MX 10 mx")
            draft.wire = [WireFault("www.silent-alias.example", nil, .drop)]
        }
        let world = try await MailWorld([silent, MailDomains.named("verified")])
        let hasty = try await DaemonTests.Gate(world, ["MILTER_DEADLINE": "200ms", "DNS_TIMEOUT": "1s"])
        let macros = Self.macros("silent-alias.example")
        guard case .reply(let first) = try await hasty.answer("<user@www.silent-alias.example>", macros: macros) else {
            Issue.record("no reply")
            return
        }
        #expect(first.hasPrefix("451 4.7.0 pending: www.silent-alias.example: "), "\(first)")
        #expect(await hasty.daemon.stop() == 0)
        let patient = try await DaemonTests.Gate(world, ["MILTER_DEADLINE": "20s", "DNS_TIMEOUT": "1s"])
        guard case .reply(let second) = try await patient.answer("<user@www.silent-alias.example>", macros: macros)
        else {
            Issue.record("no reply")
            return
        }
        #expect(second.hasPrefix("451 4.4.3 dns-unavailable: www.silent-alias.example: "), "\(second)")
        #expect(second.contains("whether it is an alias of silent-alias.example"), "\(second)")
        // Nobody else waits for that.
        #expect(
            try await patient.answer("<user@verified.example>", macros: Self.macros("verified.example")) == .continue)
        #expect(await patient.daemon.stop() == 0)
        await world.stop()
    }
}
