import DANE
import Foundation
import RuleMarks
import Testing

@testable import Certificates

/// Chains as hosts in the field show them, of makers other than OpenSSL.
@Suite struct FieldChainTests {
    /// The files of Fixtures/field: what they are, a record, a name, and what is right.
    @Test(
        .rules("D-49", "F-70", "F-71", "F-72", "F-73"),
        arguments: [
            // A root's constraint on directory names, critical, that the server's certificate does not keep.
            (
                "t2-nc-dirname-perm", "2 1 1 CCB0E38AF36C3E6F1AFA094C8C73C9A0B04D317AEEEEFF232FBEC7A5FCF13878",
                "mx.sikinus.toban", false
            ),
            (
                "t2-nc-perm-upper", "2 1 1 29DBE203F980C8C20E0CC3B4DE1E33FA62012807E654676A5C000FF995A1CE3E",
                "mx.kerepux.toban", true
            ),
            (
                "t2-inter-policy", "2 1 1 485BEB497EDB963CCB1FA44E7A5612034659C9E9074BD79272E92E2122451405",
                "mx.mugicun.toban", true
            ),
            (
                "ta-dn-stringtype", "2 1 1 BDF4666ADBB6B588C4E72C2439458C569834EA26FCEB5E1346353320D2F09F88",
                "mx.tenofi.gikis", true
            ),
            (
                "t2-inter-dntype", "2 1 1 AB38ECF6DB884DE2F80FC230D94AE557861B3E8F48E23AFF606DA9B82C93CDAD",
                "mx.secumur.toban", true
            ),
            (
                "v1-ext", "3 1 1 ECE9434B0C579FFC534868C8887160168275E5D52C9B4FD83F615FAA1767E856",
                "smtp.tecatir.toban", true
            ),
            (
                "date-nozone", "3 1 1 CD6429E8F28E31A6E364573E1AD001BBDE17FAE068C26D8BCC13CC3077912C1B",
                "mta.bivolux.gikis", true
            ),
            (
                "sigalg-mismatch", "3 1 1 F72622752E678A7020531066FEAF0D00AB827381C94A69433C69F3055A03D26C",
                "mail.cebilus.busos", true
            ),
        ])
    func whatOthersMake(_ file: String, _ record: String, _ name: String, _ isVerified: Bool) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/field")
        let chain = try PEM.certificates(in: Array(try Data(contentsOf: folder.appending(path: "\(file).pem"))))
        let judgement = CertificateJudgement.judge(
            chain: chain, records: [try #require(TLSARecord(presentation: record))],
            names: [try #require(DomainName(name))], at: 1_795_910_400)
        #expect(judgement.records[0].standing == (isVerified ? .authenticates : .chainInvalid), "\(judgement.reason)")
        #expect(!judgement.isDoubtful)
        for certificate in chain { #expect(CertificateDetails(der: certificate) != nil) }
    }
}
