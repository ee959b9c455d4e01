import Foundation

/// A real Postfix in a directory of its own: smtpd on a free port of 127.0.0.1, with a milter.
///
/// It is an open relay for this host. Unless told otherwise, it asks no DNS and never sends mail out: accepted mail
/// stays in its deferred queue.
/// Recipients at `local.example` are its own. The programs are those of the Debian package, at their usual paths, but
/// nothing of the host's configuration is read. Any number can run at once.
public final class PostfixInstance: Sendable {
    /// Why there can be none here; nil if there can. Postfix must be started by root.
    public static var unavailable: String? {
        if geteuid() != 0 { return "Postfix needs root" }
        if getpwnam("postfix") == nil || access("\(programs)/master", X_OK) != 0 {
            return "Debian's package postfix is not installed"
        }
        return nil
    }

    /// Where smtpd listens, on 127.0.0.1.
    public let port: UInt16

    /// Its configuration, for postconf(1), postqueue(1) and sendmail(1).
    public var configuration: String { scratch.file("etc") }

    private static let programs = "/usr/lib/postfix/sbin"

    /// Runs master(8) below a shell, each in a session of its own: master needs it to end its servers, and a Ctrl-C at
    /// a terminal must not end the shell before it has ended master.
    ///
    /// The shell is there because master cannot be told to end with this process: the kernel forgets a signal for the
    /// parent's death when a process changes its user for a moment, as master does. The shell gets that signal, and
    /// ends master. env(1) is there because a program may have been started with signals blocked or ignored.
    private static let run = """
        setsid -- "$1" -c "$2" -d &
        master=$!
        trap 'kill $master; wait $master' TERM
        wait $master
        """

    private let scratch: ScratchDirectory
    private let master: ChildProcess

    /// Starts Postfix and waits until it greets.
    ///
    /// - Parameters:
    ///   - milter: The value of `smtpd_milters`; empty for none.
    ///   - extra: More settings of main.cf, which win over those made here.
    ///   - transports: Lines of a transport(5) table, `recipient-or-domain` to `transport:nexthop`.
    ///   - chroot: Whether smtpd and smtp run chrooted in the queue directory, as Debian has it.
    ///   - delivery: How smtp(8) finds the hosts that it delivers to; nil if nothing is delivered.
    /// - Throws: If it does not start; the error holds its log.
    public init(
        milter: String, extra: [String: String] = [:], transports: [String: String] = [:], chroot: Bool = false,
        delivering delivery: PostfixDelivery? = nil
    ) async throws {
        if let reason = Self.unavailable { throw WorldError(reason) }
        scratch = try ScratchDirectory("postfix")
        port = try freePort()
        try Self.layOut(scratch)
        let table = transports.sorted { $0.key < $1.key }.map { "{ \($0.key) = \($0.value) }" }.joined(separator: ", ")
        var settings = Self.settings(scratch)
        settings["smtpd_milters"] = milter
        if !table.isEmpty { settings["transport_maps"] = "inline:{ \(table) }" }
        if let delivery { settings.merge(delivery.settings) { $1 } }
        settings.merge(extra) { $1 }
        let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
        try scratch.write(lines.joined(), to: "etc/main.cf")
        try scratch.write(Self.services(port: port, chroot: chroot), to: "etc/master.cf")
        let words = [
            "setsid", "setpriv", "--pdeathsig", "TERM", "--", "env", "--default-signal", "sh", "-c", Self.run, "sh",
            "\(Self.programs)/master", scratch.file("etc"),
        ]
        if let delivery {
            if chroot { try scratch.write(delivery.resolverText, to: "queue/etc/resolv.conf") }
            master = try await ChildProcess("unshare", delivery.wrapper + words)
        } else {
            master = try await ChildProcess(words[0], Array(words.dropFirst()))
        }
        try await waitForGreeting()
    }

    // The shell is about to be killed with `master`, and a Postfix that nobody stopped would outlive it.
    deinit { if master.status == nil, let pid = masterID { kill(pid, SIGTERM) } }

    /// The process id of master(8), by the file that it locks; nil if there is none.
    var masterID: Int32? {
        let text = try? String(contentsOfFile: queueFile("pid/master.pid"), encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// All that Postfix has logged so far.
    public var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// The path of its log.
    public var logPath: String { scratch.file("log/mail.log") }

    /// The queue directory.
    public var queue: String { scratch.file("queue") }

    /// The path of a file in the queue directory, which is the root directory of a chrooted smtpd.
    public func queueFile(_ name: String) -> String { scratch.file("queue/\(name)") }

    /// Talks SMTP to it, on a thread of its own, with EHLO said already.
    ///
    /// - Throws: What the body throws, with the log.
    public func session<Result: Sendable>(
        _ body: @escaping @Sendable (SMTPClient) throws -> Result
    ) async throws -> Result {
        let port = port
        do {
            return try await onOwnThread {
                let client = try SMTPClient(port: port)
                try client.hello()
                return try body(client)
            }
        } catch {
            throw WorldError("\(error); Postfix's log: \(log)")
        }
    }

    /// Ends Postfix. It also ends with this process, however that ends.
    public func stop() async { await master.stop() }

    private func waitForGreeting() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        let port = port
        while ContinuousClock.now < deadline, master.status == nil {
            let greeting = try? await onOwnThread { try SMTPClient(port: port).greeting }
            if let greeting, greeting.code == 220, greeting.text.hasSuffix(scratch.path) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw WorldError("Postfix did not start: \(master.output) \(log)")
    }

    // MARK: What Postfix wants to find

    /// Directories with the owners that `postfix check` asks for.
    private static func layOut(_ scratch: ScratchDirectory) throws {
        guard let postfix = getpwnam("postfix")?.pointee.pw_uid, let postdrop = getgrnam("postdrop")?.pointee.gr_gid
        else {
            throw WorldError("the user postfix or the group postdrop does not exist")
        }
        let root: [(name: String, mode: mode_t)] = [
            ("etc", 0o755), ("log", 0o755), ("queue", 0o755), ("queue/pid", 0o755),
        ]
        for (name, mode) in root {
            mkdir(scratch.file(name), mode)
            chmod(scratch.file(name), mode)
        }
        let queues = [
            "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
            "trace",
        ]
        for name in ["data"] + queues.map({ "queue/\($0)" }) {
            mkdir(scratch.file(name), 0o700)
            chown(scratch.file(name), postfix, gid_t.max)
        }
        for (name, mode) in [("queue/public", mode_t(0o2710)), ("queue/maildrop", 0o1730)] {
            mkdir(scratch.file(name), mode)
            chown(scratch.file(name), postfix, postdrop)
            chmod(scratch.file(name), mode)
        }
    }

    private static func settings(_ scratch: ScratchDirectory) -> [String: String] {
        [
            "compatibility_level": "3.6",
            "queue_directory": scratch.file("queue"),
            "data_directory": scratch.file("data"),
            "command_directory": "/usr/sbin",
            "daemon_directory": programs,
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "maillog_file": scratch.file("log/mail.log"),
            "maillog_file_prefixes": scratch.path,
            "syslog_name": "postfix",
            "inet_interfaces": "127.0.0.1",
            // Tells this instance from another one that was faster to take the port.
            "smtpd_banner": "$myhostname ESMTP \(scratch.path)",
            "inet_protocols": "ipv4",
            "myhostname": "mta.example",
            "mydomain": "example",
            "mydestination": "local.example",
            "mynetworks": "127.0.0.0/8",
            "local_recipient_maps": "",
            "alias_maps": "",
            "alias_database": "",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "smtpd_peername_lookup": "no",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "smtp_tls_security_level": "none",
            "smtpd_tls_security_level": "none",
            // What is accepted is kept, not sent.
            "defer_transports": "smtp, relay, lmtp, local, virtual",
            "milter_connect_timeout": "10s",
            "milter_command_timeout": "30s",
            // Tests make errors by intention, and many of them.
            "smtpd_error_sleep_time": "0",
            "smtpd_soft_error_limit": "100000",
            "smtpd_hard_error_limit": "100000",
            "smtpd_client_connection_count_limit": "0",
            // Nothing is delivered, so that after a hundred messages each new one would be held for a second.
            "in_flow_delay": "0",
            "smtpd_recipient_limit": "100000",
        ]
    }

    private static func services(port: UInt16, chroot: Bool) -> String {
        """
        127.0.0.1:\(port) inet n - \(chroot ? "y" : "n") - - smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        proxymap unix - - n - - proxymap
        anvil unix - - n - 1 anvil
        smtp unix - - \(chroot ? "y" : "n") - - smtp
        relay unix - - n - - smtp
        lmtp unix - - n - - lmtp
        error unix - - n - - error
        retry unix - - n - - error
        local unix - n n - - local
        virtual unix - n n - - virtual
        showq unix n - n - - showq
        tlsmgr unix - - n 1000? 1 tlsmgr
        postlog unix-dgram n - n - 1 postlogd

        """
    }
}
