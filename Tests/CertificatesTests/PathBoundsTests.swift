import DANE
import Foundation
import RuleMarks
import Testing
import WorldHosts

@testable import Certificates

/// Certificates that were made to keep a processor busy.
@Suite(.timeLimit(.minutes(3))) struct PathBoundsTests {
    private static let name = DomainName("mx.example.com")!

    /// A server's certificate with so many names below a root with so many constraints.
    private func judge(
        names: [FreeCertificate.GeneralName], permitted: [FreeCertificate.GeneralName],
        excluded: [FreeCertificate.GeneralName] = []
    ) async throws -> CertificateJudgement {
        let keys = try await (CertificateKey.new(), CertificateKey.new())
        let validity = Validity.days(-1, 1)
        var root = FreeCertificate([[.commonName("Root")]], validity: validity, serialNumber: [1])
        root.extensions = [
            .basicConstraints(),
            .nameConstraints(permitted: permitted.map { .init($0) }, excluded: excluded.map { .init($0) }),
        ]
        var leaf = FreeCertificate([[.commonName("x")]], validity: validity, serialNumber: [2])
        leaf.extensions = [.alternativeNames(names)]
        let chain = [try leaf.signed(keys.0, issuer: root.subject, signer: keys.1), try root.signed(keys.1)]
        let record = TLSARecord(usage: 2, selector: 0, matchingType: 1, data: SHA2.sha256(chain[1]))
        let now = Int64(Validity.days(0, 0).notBefore.timeIntervalSince1970)
        return .judge(chain: chain, records: [record], names: [Self.name], at: now)
    }

    @Test(.rules("F-72")) func constraintsOfAnyNumberAreHonouredUpToABound() async throws {
        let many = (0..<500).map { FreeCertificate.GeneralName.dns("h\($0).example.com") }
        let few = try await judge(names: [.dns("mx.example.com")] + many, permitted: [.dns("example.com")] + many)
        #expect(few.finding == .authenticated(record: 0, depth: 1), "\(few.reason)")
        let broken = try await judge(names: [.dns("mx.example.com")], permitted: many)
        #expect(broken.finding == .noMatch && !broken.isDoubtful, "\(broken.reason)")
        let short = (0..<2500).map { FreeCertificate.GeneralName.dns("h\($0)") }
        let beyond = try await judge(names: [.dns("mx.example.com")] + short, permitted: [.dns("")] + short)
        #expect(beyond.isCut && beyond.isDoubtful, "\(beyond.reason)")
    }

    /// Names that are the same but for their ends, as many as there is room for.
    @Test func longDirectoryNames() async throws {
        let start = String(repeating: "a", count: 200)
        let names = (0..<200).map {
            FreeCertificate.GeneralName.directory([[.organization(start + "n\($0)")]])
        }
        let constraints = (0..<200).map {
            FreeCertificate.GeneralName.directory([[.organization(start + "c\($0)")]])
        }
        let judgement = try await judge(
            names: [.dns("mx.example.com")] + names, permitted: [], excluded: constraints)
        #expect(judgement.finding == .authenticated(record: 0, depth: 1), "\(judgement.reason)")
    }

    /// RSASSA-PSS with salts longer than any key, and with parameters that are none.
    @Test(
        arguments: [
            [0x02, 1, 0x7F], [0x02, 2, 0x00, 0xDF], [0x02, 3, 0x7F, 0xFF, 0xFF], [0x02, 4, 0x7F, 0xFF, 0xFF, 0xFF],
            [0x02, 1, 0xFF], [0x02, 0], [0x05, 0], [],
        ] as [[UInt8]])
    func saltsOfAnyLength(_ salt: [UInt8]) async throws {
        let sha256 = DER.sequence(DER.identifier("2.16.840.1.101.3.4.2.1"), DER.null)
        let mask = DER.sequence(DER.identifier("1.2.840.113549.1.1.8"), sha256)
        let keys = try await (CertificateKey.new(), CertificateKey.new(.rsa2048))
        var root = FreeCertificate([[.commonName("Root")]], validity: .days(-1, 1), serialNumber: [1])
        root.extensions = [.basicConstraints()]
        var leaf = FreeCertificate([[.commonName("mx.example.com")]], validity: .days(-1, 1), serialNumber: [2])
        leaf.outerAlgorithm = DER.sequence(
            DER.identifier("1.2.840.113549.1.1.10"),
            DER.sequence(DER.value(0xA0, sha256), DER.value(0xA1, mask), DER.value(0xA2, salt)))
        let chain = [try leaf.signed(keys.0, issuer: root.subject, signer: keys.1), try root.signed(keys.1)]
        for (selector, matching, content) in [(UInt8(0), UInt8(1), chain[1]), (1, 0, keys.1.publicKey)] {
            let record = TLSARecord(
                usage: 2, selector: selector, matchingType: matching, data: SHA2.data(content, matching: matching))
            let now = Int64(Validity.days(0, 0).notBefore.timeIntervalSince1970)
            let judgement = CertificateJudgement.judge(chain: chain, records: [record], names: [Self.name], at: now)
            #expect(judgement.finding == .noMatch, "\(judgement.reason)")
        }
    }

    /// Values of names that are put in order, as long as may be.
    @Test func namesAreNormalizedInTime() throws {
        for unit in ["\u{315}\u{300}", "\u{1D160}", "\u{FDFA}", "\u{E9}"] {
            let text = String(repeating: unit, count: 2000 / unit.utf8.count)
            for _ in 0..<100 { #expect(DirectoryString.prepared(0x0C, Array(text.utf8)[...]) != nil) }
        }
    }

    /// Values of names with tens of thousands of marks that normalization would put in order.
    @Test func longNamesAreNotNormalized() throws {
        for unit in ["\u{315}\u{300}", "\u{1D160}", "\u{FDFA}", "\u{E9}"] {
            let text = String(repeating: unit, count: 20_000)
            let prepared = try #require(DirectoryString.prepared(0x0C, Array(text.utf8)[...]))
            #expect(prepared.count <= text.utf8.count)
        }
    }
}
