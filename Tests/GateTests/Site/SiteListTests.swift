import Foundation
import Testing
import WorldServers

@testable import Reports

/// The list of a site's hosts, and the words that reach another host's shell.
@Suite(.timeLimit(.minutes(2))) struct SiteListTests {
    private static func calls(_ text: String) throws(SiteListError) -> [[String]] {
        try SiteList(text: text, path: "hosts").hosts.map { host in
            host.call(SiteRequest(["exempt", "add"], ["--", "x"], localOptions: ["--env-file=e"]), program: "/own")
        }
    }

    /// Of a call by ssh, without its fixed options.
    private static func short(_ call: [String]) -> String {
        call.filter { $0 == "ssh" || !$0.hasPrefix("-o") && !["-a", "-n", "-T", "-x"].contains($0) }
            .joined(separator: " ")
    }

    @Test(arguments: [
        ("mta01", "ssh -- mta01 danegate exempt add -- x"),
        ("\u{FEFF}mta01\r\n", "ssh -- mta01 danegate exempt add -- x"),
        ("\n  # all\n\t mta01 # the first\n", "ssh -- mta01 danegate exempt add -- x"),
        ("mta01 address=192.0.2.1", "ssh -- 192.0.2.1 danegate exempt add -- x"),
        ("mta01 address=2001:db8::1 port=2222", "ssh -p 2222 -- 2001:db8::1 danegate exempt add -- x"),
        ("mta01 user=ops", "ssh -l ops -- mta01 danegate exempt add -- x"),
        ("mta01 command=sudo -n danegate # root", "ssh -- mta01 sudo -n danegate exempt add -- x"),
        ("* user=ops command=sudo -n danegate\nmta01", "ssh -l ops -- mta01 sudo -n danegate exempt add -- x"),
        ("* user=ops port=3\nmta01 user=me", "ssh -l me -p 3 -- mta01 danegate exempt add -- x"),
        ("mta01 local", "/own exempt add --env-file=e -- x"),
        ("local", "/own exempt add --env-file=e -- x"),
        ("* command=sudo -n danegate\nlocal", "/own exempt add --env-file=e -- x"),
        ("local command=sudo danegate", "sudo danegate exempt add --env-file=e -- x"),
    ])
    func aLineSaysHowAHostIsReached(text: String, expected: String) throws {
        #expect(try Self.calls(text).map(Self.short) == [expected])
    }

    @Test func whatIsCommonHoldsForTheLinesBelow() throws {
        let calls = try Self.calls("a\n* user=x\nb\n* port=5\nc\n").map(Self.short)
        let end = "danegate exempt add -- x"
        #expect(calls == ["ssh -- a \(end)", "ssh -l x -- b \(end)", "ssh -p 5 -- c \(end)"])
    }

    @Test func sshAsksNobodyAndGivesUp() throws {
        let call = try #require(try Self.calls("mta01").first)
        #expect(call.contains("-oBatchMode=yes") && call.contains("-oConnectTimeout=5"))
        #expect(call.suffix(3).first == "--")
    }

    @Test(arguments: [
        ("", "there is no host in it"), ("# nothing\n\n", "there is no host in it"),
        ("-oProxyCommand=sh", "is no name"), ("mta01;reboot", "is no name"), ("$(reboot)", "is no name"),
        ("`reboot`", "is no name"), ("mta01 address=-oProxyCommand=sh", "other characters"),
        ("mta01 address=a@b", "other characters"), ("mta01 address=a|b", "other characters"),
        ("mta01 address=", "other characters"), ("mta01 user=-x", "other characters"),
        ("mta01 user=a'b", "other characters"), ("mta01 port=0", "from 1 to 65535"), ("mta01 port=022", "from 1 to"),
        ("mta01 port=99999", "from 1 to 65535"), ("mta01 port=2;x", "from 1 to 65535"),
        ("mta01 command=", "takes a program"), ("mta01 command=-x", "takes a program"),
        ("mta01 command=danegate; reboot", "takes a program"), ("mta01 command=a $(b)", "takes a program"),
        ("mta01 danegate", "means nothing here"), ("mta01 ssh=x", "means nothing here"),
        ("mta01 user=a user=b", "stands twice"), ("mta01 local user=a", "local has no"), ("* local", "* is for"),
        ("* address=x", "* is for"), ("mta01\u{1B}[2J", "control character"), ("mta01\nMTA01", "same host as line 1"),
        ("a address=x\nb address=X", "same host as line 1"), ("local\nb local", "same host as line 1"),
        ("mta\u{FC}", "is no name"), (String(repeating: "a", count: 300), "is no name"),
    ])
    func whatIsNoHostIsRefused(text: String, clause: String) throws {
        let error = #expect(throws: SiteListError.self) { _ = try SiteList(text: text, path: "hosts") }
        #expect(error?.status == 65 && error?.sentences.first?.contains(clause) == true, "\(error?.sentences ?? [])")
    }

    @Test func aListHasAnEnd() {
        let many = (0...1000).map { "mta\($0)" }.joined(separator: "\n")
        #expect(throws: SiteListError.self) { _ = try SiteList(text: many, path: "hosts") }
        let wrong = String(repeating: "?\n", count: 5000)
        let error = #expect(throws: SiteListError.self) { _ = try SiteList(text: wrong, path: "hosts") }
        #expect(error?.sentences.count == 20)
    }

    @Test(arguments: [(0o644, true), (0o600, true), (0o664, false), (0o646, false)])
    func nobodyElseMayWriteToIt(mode: Int, isTaken: Bool) throws {
        let scratch = try ScratchDirectory("hosts")
        let path = try scratch.write("mta01\n", to: "hosts")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect((try? SiteList(path: path).hosts.count == 1) ?? false == isTaken)
    }

    @Test func aListThatIsNotThereIsNamed() throws {
        let error = #expect(throws: SiteListError.self) { _ = try SiteList(path: "/nowhere/hosts") }
        #expect(error?.status == 66 && error?.sentences.first?.hasPrefix("/nowhere/hosts: it cannot be read") == true)
        let directory = #expect(throws: SiteListError.self) { _ = try SiteList(path: "/") }
        #expect(directory?.status == 66)
    }

    @Test(arguments: ["sh", "bash"]) func noWordIsMoreThanAWordForAShell(shell: String) async throws {
        let words = [
            "", "plain", "two words", "it's", "a\\b", "!!", "$HOME", "$(touch x)", "`id`", "a;b|c&d>e<f", "*", "~",
            "--reason='\"", "\\'", "'\\''", "#x", "{a,b}", "[a]", "=ls", "%1", "ü€", "\\",
        ]
        for word in words {
            let (status, output) = try await ChildProcess.run(shell, ["-c", "printf %s \(ShellWord.quoted(word))"])
            #expect(status == 0 && output == word, "\(word): \(output)")
        }
        #expect(ShellWord.quoted("a\nb\u{1B}") == "'a b '")
    }
}
