import Certificates
import DANE
import Foundation
import RuleMarks
import Testing
import World
import WorldHosts

/// One oddity at a time, judged by the RFC, with OpenSSL beside.
@Suite(.timeLimit(.minutes(5))) struct NamedChainTests {
    @Test(.rules("F-71")) func namesOfIssuers() async throws { try await check(NamedChain.issuers) }

    @Test(.rules("D-49", "F-72", "F-73")) func nameConstraints() async throws {
        try await check(NamedChain.constraints)
    }

    @Test(.rules("D-49", "F-73", "F-75")) func useAndBuild() async throws { try await check(NamedChain.uses) }

    private func check(_ chains: [NamedChain]) async throws {
        let keys = try await ChainKeys()
        for chain in chains {
            let (ours, theirs) = try chain.verdicts(keys)
            #expect(ours.chainVerdict == chain.expected, "\(chain.name): \(ours.reason)")
            // A later OpenSSL may have come round.
            #expect(
                [chain.openSSL, chain.expected].contains(theirs.verdict),
                "\(chain.name), by OpenSSL: \(theirs.verdict), \(theirs.reason)")
        }
    }

    /// What GnuTLS does not know is a doubt where nothing else is wrong, whatever OpenSSL knows.
    @Test(
        .rules("F-74"),
        arguments: [
            ("brainpool-leaf", "brainpool-root", .doubtful, .authenticated),
            ("koblitz-leaf", "koblitz-root", .doubtful, .authenticated),
            // RFC 5480 §2.1.1: a curve is named.
            ("explicit-leaf", "explicit-root", .refused, .refused),
            ("pss-leaf-0", "pss-root", .authenticated, .authenticated),
            ("pss-leaf-20", "pss-root", .authenticated, .authenticated),
            ("pss-leaf-32", "pss-root", .authenticated, .authenticated),
            ("pss-leaf-64", "pss-root", .authenticated, .authenticated),
            ("pss-leaf-max", "pss-root", .authenticated, .authenticated),
            ("pss-leaf-sha1", "pss-root", .refused, .refused), ("pss-leaf-mask", "pss-root", .doubtful, .authenticated),
            ("pss-only-leaf", "pss-only-root", .authenticated, .authenticated),
            ("pss-leaf-32", "pss-only-root", .refused, .refused),
        ] as [(String, String, ChainVerdict, ChainVerdict)])
    func keysAndSignatures(_ leaf: String, _ root: String, _ expected: ChainVerdict, _ openSSL: ChainVerdict) throws {
        let chain = try [leaf, root].map { try Self.odd($0) }
        for matching: UInt8 in 0...1 {
            let record = TLSARecord(
                usage: 2, selector: 0, matchingType: matching, data: SHA2.data(chain[1], matching: matching))
            let ours = CertificateJudgement.judge(
                chain: chain, records: [record], names: [DomainName("mx.example.com")!], at: Self.date)
            #expect(ours.chainVerdict == expected, "\(leaf): \(ours.reason)")
            let theirs = OpenSSLChain.judge(chain, [record], ["mx.example.com"], at: Self.date)
            #expect(theirs.verdict == openSSL, "\(leaf), by OpenSSL: \(theirs.reason)")
        }
    }

    /// In 2027: the certificates of the folder `odd` were made in 2026, for a hundred years.
    private static let date: Int64 = 1_800_000_000

    /// A certificate of CertificatesTests' folder `odd`.
    private static func odd(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tests.appending(path: "CertificatesTests/Fixtures/odd/odd.pem")
        let part = try String(contentsOf: file, encoding: .utf8).split(separator: "# ")
            .first { $0.hasPrefix("\(name)\n") }
        let text = try #require(part)
        return try #require(try PEM.certificates(in: Array(text.utf8)).first)
    }

    /// Keys that only some clients take: 80 bits of security are asked for, as Postfix does.
    @Test(.rules("F-75"), arguments: 0...2) func weakKeys(_ depth: Int) async throws {
        var drawn = DrawnChain(plain: 3)
        let keys = try await ChainKeys()
        for (kind, expected) in [(CertificateKey.Algorithm.rsa1024, ChainVerdict.authenticated), (.rsa896, .refused)] {
            drawn.keys[depth] = ChainKeys.offsets(kind).lowerBound
            let chain = try drawn.signed(keys)
            let records = drawn.tlsa(chain, keys)
            let ours = CertificateJudgement.judge(
                chain: chain, records: records, names: [DomainName(drawn.host)!], at: DrawnChain.date)
            #expect(ours.chainVerdict == expected, "\(kind) at depth \(depth): \(ours.reason)")
            let theirs = OpenSSLChain.judge(chain, records, [drawn.host], at: DrawnChain.date)
            #expect(theirs.verdict == expected, "\(kind) at depth \(depth), by OpenSSL: \(theirs.reason)")
        }
    }
}

extension DrawnChain {
    /// A chain with nothing drawn, and a record of its root.
    init(plain length: Int) {
        number = 0
        keys = Array(0..<length)
        sent = Array(0..<length)
        records = [Record(usage: 2, selector: 1, matching: 1, depth: length - 1)]
        certificates = (0..<length).map { depth in
            var certificate = FreeCertificate(
                [[.commonName("CA \(depth)")]], validity: Self.validity(-86_400, 86_400), serialNumber: [0x41])
            certificate.extensions = [
                depth == 0 ? .alternativeNames([.dns("mx.c0.draw.example")]) : .basicConstraints()
            ]
            return certificate
        }
    }
}
