import Foundation
import Testing
import World

/// An MTA host's rsyslog and the one that collects, set up as the guide of contrib/rsyslog says, with other paths and
/// ports alone. deploy/test has unpacked the program.
struct RsyslogSite: Sendable {
    let files: ScratchDirectory
    /// Where the machine that collects listens.
    let port: UInt16
    let host: ChildProcess
    let central: ChildProcess

    /// The folder of unpacked programs.
    static let unpacked = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
        path.deletingLastPathComponent()
    }.appendingPathComponent(".build/mtas")

    /// Why there can be none; nil if there can.
    static var unavailable: String? {
        for name in ["rsyslog", "postgres"] {
            let folder = unpacked.appendingPathComponent("\(name)/packages").path
            if !FileManager.default.fileExists(atPath: folder) {
                return "\(folder) is not there: deploy/test unpacks it"
            }
        }
        return nil
    }

    /// Where an unpacked program finds its libraries.
    static func libraries(of name: String) -> String {
        let folder = unpacked.appendingPathComponent("\(name)/usr/lib").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return "\(folder)/\(names.first { $0.contains("-linux-gnu") } ?? "")"
    }

    /// The steps of the guide below a heading.
    static func steps(_ heading: String) throws -> [String] {
        try GuideTests.examples("rsyslog/README.md", heading).filter { $0.kind == "sh" }.map(\.text)
    }

    /// Makes certificates, writes configurations and starts both.
    ///
    /// - Parameter database: Where PostgreSQL is or will be, with its tables.
    init(_ database: PostgresServer) async throws {
        let files = try ScratchDirectory("rsyslog")
        let port = try freePort()
        self.files = files
        self.port = port
        let certificates = try Self.steps("Certificates")
        try #require(certificates.count == 1)
        try await Self.run(certificates[0] + "chmod 644 *.key\n", in: files.path)
        for (folder, name) in [("central", "log.example.org"), ("host", "mta01.example.org")] {
            let place = files.file(folder)
            try await Self.run(
                """
                mkdir -p \(place)/tls \(place)/spool \(place)/d
                cp ca.crt \(place)/tls/ca.crt
                cp \(name).crt \(place)/tls/mine.crt
                cp \(name).key \(place)/tls/mine.key
                """, in: files.path)
        }
        // The steps of both machines, with the files of each in its own folder.
        func adapt(_ text: String, _ folder: String) -> String {
            text.replacing("/etc/rsyslog-danegate", with: files.file("\(folder)/tls"))
                .replacing("/etc/rsyslog.d", with: files.file("\(folder)/d"))
                .replacing("port=\"6514\"", with: "port=\"\(port)\"")
                .replacing("target=\"log.example.org\"", with: "target=\"127.0.0.1\"")
                .replacing("/var/log/danegate", with: files.file("day"))
                .replacing("server=\"127.0.0.1\"", with: "server=\"127.0.0.1\" port=\"\(database.port)\"")
                .replacing("resumeInterval=\"10\"", with: "resumeInterval=\"1\"")
        }
        let central = try Self.steps("The machine that collects")
        let host = try Self.steps("The hosts")
        try #require(central.count == 3 && host.count == 1)
        let start = "rsyslogd -N1 && systemctl restart rsyslog\n"
        #expect(central[2] == start && host[0].hasSuffix(start))
        let statement = files.file("role.sql")
        let install = central[1].replacing("su postgres -c 'psql -q -d danegate'", with: "cat >\(statement)")
        try await Self.run(adapt(install, "central"), in: GuideTests.contrib.appendingPathComponent("rsyslog").path)
        try await Self.run(
            adapt(String(host[0].dropLast(start.count)), "host"),
            in: GuideTests.contrib.appendingPathComponent("rsyslog").path)
        _ = try await database.query(try String(contentsOfFile: statement, encoding: .utf8))
        for folder in ["central", "host"] {
            let file = files.file("\(folder)/d/30-danegate.conf")
            let text = adapt(try String(contentsOfFile: file, encoding: .utf8), folder)
            try files.write(text, to: "\(folder)/d/30-danegate.conf")
        }
        self.central = try await Self.start("central", files)
        // It listens some time after it has begun.
        let isThere = try await eventually(within: .seconds(60)) {
            try await onOwnThread { (try? MilterClient("\(port)", timeout: .seconds(5))) != nil }
        }
        #expect(isThere, "\(self.central.output)")
        self.host = try await Self.start("host", files)
    }

    /// Starts one with the least that a distribution's own configuration has: a socket of the system's log.
    private static func start(_ folder: String, _ files: ScratchDirectory) async throws -> ChildProcess {
        let place = files.file(folder)
        try files.write(
            """
            global(workDirectory="\(place)/spool")
            module(load="imuxsock" sysSock.use="off")
            input(type="imuxsock" socket="\(place)/log")
            include(file="\(place)/d/*.conf")
            syslog.* action(type="omfile" file="\(place)/own")

            """, to: "\(folder)/rsyslog.conf")
        let program = unpacked.appendingPathComponent("rsyslog/usr/sbin/rsyslogd").path
        let libraries = libraries(of: "rsyslog")
        let environment = ["LD_LIBRARY_PATH": libraries]
        let words = ["-M", "\(libraries)/rsyslog", "-f", "\(place)/rsyslog.conf"]
        // What is wrong with it is said here alone.
        let (status, output) = try await ChildProcess.run(program, ["-N1"] + words, environment: environment)
        #expect(status == 0 && output.split(separator: "\n").count == 2, "\(output)")
        let process = try await ChildProcess(
            program, ["-n", "-i", "\(place)/pid"] + words, environment: environment)
        #expect(
            try await eventually(within: .seconds(60)) { FileManager.default.fileExists(atPath: "\(place)/log") },
            "\(process.output)")
        return process
    }

    /// Runs a step of the guide.
    private static func run(_ command: String, in directory: String) async throws {
        let (status, output) = try await ChildProcess.run("sh", ["-e", "-c", command], directory: directory)
        #expect(status == 0, "\(command): \(output)")
    }

    /// Sends a line to the socket of the host's log, in the form of syslog(3).
    func log(_ line: String, as program: String = "danegate[4711]") throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: files.file("host/log").utf8) }
        let bytes = Array("<22>Nov 23 19:30:01 \(program): \(line)".utf8)
        let count = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard count == bytes.count else { throw WorldError("sendto: errno \(errno)") }
    }

    /// The lines that have been written into files by day, without time and name of the host.
    var lines: [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: files.file("day"))) ?? []).sorted()
        return names.flatMap { name in
            ((try? String(contentsOfFile: files.file("day/\(name)"), encoding: .utf8)) ?? "").split(separator: "\n")
        }.map { String($0.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).last ?? "") }
    }

    /// Ends both.
    func stop() async {
        #expect(await host.stop() == 0)
        #expect(await central.stop() == 0)
    }
}
