import ClientTLS
import NIOCore
import RuleMarks
import Testing
import World

@testable import Probe

/// What a probe offers, read from the first bytes that it sends after STARTTLS (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
@Suite struct ClientHelloTests {
    /// What a session begins with.
    private static func hello(serverName: String?, withCCM: Bool = true) throws -> ClientHello {
        let session = try ProbeTLSSession(serverName: serverName, withCCM: withCCM)
        guard case .incomplete = session.handshake(), let bytes = session.engine.takeOutput(),
            let hello = ClientHello(bytes)
        else { throw TLSFailure(.unknown, "there is no ClientHello") }
        return hello
    }

    /// RFC 7672 §8.1: the TLSA base domain as SNI, and no hello of SSL 2. RFC 6066 §3: no trailing dot.
    @Test(.rules("D-61", "E-20")) func theServerNameIsSent() throws {
        let hello = try Self.hello(serverName: "mx.example.org")
        // A list of one name, of type host_name.
        #expect(hello.extensions[0] == [0, 17, 0, 0, 14] + Array("mx.example.org".utf8))
        #expect(try Self.hello(serverName: nil).extensions[0] == nil)
    }

    /// RFC 7671 §3, RFC 8996.
    @Test(.rules("E-02")) func onlyVersionsInUseAreOffered() throws {
        let hello = try Self.hello(serverName: "mx.example.org")
        #expect(hello.versions == [0x0304, 0x0303])
    }

    /// RFC 7672 §8.2: suites with certificates are offered, those that any server has, and none without a certificate
    /// or a cipher.
    @Test(.rules("D-63")) func suitesWithCertificatesAreOffered() throws {
        let hello = try Self.hello(serverName: "mx.example.org")
        // TLS_AES_128_GCM_SHA256; ECDHE-ECDSA, ECDHE-RSA, DHE-RSA and RSA with AES-128-GCM; ECDHE-RSA and RSA with
        // AES-128-CBC.
        let common: Set<UInt16> = [0x1301, 0xC02B, 0xC02F, 0x009E, 0x009C, 0xC013, 0x002F]
        let suites = Set(hello.suites)
        #expect(common.subtracting(suites).isEmpty, "\(suites)")
        // IANA, TLS Cipher Suites: DH_anon, ECDH_anon and NULL.
        let anonymous: Set<UInt16> = Set(0x17...0x1B).union([
            0x34, 0x3A, 0x46, 0x6C, 0x6D, 0x89, 0x9B, 0xA6, 0xA7, 0xBF, 0xC5, 0xC046, 0xC047, 0xC05A, 0xC05B, 0xC084,
            0xC085,
        ]).union(0xC015...0xC019)
        let null: Set<UInt16> = [
            0x00, 0x01, 0x02, 0x2C, 0x2D, 0x2E, 0x3B, 0xB0, 0xB1, 0xB4, 0xB5, 0xB8, 0xB9, 0xC001, 0xC006, 0xC00B,
            0xC010, 0xC015, 0xC039, 0xC03A, 0xC03B,
        ]
        #expect(suites.isDisjoint(with: anonymous) && suites.isDisjoint(with: null), "\(suites)")
    }

    /// RFC 8879: a certificate that is compressed may be a bomb; none is asked for, so that one is a fault. Nor is
    /// early data (42), authentication of ours after the handshake (49) or a ticket of TLS 1.2 (35).
    @Test(arguments: [27, 35, 42, 49] as [UInt16]) func whatIsNotWantedIsNotOffered(_ type: UInt16) throws {
        #expect(try Self.hello(serverName: "mx.example.org").extensions[type] == nil)
    }

    /// RFC 7671 §5.1: raw public keys (RFC 7250, extensions 19 and 20) only where every record is `3 1 x`; here never.
    @Test(.rules("E-05")) func rawPublicKeysAreNotOffered() throws {
        let hello = try Self.hello(serverName: "mx.example.org")
        for type: UInt16 in [19, 20] {
            // The list of types, if there is one, has X.509 (0) alone.
            #expect((hello.extensions[type] ?? []).dropFirst(1).allSatisfy { $0 == 0 })
        }
    }

    /// Servers with an RSA and with an ECDSA certificate, or with one of them.
    @Test(.rules("F-57")) func bothKindsOfCertificateAreTaken() throws {
        let algorithms = Set(try Self.hello(serverName: "mx.example.org").signatureSchemes)
        // ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256.
        for algorithm: UInt16 in [0x0403, 0x0804, 0x0401] { #expect(algorithms.contains(algorithm)) }
    }

    /// What OpenSSL alone has: ARIA, DSA, the signal for secure renegotiation, which is an extension of ours.
    private static let openSSLsAlone: Set<UInt16> = Set<UInt16>([
        0xC050, 0xC051, 0xC052, 0xC053, 0xC056, 0xC057, 0xC05C, 0xC05D, 0xC060, 0xC061, 0x0032, 0x0038, 0x0040, 0x006A,
        0x0044, 0x0087, 0x00A2, 0x00A3, 0x00BD, 0x00C3, 0x00FF,
    ])
    /// What GnuTLS cannot leave out: TLS_AES_128_CCM_SHA256 and its twin with a short tag.
    private static let gnuTLSsAlone: Set<UInt16> = [0x1304, 0x1305]

    /// Postfix 3.7.11 with OpenSSL 3.0.19, at a level that authenticates, as it was when this was written.
    @Test(.rules("F-84", "F-85")) func groupsAndSignaturesAreOpenSSLs() throws {
        let hello = try Self.hello(serverName: "mx.example.org")
        // X25519, X448, P-256, P-521, P-384, and no FFDHE group.
        #expect(hello.groups == [0x001D, 0x001E, 0x0017, 0x0019, 0x0018])
        #expect(
            hello.signatureSchemes == [
                0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080A, 0x080B, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501,
                0x0601,
            ])
        #expect(hello.suites.prefix(3) == [0x1302, 0x1303, 0x1301])
        // CCM, and Camellia.
        #expect(Set(hello.suites).isSuperset(of: [0xC0AC, 0xC0AE, 0xC0AD, 0xC09C, 0xC0A0, 0xC09E, 0x0041, 0xC072]))
        // RFC 7627, RFC 7366: some hosts demand the first.
        #expect(hello.extensions[23] == [] && hello.extensions[22] == [])
        let without = try Self.hello(serverName: "mx.example.org", withCCM: false)
        #expect(Set(without.suites).isDisjoint(with: Self.gnuTLSsAlone))
        #expect(without.groups == hello.groups && without.signatureSchemes == hello.signatureSchemes)
    }

    /// Postfix's own, as it is on this machine: at the level secure, which authenticates as dane does.
    @Test(
        .rules("F-84", "F-85"), .enabled(if: (try? ChildProcess.find("posttls-finger")) != nil),
        .timeLimit(.minutes(1)))
    func oursIsThatOfPostfix() async throws {
        let scratch = try ScratchDirectory("finger")
        try scratch.write("compatibility_level = 3.6\nmyhostname = probe.test\n", to: "main.cf")
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(.normal(chain))
            let (_, output) = try await ChildProcess.run(
                "posttls-finger", ["-c", "-l", "secure", "-t", "30", "-T", "30", "[\(address)]:\(world.hosts.port)"],
                environment: ["MAIL_CONFIG": scratch.path])
            #expect(await world.probe(address).end.kind == "secured")
            let hellos = world.hosts.hellos(at: address)
            try #require(hellos.count == 2, "\(output)")
            let (theirs, ours) = (hellos[0], hellos[1])
            #expect(Set(ours.suites).subtracting(theirs.suites) == Self.gnuTLSsAlone)
            #expect(Set(theirs.suites).subtracting(ours.suites).isSubset(of: Self.openSSLsAlone), "\(theirs.suites)")
            #expect(ours.suites.first == theirs.suites.first)
            #expect(ours.groups == theirs.groups)
            // SHA-224 and DSA, which GnuTLS has not.
            let foreign: Set<UInt16> = [0x0301, 0x0302, 0x0303, 0x0402, 0x0502, 0x0602]
            #expect(ours.signatureSchemes == theirs.signatureSchemes.filter { !foreign.contains($0) })
            // RFC 8996.
            #expect(ours.versions == theirs.versions.filter { $0 >= 0x0303 })
        }
    }
}
