import DANE
import Foundation
import RuleMarks
import Synchronization
import Testing
import World

/// `danegate notice`: a mail with the evidence, and nothing that a stranger could forge in it.
@Suite(.timeLimit(.minutes(5))) struct NoticeWorldTests {
    /// The chains that hosts show, by domain.
    private final class Chains: Sendable {
        let all = Mutex<[String: IssuedChain]>([:])
    }

    private func notice(
        _ world: MailWorld, _ label: String, _ options: [String] = [], _ settings: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        try await Danegate.run(
            ["notice"] + options + ["\(label).example"], environment: world.environment(settings))
    }

    @Test func everyProvenFaultHasANotice() async throws {
        let failing = MailDomains.all.filter {
            $0.outcome.defaultRuling == .deferThenReject && !$0.isRequired && !$0.isFickle && !$0.isWaiting
        }
        // One of each row and outcome.
        var seen: Set<String> = []
        let some = failing.filter { seen.insert("\($0.row) \($0.outcome)").inserted }
        #expect(some.count >= 5)
        let world = try await MailWorld(some)
        for domain in some {
            let (status, text) = try await notice(world, domain.label, ["--from", "abuse@sender.example"])
            #expect(status == 0, "\(domain.name): \(text)")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.starts(with: ["From: abuse@sender.example", "To: postmaster@\(domain.name)"]), "\(text)")
            #expect(
                lines[2].hasPrefix("Subject: Mail to ") && lines[2].hasSuffix(domain.outcome.rawValue), "\(lines[2])")
            #expect(lines.allSatisfy { $0.utf8.count <= 76 }, "\(text)")
            #expect(text.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 && $0 < 0x7F }, "\(text)")
            let code = try #require(domain.outcome.enhancedCode(.permanent))
            #expect(text.contains("\(code)") && text.contains("Cause:") && text.contains("Inspected:"))
            // The postmaster has none of our commands.
            #expect(!text.contains("danegate"), "\(text)")
            let empty = lines.indices.filter { lines[$0].isEmpty }
            let first = try #require(lines.firstIndex { $0.hasPrefix("Domain:") })
            #expect(empty.contains(first - 1) && !zip(empty, empty.dropFirst()).contains { $0 + 1 == $1 }, "\(text)")
        }
        await world.stop()
    }

    @Test(.rules("F-97")) func theRightRecordsAreThoseOfTheCertificateInUse() async throws {
        let chains = Chains()
        let domains = [
            MailDomain("wrong-ee", "V19", .tlsaInvalid) { draft in
                let chain = try await draft.chain()
                chains.all.withLock { $0["wrong-ee"] = chain }
                try await draft.host(.normal(chain), tlsa: draft.chain().tlsa())
            },
            MailDomain("wrong-ta", "V19", .tlsaInvalid) { draft in
                let chain = try await draft.chain()
                chains.all.withLock { $0["wrong-ta"] = chain }
                try await draft.host(.normal(chain), tlsa: draft.chain().tlsa(usage: 2))
            },
            MailDomain("hostile-subject", "V19", .tlsaInvalid) { draft in
                let name = "a\r\n\r\nTo: victim@example.org\n.\n\u{1B}[31m\u{2028}é"
                let chain = try await IssuedChain.selfSigned("mx.hostile-subject.example", commonName: name)
                try await draft.host(.normal(chain), tlsa: draft.chain().tlsa())
            },
            MailDomains.named("verified"), MailDomains.named("tlsa-servfail"), MailDomains.named("null-mx"),
            MailDomains.named("ee-expired"),
            // Degraded, but of the better host nothing is known for certain.
            MailDomain("doubtful", "V12", .verified, degraded: true) { draft in
                let chain = try await draft.chain("backup.doubtful.example")
                try await draft.host(.normal(chain), tlsa: chain.tlsa())
                try await draft.host(named: "backup", preference: 20, .normal(chain), tlsa: chain.tlsa())
                draft.wire = [WireFault("\(draft.owner("mx")).doubtful.example", "TLSA", .servfail)]
            },
        ]
        let world = try await MailWorld(domains)
        for label in ["wrong-ee", "wrong-ta"] {
            let chain = try #require(chains.all.withLock { $0[label] })
            let (_, text) = try await notice(world, label)
            let lines = text.split(separator: "\n")
            #expect(lines.contains("    \(chain.tlsa())"), "\(text)")
            #expect(lines.contains("    \(chain.tlsa(usage: 2, depth: 1))") == (label == "wrong-ta"), "\(text)")
            #expect(lines.contains("       \(chain.tlsa(selector: 0).dropFirst(6))"))
            #expect(text.contains("_\(world.hosts.port)._tcp.mx.\(label).example"))
            #expect(!text.contains("First seen"), "no daemon answers")
        }
        let (_, hostile) = try await notice(world, "hostile-subject")
        let lines = hostile.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count { $0.hasPrefix("To: ") } == 1 && !lines.contains("."), "\(hostile)")
        #expect(hostile.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 && $0 < 0x7F })
        #expect(try await notice(world, "verified").status == 1)
        #expect(try await notice(world, "null-mx").status == 1)
        #expect(try await notice(world, "doubtful").status == 75)
        // A site may imitate Exchange Online; the domain does what the RFC says.
        #expect(try await notice(world, "ee-expired", [], ["EXPIRED_EE": "fail"]).status == 1)
        let (doubt, sentence) = try await notice(world, "tlsa-servfail")
        #expect(doubt == 75 && sentence.contains("nothing is proven"))
        let senders = [
            "a", "a@b@c", "a@b\nBcc: c@d", "é@b", "@b.example", "a@", "a@b.example,c", "<a@b.example>", "a b@c.example",
            "=?us-ascii?q?x?=@b.example", "(x)a@b.example", "a..b@c.example", "a@b.example.", "\"a\"@b.example",
            "a@[192.0.2.1]",
        ]
        for from in senders {
            #expect(try await notice(world, "wrong-ee", ["--from", from]).status == 64, "\(from)")
        }
        // As a domain is pasted; and several, as an mbox.
        let pasted = try await Danegate.run(
            ["notice", "<user@wrong-ee.example>", "wrong-ta.example."], environment: world.environment())
        let messages = pasted.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(pasted.status == 0 && messages.count { $0.hasPrefix("From danegate ") } == 2, "\(pasted.output)")
        #expect(
            messages.filter { $0.hasPrefix("To: ") } == [
                "To: postmaster@wrong-ee.example", "To: postmaster@wrong-ta.example",
            ])
        let mixed = try await Danegate.run(
            ["notice", "verified.example", "wrong-ee.example", "tlsa-servfail.example"],
            environment: world.environment())
        #expect(mixed.status == 75 && mixed.output.contains("To: postmaster@wrong-ee.example"), "\(mixed.output)")
        #expect(mixed.output.contains("verified.example is verified: there is nothing to notify of."))
        let host = try await Danegate.run(["notice", "[mx.wrong-ee.example]"], environment: world.environment())
        #expect(
            host.status == 0 && host.output.contains("-L verbose,summary [mx.wrong-ee.example]\n"), "\(host.output)")
        for host in [
            "[192.0.2.1]", "192.0.2.1", "", ".", "a@[192.0.2.1]", "a.example\nBcc: b@c.example", "https://a.example/",
        ] {
            let result = try await Danegate.run(["notice", host], environment: world.environment())
            #expect(result.status == 64, "\(host): \(result.output)")
        }
        await world.stop()
    }

    @Test func theDaemonTellsSinceWhen() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let gate = try await DaemonTests.Gate(world)
        _ = try await gate.answer("<a@tlsa-invalid.example>")
        let directory = (gate.socket as NSString).deletingLastPathComponent
        #expect(
            try await eventually(within: .seconds(60)) {
                let (_, text) = try await notice(world, "tlsa-invalid", [], ["STATE_DIRECTORY": directory])
                let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                return words.contains("First seen: ") && words.contains("Refused: mail to 1 recipient since 20")
                    && words.contains(", 1 of them for now only")
            })
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
