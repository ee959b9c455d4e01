import DANE
import Probe
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Sharing

@Suite("Probes that all hosts count together", .timeLimit(.minutes(3))) struct CountedProbingTests {
    private static let address = IPAddress("192.0.2.25")
    private static let target = ProbeTarget(address: address, serverName: "mx.example")
    /// So that one is left to each host, 20 + 6 are there for all, and a zone gets half.
    private static let hourly = 20

    private func probing(_ host: SharingHost, _ prober: FakeProber) -> CountedProbing {
        CountedProbing(prober, host.sharing, hourly: Self.hourly)
    }

    private func key(_ host: SharingHost) -> String {
        SharedKeys.probes(of: Self.address.description, in: host.sharing.hour, "default")
    }

    /// Probes, and waits until that is counted.
    private func probe(
        _ host: SharingHost, _ probing: CountedProbing, _ zone: String, isVouched: Bool = false
    ) async throws -> Bool {
        let before = try await host.value(key(host)).text ?? "0"
        let asker = ProbeAsker(zone: zone, isVouched: isVouched)
        let report = await probing.probe(Self.target, publishing: [], for: asker)
        if case .withheld(let why, nil) = report.end {
            #expect(why.contains("by all hosts"))
            return false
        }
        #expect(
            try await eventually(within: SharingHost.patience) {
                try await host.value(key(host)).text ?? "0" != before
            })
        return true
    }

    @Test func togetherTheyHaveAsManyAsOne() async throws {
        try await SharingHost.run(["a", "b", "c"]) { _, hosts async throws in
            // The hour must not end meanwhile: it is known to the store's clock.
            for host in hosts { _ = try await host.time() }
            let prober = FakeProber()
            let probings = hosts.map { probing($0, prober) }
            for _ in 0..<20 {
                for (host, probing) in zip(hosts, probings) { _ = try await probe(host, probing, "greedy.example") }
            }
            // One zone has half of what there is, and others still have theirs.
            #expect((13...14).contains(prober.targets.count), "\(prober.targets.count)")
            #expect(try await probe(hosts[0], probings[0], "other.example"))
            #expect(prober.targets.count <= 15)
        }
    }

    /// Without the store, and whatever it says that makes no sense, each host goes by its own limits.
    @Test(arguments: ["none", "text", "-5", "list"]) func withoutTheStoreEachCountsForItself(what: String) async throws
    {
        try await SharingHost.run(["a"]) {
            $0.patience = .milliseconds(200)
        } _: { redis, hosts async throws in
            _ = try await hosts[0].time()
            switch what {
            case "none": await redis.kill()
            case "list":
                try await hosts[0].store(Array("LPUSH".utf8), Array(key(hosts[0]).utf8), Array("x".utf8))
            default: try await hosts[0].write(Array(what.utf8), at: key(hosts[0]))
            }
            let prober = FakeProber()
            let probing = probing(hosts[0], prober)
            // As many as are never too many, whatever counts what.
            for _ in 0..<12 {
                _ = await probing.probe(Self.target, publishing: [], for: ProbeAsker(zone: "z.example"))
            }
            #expect(prober.targets.count == 12)
        }
    }

    /// Whoever writes a large number cannot keep a host from probing at all.
    @Test func aFalseCountOnlySlowsDown() async throws {
        try await SharingHost.run(["a"]) { _, hosts async throws in
            _ = try await hosts[0].time()
            try await hosts[0].write(Array("9223372036854775807".utf8), at: key(hosts[0]))
            let prober = FakeProber()
            let probing = probing(hosts[0], prober)
            for _ in 0..<12 {
                _ = await probing.probe(
                    Self.target, publishing: [], for: ProbeAsker(zone: "z.example", isVouched: true))
            }
            #expect(prober.targets.count == 1)
        }
    }

    @Test func countsEnd() async throws {
        try await SharingHost.run(["a"]) { _, hosts async throws in
            _ = try await hosts[0].time()
            let probing = probing(hosts[0], FakeProber())
            #expect(try await probe(hosts[0], probing, "z.example"))
            for name in [key(hosts[0]), key(hosts[0]) + ":z.example"] {
                let left = try await hosts[0].store(Array("TTL".utf8), Array(name.utf8)).integer ?? -1
                #expect((1...7200).contains(left), "\(name) \(left)")
            }
        }
    }
}
