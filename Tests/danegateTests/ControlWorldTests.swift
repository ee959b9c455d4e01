import Foundation
import Testing
import World

/// `danegate status` and `danegate check --cached`, asked of a daemon that runs.
@Suite(.timeLimit(.minutes(5))) struct ControlWorldTests {
    struct Status: Decodable {
        struct Breaker: Decodable {
            let state: String
            let cause: String?
        }
        struct Recipients: Decodable { let by_ruling: [String: [String: Int]] }
        struct Cache: Decodable {
            let destinations: Int
            let hits: Int
            let misses: Int
        }
        let status: String
        let problems: [String]
        let pid: Int?
        let breaker: Breaker?
        let recipients: Recipients?
        let cache: Cache?
        let faults: Int?
    }

    struct Cached: Decodable {
        let cached: Bool
        let outcome: String?
        let ruling: String?
        let reply: String?
        let cause: String
        let fresh_for_s: Int?
        let failing_for_s: Int?
        let policy: String?
    }

    /// The settings that find a gate's control socket.
    private func settings(_ world: MailWorld, _ gate: DaemonTests.Gate) -> [String: String?] {
        world.environment([
            "STATE_DIRECTORY": (gate.socket as NSString).deletingLastPathComponent,
            "MILTER_SOCKET": "unix:\(gate.socket)",
        ])
    }

    private func control(_ gate: DaemonTests.Gate) -> String {
        (gate.socket as NSString).deletingLastPathComponent + "/control.sock"
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ output: String) throws -> Value {
        let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(output)")
        return try JSONDecoder().decode(type, from: Data(line.utf8))
    }

    /// The keys of a line of JSON, whatever they hold.
    private func keys(_ output: String, _ inner: String? = nil) throws -> Set<String> {
        let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(output)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        guard let inner else { return Set(object.keys) }
        return Set(try #require(object[inner] as? [String: Any]).keys)
    }

    @Test func clientsThatSayNothingGiveWay() async throws {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let gate = try await DaemonTests.Gate(world)
        let path = control(gate)
        // More than there are places, anew before each question: five seconds later they are gone anyway.
        let (held, asked) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let idle = onOwnThread {
            try (0..<5).reduce(0) { sum, _ in
                let clients = try (0..<40).map { _ in try MilterClient(path) }
                held.signal()
                guard asked.wait(atMost: 180) else { return sum }
                return sum + clients.count
            }
        }
        for _ in 0..<5 {
            #expect(try await onOwnThread { held.wait(atMost: 180) })
            let (status, output) = try await Danegate.run(["status"], environment: settings(world, gate))
            #expect(status == 0 && output.hasPrefix("OK"), "\(output)")
            asked.signal()
        }
        #expect(try await idle == 200)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Not even root may make it there.
    @Test func aStateDirectoryThatCannotBeIsToldAsThat() async throws {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let place = try ScratchDirectory("stateless")
        let directory = "/proc/danegate"
        let path = place.file("control.sock")
        let gate = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": directory, "CONTROL_SOCKET": path])
        let (status, output) = try await Danegate.run(["status"], environment: ["DANEGATE_CONTROL_SOCKET": path])
        #expect(status == 1 && output.contains("the state directory \(directory) cannot be written"), "\(output)")
        #expect(try await gate.answer("<a@no-tlsa.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        let other = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": directory])
        let line = other.daemon.output.split(separator: "\n").first { $0.withoutTime.hasPrefix("event=control") } ?? ""
        #expect(line.contains("cause=\"the state directory \(directory) cannot be written\""), "\(line)")
        #expect(await other.daemon.stop() == 0)
        await world.stop()
    }

    @Test func aHealthyDaemonCountsItsRecipients() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world)
        for recipient in ["a@verified.example", "b@verified.example", "a@tlsa-invalid.example"] {
            _ = try await gate.answer("<\(recipient)>")
        }
        let (status, output) = try await Danegate.run(["status", "--json"], environment: settings(world, gate))
        #expect(status == 0, "\(output)")
        let report = try decoded(Status.self, output)
        #expect(report.status == "ok" && report.problems.isEmpty)
        #expect(report.pid == Int(gate.daemon.pid))
        #expect(report.breaker?.state == "closed")
        #expect(
            report.recipients?.by_ruling == [
                "accept": ["verified": 2], "tempfail": ["tlsa-invalid": 1], "reject": [:],
            ])
        #expect(report.cache?.destinations == 2 && report.cache?.hits == 1 && report.cache?.misses == 2)
        #expect(report.faults == 1)
        #expect(
            try keys(output, "resolver") == ["forward", "working", "root_keys", "denials", "tlsa", "advice"])
        // What has no value is there all the same.
        #expect(try keys(output, "breaker") == ["state", "cause", "message", "open_for_s"])
        #expect(try keys(output, "policy") == ["file", "lines", "read", "fault", "copy"])
        #expect(try keys(output).isSuperset(of: ["trace", "exemptions"]))
        let (_, text) = try await Danegate.run(["status"], environment: settings(world, gate))
        // The bar and the figures behind it are for monitoring.
        #expect(
            text.hasPrefix(
                "OK - enforce, 3 recipients, 1 deferred, 0 rejected | recipients=3c accepted=2c deferred=1c "
                    + "rejected=0c "
            ),
            "\(text)")
        let figures = text.prefix { $0 != "\n" }.split(separator: "|")
        #expect(figures.count == 2, "one bar: \(text)")
        for figure in figures[1].split(separator: " ") {
            #expect(figure.wholeMatch(of: /[a-z_]+=\d+(c|s|KB)?(;\d*){0,4}/) != nil, "\(figure)")
        }
        #expect(text.split(separator: "\n").count <= 24)
        #expect(await gate.daemon.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: control(gate)))
        await world.stop()
    }

    @Test func troubleAndItsAbsenceHaveTheirExitStatus() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let wrong = try ScratchDirectory("anchor")
        let anchor = try wrong.write(
            ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", to: "root.key")
        let gate = try await DaemonTests.Gate(world, ["DNS_TRUST_ANCHOR": anchor])
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=trust-anchor") })
        let (status, text) = try await Danegate.run(["status"], environment: settings(world, gate))
        #expect(status == 2 && text.hasPrefix("CRITICAL - breaker open"), "\(text)")
        #expect(await gate.daemon.stop() == 0)
        let (gone, output) = try await Danegate.run(["status", "--json"], environment: settings(world, gate))
        #expect(gone == 2, "\(output)")
        #expect(try decoded(Status.self, output).status == "critical")
        // Over TCP nobody is there either, which is told a moment after the connection was tried.
        var inet = settings(world, gate)
        inet["DANEGATE_MILTER_SOCKET"] = "inet:127.0.0.1:\(try freePort())"
        for _ in 0..<10 {
            let (status, text) = try await Danegate.run(["status"], environment: inet)
            #expect(status == 2 && text.contains("nobody listens on the milter socket"), "\(text)")
        }
        let off = world.environment(["CONTROL_SOCKET": "off"])
        #expect(try await Danegate.run(["status"], environment: off).status == 3)
        #expect(try await Danegate.run(["check", "--cached", "a.example"], environment: off).status == 69)
        await world.stop()
    }

    @Test func aRefusedPolicyFileIsAWarning() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let gate = try await DaemonTests.Gate(world)
        try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        #expect(await gate.daemon.waitForOutput { $0.contains("result=kept-old") })
        // The commands themselves do not read the file.
        let (status, text) = try await Danegate.run(["status"], environment: settings(world, gate))
        #expect(status == 1 && text.hasPrefix("WARNING - the policy file is refused"), "\(text)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func whatIsKeptIsToldWithoutALook() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid", "null-mx"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world)
        _ = try await gate.answer("<a@verified.example>")
        _ = try await gate.answer("<a@tlsa-invalid.example>")
        world.names.clearQueries()
        func cached(_ domain: String) async throws -> (Int32, Cached) {
            let (status, output) = try await Danegate.run(
                ["check", "--cached", "--json", domain], environment: settings(world, gate))
            #expect(
                try keys(output) == [
                    "domain", "cached", "outcome", "ruling", "would", "code", "reply", "cause", "host", "degraded",
                    "hazards",
                    "policy", "stale", "fresh_for_s", "valid_for", "failing_for_s", "in_trouble",
                ])
            return (status, try decoded(Cached.self, output))
        }
        let (good, verified) = try await cached("verified.example")
        #expect(good == 0 && verified.cached && verified.outcome == "verified" && verified.ruling == "accept")
        #expect(try #require(verified.fresh_for_s) > 0)
        let (failing, invalid) = try await cached("TLSA-invalid.example")
        #expect(failing == 75 && invalid.ruling == "tempfail" && invalid.failing_for_s != nil)
        #expect(invalid.reply?.hasPrefix("451 4.7.323 tlsa-invalid: tlsa-invalid.example: ") == true)
        let (unknown, nothing) = try await cached("null-mx.example")
        #expect(unknown == 75 && !nothing.cached && nothing.outcome == nil)
        let (usage, complaint) = try await Danegate.run(
            ["check", "--cached", "--json", "a b\nc"], environment: settings(world, gate))
        #expect(usage == 64 && complaint.contains("more than one word"), "\(complaint)")
        #expect(world.names.queries.isEmpty)
        let (both, text) = try await Danegate.run(
            ["check", "--cached", "verified.example", "null-mx.example"], environment: settings(world, gate))
        #expect(
            both == 75 && text.contains("verified.example: verified") && text.contains("null-mx.example: not known"))
        #expect(await gate.daemon.stop() == 0)
        #expect(
            try await Danegate.run(["check", "--cached", "verified.example"], environment: settings(world, gate)).status
                == 69)
        await world.stop()
    }

    @Test func hostileClientsCostTheirOwnConnection() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let gate = try await DaemonTests.Gate(world)
        let path = control(gate)
        let begun = ContinuousClock.now
        let held = try (0..<40).map { _ in try UnixClient(path) }
        // Beyond the bound, connections are closed at once.
        #expect(try await onOwnThread { held.suffix(8).allSatisfy { $0.isClosed(within: .seconds(30)) } })
        let areOpen = try await onOwnThread { !held.prefix(32).contains { $0.isClosed(within: .milliseconds(1)) } }
        #expect(areOpen || ContinuousClock.now - begun > .seconds(5))
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        // The others are closed for saying nothing; then there is room.
        #expect(try await onOwnThread { held.allSatisfy { $0.isClosed(within: .seconds(30)) } })
        #expect(try await Danegate.run(["status"], environment: settings(world, gate)).status == 0)
        let long = try UnixClient(path)
        long.send([UInt8](repeating: 0x61, count: 1 << 16))
        #expect(try await onOwnThread { long.isClosed(within: .seconds(30)) })
        for bytes: [UInt8] in [[0], [0xFF, 0x0A], Array("verdict\n".utf8), Array("verdict \u{1B}[31m\n".utf8)] {
            try UnixClient(path).send(bytes)
        }
        #expect(try await gate.answer("<b@verified.example>") == .continue)
        #expect(try await Danegate.run(["status"], environment: settings(world, gate)).status == 0)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func aStaleSocketIsTakenOverAndALiveOneIsNot() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let place = try ScratchDirectory("control")
        let path = place.file("c.sock")
        let first = try await DaemonTests.Gate(world, ["CONTROL_SOCKET": path])
        let environment = world.environment(["CONTROL_SOCKET": path])
        let second = try await DaemonTests.Gate(world, ["CONTROL_SOCKET": path])
        #expect(await second.daemon.waitForOutput { $0.contains("event=control result=off") })
        #expect(try await second.answer("<a@verified.example>") == .continue)
        #expect(await second.daemon.stop() == 0)
        let (_, output) = try await Danegate.run(["status", "--json"], environment: environment)
        #expect(try decoded(Status.self, output).pid == Int(first.daemon.pid))
        first.daemon.signal(SIGKILL)
        _ = await first.daemon.waitForEnd()
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try await Danegate.run(["status"], environment: environment).status == 2)
        let third = try await DaemonTests.Gate(world, ["CONTROL_SOCKET": path])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
        #expect(try await Danegate.run(["status"], environment: environment).status == 0)
        #expect(await third.daemon.stop() == 0)
        await world.stop()
    }

    @Test(arguments: ["relative", "/\(String(repeating: "a", count: 120))", "/run/"])
    func aSocketThatCannotBeIsRefusedAtTheStart(path: String) async throws {
        let (status, output) = try await Danegate.run(["settings"], environment: ["DANEGATE_CONTROL_SOCKET": path])
        #expect(status == 78 && output.contains("DANEGATE_CONTROL_SOCKET"), "\(output)")
    }

    @Test(.enabled(if: geteuid() != 0, "root may open any socket")) func whoMayNotAskIsTold() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let gate = try await DaemonTests.Gate(world)
        #expect(chmod(control(gate), 0) == 0)
        let (status, text) = try await Danegate.run(["status"], environment: settings(world, gate))
        #expect(status == 3 && text.hasPrefix("UNKNOWN - cannot ask: the control socket"), "\(text)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}

/// A client of a unix socket, as rude as one likes.
private final class UnixClient: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard result == 0 else { throw WorldError("connect \(path): errno \(errno)") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// Whether the other end hangs up in time. Blocks.
    func isClosed(within limit: Duration) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let deadline = ContinuousClock.now + limit
        var buffer = [UInt8](repeating: 0, count: 4096)
        while ContinuousClock.now < deadline {
            guard Glibc.poll(&poll, 1, 10) > 0 else { continue }
            if recv(descriptor, &buffer, buffer.count, 0) <= 0 { return true }
        }
        return false
    }
}
