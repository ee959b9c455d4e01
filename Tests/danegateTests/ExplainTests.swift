import DANE
import Foundation
import RuleMarks
import Rules
import Testing
import World

@testable import Policy
@testable import Reports

/// `danegate explain`.
@Suite(.timeLimit(.minutes(2))) struct ExplainTests {
    private struct Body: Decodable {
        let asked: String?
        let kind: String
        let name: String
        let meaning: String
        let codes: [String]
        let settings: [String]
        let practice: String?
    }

    @Test(arguments: Outcome.allCases) func everyOutcomeIsExplained(outcome: Outcome) throws {
        for spelling in [outcome.rawValue, outcome.rawValue.uppercased(), "outcome=\(outcome.rawValue)"] {
            let explanation = try #require(try Explainer.explain(spelling).first)
            #expect(explanation.name == outcome.rawValue && explanation.kind == .outcome)
        }
        let explanation = try #require(try Explainer.explain(outcome.rawValue).first)
        #expect(!explanation.found.isEmpty && !explanation.sources.isEmpty)
        #expect(explanation.settings.contains(outcome.settingName))
        #expect((outcome.repair != nil) == (explanation.sender?.contains(outcome.repair ?? "-") == true))
        // Who can mend it is told how.
        #expect(outcome.repair == nil || explanation.administrator.contains { !$0.commands.isEmpty })
        #expect(outcome.allowsDelivery || !explanation.here.isEmpty || outcome == .pending)
        #expect(explanation.text(width: 80).contains(outcome.meaning.prefix(30).dropFirst()))
    }

    /// A code explains all outcomes that have it, in every form in which it is written.
    @Test(arguments: Outcome.allCases) func everyCodeIsExplained(outcome: Outcome) throws {
        for code in [EnhancedStatusCode.Class.persistentTransient, .permanent].compactMap(outcome.enhancedCode) {
            if outcome.isDoubt, code.class == .permanent {
                #expect(throws: ExplainerError.self) { try Explainer.explain("\(code)") }
                continue
            }
            let basic = "\(UInt16(code.class.rawValue) * 100 + outcome.basicDetail(code.class))"
            let short = "\(code.subject).\(code.detail)"
            for text in ["\(code)", "\(basic) \(code)", short, "x.\(short)", " \(code): "] {
                let names = try Explainer.explain(text).map(\.name)
                #expect(names.contains(outcome.rawValue), "\(text): \(names)")
            }
            // Three digits are anybody's.
            #expect(throws: ExplainerError.self) { try Explainer.explain(basic) }
        }
    }

    @Test func aSharedCodeExplainsAllAndAReplyOnlyItsOwn() throws {
        #expect(try Explainer.explain("5.7.321").map(\.name) == ["starttls-not-supported", "tls-failed"])
        let reply = "550 5.7.321 tls-failed: example.org: TLSA records demand TLS and the handshake fails [01K]"
        #expect(try Explainer.explain(reply).map(\.name) == ["tls-failed"])
    }

    /// What people have in their hands: bounces of all MTAs, Exchange's report, lines of logs.
    @Test(
        .rules("F-97"),
        arguments: [
            // Postfix, and what it says in its log; Sendmail puts the address before the text, Exim divides it.
            (
                """
                <u@bad.example>: host gate.example[192.0.2.1] said: 550 5.7.323 tlsa-invalid: bad.example: the \
                server fails DANE validation; host mx.bad.example: none of the usable TLSA records (1) matches \
                [01KAQ9V1ZC8F6T0V3M2N4P5Q6R] (in reply to RCPT TO command)
                """,
                ["tlsa-invalid"], "5.7.323 tlsa-invalid"
            ),
            (
                """
                Nov 27 10:00:00 mail postfix/smtpd[7]: NOQUEUE: milter-reject: RCPT from x[192.0.2.9]: 451 4.4.1 \
                unreachable: bad.example: no mail host; from=<a@b.example> to=<u@bad.example>
                """,
                ["unreachable"], "4.4.1 unreachable"
            ),
            (
                "550 5.7.324 <u@bad.example>... dnssec-invalid: bad.example: DNSSEC is broken", ["dnssec-invalid"],
                "5.7.324 dnssec-invalid"
            ),
            (
                "550-5.7.323 tlsa-invalid: bad.example:\n550 5.7.323 the server fails DANE validation",
                ["tlsa-invalid"], "5.7.323 tlsa-invalid"
            ),
            (
                "450 4.7.321 <u@bad.example>: Recipient address rejected: starttls-not-supported: bad.example",
                ["starttls-not-supported"], "4.7.321 starttls-not-supported"
            ),
            (
                "Status: 5.7.325\nDiagnostic-Code: smtp; 550 5.7.325 certificate-host-mismatch: bad.example",
                ["certificate-host-mismatch"], "5.7.325 certificate-host-mismatch"
            ),
            // Exchange Online.
            (
                """
                Remote server returned '554 5.4.300 Message expired -> 450 4.7.323 tlsa-invalid: The domain failed \
                DANE validation;{LED=450 4.7.323 tlsa-invalid: The domain failed DANE \
                validation};{MSG=};{FQDN=};{IP=};{LRT=11/27/2026 10:00:00 AM}'
                """,
                ["tlsa-invalid"], "4.7.323 tlsa-invalid"
            ),
            (
                """
                Reason: [{LED=450 4.7.324 dnssec-invalid: Destination domain returned invalid DNSSEC \
                records};{MSG=};{FQDN=x};{IP=192.0.2.1};{LRT=}]
                """,
                ["dnssec-invalid"], "4.7.324 dnssec-invalid"
            ),
            ("#550 5.4.312 DNS query failed ##", ["dnssec-invalid", "dns-unavailable"], "5.4.312"),
            (
                "#<bad.example #5.7.321 smtp; 550 STARTTLS is required>", ["starttls-not-supported", "tls-failed"],
                "5.7.321"
            ),
            // danegate's log, and its JSON.
            (
                """
                Nov 27 10:00:00 mail danegate[7]: ruling=accept mode=enforce to=u@null-mx.example \
                domain=null-mx.example outcome=verified code=- host=tlsa-invalid.example
                """,
                ["verified"], "outcome=verified"
            ),
            (
                "{\"domain\":\"null-mx.example\",\"outcome\":\"opportunistic\",\"ruling\":\"accept\"}",
                ["opportunistic"], "outcome=opportunistic"
            ),
            (
                "to=u@b.example domain=b.example outcome=tlsa-invalid code=5.7.323", ["tlsa-invalid"],
                "outcome=tlsa-invalid"
            ),
            ("event=breaker state=open cause=clock message=\"x\"", ["breaker", "clock"], "event=breaker cause=clock"),
            // The most that is told counts, not the last nor the first.
            (
                "5.7.321 was it; then 5.4.312 and at last 550 5.7.322 certificate-expired: x", ["certificate-expired"],
                "5.7.322 certificate-expired"
            ),
            ("status 5.1.2, then 4.7.323 of Exchange", ["tlsa-invalid"], "4.7.323"),
            ("it says (tls-failed), not 5.1.10", ["tls-failed"], "tls-failed"),
            // What mail does to a text.
            ("> 550 5.7.323 tlsa-\n> invalid: x", ["tlsa-invalid"], "5.7.323 tlsa-invalid"),
            ("550 5.7.32=\r\n3 tlsa-in=\r\nvalid: x", ["tlsa-invalid"], "5.7.323 tlsa-invalid"),
            ("outcome=3Dtlsa-invalid and more", ["tlsa-invalid"], "outcome=tlsa-invalid"),
            ("the \u{201C}null-mx\u{201D} of x", ["null-mx"], "null-mx"),
            ("**550 5.7.323**  *tlsa-invalid*", ["tlsa-invalid"], "tlsa-invalid"),
            ("550 5.1.2", ["no-such-domain"], "5.1.2"),
            // Not danegate's.
            ("451 4.7.1 Service unavailable - try again later", ["Service unavailable"], "Service unavailable"),
            (
                """
                host gate.example[192.0.2.1] said: 451 4.7.1 Service unavailable - try\n    again later (in reply to\
                 RCPT TO command)
                """,
                ["Service unavailable"], "Service unavailable"
            ),
            ("451 4.7.1", ["Service unavailable"], "4.7.1"),
            (
                "450 4.3.2 <u@b.example>: x 451 4.3.2 Please try again later", ["Please try again later"],
                "Please try again later"
            ),
        ] as [(String, [String], String)])
    func whatPeoplePasteIsExplained(text: String, names: [String], mention: String) throws {
        let found = try Explainer.find(text)
        #expect(found.explanations.map(\.name) == names, "\(text)")
        #expect(found.mention == mention)
    }

    /// Digits that are no code, words that are names, codes that are anybody's.
    @Test(
        .rules("F-97"),
        arguments: [
            "connect to mx[25.7.321.4]:25 failed", "host 5.7.32.1 said no", "host 4.7.323.9 said no",
            "libfoo-5.7.323 of today and more",
            "running Linux 5.7.323 on the host", "client v4.7.321 is too old", "Postfix/5.7.323 says hello to us",
            "5.7.3231 and 15.7.323 and 5.7.323.1 too",
            "see https://help.example/5.7.323/tlsa-invalid for more of it", "mail to tlsa-invalid@example.org was lost",
            "host tlsa-invalid.example.org is down today",
            "the not-tlsa-invalid-at-all thing happened", "connect to mx: Network is unreachable",
            "421 4.7.0 Error: too many errors", "550 5.1.2 Host unknown to us at all",
            "the recipient was verified and encrypted",
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.example",
            "451 4.7.1 Greylisted, please try again later",
            "dsn=4.4.1, status=deferred (connect to mx: Network is unreachable)", "550", "451", "250", " 550: ",
        ])
    func whatIsNoWordOfOursIsNotExplained(text: String) {
        do {
            let found = try Explainer.find(text)
            Issue.record("\(text): \(found.explanations.map(\.name)) by \(found.mention ?? "-")")
        } catch {
            #expect(error.sentence.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            if text == "550" || text == "451" { #expect(error.sentence.contains("says by itself only")) }
            if text.contains("4.7.0 Error") { #expect(error.sentence.contains("which other programs give too")) }
        }
    }

    /// A stranger's text takes no more than its share of time and memory.
    @Test(.rules("F-97")) func longTextsAreBounded() throws {
        let noise = String(repeating: "5.7.321 tls-failed x.y@z \"=\" - ", count: 25_000)
        #expect(try Explainer.find(noise).explanations.map(\.name) == ["tls-failed"])
        let blanks = String(repeating: " ", count: Explainer.limit - 20)
        #expect(try Explainer.find(blanks + "5.7.323 tlsa-invalid").explanations.map(\.name) == ["tlsa-invalid"])
        #expect(throws: ExplainerError.self) { try Explainer.find(blanks + blanks) }
        for text in [
            String(repeating: "-\n", count: 400_000), String(repeating: "=\n", count: 400_000),
            String(repeating: "a.", count: 500_000) + " x",
        ] {
            #expect(throws: ExplainerError.self) { try Explainer.find(text) }
        }
    }

    @Test(.rules("F-97")) func theCommandReadsATextFromAnywhere() async throws {
        let directory = try ScratchDirectory("explain")
        let bounce = try directory.write(
            "Subject: Undelivered\n\nb\u{FC}\n550 5.7.322 certificate-expired: x, and 5.4.312\n", to: "bounce")
        let (status, output) = try await ChildProcess.run(
            "bash", ["-c", "head -c 3000000 /dev/zero >>\(bounce); \(Danegate.path) explain - <\(bounce)"])
        #expect(
            status == 0 && output.hasPrefix("Found in the text: 5.7.322 certificate-expired."), "\(output.prefix(300))")
        #expect(output.contains("another matter: 5.4.312."), "\(output.prefix(300))")
        // A reply whose quotes were forgotten.
        let words = "550 5.7.323 tlsa-invalid: example.org: the server fails DANE validation".split(separator: " ").map(
            String.init)
        let unquoted = try await Danegate.run(["explain", "--json"] + words)
        #expect(unquoted.status == 0 && unquoted.output.split(separator: "\n").count == 1, "\(unquoted.output)")
        #expect(unquoted.output.contains("\"mention\":\"5.7.323 tlsa-invalid\""))
        let two = try await Danegate.run(["explain", "--json", "5.7.323", "null-mx"])
        #expect(two.status == 0 && two.output.split(separator: "\n").count == 2)
        let digits = try await Danegate.run(["explain", "550"])
        #expect(
            digits.status == 64 && digits.output.contains("550 says by itself only that mail was refused"),
            "\(digits.output)")
        #expect(try await Danegate.run(["explain", "-", "x"]).status == 64)
    }

    @Test(arguments: ["4.4.312", "5.4.312", "550 5.4.312 DNS query failed"])
    func aCodeThatExchangeOnlineAloneGivesIsExplained(code: String) throws {
        #expect(try Explainer.explain(code).map(\.name) == ["dnssec-invalid", "dns-unavailable"])
    }

    @Test(arguments: Rule.all) func everyRuleIsExplained(rule: Rule) throws {
        let explanation = try #require(try Explainer.explain(rule.id.lowercased()).first)
        #expect(explanation.kind == .rule && explanation.name == rule.id)
        #expect(explanation.meaning == rule.text && explanation.found == [rule.practice])
        #expect(explanation.sources == rule.sources.map(\.description))
    }

    /// What administrators read at night: a rule says in one to three plain sentences what it asks, and what danegate
    /// does.
    @Test(arguments: Rule.all) func everyRuleIsInPlainLanguage(rule: Rule) throws {
        for text in [rule.text, rule.practice] {
            #expect(PlainText(text, shortest: 4).faults == [], "\(rule.id): \(text)")
            #expect((1...3).contains(PlainText(text).sentences.count), "\(rule.id): \(text)")
        }
        for source in rule.sources { #expect(!"\(source)".contains("§") && "\(source)".count > 7, "\(source)") }
        // A screen of 24 lines has it, and the line that asked.
        #expect(Explanation(rule).text(width: 80).split(separator: "\n", omittingEmptySubsequences: false).count < 22)
    }

    @Test func noRuleSaysWhatAnotherSays() {
        let texts = Rule.all.flatMap { [$0.text, $0.practice] }.map {
            $0.lowercased().filter { $0.isLetter || $0.isNumber }
        }
        let repeated = Dictionary(grouping: texts, by: \.self).filter { $1.count > 1 }.keys
        #expect(repeated.isEmpty, "\(repeated)")
    }

    /// The texts of other subjects too, but for settings and outcomes' sentences, which others keep.
    @Test(arguments: Explanation.Kind.allCases.filter { $0 != .rule && $0 != .setting })
    func everythingElseIsInPlainLanguage(kind: Explanation.Kind) {
        let explanations = Explanation.all.filter { $0.kind == kind }
        #expect(!explanations.isEmpty)
        for explanation in explanations {
            var texts = explanation.found + [explanation.ruling].compactMap(\.self)
            if kind != .outcome { texts.append(explanation.meaning) }
            texts += (explanation.administrator + explanation.here).map(\.text)
            for text in texts { #expect(PlainText(text).faults == [], "\(explanation.name): \(text)") }
        }
    }

    /// Texts as they stood in the catalogue before: each has something that the test is against.
    @Test(arguments: [
        "CVE-2011-0411 class, plaintext after the 220 must not be read as TLS-protected input.",
        "May a usage-2 record match the leaf itself? DC (and OpenSSL, mem) match usage 2 only at depth >= 1.",
        "Random results (\"50/50\" in INL #1358) -> varies by try.", "Exactly so.",
        "secure TLSA, none usable: encrypted.",
        "Names ignored, expiry ignored with DANE-EE; raw public keys (7250) only with 3 1 x; cf. the cert.",
        "Mixed usable + unusable, the usable one mismatches.",
        "NODATA/NXDOMAIN that is secure OR insecure is an answer",
        "TLS >= 1.0 then, 1.2 SHOULD; SNI MUST. RFC 8996 later removes 1.0/1.1 (MOX uses min 1.2).",
        "The host is left out: SKIP-AUTH.", "Lame delegation / dead glue.", "Servers w/o STARTTLS are NO-DANE.",
        "The gate asks for DS, RRSIG and CAA records.", "null-mx.", "They are unusable.", "Binds publishers. It is so.",
        "no-such-domain: it is rejected at once.",
    ])
    func workingNotesAreNoPlainLanguage(text: String) {
        #expect(!PlainText(text, shortest: 4).faults.isEmpty)
    }

    @Test(arguments: [
        "clock", "trust-anchor", "descriptors", "resolver", "failures", "passed", "withheld", "hazard", "degraded",
        "breaker", "tempfail", "reject", "monitor", "require", "exempt", "failing_for", "waited_ms", "event=start",
        "log-dropped", "second-look", "DANEGATE_DEFER_FOR", "on_tlsa_invalid", "cause=clock", "would=reject",
    ]) func theWordsOfLogAndRepliesAreExplained(word: String) throws {
        #expect(try !Explainer.explain(word).isEmpty)
    }

    @Test(arguments: [
        ("tlsa-invlid", "tlsa-invalid"), ("D-440", "D-44"), ("5.7.326", "5.7.32"), ("unreachabel", "unreachable"),
        ("nonsense", "`danegate explain` lists"), ("", "lists"), ("\u{1B}[2J", "lists"), ("5.1.1000", "lists"),
        ("%n%s", "lists"), (String(repeating: "a", count: 5000), "too long"),
    ]) func whatIsNotKnownIsSaidSo(word: String, hint: String) {
        do {
            let found = try Explainer.explain(word)
            Issue.record("\(word): \(found.map(\.name))")
        } catch {
            #expect(error.sentence.contains(hint), "\(error.sentence)")
            #expect(error.sentence.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        }
    }

    @Test func linesFitTheTerminal() throws {
        for width in [40, 80, 120] {
            for explanation in Explanation.all {
                let commands = Set((explanation.administrator + explanation.here).flatMap(\.commands))
                for line in explanation.text(width: width).split(separator: "\n") where line.count > width {
                    let text = line.drop { $0 == " " || $0 == "-" }
                    // A command, or one word that is longer than the line.
                    #expect(commands.contains(String(text)) || !text.contains(" "), "\(line)")
                }
            }
            #expect(Explanation.list(width: width).split(separator: "\n").allSatisfy { $0.count <= width })
        }
    }

    @Test func theCommandPrintsTextAndJSON() async throws {
        let (status, output) = try await Danegate.run(["explain", "--json", "5.7.321", "d-44"])
        #expect(status == 0)
        let bodies = try output.split(separator: "\n").map { try JSONDecoder().decode(Body.self, from: Data($0.utf8)) }
        #expect(bodies.map(\.name) == ["starttls-not-supported", "tls-failed", "D-44"])
        #expect(bodies.map(\.asked) == ["5.7.321", "5.7.321", "d-44"])
        #expect(bodies[0].codes == ["451 4.7.321", "550 5.7.321"])
        #expect(bodies[2].practice?.isEmpty == false)
        let text = try await Danegate.run(["explain", "tlsa-invalid"])
        #expect(text.status == 0 && text.output.contains("wait two TTLs") && text.output.contains("sha256sum"))
        #expect(text.output.split(separator: "\n").filter { !$0.hasPrefix("        ") }.allSatisfy { $0.count <= 80 })
        let list = try await Danegate.run(["explain"])
        #expect(list.status == 0 && Outcome.allCases.allSatisfy { list.output.contains($0.rawValue) })
        let unknown = try await Danegate.run(["explain", "tlsa-invlid", "tlsa-invalid"])
        #expect(unknown.status == 64 && unknown.output.contains("did you mean tlsa-invalid?"))
    }
}
