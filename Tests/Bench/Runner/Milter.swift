import Foundation
import Glibc
import WorldServers

/// A milter under test: danegate, or the floor.
final class Milter {
    /// Where it listens, as BenchLoad wants it.
    let socket: String
    /// Of danegate.
    let stateDirectory: String
    private let child: ChildProcess
    /// When it was started, on the monotonic clock, in nanoseconds.
    let started: UInt64
    private let log: String

    private init(socket: String, state: String, log: String, command: [String], _ environment: [String: String?])
        async throws
    {
        (self.socket, stateDirectory, self.log) = (socket, state, log)
        started = clock_gettime_nsec()
        // Its lines go where no one waits for them, as with a supervisor's file.
        child = try await ChildProcess(
            "sh", ["-c", "ulimit -n 65536; exec \"$@\" 2>>\"$0\"", log] + command, environment: environment)
    }

    /// The floor.
    static func floor(_ world: BenchWorld, isTCP: Bool = false, as program: [String] = [Built.path("BenchFloor")])
        async throws -> Milter
    {
        let socket = world.newSocket(isTCP: isTCP)
        let floor = try await Milter(
            socket: socket, state: "", log: "/dev/null", command: program + [socket], [:])
        try await floor.waitUntilServing(world)
        return floor
    }

    /// danegate.
    ///
    /// - Parameters:
    ///   - settings: Changes to those of the world, without prefix.
    ///   - state: The state directory; by default a new one.
    ///   - program: The command that is it.
    static func danegate(
        _ world: BenchWorld, _ settings: [String: String] = [:], isTCP: Bool = false, state: String? = nil,
        as program: [String] = [Built.path("danegate")], isWaiting: Bool = true
    ) async throws -> Milter {
        let socket = world.newSocket(isTCP: isTCP)
        let directory = try state ?? world.newDirectory("state")
        var all = world.settings
        all["MILTER_SOCKET"] = socket
        all["STATE_DIRECTORY"] = directory
        all.merge(settings) { $1 }
        let environment = Dictionary(uniqueKeysWithValues: all.map { ("DANEGATE_\($0.key)", String?.some($0.value)) })
        let daemon = try await Milter(
            socket: socket, state: directory, log: world.newFile("log"),
            command: program + ["run"], environment)
        if isWaiting { try await daemon.waitUntilServing(world) }
        return daemon
    }

    /// Waits until it answers.
    ///
    /// - Returns: When it first did, on the monotonic clock.
    @discardableResult
    func waitUntilServing(_ world: BenchWorld) async throws -> UInt64 {
        let report = try await Built.load(
            socket, world.lists.warm,
            ["--wait", "60", "--once", "--count", "1", "--mailer", "local", "--messages", "1"])
        guard report.recipients == 1 else { throw BenchError("\(socket) does not answer: \(tail)") }
        return report.first
    }

    /// Asks for names until each has its verdict.
    @discardableResult
    func prime(_ list: String, connections: Int = 64, options: [String] = []) async throws -> LoadReport {
        try await Built.load(
            socket, list,
            ["--once", "--settle", "60", "--connections", "\(connections)", "--messages", "1000"] + options)
    }

    /// What it takes up now.
    var usage: ProcessUsage { ProcessUsage(of: child.pid) }
    var pid: Int32 { child.pid }

    /// Ends it.
    func stop() async {
        // With a million destinations there may be much to write.
        await child.stop(within: .seconds(120))
        if log != "/dev/null" { try? FileManager.default.removeItem(atPath: log) }
    }

    private var tail: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(3).joined(separator: " / ") + child.output.suffix(300)
    }
}

/// The monotonic clock, in nanoseconds.
func clock_gettime_nsec() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
