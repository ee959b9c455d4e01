import Testing
import WorldServers

@testable import Store

@Suite("The seal of what several hosts write")
struct StoreSealTests {
    private static let key = "0123456789abcdef0123456789abcdef"
    private let name = Array("danegate:1:default:v:example.org".utf8)

    /// `printf 'danegate:1:default:v:example.org\\0{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`
    @Test func isHMACOfNameAndBody() throws {
        let code = try StoreSeal(key: Self.key).code(of: Array("{}".utf8), at: name)
        let hex = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(hex == "06995abfdf1f6196bbea5171abf660ea")
    }

    @Test func acceptsNothingElse() throws {
        let seal = try StoreSeal(key: Self.key)
        let body = Array("{}".utf8)
        let code = seal.code(of: body, at: name)
        #expect(seal.accepts(code, of: body, at: name))
        for bit in 0..<128 {
            var other = code
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!seal.accepts(other, of: body, at: name))
        }
        #expect(!seal.accepts(code, of: body + [0], at: name))
        #expect(!seal.accepts(code, of: body, at: name + [0]))
        #expect(!seal.accepts(code.dropLast(), of: body, at: name) && !seal.accepts([], of: body, at: name))
        #expect(!(try StoreSeal(key: Self.key + "x")).accepts(code, of: body, at: name))
    }

    @Test func itsKeyComesFromAFile() throws {
        let scratch = try ScratchDirectory("seal")
        let path = try scratch.write("  \(Self.key)\n", to: "key")
        let body = Array("{}".utf8)
        let code = try StoreSeal(key: Self.key).code(of: body, at: name)
        #expect(try StoreSeal(file: path).accepts(code, of: body, at: name))
        try scratch.write("short\n", to: "key")
        let error = try #require(throws: StoreCredentialsError.self) { try StoreSeal(file: path) }
        #expect(error.description.contains("fewer than 32 characters") && !error.description.contains("short"))
        #expect(throws: StoreCredentialsError.self) { try StoreSeal(file: scratch.file("missing")) }
        var dumped = ""
        dump(try StoreSeal(key: Self.key), to: &dumped)
        #expect(!dumped.contains(Self.key))
    }
}
