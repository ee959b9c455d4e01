import Foundation
import Synchronization
public import WorldHosts
public import WorldServers

/// A real Redis or Valkey of a test's own, on a port of 127.0.0.1 or a Unix socket, that keeps nothing.
public final class RedisServer: Sendable {
    /// Where it listens.
    public enum Door: Sendable {
        /// A free port.
        case port
        /// A Unix socket.
        case unix
        /// A free port with TLS, by this chain.
        case tls(IssuedChain)
    }

    /// Its port; 0 on a Unix socket.
    public let port: UInt16
    /// Its Unix socket, if it listens there.
    public let socket: String
    private let scratch: ScratchDirectory
    private let command: (program: String, arguments: [String], environment: [String: String?])
    private let running: Mutex<ChildProcess>

    /// Starts it and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - engine: What is started.
    ///   - acl: Lines of its ACL file, such as `user danegate on >secret ~dg:* -@all +get`; none lets everybody in.
    ///   - settings: Further lines of its configuration.
    ///   - environment: Variables added to those of this process.
    /// - Throws: If it does not come up.
    public convenience init(
        _ door: Door = .port, engine: StoreEngine = .installed, acl: [String] = [], settings: [String] = [],
        environment: [String: String?] = [:]
    ) async throws {
        let scratch = try ScratchDirectory("redis")
        var lines = [
            "bind 127.0.0.1 -::1", "protected-mode no", "daemonize no", "save \"\"", "appendonly no",
            "dir \(scratch.path)",
        ]
        if !acl.isEmpty {
            try scratch.write(acl.map { $0 + "\n" }.joined(), to: "users.acl")
            lines.append("aclfile \(scratch.file("users.acl"))")
        }
        if case .tls(let chain) = door {
            try scratch.write(chain.pem, to: "chain.pem")
            try scratch.write(chain.key.pem, to: "key.pem")
            lines += [
                "tls-cert-file \(scratch.file("chain.pem"))", "tls-key-file \(scratch.file("key.pem"))",
                "tls-ca-cert-file \(scratch.file("chain.pem"))", "tls-auth-clients no",
            ]
        }
        lines += settings
        let isUnix = if case .unix = door { true } else { false }
        let text = lines.joined(separator: "\n") + "\n"
        try await self.init(engine, in: scratch, hasPort: !isUnix, environment: environment) { port in
            switch door {
            case .port: text + "port \(port)\n"
            case .unix: text + "port 0\nunixsocket \(scratch.file("redis.sock"))\n"
            case .tls: text + "port 0\ntls-port \(port)\n"
            }
        }
    }

    /// Starts it with a whole configuration, which logs to standard output, and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - scratch: Where its files are.
    ///   - environment: Variables added to those of this process.
    ///   - configuration: The text for a free port.
    /// - Throws: If it does not come up.
    public init(
        _ engine: StoreEngine = .installed, in scratch: ScratchDirectory, hasPort: Bool = true,
        environment: [String: String?] = [:], configuration: (UInt16) -> String
    ) async throws {
        self.scratch = scratch
        socket = scratch.file("redis.sock")
        var (program, arguments) = try engine.command(scratch)
        arguments.append(scratch.file("redis.conf"))
        command = (program, arguments, environment)
        // Another program may take a port after it was found free.
        for _ in 0..<5 {
            let port: UInt16 = hasPort ? try freePort() : 0
            try scratch.write(configuration(port), to: "redis.conf")
            let process = try await ChildProcess(program, arguments, environment: environment)
            if await Self.isUp(process) {
                self.port = port
                running = Mutex(process)
                return
            }
            await process.stop()
            guard process.output.contains("Address already in use") else {
                throw WorldError("redis-server does not start: \(process.output)")
            }
        }
        throw WorldError("redis-server finds no free port")
    }

    /// What it has printed since it was last started.
    public var output: String { running.withLock { $0 }.output }

    /// The process, to look at its memory.
    public var pid: Int32 { running.withLock { $0 }.pid }

    /// Sends it a signal: SIGSTOP freezes it, SIGCONT lets it go on.
    public func signal(_ number: Int32) { running.withLock { $0 }.signal(number) }

    /// Ends it without notice.
    public func kill() async {
        signal(SIGKILL)
        _ = await running.withLock { $0 }.waitForEnd()
    }

    /// Starts it again where it was, empty.
    public func restart() async throws {
        let process = try await ChildProcess(
            command.program, command.arguments, environment: command.environment)
        guard await Self.isUp(process) else { throw WorldError("redis-server does not start: \(process.output)") }
        running.withLock { $0 = process }
    }

    /// Ends it, even if it is frozen.
    public func stop() async {
        signal(SIGCONT)
        await running.withLock { $0 }.stop()
    }

    private static func isUp(_ process: ChildProcess) async -> Bool {
        await process.waitForOutput { $0.contains("Ready to accept connections") || $0.contains("server is now ready") }
    }
}
