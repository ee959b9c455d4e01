import Foundation
import Testing
import World

/// Who may read the files of the state directory, whom they belong to, and what is said of that.
@Suite(.timeLimit(.minutes(5))) struct StateFilesTests {
    /// A file as it lies in a directory.
    private struct Entry: Sendable, CustomStringConvertible {
        let name: String
        let mode: mode_t
        let user: uid_t
        let group: gid_t
        var description: String { "\(name) 0\(String(mode, radix: 8)) \(user):\(group)" }
    }

    /// All that lies in a directory, sockets too.
    private static func entries(_ directory: String) throws -> [Entry] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted().compactMap { name in
            var facts = stat()
            guard lstat("\(directory)/\(name)", &facts) == 0 else { return nil }
            return Entry(name: name, mode: facts.st_mode & 0o777, user: facts.st_uid, group: facts.st_gid)
        }
    }

    private static func settings(_ state: ScratchDirectory) -> [String: String] {
        ["STATE_DIRECTORY": state.path, "DEFER_FOR": "0"]
    }

    private static let umaskless = ["/bin/sh", "-c", "umask 000; exec \"$@\"", "sh"]

    /// Whatever the umask, and whatever an earlier version left behind.
    @Test func noFileIsOpenToOthers() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let state = try ScratchDirectory("files")
        for name in [
            "trace.sqlite", "trace.sqlite-wal", "trace.sqlite.corrupt", "trace.sqlite.corrupt-wal",
            "state.sqlite.version-9", "state.sqlite.version-9-journal", "root.key", "holds",
            "exemptions.sqlite.corrupt",
        ] {
            try state.write("", to: name)
            #expect(chmod(state.file(name), 0o666) == 0)
        }
        // One that is set aside by this run.
        try state.write(String(repeating: "no SQLite file at all ", count: 100), to: "state.sqlite")
        #expect(chmod(state.file("state.sqlite"), 0o666) == 0)
        let gate = try await DaemonTests.Gate(world, Self.settings(state), wrapper: Self.umaskless)
        guard case .reply = try await gate.answer("<a@tlsa-invalid.example>") else {
            Issue.record("it is not refused")
            return
        }
        let environment = world.environment(Self.settings(state))
        for command in [
            ["exempt", "add", "other.example", "--until", "1d", "--reason", "a test"],
            ["hold", "dead.example", "--for", "1h"],
        ] {
            #expect(try await Danegate.run(command, environment: environment).status == 0)
        }
        // The row has been written: then there is a log of the trace's.
        #expect(
            try await eventually {
                try await Danegate.run(["trace"], environment: environment).output.contains("tlsa-invalid.example")
            })
        let found = try Self.entries(state.path)
        #expect(
            Set(found.map(\.name)).isSuperset(of: [
                "trace.sqlite", "trace.sqlite-wal", "trace.sqlite-shm", "trace.sqlite.corrupt", "state.sqlite",
                "state.sqlite-wal", "state.sqlite.corrupt", "state.sqlite.version-9", "exemptions.sqlite", "holds",
                "exemptions.sqlite.corrupt", "control.sock", "root.key",
            ]), "\(found)")
        for entry in found { #expect(entry.mode & 0o007 == 0, "\(entry)") }
        // The directory of the test is open to all.
        #expect(
            gate.daemon.output.contains(
                "event=files result=open cause=\"others may enter the state directory (mode 0755): chmod 0750"),
            "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)
        for entry in try Self.entries(state.path) { #expect(entry.mode & 0o007 == 0, "\(entry)") }
        await world.stop()
    }

    @Test(arguments: [(0o750, false), (0o700, false), (0o770, false), (0o751, true), (0o755, true), (0o777, true)])
    func aDirectoryThatOthersMayEnterIsSaid(mode: Int, isSaid: Bool) async throws {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let state = try ScratchDirectory("files")
        #expect(chmod(state.path, mode_t(mode)) == 0)
        let gate = try await DaemonTests.Gate(world, Self.settings(state))
        #expect(gate.daemon.output.contains("event=files result=open ") == isSaid, "\(gate.daemon.output)")
        #expect(gate.daemon.output.contains("may enter and write the state directory") == (mode & 0o002 != 0))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// What root makes by mistake belongs to whom the directory belongs to, so that his daemon goes on with it.
    @Test(.enabled(if: geteuid() == 0, "only root may give files away")) func rootGivesWhatItMakesAway() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let state = try ScratchDirectory("files")
        #expect(chmod(state.path, 0o750) == 0 && chown(state.path, 65534, 65534) == 0)
        // Made by root once, and not his to give: it is somebody else's too.
        try state.write("", to: "state.sqlite.corrupt-9")
        #expect(link(state.file("state.sqlite.corrupt-9"), state.file("elsewhere")) == 0)
        var environment = world.environment(Self.settings(state))
        // Without the world's the daemon keeps the root's keys itself.
        environment["DANEGATE_DNS_TRUST_ANCHOR"] = .some(nil)
        let place = try ScratchDirectory("socket")
        environment["DANEGATE_MILTER_SOCKET"] = "unix:\(place.file("m.sock"))"
        let daemon = try await Danegate.start(environment: environment, wrapper: Self.umaskless)
        #expect(
            daemon.output.contains(
                "event=files result=root cause=\"danegate runs as root, which it need not be; what it makes in "
                    + "\(state.path) is given to nobody, whom the directory belongs to\""), "\(daemon.output)")
        for command in [
            ["exempt", "add", "other.example", "--until", "1d", "--reason", "a test"],
            ["hold", "dead.example", "--for", "1h"],
        ] {
            #expect(try await Danegate.run(command, environment: environment).status == 0)
        }
        #expect(try await eventually { FileManager.default.fileExists(atPath: state.file("trace.sqlite-wal")) })
        func check(_ moment: String) throws {
            let found = try Self.entries(state.path)
            #expect(Set(found.map(\.name)).isSuperset(of: ["trace.sqlite", "state.sqlite", "root.key"]), "\(found)")
            for entry in found where !["elsewhere", "state.sqlite.corrupt-9"].contains(entry.name) {
                #expect(entry.user == 65534 && entry.group == 65534, "\(moment): \(entry)")
            }
            #expect(found.contains { $0.name == "elsewhere" && $0.user == 0 })
        }
        try check("while it runs")
        #expect(await daemon.stop() == 0)
        try check("after its end")
        await world.stop()
    }

    /// Files of another user are named as that, and mail goes on.
    @Test(.enabled(if: geteuid() == 0, "only root may become another user")) func filesOfAnotherUserAreNamed()
        async throws
    {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let state = try ScratchDirectory("files")
        let place = try ScratchDirectory("socket")
        #expect(chown(state.path, 65534, 65534) == 0 && chmod(place.path, 0o777) == 0)
        let names = ["trace.sqlite", "state.sqlite", "exemptions.sqlite"]
        for name in names {
            try state.write("", to: name)
            #expect(chmod(state.file(name), 0o600) == 0)
        }
        var environment = world.environment(Self.settings(state))
        environment["DANEGATE_MILTER_SOCKET"] = "unix:\(place.file("m.sock"))"
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        let daemon = try await Danegate.start(environment: environment, wrapper: nobody)
        let events = ["trace.sqlite": "trace", "state.sqlite": "state", "exemptions.sqlite": "exemption"]
        for name in names {
            let path = state.file(name)
            #expect(
                daemon.output.contains("event=files result=foreign cause=\"\(path) belongs to root, not nobody"),
                "\(daemon.output)")
            let event = try #require(events[name])
            #expect(
                await daemon.waitForOutput { output in
                    output.split(separator: "\n").contains {
                        $0.contains("event=\(event) ") && $0.contains("cause=\"it belongs to root, not nobody\"")
                    }
                }, "\(daemon.output)")
        }
        #expect(!daemon.output.contains("disk I/O") && !daemon.output.contains("unable to open"), "\(daemon.output)")
        // A reader is told too, of a file and of one beside it.
        let asNobody = Array(nobody.dropFirst()) + [Danegate.path]
        let (status, text) = try await ChildProcess.run(
            "setpriv", asNobody + ["trace"], environment: environment)
        #expect(status == 66 && text.contains("it belongs to root, not nobody"), "\(text)")
        let (listed, list) = try await ChildProcess.run(
            "setpriv", asNobody + ["exempt", "list"], environment: environment)
        #expect(listed == 69 && list.contains("it belongs to root, not nobody"), "\(list)")
        #expect(await daemon.stop() == 0)
        // A directory of another user's.
        #expect(chown(state.path, 0, 0) == 0 && chmod(state.path, 0o755) == 0)
        let other = try await Danegate.start(environment: environment, wrapper: nobody)
        #expect(
            await other.waitForOutput {
                $0.contains(
                    "event=state result=off cause=\"the state directory \(state.path) belongs to root, not nobody\"")
            }, "\(other.output)")
        #expect(
            other.output.contains(
                "event=control result=off cause=\"the state directory \(state.path) belongs to root, not nobody\""))
        // No control socket, and yet a daemon: that is not "no daemon".
        let (unknown, sentence) = try await Danegate.run(["status"], environment: environment)
        #expect(unknown == 3 && sentence.hasPrefix("UNKNOWN - cannot ask: there is no control socket"), "\(sentence)")
        #expect(sentence.contains("something listens on the milter socket unix:\(place.file("m.sock"))"), "\(sentence)")
        #expect(await other.stop() == 0)
        let (critical, gone) = try await Danegate.run(["status"], environment: environment)
        #expect(critical == 2 && gone.hasPrefix("CRITICAL - cannot ask: there is no control socket"), "\(gone)")
        #expect(gone.contains("the daemon does not run"), "\(gone)")
        environment["DANEGATE_CONTROL_SOCKET"] = "off"
        let (off, why) = try await Danegate.run(["status"], environment: environment)
        #expect(off == 3 && why.hasPrefix("UNKNOWN - cannot ask: the control socket is off"), "\(why)")
        await world.stop()
    }

    /// What happened to the file of exemptions.
    enum Loss: String, CaseIterable {
        /// It was corrupt at the start.
        case corrupt
        /// It is of a later version that this one cannot read.
        case laterVersion
        /// A command found it corrupt while the daemon knew what was in it.
        case whileItRuns
        /// Somebody moved one of another version away by hand.
        case byHand
    }

    @Test(arguments: Loss.allCases) func exemptionsThatWereSetAsideAreAWarning(loss: Loss) async throws {
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let state = try ScratchDirectory("files")
        let environment = world.environment(Self.settings(state))
        let add = ["exempt", "add", "partner.example", "--until", "1d", "--reason", "a test"]
        #expect(try await Danegate.run(add, environment: environment).status == 0)
        let path = state.file("exemptions.sqlite")
        let junk = Data(String(repeating: "no SQLite file at all ", count: 400).utf8)
        switch loss {
        case .corrupt: try junk.write(to: URL(fileURLWithPath: path))
        case .laterVersion: try later(path)
        case .byHand: try FileManager.default.moveItem(atPath: path, toPath: "\(path).version-2")
        case .whileItRuns: break
        }
        let gate = try await DaemonTests.Gate(world, Self.settings(state))
        if loss == .whileItRuns {
            #expect(try await Danegate.run(["status"], environment: environment).status == 0)
            try junk.write(to: URL(fileURLWithPath: path))
            #expect(await gate.daemon.waitForOutput { $0.contains("event=exemption result=set-aside") })
        }
        let (status, text) = try await Danegate.run(["status"], environment: environment)
        let expected =
            loss == .laterVersion
            ? "the file of exemptions \(path) cannot be used (it is of version 9, and this is 1): none is in force"
            : "a file of exemptions was set aside (\(path).\(loss == .byHand ? "version-2" : "corrupt"))"
        #expect(status == 1 && text.hasPrefix("WARNING - \(expected)"), "\(text)")
        let (_, json) = try await Danegate.run(["status", "--json"], environment: environment)
        #expect(json.contains("\"exemptions_fault\":\"") && json.contains("\"status\":\"warning\""), "\(json)")
        // An administrator has seen to it.
        for name in try FileManager.default.contentsOfDirectory(atPath: state.path)
        where name.hasPrefix("exemptions.sqlite.") || loss == .laterVersion && name == "exemptions.sqlite" {
            try FileManager.default.removeItem(atPath: state.file(name))
        }
        #expect(try await eventually { try await Danegate.run(["status"], environment: environment).status == 0 })
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Makes of a file one of version 9 that lacks what is read here.
    private func later(_ path: String) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        // The user version, https://www.sqlite.org/fileformat2.html#user_version_number.
        bytes.replaceSubrange(60..<64, with: [0, 0, 0, 9])
        let column = Array("clean_for".utf8)
        // The schema stands on the first page.
        for start in 0..<4096 - column.count where Array(bytes[start..<start + column.count]) == column {
            bytes.replaceSubrange(start..<start + column.count, with: Array("other_for".utf8))
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
