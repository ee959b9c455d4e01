import Foundation
import World

/// `MilterTestDaemon` as a child process, serving a Unix socket in a scratch directory of its own.
struct TestDaemon {
    let scratch: ScratchDirectory
    let process: ChildProcess
    let socket: String

    /// Starts the daemon and waits until it is ready.
    init(_ options: String...) async throws {
        scratch = try ScratchDirectory("milter")
        socket = scratch.file("milter.sock")
        process = try await Self.process(["unix:\(socket)"] + options)
        guard await process.waitForOutput(where: { $0.contains("ready\n") }) else {
            throw WorldError("the daemon did not get ready: \(process.output)")
        }
    }

    /// Starts the program only.
    static func process(_ arguments: [String]) async throws -> ChildProcess {
        try await ChildProcess(path, arguments)
    }

    /// The program is built beside the test bundle.
    private static var path: String {
        var directory = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            directory = bundle.bundleURL.deletingLastPathComponent()
        }
        return directory.appendingPathComponent("MilterTestDaemon").path
    }

    /// Runs blocking calls of a client on a thread of their own.
    func client<Result: Sendable>(
        _ body: @escaping @Sendable (MilterClient) throws -> Result
    ) async throws -> Result {
        let socket = socket
        return try await onOwnThread { try body(try MilterClient(socket)) }
    }

    /// Whether the daemon still answers as it should.
    func isSound() async throws -> Bool {
        try await client { client in
            try client.open()
            try client.mail()
            let answers = [
                try client.recipient("<fine@example.com>"), try client.recipient("<reject@example.com>"),
                try client.recipient("<tempfail@example.com>"),
            ]
            try client.abort()
            try client.quit()
            return answers == [
                .continue, .reply("550 5.7.323 rejected for 2"), .reply("451 4.7.324 deferred for 3"),
            ]
        }
    }

    /// Whether the daemon comes to have no sessions: it closes them a while after the client has.
    func isIdle() async throws -> Bool {
        try await eventually {
            process.signal(SIGHUP)
            return await process.waitForOutput(within: .milliseconds(100)) { $0.contains("sessions=0\n") }
        }
    }

    /// Kilobytes resident, threads, and open descriptors of the daemon.
    func usage() throws -> (resident: Int, threads: Int, descriptors: Int) {
        let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        func field(_ name: String) -> Int {
            status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
                .flatMap { Int($0.filter(\.isNumber)) } ?? -1
        }
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd").count
        return (field("VmRSS"), field("Threads"), descriptors)
    }
}
