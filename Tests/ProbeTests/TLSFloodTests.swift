import DANE
import RuleMarks
import Testing
import World
import WorldHosts

@testable import Probe

/// Hosts that send TLS messages without end, inside a session that is up.
@Suite("Floods inside TLS", .timeLimit(.minutes(3)), .serialized)
struct TLSFloodTests {
    /// Hosts send a few of each. Thousands end the probe by their number, long before its time, and prove nothing.
    @Test(.rules("F-128"), arguments: FloodingHost.Flood.allCases, FloodingHost.Moment.allCases)
    func aFloodIsADoubt(_ flood: FloodingHost.Flood, _ moment: FloodingHost.Moment) async throws {
        let chain = try await IssuedChain.selfSigned("mx.test")
        for count in [3, 30_000] {
            let host = try FloodingHost(chain, flood, moment, count: count)
            defer { host.stop() }
            try await ProbeWorld.run(timeout: .seconds(90)) { world in
                let target = ProbeTarget(
                    address: host.address, port: host.port, serverName: DomainName("mx.test")!)
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

    /// A host may ask the client for a certificate, and name the CAs that it accepts: nearly 64 KB of names, the most
    /// possible.
    @Test(.rules("F-128"), arguments: ["-tls1_2", "-tls1_3"])
    func aLongListOfAuthoritiesIsTakenInStride(_ version: String) async throws {
        let scratch = try ScratchDirectory("authorities")
        let script = """
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key
            name=$(printf '%064d' 0)
            for number in $(seq 100); do
                openssl req -x509 -new -key key -days 2 -subj \
            "/O=$name/OU=$name/OU=$name/OU=$name/OU=$name/OU=$name/OU=$name/CN=$number"
            done >names
            """
        let (status, output) = try await ChildProcess.run("sh", ["-c", script], directory: scratch.path)
        try #require(status == 0, "\(output)")
        let options = "\(version) -verify 1 -CAfile \(scratch.file("names"))"
        try await ProbeWorld.run(timeout: .seconds(90)) { world in
            let end = try await world.probe(.openSSL(try await ProbeWorld.chain.value, options)).end
            #expect(end.kind == "secured", "\(end)")
        }
    }
}
