import Rules
import Testing
import World

@testable import Probe

/// Servers that speak TLS as no library does, byte for byte.
@Suite("Handshakes made up", .timeLimit(.minutes(2)))
struct ForgedHandshakeTests {
    private func end(_ bytes: [UInt8], timeout: Duration = .seconds(60)) async throws -> ProbeReport.End {
        var end: ProbeReport.End?
        try await ProbeWorld.run(timeout: timeout) { world in
            end = try await world.probe(.failing(at: .handshake, .bytes(bytes))).end
        }
        return try #require(end)
    }

    /// Half a million bits would keep a thread busy for hours, and no timer would end it: the time limit is the check.
    @Test(arguments: [
        (16_392, 17), (3_080, 3_080), (65_536, 65_536), (500_000, 500_000), (500_000, 17),
    ])
    func anAbsurdKeyIsNotTried(_ bits: Int, _ exponentBits: Int) async throws {
        let certificate = ForgedCertificate.rsa(bits: bits, exponentBits: exponentBits)
        let end = try await end(ForgedTLS.flight([certificate], signature: bits / 8))
        #expect(end.kind == "unreachable handshake", "a bound of ours is no fact about the host: \(end)")
        #expect(end.reason.contains("too large to be tried") && end.reason.contains("\(bits)"), "\(end)")
    }

    @Test(arguments: [(2048, 17), (3_072, 3_072), (16_384, 17), (16_384, 64)])
    func aLargeKeyIs(_ bits: Int, _ exponentBits: Int) async throws {
        let certificate = ForgedCertificate.rsa(bits: bits, exponentBits: exponentBits)
        let end = try await end(ForgedTLS.flight([certificate], signature: bits / 8))
        #expect(end.kind == "tlsFailed", "the signature is none: \(end)")
    }
}
