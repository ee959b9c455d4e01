import Foundation
import Testing
import World

/// The page over a socket that a service manager has made: who gets in there, and that nobody is lost over a restart.
@Suite(.timeLimit(.minutes(3))) struct PageSocketTests {
    /// Where the socket is that is handed over.
    enum Place: Sendable {
        case unix, loopback
        /// Every address of this machine.
        case open
    }

    /// A daemon with such a socket, and a setting of its own that does not count.
    private struct Site: Sendable {
        let socket: HandedSocket
        let daemon: ChildProcess
        let environment: [String: String?]
        /// Where the setting has it.
        let other: String
        /// A name by which it answers: localhost is none of an open address.
        private let host: String
        private let directory: ScratchDirectory

        init(_ world: MailWorld, _ place: Place, hasToken: Bool, proxies: String? = nil, mode: mode_t? = nil)
            async throws
        {
            directory = try ScratchDirectory("page")
            socket =
                switch place {
                case .unix: try HandedSocket(unix: directory.file("page.sock"))
                case .loopback: try HandedSocket(port: freePort())
                case .open: try HandedSocket(port: freePort(), address: 0)
                }
            if let mode { chmod(socket.place, mode) }
            host = place == .open ? "127.0.0.1" : "localhost"
            other = directory.file("other.sock")
            var own = [
                "STATE_DIRECTORY": directory.path, "MILTER_SOCKET": "unix:\(directory.file("milter.sock"))",
                "WEB_LISTEN": "unix:\(other)",
            ]
            if hasToken { own["WEB_TOKEN_FILE"] = try directory.write("\(PageSite.token)\n", to: "tokens") }
            own["WEB_PROXIES"] = proxies
            var environment = world.environment(own)
            environment["LISTEN_FDNAMES"] = "web"
            self.environment = environment
            daemon = try await Danegate.start(environment: environment, inherited: [socket.descriptor])
        }

        func status(_ path: String, _ fields: [String: String] = [:]) async throws -> Int? {
            try await onOwnThread { [place = socket.place, host] in
                try WebClient.request(place, "GET \(path)", ["Host": host].merging(fields) { $1 })?.status
            }
        }
    }

    private static func world() async throws -> MailWorld { try await MailWorld([MailDomains.named("verified")]) }

    /// Without a token and with one: the front page, the trace, and the trace with a token in the request.
    @Test(arguments: [
        (Place.unix, false, [200, 200, 200], "socket"), (.unix, true, [200, 401, 200], "token"),
        (.loopback, false, [200, 403, 403], "none"), (.loopback, true, [200, 401, 200], "token"),
        (.open, true, [401, 401, 200], "token"),
    ])
    func whoGetsInIsAsWithTheSetting(place: Place, hasToken: Bool, statuses: [Int], authorization: String) async throws
    {
        let world = try await Self.world()
        let site = try await Site(world, place, hasToken: hasToken)
        #expect(try await site.status("/") == statuses[0])
        #expect(try await site.status("/trace") == statuses[1])
        #expect(try await site.status("/trace", PageSite.bearer) == statuses[2])
        #expect(try await site.status("/healthz") == 200)
        #expect(try await site.status("/", ["Host": "evil.example"]) == 421)
        // The setting's socket is not made.
        #expect(access(site.other, F_OK) != 0)
        let output = site.daemon.output
        #expect(output.contains("authorization=\(authorization)"), "\(output)")
        let form = place == .unix ? "unix:\(site.socket.place)" : ":\(site.socket.place) "
        #expect(output.contains(/event=start .* web=\S+ libmilter=/) && output.contains(form), "\(output)")
        #expect(await site.daemon.stop() == 0)
        #expect(site.socket.takeWaiting().isEmpty)
        await world.stop()
    }

    /// systemd's default mode lets every user of the machine connect, so the socket is no authorization.
    @Test(arguments: [(mode_t(0o666), 403), (0o660, 200)])
    func aSocketForAllUsersIsNoAuthorization(mode: mode_t, status: Int) async throws {
        let world = try await Self.world()
        let site = try await Site(world, .unix, hasToken: false, mode: mode)
        #expect(try await site.status("/") == 200)
        #expect(try await site.status("/trace") == status)
        let output = site.daemon.output
        #expect(output.contains("event=web result=open") == (status == 403), "\(output)")
        #expect(output.contains("authorization=\(status == 403 ? "none" : "socket")"), "\(output)")
        #expect(await site.daemon.stop() == 0)
        await world.stop()
    }

    /// Other machines reach it, and only proxies may connect: this one is none.
    @Test func anOpenSocketIsForTheProxiesAlone() async throws {
        let world = try await Self.world()
        let strange = try await Site(world, .open, hasToken: false, proxies: "192.0.2.1")
        #expect(strange.daemon.output.contains("authorization=proxy"), "\(strange.daemon.output)")
        #expect(try await strange.status("/") == 403)
        #expect(await strange.daemon.stop() == 0)
        let known = try await Site(world, .open, hasToken: false, proxies: "127.0.0.1")
        #expect(try await known.status("/") == 200)
        #expect(try await known.status("/trace") == 403)
        #expect(await known.daemon.stop() == 0)
        await world.stop()
    }

    /// Clients that come while there is no daemon have their answers from the next one.
    @Test(arguments: [Place.unix, .loopback]) func clientsWaitForTheNextDaemon(place: Place) async throws {
        let world = try await Self.world()
        let site = try await Site(world, place, hasToken: true)
        var daemon = site.daemon
        for _ in 0..<3 {
            #expect(try await site.status("/healthz") == 200)
            #expect(await daemon.stop() == 0)
            #expect(site.socket.takeWaiting().isEmpty)
            let (statuses, next) = try await onOwnThread { [place = site.socket.place] in
                // They have all connected and asked before the daemon starts.
                let clients = try (0..<20).map { _ in try WebClient(place) }
                for client in clients { try client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") }
                let next = Task {
                    try await Danegate.start(environment: site.environment, inherited: [site.socket.descriptor])
                }
                return (try clients.map { try $0.answer()?.status }, next)
            }
            #expect(statuses == Array(repeating: 200, count: 20))
            daemon = try await next.value
        }
        #expect(await daemon.stop() == 0)
        await world.stop()
    }
}
