import Certificates
import DANE
import Foundation
import RuleMarks
import Testing
import World
import WorldHosts

/// danegate and OpenSSL, side by side on random chains with all extensions of RFC 5280 §6.1.
///
/// A plain run draws the same chains each time, so that only a change of the code can make it fail.
/// `DANEGATE_TEST_SEED` gives another seed, or draws one if it is `new`. `DANEGATE_JUDGES` sets the number of chains,
/// and draws a seed if none is given. After a change to the rules for paths, use 5000 or more.
@Suite(.timeLimit(.minutes(60))) struct ChainComparisonTests {
    @Test(.rules("D-49", "D-53", "E-08", "T-09", "T-10", "F-71", "F-72", "F-73", "F-75"))
    func openSSLAgreesOnRandomChains() async throws {
        let settings = ProcessInfo.processInfo.environment
        let many = settings["DANEGATE_JUDGES"].flatMap { Int($0) }
        let wanted = settings["DANEGATE_TEST_SEED"] ?? (many == nil ? "5280" : "new")
        let seed = UInt64(wanted) ?? .random(in: 0...999_999_999)
        let count = many ?? Sanitizer.times(400)
        // Told before anything can go wrong.
        say(["judges: chains: seed \(seed), \(count) chains"])
        let keys = try await ChainKeys()
        var chance = Chance(seed)
        var verdicts: [ChainVerdict: Int] = [:]
        var known: [String: Int] = [:]
        var agreements = 0
        for number in 0..<count {
            let exhibit = try Self.exhibit(DrawnChain(number: number, &chance), keys)
            verdicts[exhibit.ours, default: 0] += 1
            if exhibit.ours == exhibit.theirs.verdict {
                agreements += 1
            } else if let kind = ChainDisagreement.kind(of: exhibit) {
                known["\(kind.section): \(kind.why)", default: 0] += 1
            } else {
                Issue.record("seed \(seed), \(exhibit)")
            }
        }
        let ours = verdicts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($1) \($0.rawValue)" }
        say(
            ["judges: chains: danegate's verdicts: \(ours.joined(separator: ", "))"]
                + ["judges: chains: openssl agrees in \(agreements) of \(count)"]
                + known.sorted { $0.key < $1.key }.map { "judges: chains: \($1) differ by \($0)" })
        let authenticated = verdicts[.authenticated, default: 0]
        #expect(count < 100 || authenticated * 5 > count, "too few chains authenticate to prove much")
        #expect(count < 100 || authenticated * 5 < count * 4, "too few chains fail to prove much")
    }

    @Test func aSeedRepeatsItsChains() {
        func chains(_ seed: UInt64) -> [String] {
            var chance = Chance(seed)
            return (0..<50).map { DrawnChain(number: $0, &chance).description }
        }
        #expect(chains(7) == chains(7))
        #expect(chains(7) != chains(8))
    }

    private static func exhibit(_ drawn: DrawnChain, _ keys: ChainKeys) throws -> ChainExhibit {
        let chain = try drawn.signed(keys)
        let records = drawn.tlsa(chain, keys)
        let sent = drawn.sent.map { chain[$0] }
        let judgement = CertificateJudgement.judge(
            chain: sent, records: records, names: drawn.names.compactMap { DomainName($0) }, at: DrawnChain.date)
        let theirs = OpenSSLChain.judge(sent, records, drawn.names, at: DrawnChain.date)
        return ChainExhibit(
            drawn: drawn, ours: judgement.chainVerdict, isCut: judgement.isCut, reason: judgement.reason,
            theirs: theirs)
    }
}

extension CertificateJudgement {
    /// The judgement in the words that the judges share.
    var chainVerdict: ChainVerdict {
        if isDoubtful { return .doubtful }
        switch finding {
        case .authenticated: return .authenticated
        case .noUsableRecords: return .encrypted
        case .noMatch, .expired, .nameMismatch: return .refused
        }
    }
}
