import Foundation
import Glibc
import WorldServers

/// The zones of the benchmark: a root, a top-level zone, the zones of the destinations and of the hosts, and an nsd(8)
/// that serves them at port 53.
final class BenchZones {
    /// The address that serves every zone that is served.
    static let address = "127.0.0.53"

    let hints: String
    let anchor: String
    let server: ChildProcess
    /// Sockets that take queries and never answer.
    private let silent: [Int32]

    init(_ lists: BenchLists, _ hosts: [BenchHost], in directory: ScratchDirectory) async throws {
        let keygen = try await Self.shell("ldns-keygen -a ECDSAP256SHA256 -k bench", in: directory)
        let key = keygen.trimmingCharacters(in: .whitespacesAndNewlines)
        let text = try String(contentsOfFile: directory.file("\(key).key"), encoding: .utf8)
        guard let start = text.range(of: "DNSKEY")?.upperBound else { throw BenchError("no key: \(text)") }
        let keyData = text[start...].prefix { $0 != ";" }.trimmingCharacters(in: .whitespacesAndNewlines)

        var zones = Self.records(lists, hosts)
        let children =
            zones.keys.filter { $0.hasSuffix(".example.") } + (0..<lists.deadCount).map { "dead\($0).example." }
        // All zones share one key, as in the test world.
        try directory.write(
            (children + [".", "example."]).map { "\($0) IN DNSKEY \(keyData)\n" }.joined(), to: "all.key")
        let digests = try await Self.shell("ldns-key2ds -n -2 all.key", in: directory).split(separator: "\n")
        let signers = digests.filter { $0.contains("\tDS\t") }.map(String.init)
        guard let root = signers.first(where: { $0.hasPrefix(".\t") }),
            let top = signers.first(where: { $0.hasPrefix("example.\t") })
        else { throw BenchError("ldns-key2ds: \(digests.prefix(3))") }
        zones["."] = ["example. NS ns.example.", "ns.example. A \(Self.address)", top]
        var silent: [Int32] = []
        zones["example."] =
            children.map { "\($0) NS ns\($0.hasPrefix("dead") ? ".\($0)" : ".example.")" }
            + (0..<lists.deadCount).map { "ns.dead\($0).example. A \(Self.silentAddress($0))" }
            + signers.filter { !$0.hasPrefix(".\t") && !$0.hasPrefix("example.\t") }
        for index in 0..<lists.deadCount { silent.append(try Self.hole(at: Self.silentAddress(index))) }
        self.silent = silent

        let now = Int(Date().timeIntervalSince1970)
        var commands: [String] = []
        for (index, (name, records)) in zones.sorted(by: { $0.key < $1.key }).enumerated() {
            let head = [
                "$ORIGIN \(name)", "$TTL 7200", "@ SOA ns hostmaster 1 3600 600 86400 7200", "@ NS ns",
                "ns A \(Self.address)", "@ DNSKEY \(keyData)",
            ]
            try directory.write((head + records).joined(separator: "\n") + "\n", to: "\(index).plain")
            let days = name == "expired.example." ? (-40, -10) : (-2, 30)
            commands.append(
                "ldns-signzone -i \(now + days.0 * 86400) -e \(now + days.1 * 86400) -o \(name) -f \(index).zone "
                    + "\(index).plain \(key)")
        }
        try directory.write(commands.joined(separator: "\n") + "\n", to: "commands")
        _ = try await Self.shell("xargs -P $(nproc) -d '\\n' -n 1 sh -c <commands", in: directory)
        try directory.write(Self.configuration(zones.keys.sorted(), directory.path), to: "nsd.conf")
        hints = try directory.write(". 86400 NS ns.\nns. 86400 A \(Self.address)\n", to: "root.hints")
        anchor = try directory.write("\(root)\n", to: "root.key")
        server = try await ChildProcess("nsd", ["-d", "-c", directory.file("nsd.conf")])
        guard await server.waitForOutput(where: { $0.contains("nsd started") }) else {
            throw BenchError("nsd does not start: \(server.output)")
        }
    }

    deinit { for socket in silent { close(socket) } }

    func stop() async { await server.stop() }

    /// The records of the zones that have more than delegations.
    private static func records(_ lists: BenchLists, _ hosts: [BenchHost]) -> [String: [String]] {
        var zones: [String: [String]] = [:]
        for zone in 0..<lists.zones {
            zones["z\(zone).example."] = (0..<lists.size).map { index in
                "d\(index) MX 10 \(hosts[BenchLists.host(of: index, among: hosts.count)].name)."
            }
        }
        zones["hosts.example."] = hosts.flatMap { host in
            let label = host.name.prefix { $0 != "." }
            return ["\(label) A \(host.address)", "_25._tcp.\(label) TLSA \(host.tlsa)"]
        }
        zones["w.example."] = hosts.indices.filter { hosts[$0].kind == "good" }.map {
            "*.h\($0) MX 10 \(hosts[$0].name)."
        }
        zones["expired.example."] = (0..<1000).map { "d\($0) MX 10 \(hosts[0].name)." }
        return zones
    }

    private static func silentAddress(_ index: Int) -> String { "127.253.\(index / 250).\(index % 250 + 1)" }

    /// A UDP socket that nobody reads: no ICMP message tells the resolver that there is no server.
    private static func hole(at address: String) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(53).bigEndian
        name.sin_addr.s_addr = inet_addr(address)
        let status = withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw BenchError("\(address) cannot be bound at port 53: errno \(errno)") }
        return descriptor
    }

    private static func configuration(_ zones: [String], _ path: String) -> String {
        """
        server:
          ip-address: \(address)
          server-count: 1
          username: ""
          chroot: ""
          zonesdir: "\(path)"
          pidfile: "\(path)/nsd.pid"
          database: ""
          xfrdfile: "\(path)/xfrd.state"
          zonelistfile: "\(path)/zone.list"
          xfrdir: "\(path)"
          minimal-responses: yes
          rrl-ratelimit: 0
          rrl-whitelist-ratelimit: 0
        remote-control:
          control-enable: no

        """
            + zones.enumerated().map { "zone:\n  name: \"\($1)\"\n  zonefile: \"\($0).zone\"\n" }.joined()
    }

    /// Runs a script in a directory; its output goes by way of a file.
    static func shell(_ script: String, in directory: ScratchDirectory) async throws -> String {
        let file = directory.file("\(UUID().uuidString).out")
        let (status, _) = try await ChildProcess.run(
            "sh", ["-c", "exec >\(file) 2>&1\n\(script)"], directory: directory.path, within: .seconds(3600))
        let output = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        try? FileManager.default.removeItem(atPath: file)
        guard status == 0 else { throw BenchError("\(script.prefix(80)) failed: \(output.suffix(500))") }
        return output
    }
}
