import DANE
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("fe80::", "fe80::"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ])
    func text(_ text: String, _ expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(IPAddress(bytes: ([9] + address.bytes)[1...]) == address)
        #expect(address.bytes.count == (text.contains(":") ? 16 : 4))
    }

    @Test(arguments: [
        "", " ", "192.0.2", "192.0.2.1.", "192.0.2.1 ", " 192.0.2.1", "192.0.2.256", "192.0.2.01", "0x7f.1", "127.1",
        "1",
        "192.0.2.1/24", "192.0.2.1:25", "[::1]", "::1%lo", "fe80::1%1", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "g::",
        "2001:db8::1::", "IPv6:2001:db8::1", "192.0.2.1\0", "192.0.2.1\0.evil", "::1\0", "١٩٢.0.2.1",
    ])
    func noAddresses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [0, 1, 3, 5, 15, 17, 1000])
    func onlyFourOrSixteenBytes(_ count: Int) {
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test func bytesAreInNetworkOrder() {
        #expect(IPAddress(bytes: [192, 0, 2, 1]) == .v4(0xC000_0201))
        #expect(IPAddress("2001:db8::1") == .v6(0x2001_0DB8_0000_0000, 1))
        #expect(IPAddress("::ffff:192.0.2.1") != IPAddress("192.0.2.1"))
    }
}
