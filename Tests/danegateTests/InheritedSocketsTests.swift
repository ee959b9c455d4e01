import Foundation
import Testing
import World

/// Sockets of systemd's socket units: sd_listen_fds(3).
@Suite(.timeLimit(.minutes(5))) struct InheritedSocketsTests {
    /// What is handed over: sockets of these kinds.
    enum Kind: String, Sendable {
        case listening, connected, datagram, file, open
    }

    /// A descriptor of a kind, and what keeps it open.
    private static func descriptor(_ kind: Kind, in directory: ScratchDirectory) throws -> (Int32, HandedSocket?) {
        switch kind {
        case .listening:
            let socket = try HandedSocket(unix: directory.file("s\(UInt32.random(in: 0 ... .max))"))
            return (socket.descriptor, socket)
        case .connected:
            var ends: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            close(ends[1])
            return (ends[0], nil)
        case .datagram: return (socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0), nil)
        case .file: return (Glibc.open("/dev/null", O_RDONLY), nil)
        case .open:
            // Every address of this machine.
            let socket = try HandedSocket(port: freePort(), address: 0)
            return (socket.descriptor, socket)
        }
    }

    @Test(
        arguments: [
            ([.listening, .listening], "milter:milter", "two sockets for the milter"),
            ([.listening, .listening], "danegate.socket:milter", "two sockets for the milter"),
            ([.listening, .listening], nil, "two sockets for the milter"),
            ([.listening, .listening, .listening], "milter:query:query", "two sockets for query"),
            ([.listening], "smtp", "a socket that is named smtp: FileDescriptorName= must be one of milter, query,"),
            ([.listening], "smtp", "must be one of milter, query, tls-policy, web"),
            ([.listening, .listening], "web:web", "two sockets for web"),
            ([.datagram], "web", "something for web that is no listening stream socket"),
            ([.open], "web", "for web: other machines can reach this address: set DANEGATE_WEB_TOKEN_FILE"),
            ([.listening], "milter:query", "hands over 1 sockets and names 2"),
            ([.listening, .listening], "milter", "hands over 2 sockets and names 1"),
            ([.connected], "milter", "something for milter that is no listening stream socket"),
            ([.datagram], "query", "something for query that is no listening stream socket"),
            ([.file], "tls-policy", "something for tls-policy that is no listening stream socket"),
            ([.open], "query", "for query: it must be a loopback address or a unix socket"),
            (
                [.listening, .listening, .listening, .listening, .listening], nil,
                "hands over 5 sockets: there is use for 4"
            ),
        ] as [([Kind], String?, String)])
    func whatCannotBeServedIsRefused(kinds: [Kind], names: String?, sentence: String) async throws {
        let directory = try ScratchDirectory("handed")
        let handed = try kinds.map { try Self.descriptor($0, in: directory) }
        defer { for (descriptor, socket) in handed where socket == nil { close(descriptor) } }
        let child = try await ChildProcess(
            Danegate.path, ["run"],
            environment: [
                "LISTEN_FDNAMES": names, "DANEGATE_LOG": "stderr", "DANEGATE_STATE_DIRECTORY": directory.path,
            ],
            inherited: handed.map(\.0))
        #expect(await child.waitForEnd() == 78)
        #expect(child.output.contains("the service manager") && child.output.contains(sentence), "\(child.output)")
    }

    /// Every door at once, each named, and none of them set.
    @Test func everyDoorServesItsSocket() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid"), MailDomains.named("verified")])
        let directory = try ScratchDirectory("handed")
        let map = try HandedSocket(port: freePort())
        let (milter, query, page) = (directory.file("m.sock"), directory.file("q.sock"), directory.file("p.sock"))
        let sockets = try [map] + [milter, query, page].map { try HandedSocket(unix: $0) }
        chmod(query, 0o606)
        var environment = world.environment(["STATE_DIRECTORY": directory.path, "QUERY_SOCKET": "off"])
        environment["LISTEN_FDNAMES"] = "tls-policy:danegate.socket:query:web"
        let daemon = try await Danegate.start(environment: environment, inherited: sockets.map(\.descriptor))
        let port = "inet:127.0.0.1:\(map.place)"
        #expect(
            daemon.output.contains(
                "socket=unix:\(milter) query=unix:\(query) tls-policy=\(port) web=unix:\(page) "),
            "\(daemon.output)")
        // No program that it starts gets them (O_CLOEXEC).
        for descriptor in 3...6 {
            let facts = try String(contentsOfFile: "/proc/\(daemon.pid)/fdinfo/\(descriptor)", encoding: .utf8)
            let flags = try #require(facts.firstMatch(of: /flags:\s+(\d+)/).flatMap { Int($0.1, radix: 8) })
            #expect(flags & Int(O_CLOEXEC) != 0, "\(facts)")
        }
        let (reply, answer, level) = try await onOwnThread {
            let client = try MilterClient(milter, timeout: .seconds(60))
            try client.open()
            try client.mail()
            let reply = "\(try client.recipient("<a@tlsa-invalid.example>"))"
            return (
                reply, try DoorClient.query("check user@tlsa-invalid.example\n", at: query),
                try DoorClient(map.place).lookUp("danegate", "verified.example")
            )
        }
        #expect(reply.contains("451 4.7.323"), "\(reply)")
        #expect(answer.contains("4.7.323"), "\(answer)")
        #expect(level?.hasPrefix("OK dane-only") == true, "\(level ?? "nothing")")
        let shown = try await onOwnThread { try WebClient.request(page, "GET /trace") }
        #expect(shown?.status == 200)
        environment["LISTEN_FDNAMES"] = .some(nil)
        let (_, status) = try await Danegate.run(["status"], environment: environment)
        for place in [
            "milter at unix:\(milter)", "query socket unix:\(query)", "TLS policy socket \(port)", "page unix:\(page)",
        ] {
            #expect(status.contains(place), "\(status)")
        }
        let (_, settings) = try await Danegate.run(["settings"], environment: environment)
        for place in ["MILTER_SOCKET", "unix:\(milter)", "QUERY_SOCKET", "TLS_POLICY_SOCKET", "WEB_LISTEN"] {
            #expect(settings.contains(place), "\(settings)")
        }
        for (name, place) in [("QUERY_SOCKET", query), ("WEB_LISTEN", page)] {
            #expect(settings.contains("# \(name): the running daemon listens on unix:\(place)"), "\(settings)")
        }
        #expect(await daemon.stop() == 0)
        // They are as they were.
        for socket in sockets { #expect(socket.takeWaiting().isEmpty) }
        var facts = stat()
        #expect(stat(query, &facts) == 0 && facts.st_mode & 0o777 == 0o606)
        #expect(access(milter, F_OK) == 0)
        await world.stop()
    }

    /// A connection that is left in the backlog would have systemd start what it has just stopped.
    @Test(arguments: ["unix", "inet"]) func anEndLeavesNoConnectionBehind(kind: String) async throws {
        let world = try await MailWorld([MailDomains.named("stalling-at-starttls")])
        let directory = try ScratchDirectory("handed")
        let socket =
            kind == "unix" ? try HandedSocket(unix: directory.file("m.sock")) : try HandedSocket(port: freePort())
        let environment = world.environment(["STATE_DIRECTORY": directory.path, "MILTER_DEADLINE": "500ms"])
        for round in 0..<10 {
            let daemon = try await Danegate.start(environment: environment, inherited: [socket.descriptor])
            if round % 2 == 1 {
                // While recipients wait, other sessions are freed from libmilter's queue, and so when it ends.
                let asked = (0..<8).map { number in
                    Task {
                        try await onOwnThread { [place = socket.place] in
                            let client = try MilterClient(place, timeout: .seconds(60))
                            try client.open()
                            try client.mail()
                            return try client.recipient("<a\(number)@stalling-at-starttls.example>")
                        }
                    }
                }
                #expect(await daemon.waitForOutput { $0.contains("outcome=pending") })
                daemon.signal(SIGTERM)
                for task in asked { #expect(try await task.value != .continue) }
            }
            #expect(await daemon.stop(within: .seconds(10)) == 0, "round \(round)")
            #expect(socket.takeWaiting().isEmpty, "round \(round)")
        }
        await world.stop()
    }

    /// Ends under load, each followed by a start: whoever connects after the signal is served by the next daemon.
    @Test func nobodyIsDroppedWhoComesAfterTheEnd() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let directory = try ScratchDirectory("handed")
        let socket = try HandedSocket(unix: directory.file("m.sock"))
        let environment = world.environment(["STATE_DIRECTORY": directory.path])
        var daemon = try await Danegate.start(environment: environment, inherited: [socket.descriptor])
        for _ in 0..<10 {
            let end = StopTests.End()
            let (sent, next) = try await withThrowingTaskGroup(of: Sent.self) { group in
                for number in 0..<12 {
                    group.addTask { [place = socket.place] in
                        var sent = Sent()
                        while true {
                            let isLate = end.moment != nil
                            let answered = (try? await onOwnThread { try Self.session(number, place) }) ?? 0
                            sent.answered += answered
                            if answered < 4, isLate { sent.late += 1 }
                            if answered == 4, isLate { return sent }
                            // Whoever was in the middle of it has to come again.
                            if sent.late > 3 { return sent }
                        }
                    }
                }
                #expect(await daemon.waitForOutput { $0.count(of: "ruling=") > 40 })
                daemon.signal(SIGTERM)
                end.set(.now)
                #expect(await daemon.waitForEnd(within: .seconds(20)) == 0)
                let next = try await Danegate.start(environment: environment, inherited: [socket.descriptor])
                let sent = try await group.reduce(into: Sent()) {
                    $0.answered += $1.answered
                    $0.late += $1.late
                }
                return (sent, next)
            }
            #expect(sent.answered > 40 && sent.late == 0, "\(sent)")
            daemon = next
        }
        #expect(await daemon.stop() == 0)
        #expect(socket.takeWaiting().isEmpty)
        await world.stop()
    }

    /// What became of the recipients of one client.
    private struct Sent: Sendable {
        var answered = 0
        /// Sessions that began after the signal and were dropped.
        var late = 0
    }

    /// A session with four recipients.
    ///
    /// - Returns: How many had an answer.
    private static func session(_ number: Int, _ place: String) throws -> Int {
        let client = try MilterClient(place, timeout: .seconds(60))
        try client.open()
        try client.mail()
        for turn in 0..<4 {
            let domain = (number + turn) % 2 == 0 ? "verified" : "tlsa-invalid"
            guard try client.recipient("<a@\(domain).example>") != .closed else { return turn }
        }
        try client.quit()
        return 4
    }

    /// `danegate status` only looks: a connection would start a service that has been stopped.
    @Test func statusConnectsToNoMilterSocket() async throws {
        let directory = try ScratchDirectory("handed")
        for (socket, setting) in [
            (try HandedSocket(unix: directory.file("m.sock")), "unix:\(directory.file("m.sock"))"),
            (try HandedSocket(port: freePort()), ""),
        ] {
            let environment = [
                "DANEGATE_STATE_DIRECTORY": directory.path,
                "DANEGATE_MILTER_SOCKET": setting.isEmpty ? "inet:\(socket.place)@127.0.0.1" : setting,
            ]
            let (status, text) = try await Danegate.run(["status"], environment: environment)
            #expect(status == 3 && text.contains("something listens on the milter socket"), "\(text)")
            #expect(socket.takeWaiting().isEmpty)
        }
    }
}
