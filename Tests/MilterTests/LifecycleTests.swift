import Foundation
import Testing
import World

@Suite("Start, signals, stop", .timeLimit(.minutes(2))) struct LifecycleTests {
    @Test("a second daemon on the same Unix socket says so and leaves it alone")
    func secondOnUnix() async throws {
        let daemon = try await TestDaemon()
        let second = try await TestDaemon.process(["unix:\(daemon.socket)"])
        #expect(await second.waitForEnd() == 69)
        #expect(
            try await eventually { second.output.contains("another daemon is listening on unix:\(daemon.socket)") })
        #expect(try await daemon.isSound())
        await daemon.process.stop()
    }

    @Test("a second daemon on the same port says so")
    func secondOnInet() async throws {
        let setting = "inet:127.0.0.1:\(try freePort())"
        let first = try await TestDaemon.process([setting])
        #expect(await first.waitForOutput { $0.contains("ready\n") })
        let second = try await TestDaemon.process([setting])
        #expect(await second.waitForEnd() == 69)
        #expect(try await eventually { second.output.contains("another daemon is listening on inet:") })
        #expect(await first.stop() == 0)
    }

    @Test("an address of another host, a port without permission, a missing directory: a sentence")
    func refused() async throws {
        let scratch = try ScratchDirectory("milter")
        let places = [
            "inet:8895@192.0.2.1": "Cannot assign requested address",
            "unix:\(scratch.file("none"))/x": "does not exist",
            "unix:\(try scratch.write("", to: "file"))/x": "Not a directory", "unix:x": "no absolute path",
        ]
        for (place, sentence) in places {
            let process = try await TestDaemon.process([place])
            #expect(await process.waitForEnd() == 69)
            #expect(try await eventually { process.output.contains(sentence) }, "\(process.output)")
            #expect(!process.output.contains("ready"))
        }
    }

    @Test("a file that is no socket is left as it is")
    func regularFile() async throws {
        let scratch = try ScratchDirectory("milter")
        let path = try scratch.write("precious", to: "file")
        let process = try await TestDaemon.process(["unix:\(path)"])
        #expect(await process.waitForEnd() == 69)
        #expect(
            try await eventually { process.output.contains("\(path) exists and is not a socket; it is left as it is") })
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test("the socket of a killed daemon is replaced")
    func stale() async throws {
        let daemon = try await TestDaemon()
        daemon.process.signal(SIGKILL)
        #expect(await daemon.process.waitForEnd() == -SIGKILL)
        #expect(FileManager.default.fileExists(atPath: daemon.socket))
        let next = try await TestDaemon.process(["unix:\(daemon.socket)"])
        #expect(await next.waitForOutput { $0.contains("ready\n") })
        #expect(try await daemon.isSound())
        #expect(await next.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: daemon.socket))
    }

    /// A group that this user may give a socket to: any for root, else its own.
    private static let group =
        geteuid() == 0 ? "daemon" : getgrgid(getegid()).map { String(cString: $0.pointee.gr_name) }

    @Test("mode and group of the socket", arguments: [("660", nil), ("600", nil), ("666", group), ("660", group)])
    func permissions(mode: String, group: String?) async throws {
        let daemon = try await TestDaemon("mode=\(mode)", group.map { "group=\($0)" } ?? "")
        let attributes = try FileManager.default.attributesOfItem(atPath: daemon.socket)
        #expect(attributes[.posixPermissions] as? Int == Int(mode, radix: 8))
        if let group { #expect(attributes[.groupOwnerAccountName] as? String == group) }
        await daemon.process.stop()
    }

    @Test("an unknown group is refused before there is a socket")
    func unknownGroup() async throws {
        let scratch = try ScratchDirectory("milter")
        let process = try await TestDaemon.process(["unix:\(scratch.file("x"))", "group=no-such-group"])
        #expect(await process.waitForEnd() == 69)
        #expect(try await eventually { process.output.contains("there is no group \"no-such-group\"") })
        #expect(!FileManager.default.fileExists(atPath: scratch.file("x")))
    }

    @Test(
        "another's socket at the path is not removed at the end",
        .enabled(if: geteuid() == 0, "libmilter itself removes what is at the path, unless it runs as root"))
    func usurped() async throws {
        let daemon = try await TestDaemon()
        unlink(daemon.socket)
        let other = try await TestDaemon.process(["unix:\(daemon.socket)"])
        #expect(await other.waitForOutput { $0.contains("ready\n") })
        #expect(await daemon.process.stop() == 0)
        #expect(try await daemon.isSound())
        #expect(await other.stop() == 0)
    }

    // A SIGHUP that comes while the main thread has it blocked is libmilter's, which ends at it: see SignalMailbox.
    @Test(
        "200 SIGHUPs and SIGUSR1s while serving end nothing",
        .disabled(if: Sanitizer.isThread, "ThreadSanitizer blocks signals in handlers that are to have them unblocked"))
    func hangups() async throws {
        let daemon = try await TestDaemon()
        for round in 0..<200 {
            daemon.process.signal(round % 2 == 0 ? SIGHUP : SIGUSR1)
            if round % 20 == 0 { #expect(try await daemon.isSound()) }
        }
        #expect(await daemon.process.waitForOutput { $0.contains("hangup") && $0.contains("user1") })
        // libmilter looks at its stop flag every five seconds; a signal it had taken would show by then.
        #expect(await daemon.process.waitForEnd(within: .seconds(6)) == nil)
        #expect(try await daemon.isSound())
        #expect(await daemon.process.stop() == 0)
    }

    @Test("SIGTERM lets a waiting recipient have its answer, then the socket is gone", arguments: [SIGTERM, SIGINT])
    func drain(signal: Int32) async throws {
        let daemon = try await TestDaemon()
        let answers = try await withThrowingTaskGroup(of: MilterClient.Answer.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    try await daemon.client { client in
                        try client.open()
                        try client.mail()
                        return try client.recipient("<wait-1500@example.com>")
                    }
                }
            }
            #expect(await daemon.process.waitForOutput { $0.components(separatedBy: "waiting\n").count == 6 })
            daemon.process.signal(signal)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: .reply("451 4.4.0 waited 1500"), count: 5))
        #expect(await daemon.process.waitForEnd() == 0)
        #expect(!FileManager.default.fileExists(atPath: daemon.socket))
        #expect(try await eventually { daemon.process.output.contains("inflight=0") })
    }

    @Test("a handler that does not return holds the stop up no longer than the drain")
    func stuck() async throws {
        let daemon = try await TestDaemon("drain=1")
        let client = Task {
            try await daemon.client { client in
                try client.open()
                try client.mail()
                return try client.recipient("<wait-600000@example.com>")
            }
        }
        #expect(await daemon.process.waitForOutput { $0.contains("waiting\n") })
        daemon.process.signal(SIGTERM)
        #expect(await daemon.process.waitForEnd(within: .seconds(20)) == 0)
        #expect(
            try await eventually {
                daemon.process.output.contains("stopped with 1 recipient unanswered after 1.0 seconds")
            })
        #expect(try await client.value == .closed)
    }
}
