import DANE
import Foundation
import RuleMarks
import Synchronization
import Testing
import World

/// What danegate asks the DNS, and what it says where the DNS fails.
@Suite(.timeLimit(.minutes(5))) struct DNSFailureTests {
    /// A domain of the world, and the words for what is wrong with it. `D` stands for its name, `T` for the TLSA owner
    /// of its host, `#` for a time.
    struct Words: Sendable, CustomTestStringConvertible {
        let label: String
        let cause: String
        var testDescription: String { label }

        init(_ label: String, _ cause: String) {
            self.label = label
            self.cause = cause
        }

        /// Whether a text says it.
        func isSaid(in text: String, port: UInt16) throws -> Bool {
            let name = "\(label).example"
            let pattern = cause.replacing("(", with: "\\(").replacing(")", with: "\\)").replacing(".", with: "\\.")
                .replacing("#", with: "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC")
                .replacing(/\bD\b/, with: name).replacing(/\bT\b/, with: "_\(port)._tcp.mx.\(name)")
            return try text.contains(Regex(pattern))
        }
    }

    static let words: [Words] = [
        Words("mx-signature-expired", "the signature of the MX records of D expired 10 days ago (#)"),
        Words(
            "mx-expired",
            "its MX records are bogus: the signature of the keys (DNSKEY) of D expired 10 days ago (#)"),
        Words(
            "mx-not-yet-valid",
            "its MX records are bogus: the signature of the keys (DNSKEY) of D is not valid before #"),
        Words("mx-missing-signature", "the MX records of D carry no signature"),
        Words("mx-corrupt-signature", "the signature of the MX records of D does not verify: altered or damaged data"),
        Words("ds-mismatch", "its MX records are bogus: the DS record at the parent of D matches none of its keys"),
        Words(
            "ds-without-keys", "its MX records are bogus: the parent says that D is signed (DS), but it has no DNSKEY"),
        Words("mx-missing-denial", "the proof that D has no MX records is missing or wrong (NSEC/NSEC3)"),
        Words("no-mx-missing-nsec3", "the proof that D has no MX records is missing or wrong (NSEC/NSEC3)"),
        Words("address-signature-expired", "the signature of the A records of mx.D expired 10 days ago (#)"),
        Words("tlsa-expired-signature", "the signature of the TLSA records of T expired 10 days ago (#)"),
        Words("tlsa-stripped", "the TLSA records of T carry no signature"),
        Words("no-tlsa-missing-nsec3", "the proof that T does not exist is missing or wrong (NSEC/NSEC3)"),
        Words("tlsa-wrong-denial", "the proof that T has no TLSA records is missing or wrong (NSEC/NSEC3)"),
        Words("child.expired-ds", "the signature of the DS records of D expired 10 days ago (#)"),
        Words("www.bogus-alias", "the signature of the CNAME records of D does not verify: altered or damaged data"),
        Words(
            "keys-servfail",
            "its MX records could not be looked up: the keys (DNSKEY) of D could not be looked up: the name servers"),
        Words(
            "ds-servfail",
            "its MX records could not be looked up: the DS records of D at its parent could not be looked up: "),
    ]

    struct Report: Decodable {
        struct Step: Decodable { let detail: String }
        struct Host: Decodable { let cause: String }
        let domain: String
        let cause: String
        let reply: String?
        let steps: [Step]
    }

    /// `danegate check` says it as JSON and as text, and in the reply that it foretells.
    @Test(.rules("F-20", "F-26", "F-27")) func checkSaysWhy() async throws {
        let world = try await MailWorld(Self.words.map { MailDomains.named($0.label) })
        let names = world.domains.map(\.name)
        let (_, output) = try await Danegate.run(["check", "--json"] + names, environment: world.environment())
        let reports = try output.split(separator: "\n").filter { $0.hasPrefix("{") }
            .map { try JSONDecoder().decode(Report.self, from: Data($0.utf8)) }
        try #require(reports.map(\.domain) == names, "\(output)")
        for (words, report) in zip(Self.words, reports) {
            #expect(try words.isSaid(in: report.cause, port: world.hosts.port), "\(report.cause)")
            let reply = try #require(report.reply)
            // A reply has no room for the end of every cause.
            #expect(reply.contains(report.cause.prefix(80)), "\(reply)")
            #expect(reply.utf8.count <= Reply.maximumLength)
        }
        // libunbound's own words are for who knows them.
        let expired = try #require(reports.first { $0.domain == "mx-signature-expired.example" })
        #expect(expired.steps.contains { $0.detail.contains("(libunbound: validation failure <") }, "\(expired.steps)")

        let (_, text) = try await Danegate.run(["check", names[0]], environment: world.environment())
        #expect(try Self.words[0].isSaid(in: text, port: world.hosts.port), "\(text)")
        await world.stop()
    }

    /// The sender is told so at RCPT, and the log keeps it.
    @Test func replyAndLogSayWhy() async throws {
        let world = try await MailWorld(Self.words.map { MailDomains.named($0.label) })
        let gate = try await DaemonTests.Gate(world)
        for (words, domain) in zip(Self.words, world.domains) {
            guard case .reply(let reply) = try await gate.answer("<user@\(domain.name)>") else {
                Issue.record("no reply for \(domain.name)")
                continue
            }
            // These names are long, and a reply has no room for the end of every cause.
            let start = Words(words.label, String(words.cause.prefix(40)))
            #expect(try start.isSaid(in: reply, port: world.hosts.port), "\(reply)")
        }
        let isLogged = try await eventually {
            let lines = gate.daemon.output.split(separator: "\n").filter { $0.withoutTime.hasPrefix("ruling=") }
            return try zip(Self.words, world.domains).allSatisfy { words, domain in
                try lines.contains {
                    try $0.contains("domain=\(domain.name) ") && words.isSaid(in: String($0), port: world.hosts.port)
                }
            }
        }
        #expect(isLogged, "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Addresses before TLSA records, and these only where the addresses are secure (RFC 7672 §2.2.2).
    @Test(.rules("D-09", "D-32", "D-33", "D-38", "F-21", "F-24", "T-12"))
    func questionsComeInOrder() async throws {
        let labels = [
            "verified", "empty-non-terminal", "unsigned", "unsigned-host", "insecure-alias",
            "unsigned-tlsa-servfail", "host-of-unknown-algorithm", "unknown-algorithm",
        ]
        let world = try await MailWorld(labels.map(MailDomains.named))
        let port = world.hosts.port
        for domain in world.domains {
            world.names.clearQueries()
            let (status, output) = try await Danegate.run(["check", domain.name], environment: world.environment())
            #expect(status == 0, "\(output)")
            let queries = world.names.queries
            #expect(queries.contains(Query(domain.name, "MX")), "\(queries)")
            let tlsa = queries.indices.filter { queries[$0].type == "TLSA" }
            if domain.outcome == .verified {
                let owner = "_\(port)._tcp.mx.\(domain.name)"
                let first = try #require(tlsa.first, "\(queries)")
                #expect(tlsa.allSatisfy { queries[$0].name == owner }, "\(queries)")
                for type in ["A", "AAAA"] {
                    let address = try #require(queries.firstIndex(of: Query("mx.\(domain.name)", type)), "\(queries)")
                    #expect(address < first, "\(queries)")
                }
                // Nobody asks for what lies between: a server that denies it does no harm.
                #expect(!queries.contains { $0.name == "_tcp.mx.\(domain.name)" && $0.type != "DS" }, "\(queries)")
            } else {
                // At the domain itself `check` may look for records that were put there by mistake.
                let wrongOwner = "_\(port)._tcp.\(domain.name)"
                #expect(tlsa.allSatisfy { queries[$0].name == wrongOwner }, "\(domain.name): \(queries)")
            }
        }
        await world.stop()
    }

    /// If signatures are stripped on the way, nothing can be validated. So nothing is known: neither that a domain has
    /// no DANE, nor that it is broken (RFC 7672 §2.1.1).
    @Test(.rules("D-01", "D-02", "D-06")) func aWayThatStripsSignaturesMakesADoubtOfAll() async throws {
        let world = try await MailWorld(["verified", "no-tlsa", "mx-expired"].map(MailDomains.named))
        world.names.setWireFaults([WireFault("*", nil, .unsigned)])
        let (status, output) = try await Danegate.run(
            ["check", "--json"] + world.domains.map(\.name), environment: world.environment())
        #expect(status == 75, "\(output)")
        for domain in world.domains {
            #expect(output.contains("\"domain\":\"\(domain.name)\""))
        }
        let outcomes = output.split(separator: "\n").filter { $0.contains("\"outcome\":\"dns-unavailable\"") }
        #expect(outcomes.count == world.domains.count, "\(output)")
        await world.stop()
    }

    /// A host behind insecure MX records is named as the domain names it, whatever it is an alias of (RFC 7672 §2.2.1).
    @Test(.rules("D-28", "D-29")) func aHostBehindInsecureRecordsIsNamedAsPublished() async throws {
        let domain = MailDomain("published-name", "V5", .opportunistic) { draft in
            draft.zone.signing = .unsigned
            draft.mx(10, "mx")
            draft.record("mx CNAME elsewhere")
            try await draft.address("elsewhere", .noSTARTTLS)
            draft.publish([try await draft.chain().tlsa()], at: "elsewhere")
        }
        let world = try await MailWorld([domain])
        let (_, output) = try await Danegate.run(["check", "--json", domain.name], environment: world.environment())
        #expect(output.contains("\"host\":\"mx.published-name.example\""), "\(output)")
        #expect(output.contains("\"outcome\":\"opportunistic\""), "\(output)")
        let gate = try await DaemonTests.Gate(world)
        #expect(try await gate.answer("<user@\(domain.name)>") == .continue)
        #expect(await gate.daemon.waitForOutput { $0.contains("host=mx.published-name.example ") })
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// A host whose TLSA lookup failed is not connected to, however well it would do (RFC 7672 §2.1.2).
    @Test(.rules("D-10", "D-67"), arguments: [WireFault.Effect.servfail, .notimp, .noSuchName, .unsigned])
    func noConnectionIsMadeWhereTheLookupFailed(effect: WireFault.Effect) async throws {
        let box = Box()
        let domain = MailDomain("lookup-fails", "V12", .dnsUnavailable) { draft in
            let chain = try await draft.chain()
            let host = try await draft.farm.add(.normal(chain))
            box.address.withLock { $0 = host }
            draft.mx(10, "mx")
            draft.record("mx A \(host)")
            draft.publish([chain.tlsa()])
        }
        let world = try await MailWorld([domain])
        let host = try #require(box.address.withLock { $0 })
        world.names.setWireFaults([WireFault("_\(world.hosts.port)._tcp.mx.\(domain.name)", "TLSA", effect)])
        let failed = try await Danegate.run(["check", domain.name], environment: world.environment())
        #expect(failed.status == 75, "\(failed.output)")
        #expect(world.hosts.connections(at: host) == 0)
        world.names.setWireFaults([])
        let mended = try await Danegate.run(["check", domain.name], environment: world.environment())
        #expect(mended.status == 0, "\(mended.output)")
        #expect(world.hosts.connections(at: host) > 0)
        await world.stop()
    }
}

/// Where a domain's host stands, told by its build.
private final class Box: Sendable {
    let address = Mutex<IPAddress?>(nil)
}
