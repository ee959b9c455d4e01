import DANE
import Milter
import Testing

@testable import Policy
@testable import Support

@Suite struct SettingsTests {
    private func faults(_ environment: [String: String]) -> [String] {
        do throws(SettingsError) {
            _ = try SettingsReader(environment: environment)
            return []
        } catch {
            return error.sentences
        }
    }

    @Test func nothingSetIsTheDefault() throws {
        let reader = try SettingsReader(environment: ["PATH": "/bin"])
        #expect(reader.settings.mode == .enforce)
        #expect(reader.inForce.count == Setting.catalogue.count)
        #expect(reader.inForce.allSatisfy { $0.origin == .standard })
    }

    @Test(arguments: [
        ("MODE", "on"), ("MILTER_SOCKET", "inet:x"), ("MILTER_SOCKET", "tcp:1@2"), ("MILTER_SOCKET_MODE", "999"),
        ("MILTER_DEADLINE", "5x"), ("MILTER_DEADLINE", "0"), ("MILTER_DEADLINE", "1h"), ("TRANSPORTS", ","),
        ("ROUTE", "mx"), ("ROLLOUT", "101"), ("ROLLOUT", "-1"), ("DEFER_FOR", "soon"), ("ON_TLSA_INVALID", "bounce"),
        ("ON_PENDING", "reject"), ("ON_DNS_UNAVAILABLE", "reject"), ("ON_UNREACHABLE", "reject"),
        ("ON_VERIFIED", "reject"),
        ("ON_HAZARD", "x"), ("POLICY_FILE", "relative"), ("HELP_URL", "ftp://x"),
        ("DNS_FORWARD", "localhost"), ("DNS_FORWARD", "192.0.2.1:53"), ("DNS_FORWARD", "192.0.2.1@0"),
        ("DNS_FORWARD", ","),
        ("DNS_ROOT_HINTS", "/nonexistent"), ("DNS_TRUST_ANCHOR", "/"), ("DNS_CONFIG", "x"), ("DNS_TIMEOUT", "1ms"),
        ("PROBE", "yes"), ("PROBE_PORT", "0"), ("PROBE_PORT", "70000"), ("PROBE_ALLOW", "10.0.0.0/33"),
        ("PROBE_DENY", "10.0.0.0/33"), ("PROBE_DENY", "198.51.100.0/24,"),
        ("PROBE_CONCURRENCY", "0"), ("PROBE_HELO", "a b"), ("PROBE_HELO", "--"), ("EXEMPT_LOCALPARTS", "a b"),
        ("HELP_URL", "https://h/%c%25"), ("EXPIRED_EE", "warn"), ("CACHE_DOMAINS", "many"), ("CACHE_STALE_TTL", "25h"),
        ("CACHE_STALE_TTL", "-1"), ("ON_LOCAL_TROUBLE", "reject"),
        ("STATE_DIRECTORY", "here"), ("LOG", "file"), ("LOG_LEVEL", "loud"), ("WEB_LISTEN", "on"),
        ("WEB_LISTEN", "8896"),
        ("WEB_LISTEN", "host.example:8896"), ("WEB_LISTEN_MODE", "999"), ("WEB_HOSTS", "a b"), ("WEB_HOSTS", "a,,b"),
        ("WEB_HOSTS", "https://a"), ("WEB_PROXIES", "proxy.example"), ("WEB_PROXIES", "10.0.0.0/33"),
        ("ENFORCE_SENDERS", "a b"), ("ENFORCE_SENDERS", "@"), ("EXEMPT_SENDERS", "a@"), ("EXEMPT_SENDERS", "x,,y"),
        ("EXEMPT_CLIENTS", "10.0.0.0/33"), ("EXEMPT_CLIENTS", "localhost"), ("EXEMPT_AUTH", "a,,b"),
        ("EXEMPT_AUTH", "a b"),
        ("EXEMPT_LIFT_AFTER", "0"), ("EXEMPT_LIFT_AFTER", "31d"),
        ("MOOD", "good"),
    ])
    func aBadValueIsOneSentenceThatNamesIt(name: String, value: String) {
        let sentences = faults(["DANEGATE_\(name)": value])
        #expect(sentences.count == 1)
        #expect(sentences.first?.contains("DANEGATE_\(name)=\(value)") == true)
        #expect(sentences.first?.hasSuffix(".") == true || sentences.first?.hasSuffix("?") == true)
    }

    @Test func allFaultsAreReportedAtOnce() {
        #expect(faults(["DANEGATE_MODE": "x", "DANEGATE_ROUTE": "y", "DANEGATE_NONE": "z"]).count == 3)
    }

    @Test func settingsMayContradictEachOther() {
        #expect(faults(["DANEGATE_CACHE_MIN_TTL": "10m", "DANEGATE_CACHE_MAX_TTL": "5m"]).count == 1)
        #expect(faults(["DANEGATE_MILTER_SOCKET_MODE": "0660"]).count == 1)
        #expect(
            faults(["DANEGATE_MILTER_SOCKET": "unix:/run/x/y", "DANEGATE_MILTER_SOCKET_MODE": "0660"]).isEmpty)
    }

    @Test func doorsListenOnLoopbackAddressesAndUnixSocketsOfTheirOwn() throws {
        for name in ["DANEGATE_QUERY_SOCKET", "DANEGATE_TLS_POLICY_SOCKET"] {
            #expect(faults([name: "off"]).isEmpty)
            #expect(faults([name: "unix:/run/x/y", "\(name)_MODE": "0666", "\(name)_GROUP": "exim"]).isEmpty)
            #expect(faults([name: "inet:3294@127.0.0.1"]).isEmpty)
            #expect(faults([name: "inet:3294@192.0.2.1"]).count == 1)
            #expect(faults([name: "inet:nowhere"]).count == 1)
            #expect(faults([name: "unix:/run/x/y", "DANEGATE_MILTER_SOCKET": "unix:/run/x/y"]).count == 1)
            #expect(faults(["\(name)_MODE": "0660"]).count == 1)
            #expect(faults([name: "inet:3294@127.0.0.1", "\(name)_GROUP": "exim"]).count == 1)
            #expect(faults([name: "unix:/run/x/y", "\(name)_MODE": "0888"]).count == 1)
        }
        #expect(
            faults(["DANEGATE_QUERY_SOCKET": "unix:/run/x/y", "DANEGATE_TLS_POLICY_SOCKET": "unix:/run/x/y"]).count == 1
        )
        let set = ["QUERY_SOCKET": "unix:/q", "QUERY_SOCKET_MODE": "0600", "TLS_POLICY_SOCKET": "inet:1@127.0.0.1"]
        let settings = try SettingsReader(
            environment: Dictionary(uniqueKeysWithValues: set.map { ("DANEGATE_\($0)", $1) })
        ).settings
        #expect(settings.querySocket == DoorSocket(.unix(path: "/q"), mode: 0o600))
        #expect(settings.tlsPolicySocket.socket == .inet(address: .v4(0x7F00_0001), port: 1))
    }

    @Test func everyOutcomeHasASetting() throws {
        for outcome in Outcome.allCases {
            let settings = try SettingsReader(environment: ["DANEGATE_\(outcome.settingName)": "accept"]).settings
            #expect(settings.rulings == [outcome: .accept])
        }
        #expect(Outcome.tlsaInvalid.settingName == "ON_TLSA_INVALID")
    }

    @Test(arguments: [
        ("127.0.0.1:8896", MilterSocket.inet(address: .v4(0x7F00_0001), port: 8896)),
        ("[::1]:8896", .inet(address: .v6(0, 1), port: 8896)),
        ("localhost:8896", .inet(address: .v4(0x7F00_0001), port: 8896)),
        ("inet:8896@127.0.0.1", .inet(address: .v4(0x7F00_0001), port: 8896)),
        ("unix:/run/danegate/page.sock", .unix(path: "/run/danegate/page.sock")),
    ])
    func thePageListensWhereTheSettingSays(text: String, socket: MilterSocket) throws {
        #expect(try SettingsReader(environment: ["DANEGATE_WEB_LISTEN": text]).settings.web.listen.socket == socket)
    }

    @Test func aPageThatOthersCanReachNeedsAuthorization() throws {
        let open = ["DANEGATE_WEB_LISTEN": "192.0.2.1:8896"]
        #expect(faults(open).first?.contains("DANEGATE_WEB_TOKEN_FILE") == true)
        #expect(faults(open.merging(["DANEGATE_WEB_TOKEN_FILE": "/etc/danegate/tokens"]) { $1 }).isEmpty)
        #expect(faults(open.merging(["DANEGATE_WEB_PROXIES": "192.0.2.2, 2001:db8::/32,unix"]) { $1 }).isEmpty)
        #expect(faults(["DANEGATE_WEB_LISTEN": "[::]:8896"]).count == 1)
        #expect(faults(["DANEGATE_WEB_LISTEN": "off", "DANEGATE_WEB_LISTEN_MODE": "0660"]).count == 1)
    }

    @Test func systemdNamesTheStateDirectory() throws {
        let reader = try SettingsReader(environment: ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b"])
        #expect(reader.settings.stateDirectory == "/var/lib/a")
        #expect(reader.inForce.first { $0.name == "STATE_DIRECTORY" }?.origin == .systemd)
    }

    @Test(arguments: [
        ("0", Duration.zero), ("5", .seconds(5)), ("250ms", .milliseconds(250)), ("15m", .seconds(900)),
        ("1h", .seconds(3600)), ("30d", .seconds(30 * 86400)),
    ])
    func durationsAreRead(text: String, duration: Duration) { #expect(DurationText.parse(text) == duration) }

    @Test(arguments: ["", "s", "1.5s", "-1s", "5 s", "99999999999999999999", "99999999999d", "1w"])
    func otherTextIsNoDuration(text: String) { #expect(DurationText.parse(text) == nil) }

    @Test func environmentFilesAreReadAsSystemdDoes() throws {
        let text = "# comment\n; comment\n\nDANEGATE_MODE=monitor\nA=\"x y\"\nB='z'\n C = d \nE=\n"
        let values = try EnvironmentFile.parse(text, path: "f").get()
        #expect(values == ["DANEGATE_MODE": "monitor", "A": "x y", "B": "z", "C": "d", "E": ""])
    }

    @Test func linesMayEndInCRLF() throws {
        let values = try EnvironmentFile.parse("\u{FEFF}# c\r\nDANEGATE_MODE=monitor\r\nA=1\r\n", path: "f").get()
        #expect(values == ["DANEGATE_MODE": "monitor", "A": "1"])
        let table = try PolicyTable(text: "# c\r\na.example exempt\r\nb.example monitor\r\n", path: "p")
        #expect(table.count == 2)
    }

    @Test(arguments: ["A=x\u{B}y", "A=x\u{C}", "A=\"x\u{0}y\"", "A=\u{1B}[0m", "A=x\u{2028}y", "A=x\u{85}y"])
    func aValueWithControlCharactersIsRefused(line: String) {
        guard case .failure(let faults) = EnvironmentFile.parse(line, path: "f") else {
            Issue.record("taken")
            return
        }
        #expect(faults.sentences == ["f:1: the value must not have control characters."])
    }

    @Test func aBadLineOfAnEnvironmentFileIsNamed() {
        guard case .failure(let faults) = EnvironmentFile.parse("A=1\nnonsense\nB=\"x\n", path: "f") else {
            Issue.record("the file was taken")
            return
        }
        #expect(faults.sentences.map { $0.prefix(4) } == ["f:2:", "f:3:"])
    }
}
