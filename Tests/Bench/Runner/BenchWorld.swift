import Foundation
import WorldServers

/// The world that is measured in: signed destinations by the ten thousand, and the hosts that they are on.
final class BenchWorld {
    let lists: BenchLists
    let zones: BenchZones
    let hosts: [BenchHost]
    private let hostProcess: ChildProcess
    let directory: ScratchDirectory
    private var files = 0
    /// The state directory that the growth phase has left, and how many destinations it knows.
    var grown: (path: String, count: Int)?

    /// Makes it: keys and certificates, zones signed, servers started.
    ///
    /// - Parameter isSmall: With a hundredth of the destinations.
    init(isSmall: Bool) async throws {
        directory = try ScratchDirectory("bench")
        let counts = ["good=190", "mismatch=4", "plain=3", "mute=3"]
        hostProcess = try await ChildProcess(Built.path("BenchHosts"), ["25"] + counts)
        guard await hostProcess.waitForOutput(where: { $0.hasSuffix("ready\n") }) else {
            throw BenchError("the hosts do not start: \(hostProcess.output.suffix(500))")
        }
        hosts = hostProcess.output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 3).map(String.init)
            return fields.count == 4
                ? BenchHost(kind: fields[0], address: fields[1], name: fields[2], tlsa: fields[3]) : nil
        }
        lists = try BenchLists(
            hosts: hosts, zones: 10, size: isSmall ? 1000 : 10_000, many: isSmall ? 10_000 : 1_000_000, in: directory)
        zones = try await BenchZones(lists, hosts, in: directory)
    }

    /// In words.
    func summary(since start: ContinuousClock.Instant) -> String {
        "\((ContinuousClock.now - start).seconds.digits(1)) s: \(lists.zones * lists.size) signed destinations, "
            + "\(lists.goodCount) of them in order, on \(hosts.count) hosts"
    }

    /// The settings that lead danegate here.
    var settings: [String: String] {
        [
            "DNS_ROOT_HINTS": zones.hints, "DNS_TRUST_ANCHOR": zones.anchor, "PROBE_PORT": "25",
            "PROBE_ALLOW": "127.0.0.0/8", "PROBE_HELO": "bench.example", "LOG": "stderr",
        ]
    }

    /// A socket of its own for a milter.
    func newSocket(isTCP: Bool) -> String {
        files += 1
        return isTCP ? "inet:\(9000 + files)@127.0.0.1" : "unix:\(directory.file("\(files).sock"))"
    }

    /// The path of a new file.
    func newFile(_ purpose: String) -> String {
        files += 1
        return directory.file("\(files).\(purpose)")
    }

    /// A new directory.
    func newDirectory(_ purpose: String) throws -> String {
        let path = newFile(purpose)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Has name servers and hosts, which are elsewhere in life, take only what the others leave; or no more.
    func yields(_ isLast: Bool) { OtherMachine.yields(isLast, [hostProcess, zones.server]) }

    /// Ends the servers.
    func stop() async {
        await zones.stop()
        await hostProcess.stop()
    }
}
