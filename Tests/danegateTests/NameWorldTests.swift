import DANE
import Foundation
import Glibc
import RuleMarks
import Synchronization
import Testing
import World

/// What hosts are told that the client is called, on machines that are called this and that.
@Suite(.serialized, .timeLimit(.minutes(5))) struct NameWorldTests {
    /// A machine of another name: a namespace of its own for the host's name, /etc/hosts and /etc/resolv.conf.
    private struct Machine {
        private let scratch: ScratchDirectory
        private let name: String

        /// Whether there can be one here.
        static var isThere: Bool {
            get async {
                let script = "hostname other && mount --bind /etc/hosts /etc/resolv.conf"
                return (try? await ChildProcess.run("unshare", ["-u", "-m", "sh", "-c", script]))?.status == 0
            }
        }

        /// - Parameters:
        ///   - name: The host's name (hostname(1)).
        ///   - hosts: A line of its /etc/hosts.
        ///   - resolver: The address of its name server; by default one where nobody is.
        init(_ name: String, hosts: String = "", resolver: String = "127.99.99.99") throws {
            self.name = name
            scratch = try ScratchDirectory("machine")
            try scratch.write("127.0.0.1 localhost\n\(hosts)\n", to: "hosts")
            try scratch.write("nameserver \(resolver)\n", to: "resolv.conf")
        }

        /// The program and arguments for danegate there.
        func danegate(_ arguments: [String]) -> [String] {
            let script = """
                hostname '\(name)' && mount --bind '\(scratch.file("hosts"))' /etc/hosts &&
                mount --bind '\(scratch.file("resolv.conf"))' /etc/resolv.conf && exec "$0" "$@"
                """
            return ["-u", "-m", "sh", "-c", script, Danegate.path] + arguments
        }

        func run(_ arguments: [String], _ environment: [String: String?]) async throws -> (
            status: Int32, output: String
        ) {
            try await ChildProcess.run("unshare", danegate(arguments), environment: environment)
        }
    }

    /// A host that refuses an unqualified name, and one that hides STARTTLS from it.
    private static let domains = ["unqualified-504", "unqualified-without-starttls"]

    private static func world() async throws -> (MailWorld, @Sendable () -> Set<String>) {
        let addresses = Mutex<[IPAddress]>([])
        let domains = Self.domains.map(MailDomains.named).map { domain in
            MailDomain(domain.label, "F-79", .verified) { draft in
                let chain = try await draft.chain()
                let host = SMTPHostBehaviour.normal(chain)
                let address = try await draft.farm.add(
                    domain.label == "unqualified-504"
                        ? host.answeringUnqualifiedEHLO("504 5.5.2 need fully-qualified hostname")
                            .answeringHELO("504 5.5.2 need fully-qualified hostname")
                        : host.answeringUnqualifiedEHLO("250-mx", "250 SIZE 10485760"))
                draft.mx(10, "mx")
                draft.record("mx A \(address)")
                draft.publish([chain.tlsa()])
                addresses.withLock { $0.append(address) }
            }
        }
        let world = try await MailWorld(domains)
        let hosts = world.hosts
        let known = addresses.withLock { $0 }
        return (world, { Set(known.flatMap(hosts.commands).filter { $0.hasPrefix("EHLO") || $0.hasPrefix("HELO") }) })
    }

    /// What the name comes to: the canonical name (`hostname -f`), the plain one if that is whole, or an address
    /// literal.
    @Test(
        .rules("F-79"), .enabled("the host's name is changed by root alone, in a namespace") { await Machine.isThere },
        arguments: [
            ("mail", "192.0.2.7 mail.example.org mail", "EHLO mail.example.org"),
            ("mail.example.org", "", "EHLO mail.example.org"),
            ("mail.example.org", "127.0.1.1 localhost.localdomain mail.example.org", "EHLO mail.example.org"),
            ("vm", "127.0.0.1 vm", "EHLO [127.0.0.1]"), ("vm", "", "EHLO [127.0.0.1]"),
            ("vm.local", "127.0.0.1 vm.local vm", "EHLO [127.0.0.1]"),
            ("localhost", "127.0.0.1 localhost.localdomain localhost", "EHLO [127.0.0.1]"),
            ("ip-10-0-0-5", "10.0.0.5 ip-10-0-0-5.ec2.internal ip-10-0-0-5", "EHLO [127.0.0.1]"),
        ])
    func hostsAreTold(_ name: String, _ hosts: String, _ said: String) async throws {
        let (world, commands) = try await Self.world()
        let machine = try Machine(name, hosts: hosts)
        let (status, output) = try await machine.run(
            ["check"] + world.domains.map(\.name), world.environment(["PROBE_HELO": ""]))
        #expect(status == 0, "\(output)")
        #expect(commands() == [said])
        await world.stop()
    }

    /// All commands that probe say the same.
    @Test(
        .rules("F-79"), .enabled("the host's name is changed by root alone, in a namespace") { await Machine.isThere },
        arguments: ["check", "survey", "notice"])
    func allCommandsSayIt(_ command: String) async throws {
        let (world, commands) = try await Self.world()
        let machine = try Machine("mail", hosts: "192.0.2.7 mail.example.org mail")
        let scratch = try ScratchDirectory("list")
        let list = try scratch.write(world.domains.map { "\($0.name)\n" }.joined(), to: "list")
        let arguments = command == "survey" ? [list] : [world.domains[0].name]
        let (_, output) = try await machine.run([command] + arguments, world.environment(["PROBE_HELO": ""]))
        #expect(commands() == ["EHLO mail.example.org"], "\(output)")
        await world.stop()
    }

    /// What is set is said, whatever the machine is called.
    @Test(.rules("F-79"), arguments: ["gate.example.net", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
    func whatIsSetIsSaid(_ word: String) async throws {
        let (world, commands) = try await Self.world()
        let (status, output) = try await Danegate.run(
            ["check", world.domains[0].name], environment: world.environment(["PROBE_HELO": word]))
        #expect(status == 0, "\(output)")
        #expect(commands() == ["EHLO \(word)"])
        await world.stop()
    }

    @Test(.rules("F-79"), arguments: ["vm", "mail.local", "localhost.localdomain", "192.0.2.1", "[::1]"])
    func anUnqualifiedNameStopsTheStart(_ word: String) async throws {
        for arguments in [["run"], ["check", "a.example"], ["settings"]] {
            let (status, output) = try await Danegate.run(arguments, environment: ["DANEGATE_PROBE_HELO": word])
            #expect(status == 78, "\(arguments): \(output)")
            #expect(output.contains("DANEGATE_PROBE_HELO=\(word): ") && output.contains("."), "\(output)")
        }
    }

    // MARK: The daemon

    /// What is read of `status --json`.
    private struct Status: Decodable {
        struct Introduction: Decodable {
            let names: [String]
            let source: String
            let warning: String?
        }
        let status: String
        let problems: [String]
        let helo: Introduction?
    }

    /// Runs a daemon on a machine, and ends it.
    private func daemon(
        _ machine: Machine, _ world: MailWorld, _ settings: [String: String] = ["PROBE_HELO": ""],
        _ body: (ChildProcess, [String: String?]) async throws -> Void
    ) async throws {
        let directory = try ScratchDirectory("gate")
        let own = ["MILTER_SOCKET": "unix:\(directory.file("milter.sock"))", "STATE_DIRECTORY": directory.path]
        let environment = world.environment(own.merging(settings) { $1 })
        let daemon = try await ChildProcess("unshare", machine.danegate(["run"]), environment: environment)
        #expect(await daemon.waitForOutput { $0.contains("event=start ") }, "\(daemon.output)")
        try await body(daemon, environment)
        #expect(await daemon.stop() == 0)
    }

    private func status(_ environment: [String: String?]) async throws -> (json: Status, text: String) {
        let (_, line) = try await Danegate.run(["status", "--json"], environment: environment)
        let (_, text) = try await Danegate.run(["status"], environment: environment)
        return (try JSONDecoder().decode(Status.self, from: Data(line.utf8)), text)
    }

    @Test(
        .rules("F-79"), .enabled("the host's name is changed by root alone, in a namespace") { await Machine.isThere }
    )
    func theDaemonSaysWhatItIsCalled() async throws {
        let (world, _) = try await Self.world()
        try await daemon(try Machine("mail", hosts: "192.0.2.7 mail.example.org mail"), world) { daemon, environment in
            #expect(
                await daemon.waitForOutput { $0.contains("event=helo name=mail.example.org source=host-name") },
                "\(daemon.output)")
            let (report, text) = try await status(environment)
            #expect(report.helo?.names == ["mail.example.org"] && report.helo?.source == "host-name")
            #expect(report.status == "ok" && report.helo?.warning == nil, "\(report)")
            #expect(text.contains("Probes introduce themselves as mail.example.org (the host's name)"), "\(text)")
        }
        try await daemon(try Machine("vm"), world) { daemon, environment in
            #expect(await daemon.waitForOutput { $0.contains("event=helo ") && $0.contains("source=address") })
            let report = try await status(environment).json
            #expect(report.helo?.source == "address" && report.helo?.names.allSatisfy { $0.hasPrefix("[") } == true)
            // Whether a machine for tests has a public address, nobody knows.
            #expect((report.helo?.warning == nil) == (report.status == "ok"), "\(report)")
        }
        try await daemon(try Machine("vm"), world, ["PROBE_HELO": "[10.0.0.5]"]) { daemon, environment in
            #expect(await daemon.waitForOutput { $0.contains("event=helo name=[10.0.0.5] source=setting cause=") })
            let (report, text) = try await status(environment)
            #expect(
                report.status == "warning" && report.problems.contains { $0.contains("a private address") }, "\(report)"
            )
            #expect(text.hasPrefix("WARNING - probes introduce themselves as [10.0.0.5]"), "\(text)")
        }
        try await daemon(try Machine("vm"), world, ["PROBE_HELO": "", "PROBE": "off"]) { daemon, environment in
            let report = try await status(environment).json
            #expect(report.helo == nil)
            #expect(!daemon.output.contains("event=helo"))
        }
        await world.stop()
    }

    /// A name server that takes questions and never answers: neither the start nor a probe waits for it.
    @Test(
        .rules("F-79"), .enabled("the host's name is changed by root alone, in a namespace") { await Machine.isThere }
    )
    func aSilentNameServiceHoldsNothingUp() async throws {
        let silence = try Silence()
        let (world, commands) = try await Self.world()
        let machine = try Machine("vm", resolver: silence.address)
        let (code, output) = try await machine.run(
            ["check", world.domains[0].name], world.environment(["PROBE_HELO": ""]))
        #expect(code == 0, "\(output)")
        #expect(commands() == ["EHLO [127.0.0.1]"])
        try await daemon(machine, world) { daemon, environment in
            // The start first, then the name: the C library would wait for ten seconds.
            let told = await daemon.waitForOutput { $0.contains("event=helo ") }
            #expect(told, "\(daemon.output)")
            let lines = daemon.output.split(separator: "\n").map(String.init)
            let start = lines.firstIndex { $0.contains("event=start ") }
            let helo = lines.firstIndex { $0.contains("event=helo ") && $0.contains("source=address") }
            #expect(start != nil && helo != nil && start ?? 0 < helo ?? 0, "\(lines)")
        }
        #expect(silence.hasBeenAsked)
        await world.stop()
    }

    /// A UDP socket at port 53 of a loopback address, which nobody reads.
    private final class Silence: Sendable {
        let address: String
        private let descriptor: Int32

        init() throws {
            for last in UInt32(1)...250 {
                let number: UInt32 = 0x7F35_3500 | last
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_port = UInt16(53).bigEndian
                name.sin_addr.s_addr = number.bigEndian
                let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                let isBound = withUnsafePointer(to: &name) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
                guard isBound else {
                    close(descriptor)
                    continue
                }
                (self.address, self.descriptor) = ("\(IPAddress.v4(number))", descriptor)
                return
            }
            throw WorldError("port 53 cannot be had on 127.53.53.0/24")
        }

        /// Whether a question has come.
        var hasBeenAsked: Bool {
            var waiting: Int32 = 0
            return ioctl(descriptor, UInt(FIONREAD), &waiting) == 0 && waiting > 0
        }

        deinit { close(descriptor) }
    }
}
