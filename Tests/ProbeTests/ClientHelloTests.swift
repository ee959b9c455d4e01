import NIOCore
import Rules
import Testing

@testable import Probe

/// What a probe offers, read from the first bytes that it sends after STARTTLS (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).
@Suite struct ClientHelloTests {
    /// A ClientHello, as far as these tests read it.
    private struct Hello {
        let recordType: UInt8
        let messageType: UInt8
        let suites: Set<UInt16>
        let extensions: [UInt16: [UInt8]]

        init(serverName: String?) throws {
            let session = try GnuTLSSession(serverName: serverName)
            guard case .incomplete = session.handshake(), var bytes = session.takeOutput() else {
                throw TLSFailure("there is no ClientHello")
            }
            recordType = try bytes.take(UInt8.self)
            // Version and length of the record.
            _ = try bytes.take(4)
            messageType = try bytes.take(UInt8.self)
            // Length of the message, version, random.
            _ = try bytes.take(3 + 2 + 32)
            let sessionID = try bytes.take(UInt8.self)
            _ = try bytes.take(Int(sessionID))
            var offered = try bytes.takeList()
            var suites: Set<UInt16> = []
            while offered.readableBytes > 0 { suites.insert(try offered.take(UInt16.self)) }
            self.suites = suites
            let methods = try bytes.take(UInt8.self)
            _ = try bytes.take(Int(methods))
            var list = try bytes.takeList()
            var extensions: [UInt16: [UInt8]] = [:]
            while list.readableBytes > 0 {
                let type = try list.take(UInt16.self)
                let length = try list.take(UInt16.self)
                extensions[type] = Array(try list.take(Int(length)).readableBytesView)
            }
            self.extensions = extensions
        }

        /// The 16-bit numbers of an extension behind a length of so many bytes.
        func numbers(of type: UInt16, after prefix: Int) -> [UInt16] {
            let bytes = (extensions[type] ?? []).dropFirst(prefix)
            return stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
                UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
            }
        }
    }

    /// RFC 7672 §8.1: the TLSA base domain as SNI, and no hello of SSL 2. RFC 6066 §3: no trailing dot.
    @Test(.rules("D-61", "E-20")) func theServerNameIsSent() throws {
        let hello = try Hello(serverName: "mx.example.org")
        #expect(hello.recordType == 22 && hello.messageType == 1)
        // A list of one name, of type host_name.
        #expect(hello.extensions[0] == [0, 17, 0, 0, 14] + Array("mx.example.org".utf8))
        #expect(try Hello(serverName: nil).extensions[0] == nil)
    }

    /// RFC 7671 §3, RFC 8996.
    @Test(.rules("E-02")) func onlyVersionsInUseAreOffered() throws {
        let hello = try Hello(serverName: "mx.example.org")
        #expect(Set(hello.numbers(of: 43, after: 1)) == [0x0303, 0x0304])
    }

    /// RFC 7672 §8.2: suites with certificates, those that any server has, and none without a certificate or without a cipher.
    @Test(.rules("D-63")) func suitesWithCertificatesAreOffered() throws {
        let hello = try Hello(serverName: "mx.example.org")
        // TLS_AES_128_GCM_SHA256; ECDHE-ECDSA, ECDHE-RSA, DHE-RSA and RSA with AES-128-GCM; ECDHE-RSA and RSA with AES-128-CBC.
        let common: Set<UInt16> = [0x1301, 0xC02B, 0xC02F, 0x009E, 0x009C, 0xC013, 0x002F]
        #expect(common.subtracting(hello.suites).isEmpty, "\(hello.suites)")
        // IANA, TLS Cipher Suites: DH_anon, ECDH_anon and NULL.
        let anonymous: Set<UInt16> = Set(0x17...0x1B).union([
            0x34, 0x3A, 0x46, 0x6C, 0x6D, 0x89, 0x9B, 0xA6, 0xA7, 0xBF, 0xC5, 0xC046, 0xC047, 0xC05A, 0xC05B, 0xC084,
            0xC085,
        ]).union(0xC015...0xC019)
        let null: Set<UInt16> = [
            0x00, 0x01, 0x02, 0x2C, 0x2D, 0x2E, 0x3B, 0xB0, 0xB1, 0xB4, 0xB5, 0xB8, 0xB9, 0xC001, 0xC006, 0xC00B,
            0xC010, 0xC015, 0xC039, 0xC03A, 0xC03B,
        ]
        #expect(hello.suites.isDisjoint(with: anonymous) && hello.suites.isDisjoint(with: null), "\(hello.suites)")
    }

    /// RFC 7671 §5.1: raw public keys (RFC 7250, extensions 19 and 20) only where every record is `3 1 x`; here never.
    @Test(.rules("E-05")) func rawPublicKeysAreNotOffered() throws {
        let hello = try Hello(serverName: "mx.example.org")
        for type: UInt16 in [19, 20] {
            // The list of types, if there is one, has X.509 (0) alone.
            #expect((hello.extensions[type] ?? []).dropFirst(1).allSatisfy { $0 == 0 })
        }
    }

    /// Servers with an RSA and with an ECDSA certificate, or with one of them.
    @Test(.rules("F-57")) func bothKindsOfCertificateAreTaken() throws {
        let algorithms = Set(try Hello(serverName: "mx.example.org").numbers(of: 13, after: 2))
        // ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256.
        for algorithm: UInt16 in [0x0403, 0x0804, 0x0401] { #expect(algorithms.contains(algorithm)) }
    }
}

extension ByteBuffer {
    /// A number; throws at the end.
    fileprivate mutating func take<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        guard let number = readInteger(as: type) else { throw TLSFailure("the ClientHello is short") }
        return number
    }

    /// So many bytes; throws at the end.
    fileprivate mutating func take(_ count: Int) throws -> ByteBuffer {
        guard let slice = readSlice(length: count) else { throw TLSFailure("the ClientHello is short") }
        return slice
    }

    /// Bytes behind their length in two bytes; throws at the end.
    fileprivate mutating func takeList() throws -> ByteBuffer { try take(Int(try take(UInt16.self))) }
}
