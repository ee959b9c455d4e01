import Foundation
import RuleMarks
import Testing
import World
import WorldHosts

/// `danegate judge`: chain, records, names and date in, one object out.
@Suite(.timeLimit(.minutes(3))) struct JudgeTests {
    /// What is read of the JSON.
    struct Report: Decodable {
        struct Record: Decodable {
            let standing: String
            let usable: Bool
            let why: String?
        }
        let outcome: String
        let matched: Int?
        let depth: Int?
        let reason: String
        let date: String
        let cut: Bool
        let undecided: Bool
        let hazards: [String]
        let records: [Record]
    }

    /// A chain on disk, of a leaf for `mx.example.org`, an intermediate and a root.
    struct Case {
        let chain: IssuedChain
        let directory: ScratchDirectory

        init(_ validity: Validity = .current) async throws {
            let authority = try await CertificateAuthority.root().intermediate()
            chain = try await authority.issue("mx.example.org", validity: validity)
            directory = try ScratchDirectory("judge")
            try directory.write(chain.pem, to: "chain.pem")
        }

        func judge(
            _ records: [String], names: [String] = ["mx.example.org"], file: String = "chain.pem", _ more: String...
        ) async throws -> (status: Int32, report: Report) {
            let options = records.flatMap { ["--tlsa", $0] } + names.flatMap { ["--name", $0] } + more
            let path = directory.file(file)
            let (status, output) = try await Danegate.run(["judge", "--json", "--chain", path] + options)
            return (status, try JSONDecoder().decode(Report.self, from: Data(output.utf8)))
        }
    }

    @Test(.rules("T-08", "D-44", "D-53", "D-54", "I-01")) func eachOutcomeHasItsObjectAndStatus() async throws {
        let world = try await Case()
        let (leaf, anchor) = (world.chain.tlsa(), world.chain.tlsa(usage: 2, depth: 1))
        let wrong = "3 1 1 \(String(repeating: "00", count: 32))"

        let verified = try await world.judge([wrong, leaf])
        #expect(verified.status == 0 && verified.report.outcome == "verified")
        #expect(verified.report.matched == 1 && verified.report.depth == 0)
        #expect(verified.report.records[0].why == "does not match the server's key")
        #expect(verified.report.records[1].why == nil && verified.report.records[1].standing == "authenticates")

        let byAnchor = try await world.judge([anchor], names: ["other.example", "mx.example.org"])
        #expect(byAnchor.report.outcome == "verified" && byAnchor.report.depth == 1)
        let named = try await world.judge([anchor], names: ["b\u{FC}cher.example"])
        #expect(named.status == 1 && named.report.outcome == "certificate-host-mismatch")
        #expect(named.report.matched == nil && named.report.depth == nil)
        #expect(named.report.reason.contains("xn--bcher-kva.example"))

        let unusable = try await world.judge(["1 1 1 \(leaf.dropFirst(6))", "3 1 1 0102", "\\# 3 030101"])
        #expect(unusable.status == 0 && unusable.report.outcome == "encrypted")
        #expect(unusable.report.records.count == 3)
        #expect(unusable.report.records.allSatisfy { !$0.usable && $0.why?.hasPrefix("unusable: ") == true })
        #expect(unusable.report.hazards.count == 1, "the last one crashes Postfix")
        let invalid = try await world.judge([wrong])
        #expect(invalid.status == 1 && invalid.report.outcome == "tlsa-invalid")
    }

    @Test(.rules("D-44", "E-07")) func theDateIsTheOneGiven() async throws {
        let world = try await Case(.expired)
        let (leaf, anchor) = (world.chain.tlsa(), world.chain.tlsa(usage: 2, depth: 1))
        #expect(try await world.judge([anchor]).report.outcome == "certificate-expired")
        #expect(try await world.judge([leaf]).report.outcome == "verified")
        let then = Date(timeIntervalSinceNow: -12 * 3600 - 86_400).formatted(.iso8601)
        let before = try await world.judge([anchor], "--date", then)
        #expect(before.report.outcome == "verified", "the dates of an anchor that is no root do not count")
        #expect(before.report.date == then)
        let root = try await world.judge([world.chain.tlsa(usage: 2, depth: 2)], "--date", then)
        #expect(root.report.outcome == "tlsa-invalid", "the root is not valid before yesterday: \(root.report.reason)")
    }

    @Test func theRestOfTheListMayStandInAnyOrderAndCompany() async throws {
        let world = try await Case()
        let stranger = try await CertificateAuthority.root("Stranger").issue("stranger.example")
        let (der, others) = (world.chain.certificates, stranger.certificates)
        for order in [[der[0], der[2], others[1], der[1]], [der[0], others[0], others[1], der[1], der[2]]] {
            try world.directory.write("subject=...\n" + order.map(\.pem).joined(separator: "text\r\n"), to: "list.pem")
            for depth in 1...2 {
                let (_, report) = try await world.judge([world.chain.tlsa(usage: 2, depth: depth)], file: "list.pem")
                #expect(report.outcome == "verified" && report.depth == depth, "\(report.reason)")
            }
            let alien = try await world.judge([stranger.tlsa(usage: 2, depth: 1)], file: "list.pem")
            #expect(alien.report.outcome == "tlsa-invalid", "its CA is in the list, and has signed nothing here")
        }
        try world.directory.write(der[0].pem + der[2].pem, to: "gap.pem")
        let gap = try await world.judge([world.chain.tlsa(usage: 2, depth: 2)], file: "gap.pem")
        #expect(gap.report.outcome == "tlsa-invalid", "a link is missing")
    }

    /// A key that GnuTLS does not know proves nothing: neither that a client may deliver, nor that it may not.
    @Test(.rules("F-74")) func whatCannotBeToldHasItsOwnStatus() async throws {
        var root = FreeCertificate([[.commonName("Root")]], validity: .current, serialNumber: [1])
        root.extensions = [.basicConstraints()]
        root.publicKey = DER.sequence(
            DER.sequence(DER.identifier("1.3.6.1.4.1.99999.2")), DER.bits([1, 2, 3, 4]))
        var leaf = FreeCertificate([[.commonName("mx")]], validity: .current, serialNumber: [2])
        leaf.extensions = [.alternativeNames([.dns("mx.example.org")])]
        let keys = try await (CertificateKey.new(), CertificateKey.new())
        let chain = [try leaf.signed(keys.0, issuer: root.subject, signer: keys.1), try root.signed(keys.1)]
        let world = try await Case()
        try world.directory.write(chain.map { DER.pem($0, label: "CERTIFICATE") }.joined(), to: "strange.pem")
        let digest = SHA2.sha256(chain[1]).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let strange = try await world.judge(["2 0 1 \(digest)"], file: "strange.pem")
        #expect(strange.status == 75 && strange.report.outcome == "unreachable", "\(strange.report.reason)")
        #expect(strange.report.undecided && !strange.report.cut && strange.report.records[0].standing == "undecided")
        #expect(
            strange.report.reason.contains("the key of the certificate at depth 1 is of a kind that GnuTLS"))
        let wrong = try await world.judge(["2 0 1 \(digest)"], names: ["other.example"], file: "strange.pem")
        #expect(wrong.status == 1 && wrong.report.outcome == "certificate-host-mismatch", "that is wrong in any case")
    }

    @Test(arguments: [
        (["--tlsa", "3 1"], 64), (["--tlsa", "3 1 1 xy"], 64), (["--name", "a..b"], 64), (["--date", "yesterday"], 64),
        (["--date", "2026-13-01"], 64), (["--chain", "/nowhere/at/all"], 66), (["--chain", "/dev/null"], 65),
    ])
    func whatIsNoInputIsNamed(_ options: [String], status: Int) async throws {
        let world = try await Case()
        let base = options[0] == "--chain" ? [] : ["--chain", world.directory.file("chain.pem")]
        let (seen, output) = try await Danegate.run(
            ["judge", "--tlsa", "3 1 1 00", "--name", "mx.example.org"] + base + options)
        #expect(Int(seen) == status, "\(output)")
        #expect(output.contains(options[1]), "\(output)")
    }

    @Test func theTextSaysWhatDecided() async throws {
        let world = try await Case()
        let (status, text) = try await Danegate.run(
            [
                "judge", "--chain", world.directory.file("chain.pem"), "--tlsa", world.chain.tlsa(), "--name",
                "mx.example.org",
                "--date", "2027-01-31",
            ])
        #expect(status == 0)
        #expect(text.hasPrefix("verified: TLSA record 1, DANE-EE(3) SPKI(1) SHA2-256(1): matches the server's key\n"))
        #expect(text.contains("as of 2027-01-31T00:00:00Z"))
        #expect(text.contains("certificate 2: CN=Test Root"))
    }
}
