import DANE
import Foundation
import RuleMarks
import Testing
import WorldHosts

@testable import Certificates

/// What cannot be told here proves nothing of the host; what can, does.
@Suite(.timeLimit(.minutes(2))) struct DoubtTests {
    private static let name = DomainName("mx.example.com")!

    /// A server's certificate and a root, before they are signed.
    private struct Pair {
        var leaf = FreeCertificate(
            [[.commonName("mx.example.com")]], validity: .current, serialNumber: [0x41])
        var root = FreeCertificate([[.commonName("Root")]], validity: .current, serialNumber: [0x42])

        init() {
            leaf.extensions = [.alternativeNames([.dns("mx.example.com")])]
            root.extensions = [.basicConstraints()]
        }

        /// Both in DER.
        func signed() async throws -> [[UInt8]] {
            let keys = try await (CertificateKey.new(), CertificateKey.new())
            return [
                try leaf.signed(keys.0, issuer: root.subject, signer: keys.1), try root.signed(keys.1),
            ]
        }
    }

    private static func judge(
        _ chain: [[UInt8]], _ records: [TLSARecord], names: [DomainName] = [name], at date: Int64 = .now
    ) -> CertificateJudgement { .judge(chain: chain, records: records, names: names, at: date) }

    private static func record(_ usage: UInt8, _ selector: UInt8, _ matching: UInt8, _ der: [UInt8]) -> TLSARecord {
        let content = selector == 0 ? der : CertificateOutline(der: der).map { Array($0.spki) } ?? []
        return TLSARecord(
            usage: usage, selector: selector, matchingType: matching, data: SHA2.data(content, matching: matching))
    }

    /// A SubjectPublicKeyInfo of an algorithm that nobody knows.
    private static let strangeKey = DER.sequence(
        DER.sequence(DER.identifier("1.3.6.1.4.1.99999.2")), DER.bits([1, 2, 3, 4]))

    @Test(.rules("F-74")) func aKeyOfAnUnknownKindIsADoubt() async throws {
        var pair = Pair()
        pair.root.publicKey = Self.strangeKey
        let chain = try await pair.signed()
        for record in [Self.record(2, 0, 1, chain[1]), Self.record(2, 0, 0, chain[1]), Self.record(2, 1, 2, chain[1])] {
            let judgement = Self.judge(chain, [record])
            #expect(judgement.finding == .noMatch)
            #expect(judgement.isUndecided && judgement.isDoubtful && !judgement.isCut)
            #expect(judgement.records[0].standing == .undecided, "\(judgement.reason)")
        }
        // A bare key that may have signed the server's certificate.
        let bare = Self.judge([chain[0]], [Self.record(2, 1, 0, chain[1])])
        #expect(bare.isDoubtful && bare.records[0].standing == .undecided, "\(bare.reason)")
        // It does not matter where the server is authenticated all the same.
        let both = Self.judge(chain, [Self.record(2, 0, 1, chain[1]), Self.record(3, 1, 1, chain[0])])
        #expect(both.finding == .authenticated(record: 1, depth: 0) && !both.isDoubtful)
        // A record that matches nothing is one, whatever the certificates are.
        #expect(!Self.judge(chain, [Self.record(2, 0, 1, chain[0]), Self.record(3, 0, 1, chain[1])]).isDoubtful)
    }

    /// What is wrong in any case is a fact.
    @Test(.rules("F-74")) func whatIsKnownToBeWrongIsNoDoubt() async throws {
        var pair = Pair()
        pair.root.publicKey = Self.strangeKey
        let chain = try await pair.signed()
        let records = [Self.record(2, 0, 1, chain[1])]
        let named = Self.judge(chain, records, names: [DomainName("other.example")!])
        #expect(named.finding == .nameMismatch && !named.isDoubtful)
        let late = Self.judge(chain, records, at: .now + 86_400 * 1000)
        #expect(late.finding == .expired && !late.isDoubtful)
        pair.leaf.extensions.append(.unknown(critical: true))
        let critical = try await pair.signed()
        let judgement = Self.judge(critical, [Self.record(2, 0, 1, critical[1])])
        #expect(judgement.finding == .noMatch && !judgement.isDoubtful, "\(judgement.reason)")
    }

    @Test(.rules("F-74")) func aSignatureOfAnUnknownKindIsADoubt() async throws {
        var pair = Pair()
        pair.leaf.outerAlgorithm = DER.sequence(DER.identifier("1.3.6.1.4.1.99999.3"))
        let chain = try await pair.signed()
        for record in [Self.record(2, 0, 1, chain[1]), Self.record(2, 1, 0, chain[1])] {
            #expect(Self.judge(chain, [record]).isDoubtful)
        }
        // The bare key may have made it.
        #expect(Self.judge([chain[0]], [Self.record(2, 1, 0, chain[1])]).isDoubtful)
    }

    /// RFC 3779: what OpenSSL follows, and GnuTLS and danegate do not.
    @Test(.rules("F-74"), arguments: ["1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8"])
    func aCriticalExtensionThatOthersProcessIsADoubt(_ identifier: String) async throws {
        for isCritical in [false, true] {
            var pair = Pair()
            pair.root.extensions.append(.init(identifier, critical: isCritical, DER.sequence()))
            let chain = try await pair.signed()
            let judgement = Self.judge(chain, [Self.record(2, 0, 1, chain[1])])
            #expect(judgement.isDoubtful == isCritical, "\(judgement.reason)")
        }
    }

    /// A certificate in a form that this reader does not read; another one may.
    @Test(.rules("F-74")) func whatCannotBeReadIsADoubt() async throws {
        let chain = try await Pair().signed()
        let (matching, wrong) = (Self.record(2, 0, 1, chain[1]), Self.record(2, 0, 1, chain[0]))
        let garbage: [UInt8] = [0x30, 0x80, 0x00, 0x00]
        #expect(Self.judge(chain + [garbage], [matching]).finding == .authenticated(record: 0, depth: 1))
        #expect(Self.judge(chain + [garbage], [wrong]).isDoubtful)
        #expect(Self.judge([chain[0], garbage], [matching]).isDoubtful)
        #expect(Self.judge([garbage, chain[1]], [matching]).isDoubtful)
        #expect(Self.judge([garbage, chain[1]], [Self.record(3, 0, 1, chain[0])]).isDoubtful)
        #expect(!Self.judge([], [matching]).isDoubtful, "that there is none is a fact")
        // Under DANE-EE the rest does not count.
        #expect(!Self.judge([chain[0], garbage], [Self.record(3, 0, 1, chain[1])]).isDoubtful)
        // A frame that is whole, and a name that is no text.
        var pair = Pair()
        pair.leaf.subject = [[.init("2.5.4.3", tag: 0x0C, [0xFF, 0xFE])]]
        let odd = try await pair.signed()
        #expect(Self.judge(odd, [Self.record(2, 0, 1, odd[1])]).isDoubtful)
        #expect(Self.judge(odd, [Self.record(3, 1, 1, odd[0])]).finding == .authenticated(record: 0, depth: 0))
        #expect(!Self.judge(odd, [Self.record(3, 1, 1, odd[1])]).isDoubtful)
    }

    @Test(.rules("F-74")) func aCertificateTooLargeIsADoubt() async throws {
        var pair = Pair()
        pair.root.extensions.append(.init("1.2.3", [UInt8](repeating: 0, count: CertificateOutline.maximumSize)))
        let chain = try await pair.signed()
        let judgement = Self.judge(chain, [Self.record(2, 0, 1, chain[1])])
        #expect(judgement.isCut && judgement.isDoubtful)
    }

    /// RFC 7672 §3.1.1: the match alone counts. A record with the certificate itself can be used too, as with OpenSSL
    /// and Postfix.
    @Test(.rules("F-70", "T-05"), arguments: 0...7) func certificatesThatGnuTLSDoesNotImport(_ kind: Int) async throws {
        var pair = Pair()
        var leaf = pair.leaf
        switch kind {
        case 0: leaf.version = 1
        case 1: leaf.version = 2
        case 2: leaf.validity.notBefore = DER.value(0x17, Array("260101000000".utf8))
        case 3: leaf.validity.notAfter = DER.value(0x18, Array("20991231000000.5Z".utf8))
        case 4: leaf.validity.notAfter = DER.value(0x17, Array("300230000000Z".utf8))
        case 5: leaf.innerAlgorithm = DER.sequence(DER.identifier("1.2.840.113549.1.1.11"), DER.null)
        case 6: leaf.extensions.append(.unknown(critical: true))
        default: leaf.publicKey = Self.strangeKey
        }
        pair.leaf = leaf
        let chain = try await pair.signed()
        for matching: UInt8 in 0...2 {
            for selector: UInt8 in 0...1 {
                let record = Self.record(3, selector, matching, chain[0])
                #expect(record.fullUsability.isUsable)
                #expect(Self.judge(chain, [record]).finding == .authenticated(record: 0, depth: 0))
            }
        }
        let other = Self.judge([chain[1]], [Self.record(3, 0, 0, chain[0])])
        #expect(other.finding == .noMatch && !other.isDoubtful, "a record that can be used and does not match")
        #expect(Self.record(2, 0, 0, chain[0]).fullUsability.isUsable)
    }

    /// RFC 7671 §5.2.2 with such a certificate: OpenSSL does not ask an anchor that is no root for its dates.
    @Test(.rules("F-70")) func anAnchorInTheDNSWithOddDates() async throws {
        var pair = Pair()
        pair.root.issuer = [[.commonName("Above")]]
        pair.root.validity.notAfter = DER.value(0x17, Array("2601010000".utf8))
        let chain = try await pair.signed()
        let judgement = Self.judge([chain[0]], [Self.record(2, 0, 0, chain[1])])
        #expect(judgement.finding == .authenticated(record: 0, depth: 1), "\(judgement.reason)")
        #expect(CertificateDetails(der: chain[1])?.notAfter == -1)
    }
}

extension Int64 {
    /// This moment, for certificates that are made now.
    fileprivate static var now: Int64 { Int64(Validity.days(0, 0).notBefore.timeIntervalSince1970) }
}
