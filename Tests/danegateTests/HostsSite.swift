import Foundation
import Testing
import World

/// Daemons, and a program `ssh` of the test's own, which runs a command beside the daemon that a host's name stands
/// for.
struct HostsSite: Sendable {
    let world: MailWorld
    let gates: [DaemonTests.Gate]
    let scratch: ScratchDirectory

    /// Two daemons, mta01 and mta02, and hosts that behave badly: see the script.
    init(_ labels: String..., settings: [String: String] = [:]) async throws {
        world = try await MailWorld(labels.map(MailDomains.named))
        scratch = try ScratchDirectory("site")
        var gates: [DaemonTests.Gate] = []
        for name in ["mta01", "mta02"] {
            try FileManager.default.createDirectory(
                atPath: scratch.file(name), withIntermediateDirectories: true)
            gates.append(
                try await DaemonTests.Gate(
                    world, settings.merging(["STATE_DIRECTORY": scratch.file(name)]) { $1 }))
        }
        self.gates = gates
        let program = URL(fileURLWithPath: Danegate.path).deletingLastPathComponent().path
        // The last words of the call are the host and one line for its shell.
        let script = """
            #!/bin/sh
            echo "$*" >>\(scratch.file("calls"))
            while [ "$1" != -- ]; do shift; done
            host=$2; line=$3
            export DANEGATE_STATE_DIRECTORY=\(scratch.path)/$host PATH=\(program):$PATH
            case $host in
            hangs) echo $$ >>\(scratch.file("hanging")); exec sleep 600;;
            endless) exec yes '{"time":"2026-11-29T10:00:00.000Z"}';;
            garbage) printf '\\033[2JWelcome to host!\\n'; exit 0;;
            liar) printf '{"mta":"mta01","status":"ok","problems":[]}\\n'; exit 0;;
            absent) echo "ssh: connect to host absent port 22: No route to host" >&2; exit 255;;
            empty) echo "sh: danegate: not found" >&2; exit 127;;
            future) DANEGATE_STATE_DIRECTORY=\(scratch.path)/mta02
                sh -c "$line" | sed 's/^{/{"new_key":{"of":["another version",1.50]},/'; exit;;
            # Whatever it says of itself is markup.
            markup) export DANEGATE_STATE_DIRECTORY=\(scratch.path)/mta01
                keys='recipient\\|sender\\|outcome\\|version\\|mode\\|cause\\|reason\\|destination'
                sh -c "$line" | sed -e 's/"\\('"$keys"'\\)":"[^"]*"/"\\1":"<script>alert(1)<\\/script>"/g'
                exit;;
            old) case $line in *--sets*) echo "Error: Unknown option '--sets'" >&2; exit 64;; esac
                export DANEGATE_STATE_DIRECTORY=\(scratch.path)/mta02;;
            esac
            exec sh -c "$line"
            """
        let source = try scratch.write(script, to: "ssh.txt")
        // A script that this process has open for writing could not be run.
        _ = try await ChildProcess.run("install", ["-D", "-m", "755", source, scratch.file("bin/ssh")])
    }

    /// A list of hosts, and the variables with which a command asks them.
    private func list(_ hosts: String) throws -> (path: String, environment: [String: String?]) {
        let list = try scratch.write(
            hosts.split(separator: " ").joined(separator: "\n") + "\n", to: "hosts-\(UUID().uuidString)")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: list)
        var environment = world.environment(["STATE_DIRECTORY": scratch.file("mta01")])
        environment["PATH"] = "\(scratch.file("bin")):/usr/bin:/bin"
        return (list, environment)
    }

    /// Gives a command to hosts.
    func ask(_ hosts: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let (list, environment) = try list(hosts)
        let words = arguments.prefix { !$0.hasPrefix("-") }
        return try await Danegate.run(
            words + ["--hosts", list] + arguments.dropFirst(words.count), environment: environment)
    }

    /// Starts the page of hosts.
    ///
    /// - Returns: Its process; where it listens, as `WebClient` takes it; and its token if it has one.
    func page(
        _ hosts: String, _ arguments: [String] = []
    ) async throws -> (process: ChildProcess, place: String, token: String?) {
        let (list, environment) = try list(hosts)
        let process = try await ChildProcess(
            Danegate.path, ["page", "--hosts", list] + arguments, environment: environment)
        let isThere = await process.waitForOutput {
            $0.contains("unix:") && $0.hasSuffix("\n") || $0.contains(#/as password [0-9a-f]{40}\n/#)
        }
        guard isThere else { throw WorldError("there is no page: \(process.output)") }
        if let path = process.output.firstMatch(of: #/unix:(\S+)/#)?.1 { return (process, String(path), nil) }
        let port = try #require(process.output.firstMatch(of: #/http:\/\/127\.0\.0\.1:(\d+)\//#)).1
        let token = try #require(process.output.firstMatch(of: #/as password ([0-9a-f]{40})\n/#)).1
        return (process, String(port), String(token))
    }

    /// How many calls of `ssh` there have been.
    var calls: Int {
        ((try? String(contentsOfFile: scratch.file("calls"), encoding: .utf8)) ?? "").split(separator: "\n").count
    }

    /// The programs that the host `hangs` has begun, those that have ended too.
    var hanging: [Int32] {
        ((try? String(contentsOfFile: scratch.file("hanging"), encoding: .utf8)) ?? "").split(separator: "\n")
            .compactMap { Int32($0) }
    }

    func objects(_ hosts: String, _ arguments: [String]) async throws -> [[String: Any]] {
        try await ask(hosts, arguments + ["--json"]).output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    func stop() async {
        for gate in gates { #expect(await gate.daemon.stop() == 0) }
        await world.stop()
    }
}
