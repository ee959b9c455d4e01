import DANE
import World

@testable import Probe

/// A farm of hosts and a prober that may probe it, for the length of a test.
struct ProbeWorld {
    let hosts: SMTPHosts
    let prober: Prober

    /// Root and server certificates, made once for all tests.
    static let chain = Task {
        try await CertificateAuthority.root().intermediate().issue("mx.example.org")
    }

    /// Runs a test in a world of its own, and takes it down.
    static func run(
        timeout: Duration = .seconds(20), connectTimeout: Duration = .seconds(5), concurrency: Int = 512,
        perHost: Int = 512, perHour: Int = 0, allowed: [String] = ["127.0.0.0/8", "::1"], denied: [String] = [],
        _ body: (ProbeWorld) async throws -> Void
    ) async throws {
        let configuration = ProbeConfiguration(
            helo: "probe.test", timeout: timeout, connectTimeout: connectTimeout, concurrency: concurrency,
            perHost: perHost, perHour: perHour,
            allowed: allowed.compactMap(AddressRange.init), denied: denied.compactMap(AddressRange.init))
        let world = ProbeWorld(hosts: try await SMTPHosts(), prober: Prober(configuration))
        let result: Result<Void, any Error>
        do { result = .success(try await body(world)) } catch { result = .failure(error) }
        await world.prober.shutdown()
        await world.hosts.stop()
        try result.get()
    }

    func target(_ address: IPAddress, _ name: String = "mx.example.org") -> ProbeTarget {
        ProbeTarget(address: address, port: hosts.port, serverName: DomainName(name)!)
    }

    func probe(
        _ address: IPAddress, _ name: String = "mx.example.org", for zone: String = ""
    ) async -> ProbeReport {
        await prober.probe(target(address, name), for: ProbeAsker(zone: zone))
    }

    func probe(_ behaviour: SMTPHostBehaviour, _ name: String = "mx.example.org") async throws -> ProbeReport {
        await probe(try await hosts.add(behaviour), name)
    }

    /// Waits until something is so; false after 20 seconds.
    static func until(_ isSo: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while !isSo() {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}

extension ProbeReport.End {
    /// The case's name, and the step of `unreachable`.
    var kind: String {
        switch self {
        case .notProbed: "notProbed"
        case .crowded: "crowded"
        case .withheld: "withheld"
        case .foreign: "foreign"
        case .unreachable(let step, _): "unreachable \(step.rawValue)"
        case .startTLSNotOffered: "startTLSNotOffered"
        case .startTLSRefused: "startTLSRefused"
        case .tlsFailed: "tlsFailed"
        case .secured: "secured"
        }
    }

    var reason: String {
        switch self {
        case .notProbed(let reason), .crowded(let reason), .withheld(let reason, _), .unreachable(_, let reason),
            .startTLSNotOffered(let reason), .startTLSRefused(let reason):
            reason
        case .tlsFailed(let failure): failure.description
        case .foreign, .secured: ""
        }
    }

    var session: ProbeReport.TLSSession? { if case .secured(let session) = self { session } else { nil } }
}
