import DANE
import Foundation

@testable import Certificates

extension FuzzTarget {
    /// Judges a chain by records and names at a date. The chain is made of the certificates of CertificatesTests,
    /// damaged, and of bytes that are no certificates. The records match its certificates, or are bytes of their own.
    static let certificates = FuzzTarget("certificates") { bytes in
        var source = ByteSource(bytes)
        let chain = (0..<source.below(7)).map { _ in certificate(&source) }
        let records = (0..<source.below(7)).map { _ in record(about: chain, &source) }
        let names = (0..<source.below(4)).compactMap { _ in name(&source) }
        let date = date(&source)
        let judgement = CertificateJudgement.judge(chain: chain, records: records, names: names, at: date)
        try check(judgement, chain, records, names)

        // RFC 6698 §4.1: a record that cannot be used changes nothing.
        let useless = TLSARecord(usage: 1, selector: 1, matchingType: 1, data: [UInt8](repeating: 7, count: 32))
        let more = CertificateJudgement.judge(chain: chain, records: records + [useless], names: names, at: date)
        try require(
            more.finding == judgement.finding, "\(judgement.finding) became \(more.finding) by an unusable record")

        // RFC 7672 §3.1.1: under DANE-EE nothing counts but the key.
        if let details = chain.first.flatMap(CertificateDetails.init(der:)) {
            try check(details)
            let key = TLSARecord(presentation: "3 1 1 \(details.spkiSHA256)").map { [$0] } ?? []
            let own = CertificateJudgement.judge(chain: chain, records: key, names: [], at: date)
            try require(own.finding == .authenticated(record: 0, depth: 0), "its own key gives \(own.finding)")
        }
        for certificate in chain.dropFirst() {
            if let details = CertificateDetails(der: certificate) { try check(details) }
        }
    }

    private static func check(
        _ judgement: CertificateJudgement, _ chain: [[UInt8]], _ records: [TLSARecord], _ names: [DomainName]
    ) throws {
        try require(judgement.records.count == records.count, "\(judgement.records.count) findings of \(records.count)")
        try requireQuiet(judgement.reason, atMost: 1000, "a reason")
        for finding in judgement.records { try requireQuiet(finding.explanation, atMost: 1000, "an explanation") }
        for (record, finding) in zip(records, judgement.records) {
            try require(finding.isUsable == record.fullUsability.isUsable, "a record that is usable for some")
        }
        switch judgement.finding {
        case .authenticated(let index, let depth):
            try require(records.indices.contains(index), "authenticated by record \(index) of \(records.count)")
            try require(judgement.records[index].standing == .authenticates, "authenticated by a record that does not")
            try require(
                records[index].usage == 3 ? depth == 0 : records[index].usage == 2, "authenticated by \(records[index])"
            )
            try require(depth <= CertificateJudgement.maximumCertificates, "authenticated at depth \(depth)")
            try require(records[index].usage == 3 || !names.isEmpty, "DANE-TA without a name")
        case .expired, .nameMismatch:
            try require(records.contains { $0.usage == 2 }, "\(judgement.finding) without DANE-TA")
        case .noUsableRecords: break
        case .noMatch: break
        }
        try require(
            (judgement.finding == .noUsableRecords) == !records.contains { $0.fullUsability.isUsable },
            "\(judgement.finding) with usable records, or without")
    }

    private static func check(_ details: CertificateDetails) throws {
        for text in [details.subject, details.issuer] {
            try requireQuiet(text, atMost: 4 * 512, "a name in a certificate")
        }
        try require(details.names.count <= CertificateDetails.maximumNames, "\(details.names.count) names")
        for name in details.names { try requireLine(name, atMost: 255, "a host name in a certificate") }
        try requireLine(details.serial, atMost: 1 << 18, "a serial number")
        try requireLine(details.keyAlgorithm, atMost: 80, "a kind of key")
        try require(details.keyBits >= 0, "\(details.keyBits) bits of key")
        try require(details.spkiSHA256.utf8.count == 64 && details.certificateSHA256.utf8.count == 64, "a digest")
    }

    /// The certificates of CertificatesTests.
    private static let known: [[UInt8]] = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return ["certificates.pem", "odd/odd.pem"].flatMap { file in
            let bundle = tests.appending(path: "CertificatesTests/Fixtures/\(file)")
            let text = (try? String(contentsOf: bundle, encoding: .utf8)) ?? ""
            // More than one bundle may hold.
            let found = text.split(separator: "# ").compactMap { try? PEM.certificates(in: Array($0.utf8)).first }
            precondition(!found.isEmpty, "\(bundle.path) holds no certificates")
            return found
        }
    }()

    /// One of the known ones with up to seven changes, or bytes of the input.
    private static func certificate(_ source: inout ByteSource) -> [UInt8] {
        let choice = source.byte()
        guard choice < 0xF0 else { return source.take(source.word()) }
        var certificate = known[Int(choice) % known.count]
        for _ in 0..<source.below(8) where !certificate.isEmpty {
            let place = source.word() % certificate.count
            let value = source.byte()
            switch source.below(5) {
            case 0: certificate[place] = value
            case 1: certificate[place] ^= 1 << (value & 7)
            case 2: certificate.removeSubrange(place..<min(certificate.count, place + Int(value)))
            case 3: certificate.insert(contentsOf: source.take(Int(value)), at: place)
            default: certificate.removeSubrange(place...)
            }
        }
        return certificate
    }

    private static func record(about chain: [[UInt8]], _ source: inout ByteSource) -> TLSARecord {
        let choice = source.byte()
        let usage = 2 + (choice & 1)
        let selector = choice >> 1 & 1
        let index = source.below(7)
        guard choice < 0xC0, chain.indices.contains(index) else {
            return TLSARecord(rdata: source.take(source.below(80)))
        }
        let certificate = chain[index]
        if choice & 4 == 0 {
            let content =
                selector == 0 ? certificate : CertificateOutline(der: certificate).map { Array($0.spki) } ?? certificate
            return TLSARecord(usage: usage, selector: selector, matchingType: 0, data: content)
        }
        let details = CertificateDetails(der: certificate)
        let digest = (selector == 0 ? details?.certificateSHA256 : details?.spkiSHA256) ?? ""
        return TLSARecord(presentation: "\(usage) \(selector) 1 \(digest)")
            ?? TLSARecord(usage: usage, selector: selector, matchingType: 1, data: [])
    }

    private static func name(_ source: inout ByteSource) -> DomainName? {
        let length = source.below(64)
        return length == 0 ? DomainName("mx.example.com") : DomainName(source.take(length).text)
    }

    private static func date(_ source: inout ByteSource) -> Int64 {
        switch source.byte() {
        // The middle of 2026, when most of the certificates are good.
        case 0...0x7F: 1_780_000_000
        case 0x80...0xBF: Int64(source.word()) << 17
        default: source.take(8).reduce(0) { $0 << 8 | Int64($1) }
        }
    }
}
