import Foundation
import WorldServers

/// The Redis of the fleet, on the usual port of the loopback.
struct FleetStore {
    /// What it has done and holds.
    struct State {
        /// Bytes of memory in use, keys, and commands since it was started.
        let memory: Double
        let keys: Double
        let commands: Double
    }

    private let process: ChildProcess
    /// The settings that lead danegate there.
    let settings: [String: String]

    /// Starts it; keeps nothing.
    init(_ world: BenchWorld) async throws {
        let folder = try world.newDirectory("redis")
        // Debian's redis-tools has the server under another name.
        let program = "\(folder)/redis-server"
        try FileManager.default.createSymbolicLink(
            atPath: program, withDestinationPath: try ChildProcess.find("redis-check-rdb"))
        process = try await ChildProcess(
            program,
            ["--bind", "127.0.0.1", "--port", "6379", "--save", "", "--appendonly", "no", "--dir", folder])
        guard await process.waitForOutput(where: { $0.contains("Ready to accept connections") }) else {
            throw BenchError("redis-server does not start: \(process.output.suffix(300))")
        }
        let key = "\(folder)/key"
        try Data("0123456789abcdef0123456789abcdef\n".utf8).write(to: URL(fileURLWithPath: key))
        settings = ["SHARED": "redis://127.0.0.1:6379/0", "SHARED_KEY_FILE": key]
    }

    /// What it has done and holds now.
    var state: State {
        get async throws {
            let text = try await command("INFO")
            func number(_ name: String) -> Double {
                let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") } ?? ""
                let value = line.dropFirst(name.count + 1)
                return Double(value.prefix { $0.isNumber }) ?? 0
            }
            return State(
                memory: number("used_memory"), keys: Double(try await command("DBSIZE").filter(\.isNumber)) ?? 0,
                commands: number("total_commands_processed"))
        }
    }

    /// Sends a command, and returns what redis-cli prints.
    @discardableResult
    func command(_ words: String...) async throws -> String {
        try await ChildProcess.run("redis-cli", words).output
    }

    /// Freezes it, or lets it go on.
    func freeze(_ isFrozen: Bool) { process.signal(isFrozen ? SIGSTOP : SIGCONT) }

    /// Ends it.
    func stop() async {
        freeze(false)
        await process.stop()
    }
}
