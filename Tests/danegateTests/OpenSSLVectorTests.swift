import Foundation
import RuleMarks
import Testing
import World

/// OpenSSL's own DANE test cases, judged by `danegate judge`. They run if the folder is beside the repository.
@Suite(.timeLimit(.minutes(3))) struct OpenSSLVectorTests {
    struct Vectors: Decodable {
        struct Record: Decodable {
            let usage: UInt8
            let selector: UInt8
            let mtype: UInt8
            let hex: String
        }
        struct Case: Decodable {
            let n: Int
            let baseDomain: String
            let wantError: Int
            let wantDepth: Int
            let tlsa: [Record]
            let chainPEM: String
        }
        let cases: [Case]
    }

    struct Report: Decodable, Equatable {
        let outcome: String
        let matched: Int?
        let depth: Int?
    }

    /// The date of the judgement: 2026; OpenSSL's chains are in date until 2116 and longer.
    @Test(
        .rules("E-03", "T-09", "D-50"),
        .enabled(if: folder != nil, "there is no ../shared/vectors beside the repository"),
        arguments: [("danetest.json", 34, 20), ("dane-cross.json", 1, 0)])
    func weAgree(_ file: String, _ count: Int, _ unusable: Int) async throws {
        let folder = try #require(Self.folder)
        let vectors = try JSONDecoder().decode(
            Vectors.self, from: Data(contentsOf: folder.appending(path: file)))
        var agreements = 0
        for vector in vectors.cases {
            let records = vector.tlsa.flatMap { ["--tlsa", "\($0.usage) \($0.selector) \($0.mtype) \($0.hex)"] }
            let chain = folder.appending(path: vector.chainPEM).path
            let (_, output) = try await Danegate.run(
                ["judge", "--json", "--date", "2026-06-01", "--chain", chain, "--name", vector.baseDomain] + records)
            let report = try JSONDecoder().decode(Report.self, from: Data(output.utf8))
            #expect(report == Self.wanted(vector), "case \(vector.n): \(output)")
            if report == Self.wanted(vector), report.outcome != "encrypted" { agreements += 1 }
        }
        #expect(agreements == count)
        #expect(vectors.cases.count == count + unusable)
        print(
            "judges: \(file): \(agreements) cases of usages 2 and 3 agree with OpenSSL, \(unusable) of 0 and 1 are "
                + "encrypted"
        )
    }

    /// What OpenSSL's result is in our terms.
    private static func wanted(_ vector: Vectors.Case) -> Report {
        guard vector.tlsa.contains(where: { $0.usage >= 2 }) else {
            return Report(outcome: "encrypted", matched: nil, depth: nil)
        }
        switch vector.wantError {
        case 0: return Report(outcome: "verified", matched: 0, depth: vector.wantDepth)
        // RFC 7672 §3.1.1 forbids the name check that OpenSSL makes under DANE-EE unless told not to.
        case 62 where vector.wantDepth == 0: return Report(outcome: "verified", matched: 0, depth: 0)
        case 62: return Report(outcome: "certificate-host-mismatch", matched: nil, depth: nil)
        default: return Report(outcome: "tlsa-invalid", matched: nil, depth: nil)
        }
    }

    /// The folder of the vectors, beside the repository or two levels above it; nil if this machine has none.
    private static let folder: URL? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let places = ["../shared", "../../shared"].map { root.appending(path: "\($0)/vectors").standardized }
        return places.first { FileManager.default.fileExists(atPath: $0.path) }
    }()
}
