import DANE
import DNSSEC
import Foundation
import Probe
import Synchronization

@testable import Inspection

/// Hosts that meet each connection in their own way: ordinary ones in turn, others by what they offer.
final class FakeBackends: Probing {
    private struct State {
        var ordinary: [IPAddress: Int] = [:]
        var targets: [ProbeTarget] = []
        var underWay = 0
        var mostAtOnce = 0
    }

    private let turns: [ProbeReport.End]
    private let offers: [CertificateOffer: ProbeReport.End]
    private let withoutName: ProbeReport.End?
    private let ages: [Duration]
    private let lasting: Duration
    private let state = Mutex(State())

    /// The connections made so far.
    var targets: [ProbeTarget] { state.withLock { $0.targets } }
    /// The most connections that were open at once.
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    /// Hosts, all alike.
    ///
    /// - Parameters:
    ///   - turns: What the ordinary connections to an address come to, in turn and from the beginning again.
    ///   - offers: What clients meet that take one kind of certificate alone; otherwise their handshake fails.
    ///   - withoutName: What a client without SNI meets, if not the same as others.
    ///   - ages: How old the reports of the ordinary connections are, in turn; new ones after that.
    ///   - lasting: How long a connection lasts; it ends as unreachable when cancelled before.
    init(
        _ turns: ProbeReport.End..., offers: [CertificateOffer: ProbeReport.End] = [:],
        withoutName: ProbeReport.End? = nil, ages: [Duration] = [], lasting: Duration = .zero
    ) {
        self.turns = turns
        self.offers = offers
        self.withoutName = withoutName
        self.ages = ages
        self.lasting = lasting
    }

    func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        let turn = state.withLock { state in
            state.targets.append(target)
            state.underWay += 1
            state.mostAtOnce = max(state.mostAtOnce, state.underWay)
            guard target.offer == .any, !target.serverName.isRoot else { return 0 }
            defer { state.ordinary[target.address, default: 0] += 1 }
            return state.ordinary[target.address, default: 0]
        }
        defer { state.withLock { $0.underWay -= 1 } }
        if lasting > .zero {
            do { try await Task.sleep(for: lasting) } catch {
                return ProbeReport(end: .unreachable(.connect, "cancelled"))
            }
        }
        if target.serverName.isRoot, let withoutName { return ProbeReport(end: withoutName) }
        switch target.offer {
        case .any:
            let age = ages.indices.contains(turn) ? ages[turn] : .zero
            return ProbeReport(end: turns[turn % turns.count], taken: .now - age)
        case .rsaOnly, .ecdsaOnly:
            return ProbeReport(end: offers[target.offer] ?? .tlsFailed("the host sent the TLS alert 40"))
        }
    }
}

/// Two self-signed certificates for mx.example, until 2126.
enum FakeCertificate {
    /// P-256.
    static let ecdsa = bytes(
        """
        MIIBJjCBzQIUTjhYly44RQfcQcWDDmjMrdgo//AwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKbXguZXhhbXBsZTAgFw0yNjExMjMx
        NjI0NTJaGA8yMTI2MTAzMDE2MjQ1MlowFTETMBEGA1UEAwwKbXguZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNpz
        eaRU6WFBpouWcJNLj33WVrdCEReduOWALFF2yoIDamOZL/0Wu0APShlYa2HDDVX0eZ8XN0av2+1KWDdja7cwCgYIKoZIzj0EAwID
        SAAwRQIhALgbBiIvImqdoobVERPk4WeASLi79rxqqtx07z7AGemPAiAzM/2uhnoi8DHtOXpL+OCM5k9/35XDJplitbYHwm0w3A==
        """)
    /// RSA of 1024 bits, for brevity.
    static let rsa = bytes(
        """
        MIIBrjCCARcCFE12vX5+jookE3Lrn6bKgzbt7DfnMA0GCSqGSIb3DQEBCwUAMBUxEzARBgNVBAMMCm14LmV4YW1wbGUwIBcNMjYx
        MTIzMTYyNDUyWhgPMjEyNjEwMzAxNjI0NTJaMBUxEzARBgNVBAMMCm14LmV4YW1wbGUwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJ
        AoGBANI1ngwPV52cD7q74cqMOm6wYN7pNiNvFLyfZLK859ldFY4db5Kz8QGuKTR9d/XFcUAbHi411ZfHsz7G3EuN4mBGVnAAQVns
        ZRzT2gueV6LKNvFLkCB0xVeYLfNPLSeyU/Pp+GicEz8cHQ9r1NYhPmRDawdm0nqMIMwTRZ9CZL3hAgMBAAEwDQYJKoZIhvcNAQEL
        BQADgYEAasWtEdOTweUOsT2QqUfjJPCEWN1fjSMSKahvZXlbBAX9ai8ykOSO8oK2R9QY4qxe2VEZLiaKYApOw3JZEVLL31KjD2b7
        xQhTZdWU994XGzWtyAKGdcLW/psEO5KgzSrapvTxbWZ4YwIQ3pVMOC2d5SjZ/x33kPPLEycUjy9sOG0=
        """)

    private static func bytes(_ base64: String) -> [UInt8] {
        Array(Data(base64Encoded: base64, options: .ignoreUnknownCharacters) ?? Data())
    }
}

extension ProbeReport.End {
    /// A TLS session in which that certificate was shown.
    static func showing(_ certificate: [UInt8]) -> ProbeReport.End {
        .secured(.init(protocolVersion: "TLS1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", chain: [certificate]))
    }

    static let ecdsa = showing(FakeCertificate.ecdsa)
    static let rsa = showing(FakeCertificate.rsa)
}

extension TLSARecord {
    /// `3 0 0` of a certificate.
    static func of(_ certificate: [UInt8]) -> TLSARecord {
        TLSARecord(usage: 3, selector: 0, matchingType: 0, data: certificate)
    }

    static let ecdsa = of(FakeCertificate.ecdsa)
    static let rsa = of(FakeCertificate.rsa)
}

extension FakeResolver {
    /// d.example with one host, mx.example, at these addresses and with these TLSA records; all secure.
    static func domain(
        _ records: TLSARecord..., at addresses: [IPAddress] = ["192.0.2.1"], fresh: FakeResolver? = nil
    ) -> FakeResolver {
        FakeResolver(
            mx: ["d.example": .secured(MXRecord(10, "mx.example"))],
            a: ["mx.example": .secure(Found(records: addresses, ttl: .seconds(3600)))],
            aaaa: ["mx.example": .absent],
            tlsa: ["_25._tcp.mx.example": .secure(Found(records: records, ttl: .seconds(3600)))], fresh: fresh)
    }
}
