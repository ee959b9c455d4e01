import DANE
import Foundation
import Probe
import RuleMarks
import Testing
import WorldHosts

@testable import Inspection

/// Whether a server is authenticated for every next hop, or is not, by what a probe has shown.
@Suite struct HostAuthenticationTests {
    /// The server's chain, its records and the setting; and what that is.
    enum Case: String, CaseIterable, Sendable {
        case ee, eeOtherName, eeExpired, eeExpiredFails, ta, taExpired, taOtherName, other, unusable, severalRecords
        case wholeKey, unread, tlsFailed, unreachable, noTLS

        /// `good`, `bad` or `unknown`, and whether a date matters.
        var expected: (what: String, isDated: Bool) {
            switch self {
            case .ee, .eeOtherName, .eeExpired, .severalRecords, .wholeKey: ("good", false)
            case .ta: ("good", true)
            case .eeExpiredFails, .taExpired, .other, .noTLS: ("bad", false)
            case .taOtherName, .unusable, .unread, .tlsFailed, .unreachable: ("unknown", false)
            }
        }
    }

    @Test(.rules("D-44", "D-53"), arguments: Case.allCases) func isJudged(which: Case) async throws {
        let root = try await CertificateAuthority.root()
        let chain: IssuedChain =
            switch which {
            case .eeOtherName, .taOtherName: try await root.issue("other.example")
            case .eeExpired, .eeExpiredFails: try await root.issue("mx.example", validity: .expired)
            case .taExpired: try await root.issue("mx.example", validity: .expired)
            default: try await root.issue("mx.example")
            }
        let texts: [String] =
            switch which {
            case .ta, .taExpired, .taOtherName: [chain.tlsa(usage: 2, depth: 1)]
            case .other: [try await root.issue("mx.example").tlsa()]
            case .unusable: [chain.tlsa(usage: 1)]
            case .severalRecords: [try await root.issue("mx.example").tlsa(), chain.tlsa()]
            case .wholeKey: [chain.tlsa(matching: 0)]
            default: [chain.tlsa()]
            }
        let end: ProbeReport.End =
            switch which {
            case .tlsFailed: .tlsFailed(TLSFailure(.closed, "x"))
            case .unreachable: .unreachable(.banner, "x")
            case .noTLS: .startTLSNotOffered("x")
            default:
                .secured(
                    .init(
                        protocolVersion: "TLS1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", chain: chain.der,
                        unread: which == .unread ? .init(fault: "x", isProven: true) : nil))
            }
        let records = try texts.map { try #require(TLSARecord(presentation: $0)) }
        let found = HostAuthentication(
            end, records, of: "mx.example", which == .eeExpiredFails ? .fail : .ignore,
            at: Int64(Date().timeIntervalSince1970))
        switch found {
        case .good(let proof):
            #expect(which.expected == ("good", proof.end != nil))
            #expect(proof.record == records.last)
        case .bad: #expect(which.expected == ("bad", false))
        case .unknown: #expect(which.expected == ("unknown", false))
        }
    }
}
