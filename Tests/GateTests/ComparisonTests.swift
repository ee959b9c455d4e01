import DANE
import Foundation
import Probe
import RuleMarks
import Testing

@testable import Inspection
@testable import Policy
@testable import Reports

/// What the analyzer shows of a host beyond a single connection.
@Suite(.timeLimit(.minutes(1))) struct ComparisonTests {
    private func check(_ resolver: FakeResolver, _ prober: any Probing) async -> CheckReport {
        await Checker(
            settings: Settings(), policies: PolicyTable(), resolver: resolver, prober: prober, resolverFault: nil,
            now: 1_800_000_000
        ).check("d.example")
    }

    private func address(_ report: CheckReport) throws -> InspectedAddress {
        try #require(report.inspection?.hosts.first?.addresses.first)
    }

    @Test(.rules("F-09")) func aCertificateForSomeClientsAloneMakesItDegraded() async throws {
        let prober = FakeBackends(.ecdsa, offers: [.rsaOnly: .rsa])
        let report = await check(.domain(.ecdsa), prober)
        #expect(report.verdict.outcome == .verified)
        #expect(report.verdict.isDegraded)
        #expect(report.verdict.cause.contains("but a client that takes RSA certificates alone fails: "))
        let connections = try address(report).connections
        #expect(connections.map(\.purpose) == [.first, .again, .rsaOnly, .withoutName])
        #expect(connections.map(\.outcome) == [.verified, .verified, .tlsaInvalid, .verified])
        #expect(report.text.contains("192.0.2.1, a client that takes RSA certificates alone: tlsa-invalid, TLS1.3"))
    }

    @Test(.rules("F-09")) func aCertificateThatWouldDoIsNamed() async throws {
        let report = await check(.domain(.rsa), FakeBackends(.ecdsa, offers: [.rsaOnly: .rsa]))
        #expect(report.verdict.outcome == .tlsaInvalid)
        #expect(report.verdict.cause.contains("but a client that takes RSA certificates alone passes: "))
        let connections = try address(report).connections
        #expect(connections.map(\.purpose) == [.first, .again, .rsaOnly, .withoutName])
        #expect(try address(report).decisive.purpose == .again)
    }

    @Test(
        .rules("F-09", "F-57"),
        arguments: [
            (FakeResolver.domain(.rsa, .ecdsa), FakeBackends(.ecdsa, offers: [.rsaOnly: .rsa])),
            (.domain(.ecdsa), FakeBackends(.ecdsa)), (.domain(.rsa), FakeBackends(.rsa)),
            (.domain(.rsa), FakeBackends(.rsa, offers: [.ecdsaOnly: .rsa])),
        ])
    func whatSuitsEveryClientIsInOrder(resolver: FakeResolver, prober: FakeBackends) async throws {
        let report = await check(resolver, prober)
        #expect(report.verdict.outcome == .verified && !report.verdict.isDegraded)
        #expect(prober.targets.count == 4)
        #expect(report.inspection?.steps.contains { $0.kind == .comparison && $0.result == .ok } == true)
    }

    @Test(.rules("F-61")) func aStaleMachineBehindTheAddressIsSeenThoughTheFirstIsGood() async throws {
        let prober = FakeBackends(.ecdsa, .rsa)
        let report = await check(.domain(.ecdsa), prober)
        #expect(report.verdict.outcome == .verified && report.verdict.isDegraded)
        #expect(report.verdict.cause.contains("but another connection fails: "), "\(report.verdict.cause)")
        #expect(try address(report).connections.map(\.outcome) == [.verified, .tlsaInvalid])
        #expect(prober.targets.count == 2, "who differs by chance tells nothing by offer")
    }

    /// RFC 7672 §8.1: a client that does DANE names the server.
    @Test(.rules("F-10", "D-62")) func anotherCertificateWithoutSNIIsOnlyNoted() async throws {
        let report = await check(.domain(.ecdsa), FakeBackends(.ecdsa, withoutName: .rsa))
        #expect(report.verdict.outcome == .verified && !report.verdict.isDegraded)
        let step = try #require(report.inspection?.steps.last { $0.kind == .comparison })
        #expect(step.detail.contains("a client without SNI: another certificate, tlsa-invalid"), "\(step.detail)")
    }

    @Test func aConnectionThatProvesNothingChangesNothing() async throws {
        let report = await check(.domain(.ecdsa), FakeBackends(.ecdsa, .unreachable(.banner, "421 slow down")))
        #expect(report.verdict.outcome == .verified && !report.verdict.isDegraded)
        #expect(try address(report).connections[1].outcome == .unreachable)
    }

    @Test func aHostOfWhichNothingIsKnownIsLeftAlone() async throws {
        let prober = FakeBackends(.unreachable(.connect, "connection refused"))
        #expect(await check(.domain(.ecdsa), prober).verdict.outcome == .unreachable)
        #expect(prober.targets.count == 1)
        let without = FakeBackends(.ecdsa)
        #expect(await check(.domain(), without).verdict.outcome == .opportunistic)
        #expect(without.targets.isEmpty)
    }

    /// Many domains have one provider: its hosts are asked once for all, by each way of asking.
    @Test func domainsShareTheConnections() async {
        let prober = FakeBackends(.ecdsa, offers: [.rsaOnly: .rsa])
        let checker = Checker(
            settings: Settings(), policies: PolicyTable(), resolver: FakeResolver.domain(.ecdsa), prober: prober,
            resolverFault: nil, now: 1_800_000_000)
        for _ in 0..<3 { #expect(await checker.check("d.example").verdict.isDegraded) }
        #expect(prober.targets.count == 4)
    }

    @Test func theJSONHoldsEveryConnection() async throws {
        struct Body: Decodable {
            struct Host: Decodable { let addresses: [Address] }
            struct Address: Decodable {
                let address: String
                let outcome: String
                let degraded: Bool
                let chain: [Certificate]
                let attempts: [Attempt]
            }
            struct Attempt: Decodable {
                struct TLS: Decodable { let version: String }
                let connection: String
                let outcome: String
                let cause: String
                let tls: TLS?
                let chain: [Certificate]
            }
            struct Certificate: Decodable { let key: String }
            let hosts: [Host]
        }
        let json = await check(.domain(.ecdsa), FakeBackends(.startTLSNotOffered("none"), .ecdsa)).json
        let body = try JSONDecoder().decode(Body.self, from: Data(json.utf8))
        let address = try #require(body.hosts.first?.addresses.first)
        #expect(address.outcome == "verified" && address.degraded)
        #expect(address.chain.map(\.key) == ["EC/ECDSA"])
        #expect(address.attempts.map(\.connection) == ["first", "again"])
        #expect(address.attempts.map(\.outcome) == ["starttls-not-supported", "verified"])
        #expect(address.attempts.map { $0.tls == nil } == [true, false])
        #expect(address.attempts.map(\.chain.count) == [0, 1])
    }
}
