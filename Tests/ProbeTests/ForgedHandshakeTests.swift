import RuleMarks
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

    /// A quarter of a million bits would keep a thread busy for hours, and no timer would end it. So the time limit is
    /// the check.
    @Test(arguments: [
        (16_392, 17), (3_080, 3_080), (65_536, 65_536), (250_000, 250_000), (500_000, 17),
    ])
    func anAbsurdKeyIsNotTried(_ bits: Int, _ exponentBits: Int) async throws {
        let certificate = ForgedCertificate.rsa(bits: bits, exponentBits: exponentBits)
        let end = try await end(ForgedTLS.flight([certificate], signature: bits / 8))
        #expect(end.kind == "unreachable handshake", "a bound of ours is no fact about the host: \(end)")
        #expect(end.reason.contains("too large to be tried") && end.reason.contains("\(bits)"), "\(end)")
    }

    /// Messages that may come before or instead of a host's certificate in clear, by the thousand. Their number ends
    /// the probe, and not the time. A compressed certificate (RFC 8879) is a fault, because danegate did not offer
    /// that, and it is not expanded.
    @Test(
        .rules("F-128"),
        arguments: [
            ("HelloRequest", 60_000), ("ChangeCipherSpec", 60_000), ("empty", 60_000), ("warning", 60_000),
            ("HelloRequest", 3), ("compressed", 1), ("compressed", 90_000),
        ])
    func whatNobodyAskedForEndsTheHandshake(_ what: String, _ count: Int) async throws {
        let bytes: [UInt8]
        switch what {
        case "HelloRequest": bytes = ForgedTLS.record(.handshake, ForgedTLS.message(0, []))
        case "ChangeCipherSpec": bytes = ForgedTLS.record(.changeCipherSpec, [1])
        case "empty": bytes = ForgedTLS.record(.handshake, [])
        case "warning": bytes = ForgedTLS.alert(1, 90)
        default:
            // Sixteen megabytes, it says, by zlib.
            let bomb = [0, 1, 0xFF, 0xFF, 0xFF, 0, 0, 0] + [UInt8](repeating: 0x78, count: count)
            bytes = ForgedTLS.record(.handshake, ForgedTLS.serverHello + ForgedTLS.message(25, bomb))
        }
        let times = what == "compressed" ? 1 : count
        let certificate = ForgedCertificate.rsa(bits: 2048, exponentBits: 17)
        let flood = (0..<times).flatMap { _ in bytes } + ForgedTLS.flight([certificate], signature: 256)
        let end = try await end(flood, timeout: .seconds(90))
        #expect(["tlsFailed", "unreachable handshake"].contains(end.kind), "\(end)")
        #expect(!end.reason.hasPrefix("no answer within"), "\(end)")
    }

    /// No library would serve these certificates: GnuTLS must not get to read them.
    @Test(arguments: [(1, 70_000), (1, 90_000), (10, 20_000), (400, 2500)])
    func certificatesWithoutMeasureAreADoubt(_ count: Int, _ padding: Int) async throws {
        let certificate = ForgedCertificate.rsa(padding: padding)
        let end = try await end(ForgedTLS.flight([[UInt8]](repeating: certificate, count: count)))
        #expect(end.kind == "unreachable handshake", "\(end)")
        #expect(end.reason.hasPrefix("the host sent "), "\(end)")
    }

    @Test(arguments: [(2048, 17), (3_072, 3_072), (16_384, 17), (16_384, 64)])
    func aLargeKeyIs(_ bits: Int, _ exponentBits: Int) async throws {
        let certificate = ForgedCertificate.rsa(bits: bits, exponentBits: exponentBits)
        let end = try await end(ForgedTLS.flight([certificate], signature: bits / 8))
        #expect(end.kind == "tlsFailed", "the signature is none: \(end)")
    }
}
