import Foundation
import Synchronization
import World

/// A PostgreSQL of a test's own, on a port of 127.0.0.1, as deploy/test has unpacked it.
final class PostgresServer: Sendable {
    /// Its port. Nobody listens there before `start`.
    let port: UInt16
    private let scratch: ScratchDirectory
    /// It refuses to be run by root.
    private let nobody: [String]
    private let environment: [String: String?]
    private let server: Mutex<ChildProcess?>

    private static let programs = RsyslogSite.unpacked.appendingPathComponent("postgres/usr/lib/postgresql/15/bin").path
    private static let libraries = RsyslogSite.libraries(of: "postgres")

    /// Makes an empty cluster.
    init() async throws {
        scratch = try ScratchDirectory("postgres")
        port = try freePort()
        server = Mutex(nil)
        nobody =
            geteuid() == 0
            ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig", "KILL", "--"] : []
        environment = ["LD_LIBRARY_PATH": Self.libraries, "PGTZ": "UTC"]
        if !nobody.isEmpty { chown(scratch.path, 65534, 65534) }
        try await run("initdb", ["-D", scratch.file("data"), "-A", "trust", "-U", "postgres", "--no-sync"])
        // Who comes over TCP must know a password, as in Debian.
        try scratch.write(
            "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n", to: "data/pg_hba.conf")
        if !nobody.isEmpty { chown(scratch.file("data/pg_hba.conf"), 65534, 65534) }
    }

    /// Starts it.
    ///
    /// - Parameter listens: Whether it listens on its port too, beside a Unix socket.
    func start(listens: Bool) async throws {
        let words = [
            "\(Self.programs)/postgres", "-D", scratch.file("data"), "-k", scratch.path, "-p", "\(port)", "-F", "-h",
            listens ? "127.0.0.1" : "",
        ]
        let all = nobody + words
        let process = try await ChildProcess(
            all[0], Array(all.dropFirst()), environment: environment, directory: scratch.path)
        guard await process.waitForOutput(where: { $0.contains("ready to accept connections") }) else {
            throw WorldError("postgres does not start: \(process.output)")
        }
        server.withLock { $0 = process }
    }

    /// Ends it at once, and loses nothing.
    func stop() async {
        // SIGTERM would wait for those who are connected.
        server.withLock { $0 }?.signal(SIGINT)
        _ = await server.withLock { $0 }?.waitForEnd()
    }

    /// Runs one of its programs as an administrator of the cluster.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) async throws -> String {
        let all = nobody + ["\(Self.programs)/\(program)"] + arguments
        let own = ["PGHOST": scratch.path, "PGPORT": "\(port)", "PGUSER": "postgres"]
        let (status, output) = try await ChildProcess.run(
            all[0], Array(all.dropFirst()), environment: environment.merging(own) { $1 }, directory: scratch.path)
        guard status == 0 else { throw WorldError("\(program) \(arguments): \(output)") }
        return output
    }

    /// What statements give in the database danegate: a line a row, with a bar between columns.
    ///
    /// - Parameter variables: What psql puts in the place of `:'name'`.
    func query(_ text: String, _ variables: [String: String] = [:]) async throws -> [String] {
        let file = try scratch.write(text, to: "query-\(UUID().uuidString).sql")
        chmod(file, 0o644)
        return try await run(
            "psql",
            ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", "danegate", "-f", file]
                + variables.flatMap { ["-v", "\($0.key)=\($0.value)"] }
        ).split(separator: "\n").map(String.init)
    }
}
