import DANE
import Testing

@testable import Probe

@Suite("Special-purpose addresses")
struct SpecialPurposeTests {
    @Test(arguments: [
        ("0.0.0.0", "this network"), ("10.255.255.255", "private"), ("100.64.0.1", "shared address space"),
        ("100.127.255.255", "shared address space"), ("127.0.0.1", "loopback"), ("169.254.169.254", "link-local"),
        ("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.0.0.8", "IETF protocol assignments"),
        ("192.0.2.1", "documentation"), ("192.88.99.1", "6to4 relay anycast"), ("192.168.1.1", "private"),
        ("198.18.0.1", "benchmarking"), ("198.19.255.255", "benchmarking"), ("198.51.100.7", "documentation"),
        ("203.0.113.7", "documentation"), ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"), ("255.255.255.255", "broadcast"),
        ("::", "unspecified"), ("::1", "loopback"), ("::a00:1", "IPv4-compatible"),
        ("64:ff9b:1::1", "local-use translation"),
        ("100::1", "discard-only"), ("2001::1", "Teredo"), ("2001:10::1", "IETF protocol assignments"),
        ("2001:db8::1", "documentation"), ("3fff::1", "documentation"), ("5f00::1", "segment routing"),
        ("fd00::1", "unique-local"), ("fe80::1", "link-local"), ("fec0::1", "site-local"), ("ff02::1", "multicast"),
        ("192.31.196.1", "AS112"), ("192.175.48.1", "AS112"), ("192.52.193.1", "multicast tunnelling"),
        ("2620:4f:8000::1", "AS112"), ("100:0:0:1::1", "dummy prefix"), ("2001:4:112::1", "IETF protocol assignments"),
        // Translated by SIIT, and all else that is no global unicast.
        ("::ffff:0:127.0.0.1", "IPv4-translated"), ("::ffff:0:8.8.8.8", "IPv4-translated"), ("200::1", "reserved"),
        ("1::1", "reserved"), ("64:ff9b:0:1::", "reserved"), ("::1:0:0:1", "reserved"), ("1fff::1", "reserved"),
        ("4000::1", "reserved"), ("8000::1", "reserved"), ("fbff::1", "reserved"), ("fe00::1", "reserved"),
        // Judged by what they embed.
        ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.0.0.1", "private"), ("::ffff:169.254.169.254", "link-local"),
        ("64:ff9b::10.0.0.1", "private"), ("64:ff9b::127.0.0.1", "loopback"), ("2002:7f00:1::", "loopback"),
        ("2002:c0a8:101::1", "private"),
    ])
    func areNamed(_ address: String, _ name: String) throws {
        #expect(SpecialPurpose.range(of: try #require(IPAddress(address)))?.name == name)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "192.0.1.1",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:200::1",
        "2001:4860::8888",
        "2000::1", "3ffe::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ])
    func arePublic(_ address: String) throws {
        #expect(SpecialPurpose.range(of: try #require(IPAddress(address))) == nil)
    }
}
