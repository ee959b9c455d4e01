import Certificates
import DANE
import RuleMarks
import Testing

/// DANE-TA(2): a trust anchor of the server's chain (RFC 7672 §3.1.2, RFC 7671 §5.2).
@Suite struct TrustAnchorTests {
    @Test(
        .rules("V18", "E-09"), arguments: ["2 0 0", "2 0 1", "2 0 2", "2 1 0", "2 1 1", "2 1 2"],
        [("i2", 1), ("i1", 2), ("root", 3)])
    func everyCertificateAboveTheServersIsAnAnchor(_ kind: String, _ anchor: (name: String, depth: Int)) {
        let judgement = Fixture.judge("leaf i2 i1 root", ["\(kind) \(anchor.name)"])
        #expect(judgement.finding == .authenticated(record: 0, depth: anchor.depth))
        #expect(judgement.records.map(\.depth) == [anchor.depth])
    }

    /// Chain, record, what comes out. A finding without a depth is in the table below.
    @Test(
        .rules("V18", "E-08", "E-09", "E-10"),
        arguments: [
            // RFC 7671 §5.2.2: only "2 0 0" gives an anchor that need not be sent; any of the chain will do.
            ("leaf i2 i1", "2 0 0 root", 3), ("leaf i2", "2 0 0 i1", 2), ("leaf", "2 0 0 i2", 1),
            // RFC 7671 §5.2.3: a bare key may have signed the topmost certificate; the depth is that certificate's.
            ("leaf i2 i1", "2 1 0 root", 2), ("leaf i2", "2 1 0 i1", 1), ("leaf", "2 1 0 i2", 0),
            // The key of a certificate that the server signed itself with is that, too. OpenSSL agrees.
            ("self", "2 1 0 self", 0),
            // The order and the company do not matter.
            ("leaf root i1 i2", "2 1 1 root", 3), ("leaf i1 root i2", "2 1 1 i1", 2),
            ("leaf root i2 i1", "2 0 2 i2", 1),
            ("leaf leaf i2 i2 i1 i1 root root", "2 1 1 root", 3), ("leaf i2 i1 root leaf", "2 1 1 i1", 2),
            ("leaf other-root i2 self narrow i1 leaf-other org root", "2 1 1 root", 3),
            // Cross-signed: the same name and key below two roots.
            ("leaf i2-cross i2 i1 root other-root", "2 1 1 root", 3),
            ("leaf i2 i2-cross i1 other-root", "2 0 1 other-root", 2),
            ("leaf i2-cross i2 i1 root", "2 0 0 other-root", 2), ("leaf i2-cross i2 i1 root", "2 0 1 i2", 1),
            // One of two certificates with the same key has expired.
            ("leaf i2-expired i2 i1 root", "2 1 1 i1", 2), ("leaf i2 i1-expired i1 root-expired root", "2 1 1 root", 3),
            // A certificate with the anchor's name, but another key, is in the way.
            ("leaf i2-impostor i2 i1 root", "2 0 1 root", 3),
            // Like OpenSSL and Postfix: the dates of an anchor that is an intermediate certificate do not count.
            ("leaf i2-expired", "2 1 1 i2", 1), ("leaf i2 i1-expired root", "2 0 1 i1-expired", 2),
            // RSA signing for Ed25519.
            ("leaf-rsa rsa-root", "2 1 1 rsa-root", 1), ("leaf-rsa", "2 1 0 rsa-root", 0),
            ("leaf-rsa", "2 0 0 rsa-root", 1),
            // A root of version 1 cannot say that it is a CA. A bare key says nothing of its holder.
            ("leaf-v1 v1-root", "2 1 1 v1-root", 1), ("leaf-plain", "2 1 0 plain-root", 0),
            // A key that may encipher serves TLS 1.2.
            ("leaf-encipher usage-root", "2 1 1 usage-root", 1),
        ])
    func authenticates(_ chain: String, _ record: String, _ depth: Int) {
        let judgement = Fixture.judge(chain, [record])
        #expect(judgement.finding == .authenticated(record: 0, depth: depth), "\(judgement.reason)")
    }

    @Test(
        .rules("V19", "D-46", "D-49", "D-53", "E-07", "E-08", "F-05", "F-06", "F-07", "T-09", "T-10"),
        arguments: [
            // RFC 7671 §5.2.1: the anchor must be sent.
            ("leaf i2 i1", "2 1 1 root", .noMatch, .unmatched), ("leaf i2 i1", "2 0 1 root", .noMatch, .unmatched),
            ("leaf", "2 1 2 i2", .noMatch, .unmatched), ("leaf i2", "2 1 0 root", .noMatch, .unmatched),
            ("leaf i2", "2 0 0 other-root", .noMatch, .unmatched), ("leaf", "2 0 0 root", .noMatch, .unmatched),
            // A gap in the chain.
            ("leaf i1 root", "2 1 1 root", .noMatch, .chainInvalid),
            ("leaf other-root", "2 1 1 other-root", .noMatch, .chainInvalid),
            // RFC 6698 §2.1.1, decided as OpenSSL decides: the server's certificate is no anchor of its own, however
            // often it is sent.
            ("self", "2 1 1 self", .noMatch, .unmatched), ("self", "2 0 0 self", .noMatch, .unmatched),
            ("self self", "2 0 1 self", .noMatch, .unmatched),
            ("self-ca self-ca", "2 1 1 self-ca", .noMatch, .unmatched),
            ("leaf i2", "2 1 1 leaf", .noMatch, .unmatched), ("leaf i2", "2 1 0 leaf", .noMatch, .unmatched),
            // The dates of all below the anchor count, and of the anchor if it is self-issued.
            ("leaf-expired i2 i1 root", "2 1 1 i2", .expired, .expired),
            ("leaf-expired i2", "2 1 0 i1", .expired, .expired),
            ("leaf-expired", "2 1 0 i2", .expired, .expired), ("leaf-expired", "2 0 0 i2", .expired, .expired),
            ("leaf i2-expired i1", "2 1 1 i1", .expired, .expired), ("leaf i2-expired", "2 1 0 i1", .expired, .expired),
            ("leaf i2 i1-expired root", "2 1 1 root", .expired, .expired),
            ("leaf i2 i1 root-expired", "2 1 1 root", .expired, .expired),
            ("leaf i2 i1", "2 0 0 root-expired", .expired, .expired),
            ("leaf-future i2 i1 root", "2 1 1 root", .noMatch, .notYetValid),
            // Dates come before names.
            ("leaf-other-expired i2", "2 1 1 i2", .expired, .expired),
            ("leaf-other i2", "2 1 1 i2", .nameMismatch, .nameMismatch),
            ("leaf-other", "2 1 0 i2", .nameMismatch, .nameMismatch),
            ("leaf-other", "2 0 0 i2", .nameMismatch, .nameMismatch),
            // The right name of an issuer is not its signature.
            ("leaf-forged i2 i1 root", "2 1 1 root", .noMatch, .chainInvalid),
            ("leaf-forged i2", "2 1 1 i2", .noMatch, .chainInvalid),
            ("leaf-forged", "2 0 0 i2", .noMatch, .chainInvalid),
            ("leaf-forged-identified", "2 0 0 i2", .noMatch, .unmatched),
            ("leaf-forged i2-impostor i2 i1", "2 0 1 i2", .noMatch, .chainInvalid),
            ("leaf-forged", "2 1 0 i2", .noMatch, .unmatched),
            // What RFC 5280 §6 asks of the rest.
            ("leaf-below below narrow root", "2 1 1 root", .noMatch, .chainInvalid),
            ("leaf-below below narrow", "2 1 1 narrow", .noMatch, .chainInvalid),
            ("leaf-below below", "2 0 0 narrow", .noMatch, .chainInvalid),
            ("leaf-not-ca not-ca root", "2 1 1 root", .noMatch, .chainInvalid),
            ("leaf-not-ca not-ca", "2 1 1 not-ca", .noMatch, .chainInvalid),
            ("leaf-org org root", "2 1 1 root", .noMatch, .chainInvalid),
            ("leaf-org org", "2 1 1 org", .noMatch, .chainInvalid),
            ("leaf-mail i2", "2 1 1 i2", .noMatch, .chainInvalid), ("leaf-mail", "2 1 0 i2", .noMatch, .chainInvalid),
            ("leaf-critical i2", "2 1 1 i2", .noMatch, .chainInvalid),
            // RFC 5280 §4.2.1.9: of version 3, and not said to be a CA; GnuTLS alone takes it for a root of version 1.
            ("leaf-plain plain-root", "2 1 1 plain-root", .noMatch, .chainInvalid),
            ("leaf-plain", "2 0 0 plain-root", .noMatch, .chainInvalid),
            // RFC 8446 §4.4.2.2: a key for certificates alone is none for TLS; GnuTLS alone does not look.
            ("leaf-certsign usage-root", "2 1 1 usage-root", .noMatch, .chainInvalid),
            ("leaf-certsign", "2 1 0 usage-root", .noMatch, .chainInvalid),
            // RFC 5280 §4.2.1.12: this anchor is for clients' certificates. GnuTLS does not check the purpose of an
            // anchor.
            ("leaf-client-root client-root", "2 0 1 client-root", .noMatch, .chainInvalid),
            ("leaf-client-root", "2 0 0 client-root", .noMatch, .chainInvalid),
            ("leaf-sha1 i2", "2 1 1 i2", .noMatch, .chainInvalid), ("leaf-sha1", "2 1 0 i2", .noMatch, .unmatched),
        ] as [(String, String, CertificateJudgement.Finding, RecordFinding.Standing)])
    func doesNotAuthenticate(
        _ chain: String, _ record: String, _ finding: CertificateJudgement.Finding, _ standing: RecordFinding.Standing
    ) {
        let judgement = Fixture.judge(chain, [record])
        #expect(judgement.finding == finding, "\(judgement.reason)")
        #expect(judgement.records.map(\.standing) == [standing], "\(judgement.reason)")
    }

    @Test(
        .rules("D-49"),
        arguments: [("leaf-narrow narrow", "2 1 1 narrow", 1), ("leaf-narrow narrow root", "2 1 1 root", 2)])
    func aPathLengthThatIsKeptDoesNoHarm(_ chain: String, _ record: String, _ depth: Int) {
        #expect(Fixture.judge(chain, [record]).finding == .authenticated(record: 0, depth: depth))
    }

    @Test(.rules("D-49")) func permittedNamesAreHonoured() {
        let names = [DomainName("mx.example.com")!, DomainName("example.org")!]
        let judgement = Fixture.judge("leaf-org org", ["2 0 0 org"], names: names)
        #expect(judgement.finding == .noMatch, "\(judgement.reason)")
    }

    /// The date is the caller's; the last second of validity is valid.
    @Test(
        .rules("E-07", "F-07"),
        arguments: [
            (1_577_836_799, .noMatch), (1_577_836_800, .authenticated(record: 0, depth: 1)),
            (1_609_459_200, .authenticated(record: 0, depth: 1)), (1_609_459_201, .expired),
            (.min, .noMatch), (.max, .expired), (0, .noMatch), (-1, .noMatch),
        ] as [(Int64, CertificateJudgement.Finding)])
    func datesAreCompared(_ date: Int64, _ finding: CertificateJudgement.Finding) {
        #expect(Fixture.judge("leaf-expired i2", ["2 1 1 i2"], at: date).finding == finding)
    }

    /// Of several records that fail, the one that came closest decides.
    @Test(
        arguments: [
            (["2 1 1 root", "3 1 1 i2"], .nameMismatch), (["3 1 1 i2", "3 1 1 root"], .noMatch),
            (["2 1 1 other-root", "2 1 1 root", "2 1 1 self"], .nameMismatch),
        ] as [([String], CertificateJudgement.Finding)])
    func theClosestDecides(_ records: [String], _ finding: CertificateJudgement.Finding) {
        #expect(Fixture.judge("leaf-other i2 i1 root", records).finding == finding)
    }

    @Test func wrongNamesAreCloserThanExpired() {
        // To root-expired the chain has expired, to i2 it has not.
        let judgement = Fixture.judge("leaf-other i2 i1 root-expired", ["2 0 1 root-expired", "2 0 1 i2"])
        #expect(judgement.finding == .nameMismatch)
        #expect(judgement.records.map(\.standing) == [.expired, .nameMismatch])
    }

    @Test func theReasonSaysWhatIsWrong() {
        #expect(
            Fixture.judge("leaf-expired i2", ["2 1 1 i2"]).reason
                == "the certificate at depth 0 expired on 2021-01-01 00:00:00 UTC, "
                + "so the chain to depth 1 does not verify (TLSA record 1, DANE-TA(2) SPKI(1) SHA2-256(1))")
        #expect(
            Fixture.judge("leaf-other i2", ["2 1 1 i2"]).reason
                == "the server's certificate is for other.example, third.example, not for mx.example.com, "
                + "though the chain to depth 1 verifies (TLSA record 1, DANE-TA(2) SPKI(1) SHA2-256(1))")
    }
}
