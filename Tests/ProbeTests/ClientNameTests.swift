import DANE
import RuleMarks
import Testing

@testable import Probe

/// What a client may call itself (RFC 5321 §4.1.1.1, §4.1.3).
@Suite struct ClientNameTests {
    @Test(
        .rules("F-79"),
        arguments: [
            ("mail.example.org", "mail.example.org"), ("Mail.Example.ORG.", "mail.example.org"), ("a.b", "a.b"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("4.example", "4.example"),
            ("[192.0.2.1]", "[192.0.2.1]"), ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
            ("[ipv6:2001:DB8:0::1]", "[IPv6:2001:db8::1]"), ("[IPv6:::ffff:192.0.2.1]", "[192.0.2.1]"),
            ("[IPv6:::]", "[IPv6:::]"), ("localdomain.example", "localdomain.example"),
            ("local.example", "local.example"),
        ])
    func mayBeSet(_ text: String, _ word: String) throws {
        #expect(try ClientName.setting(text) == .set(word))
        #expect(try ClientName.setting(text).word(from: .v4(1)) == word)
    }

    @Test(
        .rules("F-79"),
        arguments: [
            "vm", "vm.", ".", "", "a b", "a..b", "-a.example", "a-.example", "--", "mx_1.example.org",
            "b\u{FC}cher.example",
            "localhost", "localhost.localdomain", "localhost6.localdomain6", "localhost.example.org", "mail.localhost",
            "mail.local", "mail.localdomain", "ip-10-0-0-5.ec2.internal", "x.home.arpa", "x.onion", "x.invalid",
            "x.alt",
            "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[192.0.2.1", "192.0.2.1]", "[]",
            "[mail.example]",
            "[IPv6:fe80::1%eth0]", "[IPv6:]", "mail.1", "1.2.3", "mail.example.org\r\nQUIT", "a.b\0c",
            String(repeating: "a", count: 64) + ".example", String(repeating: "a.", count: 127) + "example",
            String(repeating: "[", count: 300),
        ])
    func mayNotBeSet(_ text: String) {
        do throws(ClientNameError) {
            Issue.record("\(text.debugDescription) was taken for \(try ClientName.setting(text))")
        } catch {
            let sentence = error.description
            #expect(
                !sentence.isEmpty && !sentence.hasSuffix(".") && sentence.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
            )
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "[192.0.2.1]"), ("2001:db8::1", "[IPv6:2001:db8::1]"), ("::1", "[IPv6:::1]"),
        ("::ffff:192.0.2.1", "[192.0.2.1]"), ("fe80::1", "[IPv6:fe80::1]"),
    ])
    func aLiteralIsThatOfTheConnection(_ local: String, _ word: String) {
        #expect(ClientName.ownAddress.word(from: IPAddress(local)) == word)
        #expect(ClientName.host("mail.example").word(from: IPAddress(local)) == "mail.example")
    }

    /// A machine's two names, whether its name service was silent, and what they come to.
    typealias Machine = (canonical: String?, host: String, isUnanswered: Bool, found: HostName.Finding)

    @Test(
        .rules("F-79"),
        arguments: [
            // The canonical name, if it is qualified; else the kernel's own.
            ("mail.example.org", "mail", false, HostName.Finding.name("mail.example.org")),
            ("Mail.Example.Org.", "mail", false, .name("mail.example.org")),
            ("other.example.org", "mail.example.org", false, .name("other.example.org")),
            ("localhost", "mail.example.org", false, .name("mail.example.org")),
            ("localhost.localdomain", "mail.example.org", false, .name("mail.example.org")),
            (nil, "mail.example.org", true, .name("mail.example.org")),
            ("vm", "vm", false, .none), ("vm.local", "vm", false, .none), (nil, "vm", false, .none),
            (nil, "vm", true, .unknown), (nil, "", false, .none), (nil, "(none)", false, .none),
            (nil, "my_host.example.org", false, .none), (nil, "192.0.2.1", false, .none),
            (nil, "b\u{FC}cher.example", false, .none),
            ("xn--bcher-kva.example", "b", false, .name("xn--bcher-kva.example")),
            (String(repeating: "a.", count: 200) + "example", "vm", false, .none),
        ] as [Machine])
    func theCanonicalNameComesFirst(_ machine: Machine) {
        let found = HostName.finding(
            canonical: machine.canonical, host: machine.host, isUnanswered: machine.isUnanswered)
        #expect(found == machine.found)
    }

    /// Whatever this machine is called, the look ends, and brings nothing that may not be said.
    @Test(.timeLimit(.minutes(2))) func theMachineHasANameOrNone() {
        if case .name(let text) = HostName.look() { #expect((try? ClientName.setting(text)) == .set(text)) }
        for address in Prober.ownAddresses { #expect(address.description != "0.0.0.0" && address.description != "::") }
    }
}
