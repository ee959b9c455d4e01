import Certificates
import RuleMarks
import Testing

/// DANE-EE(3): the server's own certificate or key (RFC 7672 §3.1.1).
@Suite struct ServerCertificateTests {
    @Test(.rules("V17"), arguments: ["3 0 0", "3 0 1", "3 0 2", "3 1 0", "3 1 1", "3 1 2"])
    func everySelectorAndMatchingTypeMatches(_ kind: String) {
        let judgement = Fixture.judge("leaf i2 i1 root", ["\(kind) leaf"])
        #expect(judgement.finding == .authenticated(record: 0, depth: 0))
        #expect(judgement.records.map(\.standing) == [.authenticates])
        #expect(!judgement.isLeafExpired && !judgement.isLeafNotYetValid)
    }

    @Test(.rules("V19"), arguments: ["3 0 0", "3 0 1", "3 0 2", "3 1 0", "3 1 1", "3 1 2"])
    func oneWrongBitDoesNotMatch(_ kind: String) {
        let judgement = Fixture.judge("leaf i2 i1 root", ["\(kind) leaf~"])
        // A certificate with a bit turned in its signature still is one.
        #expect(judgement.finding == .noMatch)
        #expect(judgement.records.map(\.standing) == [.unmatched])
    }

    /// RFC 7672 §3.1.1 and §3.2.1: names and dates do not count, nor does the rest of the chain.
    @Test(
        .rules("V17", "D-44", "D-52", "E-05", "F-08", "T-09"),
        arguments: [
            ("leaf-other", false, false), ("leaf-expired", true, false), ("leaf-future", false, true),
            ("leaf-other-expired", true, false), ("leaf-mail", false, false), ("leaf-sha1", false, false),
            ("leaf-critical", false, false), ("leaf-forged i2", false, false), ("self", false, false),
            ("leaf-certsign", false, false), ("root", false, false),
            ("leaf-rsa", false, false),
        ])
    func nothingElseCounts(_ chain: String, _ isExpired: Bool, _ isEarly: Bool) {
        let leaf = chain.split(separator: " ")[0]
        for kind in ["3 1 1", "3 0 2"] {
            let judgement = Fixture.judge(chain, ["\(kind) \(leaf)"])
            #expect(judgement.finding == .authenticated(record: 0, depth: 0))
            #expect(judgement.isLeafExpired == isExpired)
            #expect(judgement.isLeafNotYetValid == isEarly)
        }
    }

    @Test(.rules("V19")) func onlyTheFirstCertificateMatches() {
        #expect(Fixture.judge("leaf i2 i1 root", ["3 1 1 i2", "3 0 1 root"]).finding == .noMatch)
        #expect(Fixture.judge("i2 leaf", ["3 1 1 leaf"]).finding == .noMatch)
    }

    @Test(.rules("T-08")) func anyOneRecordSuffices() {
        let judgement = Fixture.judge("leaf", ["3 1 1 root", "3 1 1 i1", "3 1 1 i2", "3 1 1 self~", "3 0 1 leaf"])
        #expect(judgement.finding == .authenticated(record: 4, depth: 0))
        #expect(judgement.reason == "TLSA record 5, DANE-EE(3) Cert(0) SHA2-256(1): matches the server's certificate")
    }

    @Test func theServersOwnRecordComesBeforeAnchors() {
        let judgement = Fixture.judge("leaf i2 i1 root", ["2 1 1 root", "2 1 1 i2", "3 1 1 leaf", "3 0 1 leaf"])
        #expect(judgement.finding == .authenticated(record: 2, depth: 0))
        #expect(judgement.records.allSatisfy { $0.standing == .authenticates })
        #expect(
            Fixture.judge("leaf i2 i1 root", ["2 1 1 root", "2 1 1 i2"]).finding == .authenticated(record: 1, depth: 1))
    }
}
