import Foundation
import WorldServers

/// A validating unbound(8) for programs that take DNSSEC from the resolver of resolv.conf(5), and those programs.
///
/// It stands where the resolv.conf says that deploy/bench puts into the benchmark's mount namespace.
final class PeerResolver {
    private let world: BenchWorld
    private let process: ChildProcess

    init(_ world: BenchWorld) async throws {
        self.world = world
        let directory = world.directory
        // AppArmor keeps the package's own program to the package's own directories.
        let program = world.newFile("unbound")
        try await ChildProcess.copy("unbound", to: program)
        try directory.write(
            """
            server:
                interface: 127.0.0.54
                port: 53
                access-control: 127.0.0.0/8 allow
                num-threads: 2
                do-ip6: no
                do-not-query-localhost: no
                username: ""
                chroot: ""
                directory: "\(directory.path)"
                pidfile: ""
                use-syslog: no
                verbosity: 1
                root-hints: "\(world.zones.hints)"
                trust-anchor-file: "\(world.zones.anchor)"
            remote-control:
                control-enable: no

            """, to: "unbound.conf")
        try directory.write(
            "compatibility_level = 3.6\nmyhostname = bench.example\ninet_protocols = ipv4\n", to: "main.cf")
        process = try await ChildProcess(program, ["-d", "-c", directory.file("unbound.conf")])
        guard await process.waitForOutput(within: .seconds(30), where: { $0.contains("start of service") }) else {
            throw BenchError("unbound does not start: \(process.output.suffix(300))")
        }
    }

    func stop() async { await process.stop() }

    /// Domains a second of posttls-finger(1), 64 at a time, and how many of them it verified.
    func posttlsFinger(_ list: String, _ count: Int) async throws -> (perSecond: Double, verified: Int) {
        _ = try ChildProcess.find("posttls-finger")
        let script =
            "export MAIL_CONFIG=\(world.directory.path)\n"
            + "xargs -P 64 -I NAME posttls-finger -c -l dane -L summary NAME <\(list) || true"
        let start = ContinuousClock.now
        let output = try await BenchZones.shell(script, in: world.directory)
        let seconds = (ContinuousClock.now - start).seconds
        let verified = output.split(separator: "\n").filter { $0.contains("Verified TLS connection established") }.count
        return (Double(count) / seconds, verified)
    }

    /// Hosts a second of danetool(1), 64 at a time.
    func danetool(_ hosts: ArraySlice<BenchHost>) async throws -> Double {
        _ = try ChildProcess.find("danetool")
        let list = world.newFile("hosts")
        try hosts.map { "\($0.name)\n" }.joined().write(toFile: list, atomically: false, encoding: .utf8)
        let script =
            "xargs -P 64 -I NAME danetool --check NAME --port 25 --starttls-proto=smtp --local-dns --insecure <\(list) "
            + "|| true"
        let start = ContinuousClock.now
        let output = try await BenchZones.shell(script, in: world.directory)
        let seconds = (ContinuousClock.now - start).seconds
        let verified = output.components(separatedBy: "Certificate matches").count - 1
        guard verified * 2 > hosts.count else {
            throw BenchError("danetool verifies \(verified) of \(hosts.count) hosts: \(output.suffix(200))")
        }
        return Double(hosts.count) / seconds
    }
}
