import DANE
import Foundation
import RuleMarks
import Testing
import World

@testable import Milter

@Suite("Connections of MTAs", .timeLimit(.minutes(3))) struct ConnectionTests {
    /// What the daemon says of its connections.
    private static func counts(_ daemon: TestDaemon) async throws -> [String: Int] {
        let before = daemon.process.output.count
        daemon.process.signal(SIGHUP)
        _ = await daemon.process.waitForOutput { $0.dropFirst(before).contains("sessions=") }
        let line = daemon.process.output.split(separator: "\n").last { $0.contains("sessions=") } ?? ""
        var counts: [String: Int] = [:]
        for field in line.split(separator: " ") {
            let pair = field.split(separator: "=")
            if pair.count == 2 { counts[String(pair[0])] = Int(pair[1]) }
        }
        return counts
    }

    private static func socket() -> Int32 {
        Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private static func withLoopback(
        _ port: UInt16, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// The system says of a socket that no process has any more that it is root's.
    @Test(.rules("F-104")) func whoHasHungUpIsNobody() throws {
        let port = try freePort()
        let (listener, client) = (Self.socket(), Self.socket())
        defer { close(listener) }
        #expect(Self.withLoopback(port) { bind(listener, $0, $1) } == 0 && listen(listener, 5) == 0)
        #expect(Self.withLoopback(port) { connect(client, $0, $1) } == 0)
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        #expect(SocketOwner.peer(of: connection) == .user(geteuid()))
        close(client)
        // Its end has come when it can be read.
        var byte: UInt8 = 0
        #expect(recv(connection, &byte, 1, 0) == 0)
        #expect(SocketOwner.peer(of: connection) == .address(.v4(0x7F00_0001)))
    }

    private static func waits(
        _ daemon: TestDaemon, until isSo: @escaping @Sendable ([String: Int]) -> Bool
    ) async throws -> Bool {
        try await eventually(within: .seconds(60)) { isSo(try await counts(daemon)) }
    }

    /// Whether a session that was opened before still has its answer.
    private static func isServed(_ client: MilterClient) -> Bool {
        guard case .reply(let reply) = try? client.recipient("<reject@example.com>") else { return false }
        return reply.hasPrefix("550 5.7.323 rejected")
    }

    @Test("that say nothing are ended, those that have negotiated are not", arguments: [false, true])
    func silent(halfAPacket: Bool) async throws {
        let daemon = try await TestDaemon("silence=300")
        let socket = daemon.socket
        let (closed, isServed) = try await onOwnThread {
            let idle = try MilterClient(socket)
            try idle.open()
            try idle.mail()
            let silent = try (0..<5).map { _ in try MilterClient(socket) }
            if halfAPacket { for client in silent { try client.send([0, 0, 0, 13, 0x4F]) } }
            let closed = try silent.count { try $0.answer() == .closed }
            return (closed, Self.isServed(idle))
        }
        #expect(closed == 5 && isServed)
        #expect(try await Self.waits(daemon) { $0["silent"] == 5 && $0["open"] == 0 })
        #expect(await daemon.process.waitForOutput { $0.contains("did not negotiate in time") })
        await daemon.process.stop()
    }

    /// Opens sessions whose recipients wait until `letGo`, and returns when the daemon has all of them.
    private static func held(_ count: Int, _ daemon: TestDaemon) async throws -> [MilterClient] {
        let clients = try (0..<count).map { _ in
            let client = try MilterClient(daemon.socket)
            try client.open()
            try client.mail()
            try client.packet("R", Array("<hold@example.com>\0".utf8))
            return client
        }
        #expect(await daemon.process.waitForOutput { $0.matches(of: /holding\n/).count == count })
        return clients
    }

    /// The answers to the recipients that were held.
    private static func letGo(_ clients: [MilterClient], _ daemon: TestDaemon) throws -> [MilterClient.Answer] {
        daemon.process.signal(SIGUSR1)
        return try clients.map { try $0.answer() }
    }

    private static let held = MilterClient.Answer.reply("451 4.4.0 held")

    @Test("are bounded: who has been idle for longest gives way, who waits for an answer does not")
    func bounded() async throws {
        let daemon = try await TestDaemon("connections=20", "silence=600000")
        let socket = daemon.socket
        let busy = try await Self.held(1, daemon)
        let (served, lost) = try await onOwnThread { () -> (Int, Int) in
            let silent = try (0..<10).map { _ in try MilterClient(socket) }
            let clients = try (0..<60).map { _ in
                let client = try MilterClient(socket)
                try client.open()
                try client.mail()
                // Its answer tells that the daemon has heard all of it before the next one comes.
                _ = try client.recipient("<fine@example.com>")
                return client
            }
            let served = clients.suffix(19).count { Self.isServed($0) }
            let lost = try silent.count { try $0.answer() == .closed } + clients.prefix(41).count { !Self.isServed($0) }
            return (served, lost)
        }
        #expect(try Self.letGo(busy, daemon) == [Self.held])
        // One for each beyond the twenty, and the daemon's own connections, which hang up at once, count for nothing.
        #expect(served == 19 && lost == 51, "\(served) \(lost)")
        let counts = try await Self.counts(daemon)
        #expect(counts["displaced"] == 51 && counts["rejected"] == 0, "\(counts)")
        #expect(await daemon.process.waitForOutput { $0.contains("had been idle for longest") })
        #expect(try await daemon.isSound())
        await daemon.process.stop()
    }

    @Test("beyond the bound are told so in the negotiation, where all others wait for an answer")
    func rejected() async throws {
        let daemon = try await TestDaemon("connections=5")
        let socket = daemon.socket
        let busy = try await Self.held(5, daemon)
        let isRefused = try await onOwnThread {
            let excess = try MilterClient(socket)
            return (try? excess.negotiate()) == nil
        }
        #expect(isRefused)
        #expect(try Self.letGo(busy, daemon) == Array(repeating: Self.held, count: 5))
        #expect(try await Self.waits(daemon) { ($0["rejected"] ?? 0) >= 1 })
        #expect(await daemon.process.waitForOutput { $0.contains("too many connections: did not serve") })
        #expect(try await daemon.isSound())
        await daemon.process.stop()
    }

    /// Idle connections come and go at the limit of descriptors, as a local user can have them do.
    @Test("never take the last descriptor, however many come")
    func flood() async throws {
        let daemon = try await TestDaemon("connections=200", "silence=500")
        let socket = daemon.socket
        let limited = try await ChildProcess.run("prlimit", ["--pid", "\(daemon.process.pid)", "--nofile=320:320"])
        #expect(limited.status == 0, "\(limited.output)")
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await onOwnThread {
                        var held: [MilterClient] = []
                        for number in 0..<1500 {
                            if let client = try? MilterClient(socket) { held.append(client) }
                            if held.count > 150 { held.removeFirst(number % 3 == 0 ? 100 : 1) }
                        }
                        return 0
                    }
                }
            }
            group.addTask {
                var most = 0
                for _ in 0..<40 {
                    most = max(most, try daemon.usage().descriptors)
                    // The flood is this user's own: it may cost a session, but not the daemon.
                    _ = try? await daemon.isSound()
                }
                return most
            }
            return try await group.reduce(0, max)
        }
        #expect(most <= 200 + ConnectionLimits(connections: 200).slack + 40)
        #expect(daemon.process.status == nil)
        #expect(try await daemon.isSound())
        await daemon.process.stop()
    }

    /// Another user has taken all places, and speaks on all of them.
    @Test("of one user do not shut out another", .enabled(if: geteuid() == 0, "two users take root"))
    func fairToUsers() async throws {
        let port = try freePort()
        let process = try await TestDaemon.process(["inet:\(port)@127.0.0.1", "connections=40", "silence=600000"])
        #expect(await process.waitForOutput { $0.contains("ready\n") })
        let script = """
            for n in $(seq 200); do exec {fd}<>/dev/tcp/127.0.0.1/\(port)
            printf '\\0\\0\\0\\015O\\0\\0\\0\\006\\0\\0\\001\\377\\0\\037\\377\\377' >&$fd; done; echo taken; sleep 600
            """
        let (opened, taken) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let served = onOwnThread {
            let mine = try (0..<10).map { _ in
                let client = try MilterClient("\(port)")
                try client.open()
                try client.mail()
                return client
            }
            opened.signal()
            taken.wait(atMost: 180)
            return mine.count { Self.isServed($0) }
        }
        #expect(try await onOwnThread { opened.wait(atMost: 180) })
        let other = try await ChildProcess(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "/bin/bash", "-c", script])
        #expect(await other.waitForOutput(within: .seconds(60)) { $0.contains("taken") }, "\(other.output)")
        taken.signal()
        #expect(try await served == 10)
        await other.stop()
        await process.stop()
    }

    /// Of this process's own connection the kernel tells the user.
    @Test("are told apart by their users on this machine", arguments: [AF_INET, AF_INET6, AF_UNIX])
    func owners(family: Int32) throws {
        let (client, server) = try connectedPair(family)
        defer {
            close(client)
            close(server)
        }
        #expect(SocketOwner.peer(of: server) == .user(geteuid()))
    }

    enum Known { case gone, busy, silent(Int64), spoken(Int64) }

    @Test(
        "give way in an order",
        arguments: [
            // In the order in which they came.
            ([Known.silent(0), .silent(0)], [0, 1]),
            // Whoever has spoken goes after those that have not.
            ([.spoken(5), .silent(0), .silent(0)], [1, 2, 0]),
            // Whoever was heard of later goes later.
            ([.spoken(9), .spoken(3), .spoken(7)], [1, 2, 0]),
            ([.busy, .spoken(4), .busy], [1]),
            ([.gone, .gone], []),
            ([.gone, .busy, .silent(0)], [2]),
        ])
    func order(known: [Known], expected: [UInt64]) {
        var queue = ConnectionQueue()
        for id in known.indices { queue.add(UInt64(id), heard: 0) }
        var gone: Set<UInt64> = []
        var order: [UInt64] = []
        while let id = queue.next({ id in
            if gone.contains(id) { return .gone }
            switch known[Int(id)] {
            case .gone: return .gone
            case .busy: return .busy
            case .silent(let heard): return .idle(since: heard, hasNegotiated: false)
            case .spoken(let heard): return .idle(since: heard, hasNegotiated: true)
            }
        }) {
            order.append(id)
            gone.insert(id)
        }
        #expect(order == expected)
    }
}

/// Two ends of a connection of this process, by a listener that is closed again.
private func connectedPair(_ family: Int32) throws -> (client: Int32, server: Int32) {
    let listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    let client = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var storage = sockaddr_storage()
    storage.ss_family = sa_family_t(family)
    var length = socklen_t(MemoryLayout<sa_family_t>.size)
    withUnsafeMutableBytes(of: &storage) { bytes in
        if family == AF_INET {
            bytes.storeBytes(of: UInt32(0x7F00_0001).bigEndian, toByteOffset: 4, as: UInt32.self)
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
        } else if family == AF_INET6 {
            bytes[23] = 1
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        }
    }
    func with(_ call: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
        withUnsafeMutablePointer(to: &storage) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, call) }
    }
    // An empty name of a Unix socket is one that the kernel chooses.
    guard with({ bind(listener, $0, length) }) == 0, listen(listener, 1) == 0 else { throw WorldError("no listener") }
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    guard with({ getsockname(listener, $0, &length) }) == 0, with({ connect(client, $0, length) }) == 0 else {
        throw WorldError("no connection")
    }
    let server = accept(listener, nil, nil)
    guard server >= 0 else { throw WorldError("not accepted") }
    return (client, server)
}
