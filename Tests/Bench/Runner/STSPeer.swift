import Foundation
import WorldServers

/// postfix-mta-sts-resolver, and the resolver that it asks.
struct STSPeer {
    /// Where its socketmap listens, on the loopback.
    static let port: UInt16 = 8461

    private let resolver: PeerResolver
    private let process: ChildProcess

    /// Starts it; nil if it is not installed.
    init?(_ world: BenchWorld) async throws {
        guard let folder = ProcessInfo.processInfo.environment["BENCH_MTA_STS"], !folder.isEmpty else { return nil }
        let configuration = try world.directory.write(
            "host: 127.0.0.1\nport: \(Self.port)\nreuse_port: true\ncache_grace: 60\ncache:\n  type: internal\n"
                + "  options:\n    cache_size: 10000\ndefault_zone:\n  strict_testing: false\n  timeout: 4\n",
            to: "mta-sts.yml")
        resolver = try await PeerResolver(world)
        process = try await ChildProcess("\(folder)/bin/mta-sts-daemon", ["-c", configuration])
    }

    /// That there is none, for a phase.
    static func absence(_ phase: String) -> String {
        "\(phase): postfix-mta-sts-resolver could not be installed from PyPI"
    }

    func stop() async {
        await process.stop()
        await resolver.stop()
    }
}
