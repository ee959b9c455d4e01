import DANE
import Testing

@testable import Probe

@Suite("Address ranges")
struct AddressRangeTests {
    @Test(arguments: [
        ("127.0.0.0/8", "127.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("10.0.0.1", "10.0.0.1/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::1", "::1/128"), ("::/0", "::/0"), ("2001:db8:1:2:3::/65", "2001:db8:1:2::/65"), ("fd00::1/8", "fd00::/8"),
        ("2001:db8::ffff/127", "2001:db8::fffe/127"), ("2001:db8::/64", "2001:db8::/64"),
    ])
    func reads(_ text: String, _ canonical: String) { #expect(AddressRange(text)?.description == canonical) }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10/8",
        "mx/8",
    ])
    func refuses(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test(arguments: [
        ("127.0.0.0/8", "127.255.255.255", true), ("127.0.0.0/8", "128.0.0.0", false),
        ("0.0.0.0/0", "203.0.113.1", true),
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("::/0", "10.0.0.1", false),
        ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::", false), ("2001:db8::/65", "2001:db8::7fff:0:0:1", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("::1", "::1", true), ("::1", "::", false),
    ])
    func contains(_ range: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == expected)
    }
}
