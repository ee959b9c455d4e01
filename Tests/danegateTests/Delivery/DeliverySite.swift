import Foundation
import Synchronization
import Testing
import World

/// danegate and a Postfix that asks it twice: at RCPT by the milter, and at delivery by the TLS policy map. It delivers
/// to the hosts of a world.
final class DeliverySite: Sendable {
    /// What danegate and Postfix are told.
    struct Plan {
        /// Settings of danegate, without their prefix. `/var/spool/postfix` stands for Postfix's queue directory.
        var settings: [String: String] = [:]
        /// Lines of main.cf, which win.
        var main: [String: String] = [:]
        /// Lines of master.cf.
        var master = ""
        /// Where the tables are that main.cf and master.cf name; the folder lives as long as the site.
        var tables: ScratchDirectory?
        /// Whether smtpd and smtp(8) are chrooted. The sockets of the settings are below the queue directory then.
        var chroot = false
    }

    let world: MailWorld
    let postfix: PostfixInstance
    /// The place of the TLS policy socket.
    let socket: String
    /// danegate's settings, for its commands.
    let environment: [String: String?]

    private let directory: ScratchDirectory
    private let tables: ScratchDirectory?
    private let delivery: PostfixDelivery
    private let resolver: ValidatingResolver
    private let daemon = Mutex<ChildProcess?>(nil)

    /// - Parameters:
    ///   - domains: Who lives in the world.
    ///   - settings: As of the plan; likewise the others.
    convenience init(
        _ domains: [MailDomain], _ settings: [String: String] = [:], main: [String: String] = [:],
        master: String = "", tables: ScratchDirectory? = nil, chroot: Bool = false
    ) async throws {
        try await self.init(domains) { _ in
            Plan(settings: settings, main: main, master: master, tables: tables, chroot: chroot)
        }
    }

    /// - Parameters:
    ///   - domains: Who lives in the world.
    ///   - plan: What danegate and Postfix are told, given the world.
    init(_ domains: [MailDomain], plan: (MailWorld) throws -> Plan) async throws {
        world = try await MailWorld(domains)
        let plan = try plan(world)
        tables = plan.tables
        directory = try ScratchDirectory("delivery")
        // Records change, and a test does not wait for what a resolver keeps.
        resolver = try await ValidatingResolver(before: world.names, keepingFor: 1)
        delivery = PostfixDelivery(by: resolver, port: world.hosts.port)
        let milter = try freePort()
        let place = directory.file("tls.sock")
        let lines = [
            "smtp_tls_policy_maps": "socketmap:unix:\(place):danegate", "smtpd_milters": "inet:127.0.0.1:\(milter)",
            // Nothing but the map keeps a message.
            "smtp_tls_security_level": "may",
        ]
        postfix = try await PostfixInstance(
            milter: "", extra: lines.merging(plan.main) { $1 }, chroot: plan.chroot, delivering: delivery)
        if !plan.master.isEmpty {
            try postfix.append(plan.master, to: "master.cf")
            try postfix.reload()
        }
        if plan.chroot {
            // As the guide has it, but for the user: the tests run as root.
            let (status, output) = try await ChildProcess.run(
                "install", ["-d", "-g", "postfix", "-m", "0750", postfix.queueFile("danegate")])
            guard status == 0 else { throw WorldError("install: \(output)") }
        }
        let own = [
            "STATE_DIRECTORY": directory.path, "MILTER_SOCKET": "inet:\(milter)@127.0.0.1",
            "TLS_POLICY_SOCKET": "unix:\(place)", "TLS_POLICY_SOCKET_MODE": "0660",
            "TLS_POLICY_SOCKET_GROUP": "postfix", "DEFER_FOR": "0",
        ]
        let queue = postfix.queue
        let settings = own.merging(plan.settings) { $1 }.mapValues { $0.replacing("/var/spool/postfix", with: queue) }
        socket = String((settings["TLS_POLICY_SOCKET"] ?? "").trimmingPrefix("unix:"))
        environment = world.environment(settings)
        try await startDaemon()
    }

    /// Runs a shell script as an administrator of this host would: with this Postfix's configuration and resolver.
    ///
    /// - Returns: All that it printed.
    func run(_ script: String) async throws -> String {
        try await ChildProcess.run(
            "unshare", delivery.wrapper + ["sh", "-c", script],
            environment: ["MAIL_CONFIG": postfix.configuration]
        ).output
    }

    // MARK: danegate

    /// Starts danegate, with what it knew when it was stopped.
    func startDaemon() async throws {
        let started = try await Danegate.start(environment: environment)
        daemon.withLock { $0 = started }
    }

    /// Ends danegate alone.
    func stopDaemon() async {
        let running = daemon.withLock { $0.take() }
        if let running { #expect(await running.stop() == 0) }
    }

    /// What the daemon that runs has said.
    var log: String { daemon.withLock { $0 }?.output ?? "" }

    /// Waits for a line of the log that has all these words. It is written after the reply.
    ///
    /// - Returns: Whether there is one.
    func logs(_ words: String...) async -> Bool {
        let running = daemon.withLock { $0 }
        return await running?.waitForOutput(within: .seconds(30)) { log in
            log.split(separator: "\n").contains { line in words.allSatisfy { line.contains($0) } }
        } ?? false
    }

    /// The map's answers to keys, on a connection that asks for one after another.
    func answers(_ keys: String...) async throws -> [String?] {
        try await onOwnThread { [socket] in
            let client = try DoorClient(socket)
            return try keys.map { try client.lookUp("danegate", $0) }
        }
    }

    // MARK: Mail

    /// Sends a message. Every reply must be as expected.
    ///
    /// - Parameters:
    ///   - recipients: Its recipients.
    ///   - sender: Its sender.
    ///   - port: Where; where smtpd listens if it is nil.
    ///   - codes: The replies to RCPT; 250 for all if it is nil.
    ///   - change: What changes after the last RCPT, and before the message itself.
    func send(
        to recipients: [String], from sender: String = "sender@example.org", at port: UInt16? = nil,
        expecting codes: [Int]? = nil, then change: () async throws -> Void = {}
    ) async throws {
        let (asked, mark) = AsyncStream<Void>.makeStream()
        let changed = DispatchSemaphore(value: 0)
        let port = port ?? postfix.port
        async let replies = onOwnThread {
            defer { mark.finish() }
            let client = try SMTPClient(port: port)
            try client.hello()
            try client.mail(sender)
            let replies = try recipients.map { try client.recipient($0) }
            mark.finish()
            changed.wait(atMost: 180)
            let end = replies.contains { $0.code == 250 } ? try client.data() : nil
            _ = try? client.quit()
            return (replies, end)
        }
        for await _ in asked {}
        do {
            defer { changed.signal() }
            try await change()
        }
        let (answers, end) = try await replies
        #expect(answers.map(\.code) == codes ?? recipients.map { _ in 250 }, "\(answers)")
        if let end { #expect(end.code == 250, "\(end)") }
    }

    /// How many recipients are left in the queue.
    func left() async throws -> Int { try await postfix.queued().reduce(0) { $0 + $1.recipients.count } }

    private var attempts: Int { ["sent", "deferred", "bounced"].reduce(0) { $0 + postfix.deliveries($1) } }

    /// Waits until so many deliveries have been tried since Postfix started, each recipient counted.
    func waitForAttempts(_ count: Int) async throws {
        let isDone = try await eventually(within: .seconds(90)) { attempts >= count }
        try #require(isDone, "\(count) attempts: \(postfix.log)")
    }

    /// Tries once to deliver what is in the queue, and waits for the end of it.
    func attempt() async throws {
        let expected = attempts + (try await left())
        let isDone = try await eventually(within: .seconds(90)) {
            // A message that was tried a moment ago may not be back in the queue yet: then it is not tried now.
            try await postfix.flush()
            return try await eventually(within: .seconds(3)) { attempts >= expected }
        }
        try #require(isDone, "\(expected) attempts: \(postfix.log)")
    }

    /// Tries to deliver until the queue is empty.
    ///
    /// - Returns: Whether it is.
    func leaves() async throws -> Bool {
        try await eventually(within: .seconds(90)) {
            try await attempt()
            return try await eventually(within: .seconds(2)) { try await left() == 0 }
        }
    }

    /// Ends all. Nothing may have bounced.
    func stop() async {
        #expect(postfix.deliveries("bounced") == 0, "\(postfix.log)")
        await postfix.stop()
        await stopDaemon()
        await resolver.stop()
        await world.stop()
    }
}
