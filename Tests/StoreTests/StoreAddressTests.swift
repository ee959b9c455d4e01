import Testing

@testable import Store

@Suite("The store's address")
struct StoreAddressTests {
    @Test(arguments: [
        ("redis://localhost", "redis://localhost:6379/0"),
        ("redis://localhost/", "redis://localhost:6379/0"),
        ("redis://Redis1.Example.org:6380/3", "redis://redis1.example.org:6380/3"),
        ("REDIS://h1,h2:6380,192.0.2.1/15", "redis://h1:6379,h2:6380,192.0.2.1:6379/15"),
        ("redis://[2001:DB8::1],[::1]:7000/9999", "redis://[2001:db8::1]:6379,[::1]:7000/9999"),
        ("rediss://redis.example.org.", "rediss://redis.example.org:6379/0"),
        ("unix:/run/redis/redis.sock", "unix:/run/redis/redis.sock?0"),
        ("unix:/run/redis/redis.sock?2", "unix:/run/redis/redis.sock?2"),
        ("unix:/run/a@b,c?db=07", "unix:/run/a@b,c?7"),
    ])
    func isRead(_ text: String, as canonical: String) throws {
        let address = try StoreAddress(text)
        #expect(address.description == canonical)
        #expect(try StoreAddress(canonical) == address)
        #expect(address.isSecured == text.lowercased().hasPrefix("rediss:"))
    }

    @Test(arguments: [
        ("", "is no address of a store"),
        ("localhost:6379", "is no address of a store"),
        ("http://localhost", "is no address of a store"),
        ("redis+sentinel://localhost", "is no address of a store"),
        ("redis:localhost", "is no address of a store"),
        ("redis://", "lacks a host"),
        ("redis:///0", "lacks a host"),
        ("redis://h1,,h2", "lacks a host"),
        ("redis://:6379", "lacks a host"),
        ("redis://h1,h1:6379", "names h1:6379 twice"),
        ("redis://a,b,c,d,e,f,g,h,i", "more than 8 hosts"),
        ("redis://h:0", "no port from 1 to 65535"),
        ("redis://h:", "no port from 1 to 65535"),
        ("redis://h:65536", "no port from 1 to 65535"),
        ("redis://h:+80", "no port from 1 to 65535"),
        ("redis://2001:db8::1", "needs brackets around an IPv6 address"),
        ("redis://[2001:db8::1", "needs brackets around an IPv6 address"),
        ("redis://[::1]6379", "no port from 1 to 65535"),
        ("redis://[192.0.2.1]", "no IPv6 address in its brackets"),
        ("redis://192.0.2.256", "neither a name nor an IP address"),
        ("redis://a b", "neither a name nor an IP address"),
        ("redis://h/x", "no number of a database"),
        ("redis://h/-1", "no number of a database"),
        ("redis://h/10000", "no number of a database"),
        ("redis://h/0/1", "no number of a database"),
        ("redis://h?db=1", "has parameters"),
        ("redis://h/0#x", "has parameters"),
        ("unix:relative", "no absolute path"),
        ("unix:/", "names a directory"),
        ("unix:/run/\u{7}", "control characters"),
        ("unix:/run/s?", "no number of a database"),
        ("unix:/run/s?x", "no number of a database"),
        ("unix:/" + String(repeating: "x", count: 107), "is too long"),
    ])
    func isRefused(_ text: String, for reason: String) throws {
        let error = try #require(throws: StoreAddressError.self) { try StoreAddress(text) }
        #expect(error.description.contains(reason), "\(error)")
        #expect(error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test(arguments: ["redis://danegate:geheim@h/0", "rediss://:geheim@h", "redis://geheim@h:1", "geheim@h"])
    func hasNoPassword(_ text: String) throws {
        let error = try #require(throws: StoreAddressError.self) { try StoreAddress(text) }
        #expect(error.description.contains("user or a password"))
        #expect(error.description.contains("a file of their own"))
        #expect(!error.description.contains("geheim"))
    }
}
