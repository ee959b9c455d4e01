import DANE
import Foundation

@testable import Certificates

/// The certificates of Fixtures/make.sh, by name, and what tests make of them.
enum Fixture {
    /// The middle of 2026: all but the expired and the future certificates are in date.
    static let today: Int64 = 1_780_000_000

    static let host = DomainName("mx.example.com")!

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    private static let certificates: [String: [UInt8]] = {
        let text = (try? String(contentsOf: folder.appending(path: "certificates.pem"), encoding: .utf8)) ?? ""
        let parts = text.split(separator: "# ").map { part in
            let name = part.prefix { $0 != "\n" }
            return (String(name), (try? PEM.certificates(in: Array(part.utf8)))?.first ?? [])
        }
        return Dictionary(uniqueKeysWithValues: parts)
    }()

    /// What openssl(1) says of each certificate: SHA2-256 of it and of its key, then SHA2-512 of both, in hexadecimal.
    static let digests: [String: [String]] = {
        let text = (try? String(contentsOf: folder.appending(path: "digests.txt"), encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0[0], Array($0.dropFirst())) })
    }()

    /// A certificate in DER.
    static func der(_ name: String) -> [UInt8] { certificates[name] ?? [] }

    /// A chain of certificates named with blanks between, leaf first.
    static func chain(_ names: String) -> [[UInt8]] { names.split(separator: " ").map { der(String($0)) } }

    /// A record about a certificate: `"2 1 1 root"`. Digests are openssl's. A name with `~` behind it gives digests and
    /// content with one bit turned, which match nothing.
    static func record(_ text: String) -> TLSARecord {
        let fields = text.split(separator: " ").map(String.init)
        let numbers = fields.prefix(3).compactMap { UInt8($0) }
        let name = fields[3].trimmingCharacters(in: ["~"])
        var data: [UInt8] = []
        switch (numbers[1], numbers[2]) {
        case (0, 0): data = der(name)
        case (_, 0): data = CertificateOutline(der: der(name)).map { Array($0.spki) } ?? []
        case (let selector, 1): data = bytes(digests[name]?[Int(selector)] ?? "")
        case (let selector, _): data = bytes(digests[name]?[Int(selector) + 2] ?? "")
        }
        if fields[3].hasSuffix("~") { data[data.count - 1] ^= 1 }
        return TLSARecord(usage: numbers[0], selector: numbers[1], matchingType: numbers[2], data: data)
    }

    /// A judgement for `mx.example.com` today.
    static func judge(
        _ chain: String, _ records: [String], names: [DomainName] = [host], at date: Int64 = today
    ) -> CertificateJudgement {
        .judge(chain: self.chain(chain), records: records.map(record), names: names, at: date)
    }

    /// The bytes of hexadecimal digits.
    static func bytes(_ hex: String) -> [UInt8] { TLSARecord(presentation: "3 1 1 \(hex)")?.data ?? [] }
}

/// A generator of pseudo-random numbers (SplitMix64) that begins the same every time.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
