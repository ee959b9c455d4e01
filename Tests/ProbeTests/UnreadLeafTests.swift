import NIOCore
import RuleMarks
import Testing
import World

@testable import Probe
@testable import WorldHosts

/// Certificates that OpenSSL serves and takes, and GnuTLS will not read.
@Suite("A leaf that GnuTLS does not read", .timeLimit(.minutes(3)))
struct UnreadLeafTests {
    private static let versions = ["-tls1_2", "-tls1_3"]

    @Test(.rules("F-80"), arguments: OddCertificate.allCases, versions)
    func isShownAndItsKeyProven(_ kind: OddCertificate, _ version: String) async throws {
        let chain = try await kind.chain("mx.example.org")
        try await ProbeWorld.run { world in
            let report = try await world.probe(.openSSL(chain, version))
            let session = try #require(report.end.session, "\(report.end)")
            #expect(session.chain == chain.der)
            #expect(session.unread?.isProven == true && session.unread?.fault.isEmpty == false)
            #expect(session.protocolVersion == (version == "-tls1_2" ? "TLS1.2" : "TLS1.3"))
            #expect(session.cipherSuite.hasPrefix("TLS_"))
            #expect(await ProbeWorld.until { world.prober.connections == 0 })
        }
    }

    /// Every kind of key, and every way of signing that OpenSSL knows for it.
    @Test(
        .rules("F-80"),
        arguments: [
            (CertificateKey.Algorithm.rsa2048, "-tls1_2 -sigalgs RSA+SHA256"),
            (.rsa2048, "-tls1_2 -sigalgs RSA+SHA512"),
            (.rsa2048, "-tls1_2 -sigalgs rsa_pss_rsae_sha384"), (.rsa2048, "-tls1_3 -sigalgs rsa_pss_rsae_sha256"),
            (.rsa2048, "-tls1_3 -sigalgs rsa_pss_rsae_sha512"),
            (.rsa2048, "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256"), (.rsa2048, "-tls1_2 -cipher DHE-RSA-AES256-SHA"),
            (.p256, "-tls1_2 -sigalgs ECDSA+SHA384"), (.p384, "-tls1_2"), (.p384, "-tls1_3"), (.ed25519, "-tls1_2"),
            (.ed25519, "-tls1_3"),
            // Another ClientHello is asked for: P-384 has no share in the first.
            (.p256, "-tls1_3 -groups P-384"), (.p256, "-tls1_2 -groups P-521"),
            (.p256, "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256"),
            (.p256, "-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384"),
            // With a CertificateRequest, which the signature is over too; a CertificateStatus, a ticket.
            (.p256, "-tls1_3 -verify 1"), (.p256, "-tls1_2 -verify 1"),
        ])
    func isProvenByAnySignature(_ algorithm: CertificateKey.Algorithm, _ options: String) async throws {
        let chain = try await OddCertificate.versionOneWithExtensions.chain("mx.example.org", algorithm)
        try await ProbeWorld.run { world in
            let end = try await world.probe(.openSSL(chain, options)).end
            #expect(end.session?.chain == chain.der && end.session?.unread?.isProven == true, "\(end)")
        }
    }

    /// RFC 5246 §7.4.3: there is no signature with RSA key exchange.
    @Test(.rules("F-80")) func isNotProvenWithoutASignature() async throws {
        let chain = try await OddCertificate.dateWithoutZone.chain("mx.example.org", .rsa2048)
        try await ProbeWorld.run { world in
            let end = try await world.probe(.openSSL(chain, "-tls1_2 -cipher AES128-SHA")).end
            #expect(end.session?.chain == chain.der && end.session?.unread?.isProven == false, "\(end)")
        }
    }

    /// Whoever has the certificate and not its key can send the one and not sign with the other.
    @Test(.rules("F-80"), arguments: OddCertificate.allCases)
    func aCopyOfTheCertificateProvesNothing(_ kind: OddCertificate) async throws {
        let chain = try await kind.chain("mx.example.org", .rsa2048)
        try await ProbeWorld.run { world in
            let flight = ForgedTLS.flight(chain.der)
            let end = try await world.probe(.failing(at: .handshake, .bytes(flight))).end
            #expect(end == .tlsFailed(.unsigned))
        }
    }

    /// The flight may come in any pieces.
    @Test(.rules("F-80")) func theFlightMayBeCutAnywhere() async throws {
        let chain = try await OddCertificate.impossibleDate.chain("mx.example.org", .rsa2048)
        let flight = ForgedTLS.flight(chain.der)
        try await ProbeWorld.run(timeout: .seconds(60)) { world in
            let end = try await world.probe(.failing(at: .handshake, .drip(flight, every: .microseconds(100)))).end
            #expect(end == .tlsFailed(.unsigned))
        }
        // Until the signature is whole nothing is known.
        let signed = flight.count - ForgedTLS.done.count
        for cut in [1, 5, 6, 100, signed - 256, signed - 1, signed, flight.count] {
            var read = ServerFlight()
            read.receive(ByteBuffer(bytes: flight.prefix(cut)))
            if case .incomplete = read.keyExchange {
                // One record holds all: it is read when it is whole.
                #expect(cut < flight.count)
                read.receive(ByteBuffer(bytes: flight.dropFirst(cut)))
            }
            guard case .message(let body) = read.keyExchange else {
                Issue.record("no signature in a flight cut at \(cut)")
                continue
            }
            #expect(ForgedTLS.message(12, body) == ForgedTLS.keyExchange(signature: 256))
        }
    }

    /// A host that breaks off instead of signing has proven nothing.
    @Test(.rules("F-80")) func whoDoesNotSignHasFailed() async throws {
        let chain = try await OddCertificate.dateWithoutZone.chain("mx.example.org", .rsa2048)
        let head = ForgedTLS.record(.handshake, ForgedTLS.serverHello + ForgedTLS.certificates(chain.der))
        try await ProbeWorld.run { world in
            for tail in [
                ForgedTLS.alert(2, 80), ForgedTLS.record(.handshake, ForgedTLS.done), ForgedTLS.record(.data, [1]),
                ForgedTLS.record(.handshake, ForgedTLS.message(12, [3, 0, 29])),
                ForgedTLS.record(.handshake, ForgedTLS.message(12, [])),
            ] {
                let end = try await world.probe(.failing(at: .handshake, .bytes(head + tail))).end
                #expect(end.kind == "tlsFailed", "\(end)")
            }
        }
    }

    /// What GnuTLS would check itself: key, scheme, and what is signed.
    @Test(.rules("F-80"), arguments: [CertificateKey.Algorithm.p256, .p384, .ed25519, .rsa2048])
    func theSignatureIsHeldToTheKey(_ algorithm: CertificateKey.Algorithm) async throws {
        let key = try await CertificateKey.new(algorithm)
        let other = try await CertificateKey.new(algorithm)
        let scheme: UInt16 =
            switch algorithm {
            case .p256: 0x0403
            case .p384: 0x0503
            case .ed25519: 0x0807
            default: 0x0401
            }
        let randoms = [UInt8](repeating: 7, count: 64)
        let parameters: [UInt8] = [3, 0, 29, 32] + [UInt8](repeating: 9, count: 32)
        func message(_ scheme: UInt16, _ signature: [UInt8]) -> [UInt8] {
            parameters + [UInt8(scheme >> 8), UInt8(scheme & 0xFF)] + ForgedTLS.number(signature.count, bytes: 2)
                + signature
        }
        func verdict(_ body: [UInt8], _ randoms: [UInt8], _ key: CertificateKey) -> LeafKey.Verdict? {
            HandshakeSignature(keyExchange: body, isEphemeralDH: false, randoms: randoms)?.verdict(by: key.publicKey)
        }
        let signature = try key.signature(over: randoms + parameters)
        let body = message(scheme, signature)
        #expect(verdict(body, randoms, key) == .valid)
        #expect(verdict(body, randoms, other) == .invalid)
        #expect(verdict(body, Array(randoms.dropLast()) + [8], key) == .invalid)
        #expect(verdict(message(scheme, signature.map { $0 ^ 1 }), randoms, key) == .invalid)
        // Schemes for other keys, and those that are not offered: SHA-1, MD5, none.
        for scheme: UInt16 in [0x0201, 0x0203, 0x0101, 0x0000, 0x0402, scheme == 0x0807 ? 0x0403 : 0x0807] {
            #expect(verdict(message(scheme, signature), randoms, key) == .invalid, "\(scheme)")
        }
        // Malformed: bytes behind the signature, or missing.
        #expect(verdict(body + [0], randoms, key) == nil && verdict(body.dropLast(), randoms, key) == nil)
        #expect(verdict([], randoms, key) == nil && verdict([1] + body.dropFirst(), randoms, key) == nil)
        // A key that GnuTLS does not know: nothing can be told.
        let unknown = HandshakeSignature(keyExchange: body, isEphemeralDH: false, randoms: randoms)?.verdict(by: [
            0x30, 0,
        ])
        #expect(unknown == .unknown)

        // RFC 8446 §4.4.3: over another text, and with PKCS #1 never.
        let transcript = [UInt8](repeating: 5, count: 32)
        let text = [UInt8](repeating: 0x20, count: 64) + Array("TLS 1.3, server CertificateVerify\0".utf8)
        let verify = Array(message(scheme, try key.signature(over: text + transcript)).dropFirst(parameters.count))
        let good = HandshakeSignature(certificateVerify: verify, transcript: transcript)?.verdict(by: key.publicKey)
        #expect(good == (algorithm == .rsa2048 ? .invalid : .valid))
        let bad = HandshakeSignature(certificateVerify: verify, transcript: transcript.map { $0 ^ 1 })
        #expect(bad?.verdict(by: key.publicKey) == .invalid)
        #expect(HandshakeSignature(certificateVerify: verify + [0], transcript: transcript) == nil)
    }

    /// The bounds on keys hold where the certificate is not read, too.
    @Test func anAbsurdKeyIsNotTried() async throws {
        let certificate = ForgedCertificate.rsa(bits: 65_536, exponentBits: 65_536, padding: 1, isOdd: true)
        try await ProbeWorld.run { world in
            let end = try await world.probe(.failing(at: .handshake, .bytes(ForgedTLS.flight([certificate])))).end
            #expect(end.kind == "unreachable handshake" && end.reason.contains("too large to be tried"), "\(end)")
        }
    }

    /// What has not even the frame of a certificate nobody reads.
    @Test func whatIsNoCertificateIsAFailure() async throws {
        let chain = try await OddCertificate.dateWithoutZone.chain("mx.example.org", .rsa2048)
        try await ProbeWorld.run { world in
            for leaf in [Array(chain.der[0].dropLast(9)), [0x30, 0], Array("no certificate".utf8)] {
                let end = try await world.probe(.failing(at: .handshake, .bytes(ForgedTLS.flight([leaf])))).end
                #expect(end.kind == "tlsFailed", "\(end)")
            }
        }
    }
}
