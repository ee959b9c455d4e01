import DANE
import Foundation
import World
import WorldHosts
import WorldServers

/// The world of a siege: good domains, each with a zone and a host of its own, and what the attacks need.
final class SiegeWorld: Sendable {
    /// Zones and hosts.
    let mail: MailWorld
    /// Settings beside those of `mail`.
    let settings: [String: String]
    private let good: Int
    private let scratch: ScratchDirectory
    private let trickling: StallingServers?

    /// A world with so many good domains.
    init(good: Int, attacks: [[Attack]]) async throws {
        self.good = good
        let provider = Self.provider
        var domains = [provider]
        // A shared host: some of the good domains live with the provider.
        for number in 0..<good { domains.append(Self.good(number)) }
        let wanted = Set(attacks.joined())
        if wanted.contains(.slowKeys) { domains.append(Self.slowKeys) }
        if wanted.contains(.bogus) { domains.append(Self.bogus) }
        if wanted.contains(.tarpit) { domains.append(Self.tarpit) }
        if wanted.contains(.dead) { domains.append(Self.dead) }
        if wanted.contains(.trickle) { domains.append(Self.trickle) }
        if wanted.contains(.sharedHost) { domains.append(Self.cuckoo) }
        if wanted.contains(.fanOut) { domains.append(Self.fanOut) }
        if wanted.contains(.words) { domains.append(Self.words) }
        mail = try await MailWorld(domains)
        scratch = try ScratchDirectory("siege-world")
        guard wanted.contains(.trickle) else {
            (settings, trickling) = ([:], nil)
            return
        }
        let servers = try StallingServers(Attack.trickling, .trickle, upstream: mail.names.port)
        let zones = (0..<Attack.trickling).map { "z\($0).\(Attack.trickle.zone)" }
        let configuration =
            try String(contentsOfFile: mail.names.configurationPath, encoding: .utf8)
            + servers.configuration(of: zones)
        settings = ["DNS_CONFIG": try scratch.write(configuration, to: "unbound.conf")]
        trickling = servers
    }

    /// Ends the servers.
    func stop() async {
        trickling?.stop()
        await mail.stop()
    }

    /// The name of a good domain.
    static func name(_ number: Int) -> String { "g\(number).example" }

    /// One in ten is hosted by the provider, one in ten has no DANE, and one in ten has MX records that come over TCP
    /// alone.
    private static func good(_ number: Int) -> MailDomain {
        MailDomain("g\(number)", "verified", .verified) { draft in
            switch number % 10 {
            case 0: draft.mx(10, "mx.provider.example.")
            case 1: draft.record("@ MX 10 mx", "mx A \(draft.farm.closedAddress)")
            default:
                if number % 10 == 2 { draft.wire.append(WireFault("g\(number).example", "MX", .truncate)) }
                try await draft.host(Self.behaviour.value, tlsa: Self.chain.value.tlsa())
            }
        }
    }

    private static let chain = Task {
        try await CertificateAuthority.root().intermediate().issue("mx.provider.example")
    }
    private static let behaviour = Task { SMTPHostBehaviour.normal(try await chain.value) }

    private static let provider = MailDomain("provider", "verified", .verified) { draft in
        try await draft.host(behaviour.value, tlsa: chain.value.tlsa())
    }

    private static let slowKeys = MailDomain("slowkeys", "dnssec-invalid", .dnssecInvalid) { draft in
        draft.record("* MX 10 mx", "mx A 127.0.0.1")
        draft.zone.faults.append(.corruptSignature(name: "*", type: "MX"))
        draft.wire.append(WireFault("slowkeys.example", "DNSKEY", .delay(.milliseconds(2500))))
    }

    private static let bogus = MailDomain("plainbogus", "dnssec-invalid", .dnssecInvalid) { draft in
        draft.zone.signing = .dsMismatch
        draft.record("* MX 10 mx", "mx A 127.0.0.1")
    }

    private static let dead = MailDomain("deadzone", "dns-unavailable", .dnsUnavailable) { draft in
        draft.dead.append("ded.zz")
        draft.others.append(Zone("ded.zz", "@ MX 10 mx", "mx A 127.0.0.1"))
    }

    private static let trickle = MailDomain("trickle", "dns-unavailable", .dnsUnavailable) { draft in
        draft.zone.signing = .unsigned
    }

    private static let tarpit = MailDomain("tarpit", "unreachable", .unreachable) { draft in
        let chain = try await chain.value
        for name in 0..<(Attack.tarpit.names ?? 0) {
            draft.record("n\(name) MX 10 mx.n\(name)")
            draft.publish([chain.tlsa()], at: "mx.n\(name)")
            for _ in 0..<8 {
                try await draft.address("mx.n\(name)", .normal(chain).failing(at: .banner, .stall))
            }
        }
    }

    private static let cuckoo = MailDomain("cuckoo", "tlsa-invalid", .tlsaInvalid) { draft in
        // A name of one's own for another's host, with records that cannot fit.
        let other = try await IssuedChain.selfSigned("other.example")
        let host = try await draft.farm.add(behaviour.value)
        for name in 0..<(Attack.sharedHost.names ?? 0) {
            draft.record("n\(name) MX 10 mx.n\(name)", "mx.n\(name) A \(host)")
            draft.publish([other.tlsa()], at: "mx.n\(name)")
        }
    }

    private static let fanOut = MailDomain("fanout", "unreachable", .unreachable) { draft in
        let chain = try await chain.value
        var addresses: [IPAddress] = []
        for _ in 0..<256 { addresses.append(try await draft.farm.add(.normal(chain).failing(at: .ehlo, .close))) }
        for host in 0..<32 {
            for place in 0..<8 { draft.record("h\(host) A \(addresses[host * 8 + place])") }
            draft.publish([chain.tlsa()], at: "h\(host)")
        }
        for name in 0..<(Attack.fanOut.names ?? 0) {
            for host in 0..<32 { draft.record("n\(name) MX \(host) h\(host)") }
        }
    }

    private static let words = MailDomain("words", "verified", .verified) { draft in
        let chain = try await chain.value
        // Fifteen kilobytes of certificates that have nothing to do with it.
        var strangers: [IssuedCertificate] = []
        while strangers.reduce(0, { $0 + $1.der.count }) < 14_000 {
            strangers += try await IssuedChain.selfSigned("stranger\(strangers.count).example").certificates
        }
        let host = try await draft.farm.add(
            .normal(chain.followed(by: strangers)).answeringEHLO(
                with: (0..<60).map { "250-\(String(repeating: "x", count: 60))\($0)" } + ["250-STARTTLS", "250 end"]))
        for name in 0..<(Attack.words.names ?? 0) {
            let long = String(repeating: "a", count: 60)
            draft.record("n\(name) MX 10 mx.\(long).n\(name)", "mx.\(long).n\(name) A \(host)")
            draft.publish([chain.tlsa()], at: "mx.\(long).n\(name)")
        }
    }
}
