import DANE
import Foundation

@testable import Certificates

/// The certificates of Fixtures/make.sh, by name, and what tests make of them.
enum Fixture {
    /// The middle of 2026: all but the expired and the future certificates are in date.
    static let today: Int64 = 1_780_000_000

    static let host = DomainName("mx.example.com")!

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    private static func text(_ file: String) -> String {
        guard let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8) else {
            preconditionFailure("\(file) cannot be read")
        }
        return text
    }

    private static let certificates: [String: [UInt8]] = {
        let parts = text("certificates.pem").split(separator: "# ").map { part in
            let name = String(part.prefix { $0 != "\n" })
            guard let der = try? PEM.certificates(in: Array(part.utf8)).first else {
                preconditionFailure("\(name) cannot be read")
            }
            return (name, der)
        }
        return Dictionary(uniqueKeysWithValues: parts)
    }()

    /// What openssl(1) says of each certificate: SHA2-256 of it and of its key, then SHA2-512 of both, in hexadecimal.
    static let digests: [String: [String]] = {
        let lines = text("digests.txt").split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0[0], Array($0.dropFirst())) })
    }()

    /// A certificate in DER; a name that there is not ends the tests.
    static func der(_ name: String) -> [UInt8] {
        guard let der = certificates[name] else { preconditionFailure("no certificate \(name)") }
        return der
    }

    /// A chain of certificates named with blanks between, leaf first.
    static func chain(_ names: String) -> [[UInt8]] { names.split(separator: " ").map { der(String($0)) } }

    /// A record about a certificate: `"2 1 1 root"`. Digests are openssl's. A name with `~` behind it gives digests and
    /// content with one bit turned, which match nothing.
    static func record(_ text: String) -> TLSARecord {
        let fields = text.split(separator: " ").map(String.init)
        let numbers = fields.prefix(3).compactMap { UInt8($0) }
        let name = fields[3].trimmingCharacters(in: ["~"])
        var data =
            switch (numbers[1], numbers[2]) {
            case (0, 0): der(name)
            case (_, 0): spki(name)
            case (let selector, 1): digest(name, Int(selector))
            case (let selector, _): digest(name, Int(selector) + 2)
            }
        if fields[3].hasSuffix("~") { data[data.count - 1] ^= 1 }
        return TLSARecord(usage: numbers[0], selector: numbers[1], matchingType: numbers[2], data: data)
    }

    private static func spki(_ name: String) -> [UInt8] {
        guard let outline = CertificateOutline(der: der(name)) else { preconditionFailure("\(name) is malformed") }
        return Array(outline.spki)
    }

    private static func digest(_ name: String, _ column: Int) -> [UInt8] {
        guard let list = digests[name] else { preconditionFailure("no digests of \(name)") }
        return bytes(list[column])
    }

    /// A judgement for `mx.example.com` today.
    static func judge(
        _ chain: String, _ records: [String], names: [DomainName] = [host], at date: Int64 = today
    ) -> CertificateJudgement {
        .judge(chain: self.chain(chain), records: records.map(record), names: names, at: date)
    }

    /// The bytes of hexadecimal digits.
    static func bytes(_ hex: String) -> [UInt8] {
        guard let record = TLSARecord(presentation: "3 1 1 \(hex)") else { preconditionFailure("\(hex) is not hex") }
        return record.data
    }
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
