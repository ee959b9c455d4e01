import Foundation
import Testing
import World

/// The environment file that is found by itself, and what differs in a running daemon. Each test has an /etc of its
/// own.
@Suite(.timeLimit(.minutes(5)), .enabled { await OwnEtc.isThere }) struct SettingsFileTests {
    @Test func theFileIsFoundByItself() async throws {
        let etc = try OwnEtc()
        func first(_ arguments: [String] = []) async throws -> (String, String) {
            let (status, output) = try await etc.run(["settings"] + arguments, ["DANEGATE_ROUTE": "recipient"])
            #expect(status == 0, "\(output)")
            let lines = output.split(separator: "\n").map(String.init)
            return (lines.first ?? "", lines.first { $0.hasPrefix("DANEGATE_MODE ") } ?? "")
        }
        let none = try await first()
        #expect(
            none.0 == "# Environment file: none (/etc/danegate/danegate.env, /etc/default/danegate)"
                && none.1.hasSuffix("(default)"), "\(none)")
        try etc.write(["DANEGATE_MODE=monitor"], toStandard: true)
        let second = try await first()
        #expect(
            second.0 == "# Environment file: /etc/default/danegate"
                && second.1.hasSuffix("= monitor  (/etc/default/danegate)"), "\(second)")
        try etc.write(["DANEGATE_MODE=enforce"])
        let both = try await first()
        #expect(
            both.0 == "# Environment file: /etc/danegate/danegate.env"
                && both.1.hasSuffix("= enforce  (/etc/danegate/danegate.env)"), "\(both)")
        let named = etc.standard + "/danegate"
        let (_, output) = try await etc.run(
            ["settings", "--changed", "--env-file", named], ["DANEGATE_ROUTE": "recipient"])
        #expect(
            output.split(separator: "\n").map { $0.replacing(#/ +/#, with: " ") } == [
                "# Environment file: \(named)", "DANEGATE_MODE = monitor (\(named))",
                "DANEGATE_ROUTE = recipient (environment)",
            ], "\(output)")
        #expect(try await etc.run(["settings", "--changed", "--policy", "a.example"]).status == 64)
    }

    /// Of what stands in danegate's own file, something was meant.
    @Test(arguments: [
        ("ROLLOUT=10", "ROLLOUT is no setting; did you mean DANEGATE_ROLLOUT?"),
        ("rollout=10", "rollout is no setting; did you mean DANEGATE_ROLLOUT?"),
        ("danegate_rollout=10", "did you mean DANEGATE_ROLLOUT?"),
        ("Danegate_Mode=monitor", "did you mean DANEGATE_MODE?"),
        ("danegate_rolout=10", "did you mean DANEGATE_ROLLOUT?"),
        ("DANGATE_ROLLOUT=10", "did you mean DANEGATE_ROLLOUT?"),
        ("DANEGATEROLLOUT=10", "did you mean DANEGATE_ROLLOUT?"), ("ROLOUT=10", "did you mean DANEGATE_ROLLOUT?"),
        ("STATE_DIRECTORY=/x", "did you mean DANEGATE_STATE_DIRECTORY?"),
        ("export DANEGATE_MODE=monitor", "must be NAME=value, a comment or empty, without export."),
        ("DANEGATE_ROLOUT=10", "there is no such setting; did you mean DANEGATE_ROLLOUT?"),
    ]) func aSlipInTheFileIsToldWhatWasMeant(line: String, words: String) async throws {
        let etc = try OwnEtc()
        try etc.write(["# settings", line])
        for command in [["settings"], ["check", "a.example"], ["run"], ["exempt", "list"]] {
            let (status, output) = try await etc.run(command)
            #expect(status == 78 && output.contains(words), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
        }
        // Whose environment it is nobody knows.
        let name = line.split(separator: "=")[0]
        try etc.write(["TZ=UTC", "LANG=C", "PATH=/bin"])
        guard !line.contains("export"), !name.hasPrefix("DANEGATE_") else { return }
        #expect(try await etc.run(["settings"], [String(name): "10"]).status == 0)
    }

    @Test func whoMayNotReadItIsToldSo() async throws {
        let etc = try OwnEtc()
        try etc.write(["DANEGATE_MODE=monitor"], mode: 0o640)
        let log = etc.standard + "/log"
        try Data("a@a.example\n".utf8).write(to: URL(fileURLWithPath: log))
        func refused() async throws {
            for command in [["check", "a.example"], ["survey", log], ["notice", "a.example"], ["settings"], ["run"]] {
                let (status, output) = try await etc.run(command, isOther: true)
                #expect(status == 78, "\(output)")
                #expect(
                    output.contains(
                        "the environment file /etc/danegate/danegate.env: it cannot be read (Permission denied)"),
                    "\(output)")
            }
        }
        try await refused()
        // What needs no settings.
        for command in [["explain", "tlsa-invalid"], ["manual", "danegate.8"], ["--version"]] {
            let (status, output) = try await etc.run(command, isOther: true)
            #expect(status == 0 && !output.contains("cannot be read (Permission denied)"), "\(output)")
        }
        #expect(
            try await etc.run(
                [
                    "judge", "--chain", "/nonexistent", "--tlsa", "3 1 1 \(String(repeating: "0", count: 64))",
                    "--name", "a.example",
                ], isOther: true
            ).status == 66)
        // What only asks the daemon says so where that does not answer.
        let (status, output) = try await etc.run(["status"], isOther: true)
        #expect([2, 3].contains(status) && output.contains("may not be read by this user"), "\(output)")
        // Nor does the file count as not there where its folder is shut.
        chmod(etc.danegate, 0o700)
        try await refused()
        #expect(try await etc.run(["settings"]).status == 0)
    }

    @Test func settingsSayWhatTheDaemonHasOtherwise() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let etc = try OwnEtc()
        let place = try ScratchDirectory("standing")
        var environment = world.environment([
            "MILTER_SOCKET": "unix:\(place.file("milter.sock"))", "STATE_DIRECTORY": place.path,
        ])
        environment["DANEGATE_TEST_SEED"] = .some(nil)
        func differences(_ more: [String: String?] = [:]) async throws -> [String] {
            let (status, output) = try await etc.run(["settings"], environment.merging(more) { $1 })
            #expect(status == 0, "\(output)")
            return output.split(separator: "\n").dropFirst().filter { $0.hasPrefix("# ") }.map {
                String($0.dropFirst(2))
            }
        }
        try etc.write(["DANEGATE_ROLLOUT=10", "DANEGATE_CACHE_DOMAINS=1000"])
        let daemon = try await Danegate.start(
            environment: environment.merging(["DANEGATE_MODE": "monitor"]) { $1 },
            wrapper: ["unshare"] + etc.words([]))
        #expect(try await differences(["DANEGATE_MODE": "monitor"]) == [])
        #expect(try await differences() == ["MODE: the running daemon has monitor."])
        try etc.write(["DANEGATE_ROLLOUT=20", "DANEGATE_CACHE_DOMAINS=2000", "DANEGATE_MODE=enforce"])
        #expect(
            try await differences() == [
                "ROLLOUT: the running daemon has 10: reload needed.",
                "CACHE_DOMAINS: the running daemon has 1000: restart needed.",
                "MODE: the running daemon has monitor: its own environment wins over the file.",
            ])
        let (_, reloaded) = try await etc.run(["reload"], environment)
        #expect(reloaded.contains("ROLLOUT: 10 is now 20"), "\(reloaded)")
        #expect(
            try await differences(["DANEGATE_MODE": "monitor"]) == [
                "CACHE_DOMAINS: the running daemon has 1000: restart needed."
            ])
        // A file that goes away does not put everything back.
        unlink("\(etc.danegate)/danegate.env")
        let (status, gone) = try await etc.run(["reload"], environment)
        #expect(status == 1 && gone.contains("the environment file /etc/danegate/danegate.env has gone."), "\(gone)")
        #expect(await daemon.stop() == 0)
        #expect(try await differences() == [])
        await world.stop()
    }
}

/// An /etc with files of its own, in a mount namespace of its own.
struct OwnEtc: Sendable {
    private let scratch: ScratchDirectory
    /// The folder that the namespace sees as /etc/danegate, and as /etc/default.
    let danegate: String
    let standard: String

    /// Whether there can be one here.
    static var isThere: Bool {
        get async {
            guard let etc = try? OwnEtc() else { return false }
            return (try? await ChildProcess.run("unshare", etc.words(["ls", "/etc/danegate"])))?.status == 0
        }
    }

    init() throws {
        scratch = try ScratchDirectory("etc")
        (danegate, standard) = (scratch.file("danegate"), scratch.file("default"))
        for path in [danegate, standard, scratch.file("over")] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        // Others must be able to come here.
        chmod(scratch.path, 0o755)
    }

    /// Writes the file of /etc/danegate, or that of /etc/default.
    func write(_ lines: [String], toStandard: Bool = false, mode: mode_t = 0o644) throws {
        let path = toStandard ? "\(standard)/danegate" : "\(danegate)/danegate.env"
        try Data(lines.map { "\($0)\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, mode)
    }

    /// The arguments of unshare(1) for a command there.
    func words(_ command: [String]) -> [String] {
        let over = scratch.file("over")
        let script = """
            mount -t tmpfs none '\(over)' && mkdir '\(over)/u' '\(over)/w' &&
            mount -t overlay overlay -o 'lowerdir=/etc,upperdir=\(over)/u,workdir=\(over)/w' /etc &&
            mkdir -p /etc/danegate /etc/default && mount --bind '\(danegate)' /etc/danegate &&
            mount --bind '\(standard)' /etc/default && exec "$0" "$@"
            """
        return ["-m", "sh", "-c", script] + command
    }

    /// Runs danegate.
    ///
    /// - Parameter isOther: Whether as a user who is not root.
    func run(_ arguments: [String], _ environment: [String: String?] = [:], isOther: Bool = false) async throws -> (
        status: Int32, output: String
    ) {
        let user = isOther ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let all = environment.merging(["DANEGATE_TEST_SEED": nil, "DANEGATE_TEST_CASES": nil]) { $1 }
        return try await ChildProcess.run(
            "unshare", words(user + [Danegate.path] + arguments), environment: all)
    }
}
