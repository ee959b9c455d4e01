import DANE
import Foundation
import RuleMarks
import Testing
import World
import WorldHosts

/// A stranger's names lead to hosts of others, with TLSA records that cannot fit, until those hosts have been probed as
/// often as politeness allows.
@Suite(.timeLimit(.minutes(5))) struct SharedHostSiegeTests {
    private static let names = 40

    /// A zone with names that all lead to hosts of the given behaviour, the records of another certificate's.
    private static func cuckoo(
        _ label: String, at addresses: Int = 1, count: Int = names, records: Int = 1, of host: SMTPHostBehaviour
    ) -> MailDomain {
        MailDomain(label, "tlsa-invalid", .tlsaInvalid) { draft in
            var tlsa: [String] = []
            for _ in 0..<records { tlsa.append(try await IssuedChain.selfSigned("other.example").tlsa()) }
            for name in 0..<count {
                draft.record("n\(name) MX 10 mx.n\(name)")
                draft.publish(tlsa, at: "mx.n\(name)")
            }
            for _ in 0..<addresses {
                let address = try await draft.farm.add(host)
                for name in 0..<count { draft.record("mx.n\(name) A \(address)") }
            }
        }
    }

    /// What all names of a zone are told, one after the other, by code.
    private func codes(_ gate: DaemonTests.Gate, _ zone: String) async throws -> [String: Int] {
        var codes: [String: Int] = [:]
        for name in 0..<Self.names {
            let answer = "\(try await gate.answer("<a@n\(name).\(zone).example>"))"
            let code = answer.firstMatch(of: /[245]\d\d [245]\.\d+\.\d+/).map { String($0.output) }
            codes[code ?? answer, default: 0] += 1
        }
        return codes
    }

    /// Then the host is left alone, so no name of a zone is accepted or refused permanently. The host shows the same
    /// certificate to all names, one per name, or none, or it fails for those that it does not know.
    @Test(
        .rules("F-125"),
        arguments: ["shared", "two-addresses", "many-records", "no-starttls", "refused", "unknown-name", "by-name"])
    func noNameIsAcceptedForBeingTheLast(_ shape: String) async throws {
        let chain = try await IssuedChain.selfSigned("mx.provider.example")
        let other = try await IssuedChain.selfSigned("n1.provider.example")
        let domain =
            switch shape {
            case "two-addresses": Self.cuckoo("cuckoo", at: 2, of: .normal(chain))
            // Too much to be kept with a report.
            case "many-records": Self.cuckoo("cuckoo", count: Self.names, records: 250, of: .normal(chain))
            case "no-starttls": Self.cuckoo("cuckoo", of: .noSTARTTLS)
            case "refused": Self.cuckoo("cuckoo", of: .refusingSTARTTLS())
            case "unknown-name": Self.cuckoo("cuckoo", of: .sni(["mx.provider.example": chain], default: nil))
            case "by-name": Self.cuckoo("cuckoo", of: .sni(["mx.n1.cuckoo.example": other], default: chain))
            default: Self.cuckoo("cuckoo", of: .normal(chain))
            }
        let world = try await MailWorld([domain])
        // Ten probes in a row, and hardly another one during the test. No fault becomes old enough for a permanent
        // refusal.
        let gate = try await DaemonTests.Gate(
            world, ["PROBE_PER_HOUR": "60", "DEFER_FOR": "0", "PROBE_TIMEOUT": "60s"])
        let codes = try await codes(gate, "cuckoo")
        #expect(codes["continue"] == nil, "\(codes)")
        // What had a second look is refused; of the rest nothing is proven.
        let refused = codes.filter { $0.key.hasPrefix("5") }.values.reduce(0, +)
        #expect(refused <= 12, "\(codes)")
        #expect(codes["451 4.7.0", default: 0] >= Self.names / 2, "\(codes)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Meanwhile a zone in order that shares the host has its verdict. And names that are in order as far as is known
    /// pass.
    @Test(.rules("F-125")) func whoSharesTheHostIsNotHeldUp() async throws {
        let chain = try await IssuedChain.selfSigned("mx.provider.example")
        let host = SMTPHostBehaviour.normal(chain)
        let world = try await MailWorld([
            MailDomain("shared", "verified", .verified) { draft in
                let address = try await draft.farm.add(host)
                for name in 0..<Self.names {
                    draft.record("n\(name) MX 10 mx.n\(name)", "mx.n\(name) A \(address)")
                    draft.publish([chain.tlsa()], at: "mx.n\(name)")
                }
            }
        ])
        let gate = try await DaemonTests.Gate(world, ["PROBE_PER_HOUR": "60"])
        #expect(try await codes(gate, "shared") == ["continue": Self.names])
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
