import Foundation
import Synchronization
public import WorldHosts
import WorldServers

/// A real redis-server of a test's own, on a port of 127.0.0.1 or a Unix socket, that keeps nothing.
///
/// Debian's redis-tools has the program under another name, and with it no service that would listen where the
/// machine's own is expected.
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
    private let running: Mutex<ChildProcess>

    /// Starts it and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - acl: Lines of its ACL file, such as `user danegate on >secret ~dg:* -@all +get`; none lets everybody in.
    ///   - settings: Further lines of its configuration.
    /// - Throws: If it does not come up.
    public init(_ door: Door = .port, acl: [String] = [], settings: [String] = []) async throws {
        scratch = try ScratchDirectory("redis")
        socket = scratch.file("redis.sock")
        let program = scratch.file("redis-server")
        try FileManager.default.createSymbolicLink(
            atPath: program, withDestinationPath: try ChildProcess.find("redis-check-rdb"))
        var lines = [
            "bind 127.0.0.1 -::1", "protected-mode no", "daemonize no", "save \"\"", "appendonly no",
            "dir \(scratch.path)",
        ]
        if !acl.isEmpty {
            try scratch.write(acl.map { $0 + "\n" }.joined(), to: "users.acl")
            lines.append("aclfile \(scratch.file("users.acl"))")
        }
        lines += settings
        // Another program may take a port after it was found free.
        for _ in 0..<5 {
            let port: UInt16 = if case .unix = door { 0 } else { try freePort() }
            switch door {
            case .port: try scratch.write((lines + ["port \(port)"]).joined(separator: "\n") + "\n", to: "redis.conf")
            case .unix:
                try scratch.write(
                    (lines + ["port 0", "unixsocket \(socket)"]).joined(separator: "\n") + "\n", to: "redis.conf")
            case .tls(let chain):
                try scratch.write(chain.pem, to: "chain.pem")
                try scratch.write(chain.key.pem, to: "key.pem")
                let files = [
                    "port 0", "tls-port \(port)", "tls-cert-file \(scratch.file("chain.pem"))",
                    "tls-key-file \(scratch.file("key.pem"))", "tls-ca-cert-file \(scratch.file("chain.pem"))",
                    "tls-auth-clients no",
                ]
                try scratch.write((lines + files).joined(separator: "\n") + "\n", to: "redis.conf")
            }
            let process = try await ChildProcess(program, [scratch.file("redis.conf")])
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

    /// Sends it a signal: SIGSTOP freezes it, SIGCONT lets it go on.
    public func signal(_ number: Int32) { running.withLock { $0 }.signal(number) }

    /// Ends it without notice.
    public func kill() async {
        signal(SIGKILL)
        _ = await running.withLock { $0 }.waitForEnd()
    }

    /// Starts it again where it was, empty.
    public func restart() async throws {
        let process = try await ChildProcess(scratch.file("redis-server"), [scratch.file("redis.conf")])
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
