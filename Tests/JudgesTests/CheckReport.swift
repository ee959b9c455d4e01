import DANE
import Foundation
import World

/// What `danegate check --json` says of a domain, as far as it is compared.
struct CheckReport: Decodable, Sendable {
    struct Record: Decodable, Sendable {
        let usage: UInt8
        let selector: UInt8
        let matching: UInt8
        let data: String
        let usable: Bool

        /// As s_client(1) reads it.
        var presentation: String { "\(usage) \(selector) \(matching) \(data)" }
    }
    struct Address: Decodable, Sendable {
        let address: String
        let outcome: String
        let cause: String

        var verdict: JudgeVerdict? { Outcome(rawValue: outcome)?.judgeVerdict }

        /// Whether it belongs to the test world.
        var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }
    }
    struct Host: Decodable, Sendable {
        let name: String
        let outcome: String
        let cause: String
        let tlsa_base: String?
        let tlsa: [Record]
        let addresses: [Address]

        var verdict: JudgeVerdict? { Outcome(rawValue: outcome)?.judgeVerdict }
    }
    let domain: String
    let outcome: String
    let cause: String
    let hazards: [String]
    let hosts: [Host]

    var verdict: JudgeVerdict? { Outcome(rawValue: outcome)?.judgeVerdict }

    /// The reports on domains, in their order, by the real program.
    static func all(of domains: [String], environment: [String: String?]) async throws -> [CheckReport] {
        let (_, output) = try await Danegate.run(["check", "--json"] + domains, environment: environment)
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{") }
        let reports = try lines.map { try JSONDecoder().decode(CheckReport.self, from: Data($0.utf8)) }
        guard reports.map(\.domain) == domains else {
            throw WorldError("not a report a domain: \(output.suffix(2000))")
        }
        return reports
    }
}

extension Outcome {
    /// What this comes to in the words that all judges share; nil for what says nothing of the destination.
    var judgeVerdict: JudgeVerdict? {
        switch self {
        case .verified: .authenticated
        case .encrypted: .encrypted
        case .opportunistic: .plain
        case .tlsaInvalid, .certificateExpired, .certificateHostMismatch: .refused
        case .startTLSNotSupported, .tlsFailed: .withoutTLS
        case .dnssecInvalid, .dnsUnavailable, .nullMX, .noSuchDomain, .noMailHost, .unreachable, .pending: .unreached
        case .daneRequired, .unprobed: nil
        }
    }
}
