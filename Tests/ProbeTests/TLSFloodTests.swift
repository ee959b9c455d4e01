import DANE
import Rules
import Testing
import World
import WorldHosts

@testable import Probe

/// Hosts that send TLS messages without end, inside a session that is up.
@Suite("Floods inside TLS", .timeLimit(.minutes(3)), .serialized)
struct TLSFloodTests {
    /// A few of each are what hosts send; thousands end the probe by their number, long before its time, and prove nothing.
    @Test(.rules("F-128"), arguments: FloodingHost.Flood.allCases, FloodingHost.Moment.allCases)
    func aFloodIsADoubt(_ flood: FloodingHost.Flood, _ moment: FloodingHost.Moment) async throws {
        let chain = try await IssuedChain.selfSigned("mx.test")
        for count in [3, 30_000] {
            let host = try FloodingHost(chain, flood, moment, count: count)
            defer { host.stop() }
            try await ProbeWorld.run(timeout: .seconds(90)) { world in
                let target = ProbeTarget(
                    address: host.address, port: host.port, serverName: DomainName("mx.test") ?? .root)
                let end = await world.prober.probe(target).end
                // Of TLS 1.3 GnuTLS takes no alert at all.
                if count == 3, flood != .warnings {
                    #expect(end.kind == "secured", "\(flood) \(end)")
                } else {
                    #expect(end.kind.hasPrefix("unreachable"), "\(flood) \(end)")
                    #expect(end.reason.hasPrefix("the host "), "it is the number that ends it: \(end)")
                }
                #expect(await ProbeWorld.until { host.received.sessions == 1 })
                // What it has got out of us in answers.
                #expect(host.received.bytes < 16 << 10, "\(flood): \(host.received)")
            }
        }
    }
}
