import DANE
import Foundation
import RuleMarks
import Testing

@testable import DNSSEC

/// What is made of libunbound's reasons: the texts of 1.17.1, and texts that nobody has seen yet.
@Suite struct BogusReasonTests {
    static let now: Int64 = 1_795_449_600  // 2026-11-23 16:00 UTC

    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let sentence: String
        var hasData = true
        var deniesName = false
        var canonicalName: String?
        var signatures: [SignatureRecord] = []
        var namesQuestion = true
        var testDescription: String { text }
    }

    static let mx = "validation failure <example.org. MX IN>: "
    static let again =
        "validation failure <example.org. MX IN>: key for validation example.org. is marked as invalid because of a "
        + "previous validation failure <mx.example.org. A IN>: "
    static let chain = "for key example.org. while building chain of trust"

    static func signature(
        _ owner: String = "example.org", _ type: UInt16 = 15, from: Int64 = -30, to: Int64, isAnswer: Bool = true
    ) -> SignatureRecord {
        SignatureRecord(
            owner: owner, type: type, isAnswer: isAnswer, inception: UInt32(now + from * 86400),
            expiration: UInt32(now + to * 86400))
    }

    static let rows: [Row] = [
        // The signature of what was asked for.
        Row(
            text: mx + "signature expired from 192.0.2.1",
            sentence: "the signature of the MX records of example.org expired"),
        Row(
            text: mx + "signature expired from 192.0.2.1 and 2001:db8::1",
            sentence: "the signature of the MX records of example.org expired 3 days ago (2026-11-20 16:00 UTC)",
            signatures: [signature(to: -4), signature(to: -3), signature(to: 5), signature("www.example.org", to: -2)]),
        Row(
            text: mx + "signature expired from 192.0.2.1",
            sentence: "the signature of the MX records of example.org expired on 2026-11-22 16:00 UTC",
            signatures: [signature(to: -1)]),
        Row(
            text: mx + "signature before inception date from 192.0.2.1",
            sentence: "the signature of the MX records of example.org is not valid before 2026-11-25 16:00 UTC",
            signatures: [signature(from: 2, to: 9)]),
        Row(
            text: mx + "signature before inception date from 192.0.2.1",
            sentence: "the signature of the MX records of example.org is not valid yet",
            signatures: [signature(to: 9)]),
        Row(text: mx + "no signatures from 192.0.2.1", sentence: "the MX records of example.org carry no signature"),
        Row(
            text: mx + "signature missing from 192.0.2.1",
            sentence: "the MX records of example.org carry no signature"),
        Row(
            text: mx + "ECDSA signature verification failed from cache",
            sentence: "the signature of the MX records of example.org does not verify: altered or damaged data"),
        Row(
            text: mx + "RSA signature verification failed from 192.0.2.1",
            sentence: "the signature of the MX records of example.org does not verify: altered or damaged data"),
        Row(
            text: mx + "signatures from unknown keys from 192.0.2.1",
            sentence: "the signature of the MX records of example.org was made with a key that is not published"),
        // Of an alias, and of what it leads to.
        Row(
            text: mx + "signature expired for CNAME from 192.0.2.1 and 192.0.2.1",
            sentence: "the signature of the CNAME records of www.example.org expired 3 days ago (2026-11-20 16:00 UTC)",
            signatures: [signature("example.org", 5, to: 3), signature("www.example.org", 5, to: -3)],
            namesQuestion: false),
        Row(
            text: mx + "ECDSA signature verification failed for DNAME from 192.0.2.1",
            sentence: "the signature of the DNAME records of org does not verify: altered or damaged data",
            signatures: [signature("org", 39, to: 3)], namesQuestion: false),
        Row(
            text: mx + "ECDSA signature verification failed for CNAME from 192.0.2.1",
            sentence: mx + "ECDSA signature verification failed for CNAME from 192.0.2.1", namesQuestion: false),
        Row(
            text: mx + "signature expired from 192.0.2.1",
            sentence: "the signature of the MX records of other.example expired 3 days ago (2026-11-20 16:00 UTC)",
            signatures: [signature("example.org", 5, to: 3), signature("other.example", to: -3)], namesQuestion: false),
        // libunbound does not say which of several in a row it means, and the signature of one is not that of another.
        Row(
            text: mx + "ECDSA signature verification failed for CNAME from 192.0.2.1",
            sentence: mx + "ECDSA signature verification failed for CNAME from 192.0.2.1",
            signatures: [signature("example.org", 5, to: 3), signature("www.example.org", 5, to: 3)],
            namesQuestion: false),
        Row(
            text: mx + "no signatures for CNAME from 192.0.2.1",
            sentence: mx + "no signatures for CNAME from 192.0.2.1", signatures: [signature("example.org", 5, to: 3)],
            namesQuestion: false),
        Row(
            text: mx + "no signatures from 192.0.2.1",
            sentence: "the MX records of other.example carry no signature", canonicalName: "other.example.",
            signatures: [signature("example.org", 5, to: 3)], namesQuestion: false),
        Row(
            text: mx + "DS got unsigned CNAME answer from 192.0.2.1 for DS example.org. while building chain of trust",
            sentence: "the CNAME records of example.org carry no signature", namesQuestion: false),
        // On the way down from the root.
        Row(
            text: mx + "signature expired from 192.0.2.1 \(chain)",
            sentence: "the signature of the keys (DNSKEY) of example.org expired", signatures: [signature(to: -3)],
            namesQuestion: false),
        Row(
            text: mx + "No DNSKEY record from 192.0.2.1 \(chain)",
            sentence: "the parent says that example.org is signed (DS), but it has no DNSKEY", namesQuestion: false),
        Row(
            text: mx + "no keys have a DS with algorithm ECDSAP256SHA256 from 192.0.2.1 \(chain)",
            sentence: "the DS record at the parent of example.org matches none of its keys", namesQuestion: false),
        Row(
            text: mx + "signature expired from 192.0.2.1 for DS example.org. while building chain of trust",
            sentence: "the signature of the DS records of example.org expired 3 days ago (2026-11-20 16:00 UTC)",
            signatures: [signature("example.org", 43, to: -3)], namesQuestion: false),
        Row(
            text: mx + "SERVFAIL no DS for DS example.org. while building chain of trust",
            sentence: "the DS records of example.org at its parent could not be looked up", namesQuestion: false),
        Row(
            text: "validation failure <. DNSKEY IN>: no signatures from 192.0.2.1 for trust anchor . "
                + "while building chain of trust", sentence: "the keys (DNSKEY) of . carry no signature"),
        // Told a second time.
        Row(
            text: again + "no keys have a DS with algorithm RSASHA256 from 192.0.2.1 \(chain)",
            sentence: "the DS record at the parent of example.org matches none of its keys", namesQuestion: false),
        Row(
            text: again + "key for validation example.org. is marked as invalid because of a previous "
                + "validation failure <a.example.org. A IN>: No DNSKEY record \(chain)",
            sentence: "the parent says that example.org is signed (DS), but it has no DNSKEY", namesQuestion: false),
        // Denials.
        Row(
            text: mx + "nodata proof failed from 192.0.2.1",
            sentence: "the proof that example.org has no MX records is missing or wrong (NSEC/NSEC3)", hasData: false),
        Row(
            text: mx + "nameerror proof failed from 192.0.2.1",
            sentence: "the proof that example.org does not exist is missing or wrong (NSEC/NSEC3)", hasData: false,
            deniesName: true),
        Row(
            text: mx + "no signatures from 192.0.2.1",
            sentence: "the proof that example.org has no MX records is missing or wrong (NSEC/NSEC3)", hasData: false),
        Row(
            text: mx + "no DNSSEC records from 192.0.2.1 for DS example.org. while building chain of trust",
            sentence: "the proof that example.org has no MX records is missing or wrong (NSEC/NSEC3)", hasData: false),
        Row(
            text: mx + "no DNSSEC records from 192.0.2.1 for DS sub.example.org. while building chain of trust",
            sentence: "the proof that sub.example.org has no DS records is missing or wrong (NSEC/NSEC3)",
            namesQuestion: false),
        Row(
            text: mx + "nodata proof failed from 192.0.2.1",
            sentence: "the proof that mail.example.net has no MX records is missing or wrong (NSEC/NSEC3)",
            hasData: false, canonicalName: "mail.example.net.", namesQuestion: false),
        Row(
            text: mx + "signature expired for <example.org. NSEC IN> from 192.0.2.1",
            sentence: "the signature of the proof (NSEC) of what example.org does not hold expired 3 days ago "
                + "(2026-11-20 16:00 UTC)", hasData: false,
            signatures: [signature("example.org", 47, to: -3, isAnswer: false)], namesQuestion: false),
        Row(
            text: mx
                + "ECDSA signature verification failed for <0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. NSEC3 IN> "
                + "from 192.0.2.1",
            sentence: "the signature of the proof (NSEC3) of what example.org does not hold does not verify: "
                + "altered or damaged data", hasData: false, namesQuestion: false),
        // Not known.
        Row(text: "", sentence: "", namesQuestion: false),
        Row(text: "validation failed", sentence: "validation failed", namesQuestion: false),
        Row(
            text: mx + "something new from 192.0.2.1", sentence: mx + "something new from 192.0.2.1",
            namesQuestion: false),
        Row(
            text: mx + "no signatures with algorithm RSASHA256 from 192.0.2.1",
            sentence: mx + "no signatures with algorithm RSASHA256 from 192.0.2.1", namesQuestion: false),
        Row(text: "No DNSKEY record", sentence: "No DNSKEY record", namesQuestion: false),
        Row(text: "signature expired\u{1B}[31m\n%s", sentence: "signature expired?[31m?%s", namesQuestion: false),
    ]

    @Test(arguments: rows) func texts(_ row: Row) {
        let reason = BogusReason(
            unbound: row.text, hasData: row.hasData, canonicalName: row.canonicalName, deniesName: row.deniesName,
            signatures: row.signatures, now: Self.now)
        #expect(reason.sentence(at: Self.now) == row.sentence)
        #expect(reason.namesQuestion == row.namesQuestion)
    }

    /// Whatever the text: an end, printable, and short enough for a reply.
    @Test func junkIsPassedOnPrintableAndBounded() {
        let words = [
            "validation failure <", "example.org.", " MX IN>", ">: ", ">", "<", ":", " for key ", " for DS ", " for <",
            " from ", "because of a previous validation failure <", "signature expired", "no signatures", "NSEC",
            "\u{0}", "\u{1B}", "\u{FF}", "\u{1F4A9}", String(repeating: "a", count: 700), " CNAME", "No DNSKEY record",
            " while building chain of trust", " ",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in words.randomElement(using: &random) ?? ""
            }
            .joined()
            let reason = BogusReason(
                unbound: text, hasData: .random(using: &random), deniesName: .random(using: &random),
                signatures: [Self.signature(to: -3)], now: Self.now)
            let sentence = reason.sentence(at: Self.now)
            #expect(sentence.utf8.allSatisfy { 0x20...0x7E ~= $0 } && sentence.utf8.count <= 300, "\(text)")
            #expect(reason.detail.utf8.allSatisfy { 0x20...0x7E ~= $0 } && reason.detail.utf8.count <= 300, "\(text)")
        }
    }

    @Test func aLongNameLeavesRoomForTheFault() {
        let long = (0..<15).map { "label-number-\($0)" }.joined(separator: ".")
        let reason = BogusReason(
            unbound: "validation failure <\(long). MX IN>: signature expired from 192.0.2.1", hasData: true,
            signatures: [Self.signature(long, to: -3)], now: Self.now)
        let sentence = reason.sentence(at: Self.now)
        #expect(sentence.utf8.count < 180)
        #expect(sentence.hasSuffix("label-number-14 expired 3 days ago (2026-11-20 16:00 UTC)"), "\(sentence)")
    }

    /// RFC 4034 §3.1.5: the dates are numbers of 32 bits that begin anew in 2106.
    @Test(
        arguments: [
            (4_294_967_295, Int64(4_294_967_290), Int64(4_294_967_295)), (5, 4_294_967_290, 4_294_967_301),
            (4_294_967_290, 4_294_967_301, 4_294_967_290), (0, 1_795_449_600, 0),
        ] as [(UInt32, Int64, Int64)])
    func datesAreSerialNumbers(serial: UInt32, now: Int64, expected: Int64) {
        #expect(SignatureRecord.moment(serial, near: now) == expected)
    }

    // MARK: The second question

    /// RFC 7672 §2.1.1: what could not be looked up is not known, and so not proven to be wrong.
    @Test(
        .rules("D-04"),
        arguments: [
            ("No DNSKEY record \(chain)", RecordType.dnskey), ("SERVFAIL no DS for DS example.org. while", .ds),
        ])
    func keysThatCannotBeLookedUpAreADoubt(text: String, type: RecordType) throws {
        let reason = BogusReason(unbound: Self.mx + text, hasData: true, now: Self.now)
        let question = try #require(reason.openQuestion)
        #expect(question.0 == DomainName("example.org") && question.1 == type)
        guard case .failed(let why) = reason.settled(by: Answer<Int>.failed(LookupFailure("SERVFAIL"))) else {
            Issue.record("not a doubt")
            return
        }
        #expect(
            why.description.contains("example.org") && why.description.hasSuffix("could not be looked up: SERVFAIL"))
        // Nor is what is there when it is asked for again.
        guard case .failed = reason.settled(by: Answer<Int>.secure(Found(records: [1]))),
            case .failed = reason.settled(by: Answer<Int>.insecure(Found(records: [1])))
        else {
            Issue.record("not a doubt")
            return
        }
        // A denial that is proven, or disproven, leaves it at that.
        let bogus = BogusReason(.unproven, hasData: false, detail: "")
        guard case .bogus(reason) = reason.settled(by: Answer<Int>.bogus(bogus)) else {
            Issue.record("not bogus")
            return
        }
    }

    @Test func onlyDatesAreTakenFromTheSecondAnswer() {
        let text = Self.mx + "signature expired from 192.0.2.1 \(Self.chain)"
        let reason = BogusReason(unbound: text, hasData: true, now: Self.now)
        let keys = BogusReason(
            unbound: text, hasData: true, signatures: [Self.signature("example.org", 48, to: -3)], now: Self.now)
        guard case .bogus(let settled) = reason.settled(by: Answer<Int>.bogus(keys)) else {
            Issue.record("not bogus")
            return
        }
        #expect(settled.time == Self.now - 3 * 86400)
        for other in [
            Answer<Int>.failed(LookupFailure("SERVFAIL")), .secure(Found(records: [1])),
            .bogus(BogusReason(.unsigned, detail: "")),
        ] {
            guard case .bogus(reason) = reason.settled(by: other) else {
                Issue.record("changed by \(other)")
                return
            }
        }
        #expect(keys.openQuestion == nil)
        #expect(
            BogusReason(unbound: Self.mx + "no signatures from 192.0.2.1", hasData: true, now: 0).openQuestion == nil)
    }
}
