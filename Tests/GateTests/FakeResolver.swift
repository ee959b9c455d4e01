public import DANE
import DNSSEC
import Synchronization

@testable import Inspection

/// A DNS of a few lines: what is not named does not exist, provably.
final class FakeResolver: Resolving {
    let mxAnswers: [String: Answer<MXRecord>]
    let addresses: [String: Answer<IPAddress>]
    let sixAddresses: [String: Answer<IPAddress>]
    let tlsaAnswers: [String: Answer<TLSARecord>]
    let cnames: [String: Answer<DomainName>]
    /// By question, `MX example.org` for instance.
    let signed: [String: Answer<SignatureExpiry>]
    let health: ResolverHealth
    let fresh: FakeResolver?
    private let asked = Mutex<[String]>([])
    private let tried = Mutex<[Set<ResolverHealth.Part>]>([])

    /// What its self-tests were to try.
    var selfTests: [Set<ResolverHealth.Part>] { tried.withLock { $0 } }

    /// The questions asked so far, `MX example.org` for instance.
    var questions: [String] { asked.withLock { $0 } }

    init(
        mx: [String: Answer<MXRecord>] = [:], a: [String: Answer<IPAddress>] = [:],
        aaaa: [String: Answer<IPAddress>] = [:],
        tlsa: [String: Answer<TLSARecord>] = [:], cname: [String: Answer<DomainName>] = [:],
        signed: [String: Answer<SignatureExpiry>] = [:], fault: String? = nil, health: ResolverHealth = .good,
        fresh: FakeResolver? = nil
    ) {
        mxAnswers = mx
        addresses = a
        sixAddresses = aaaa
        tlsaAnswers = tlsa
        cnames = cname
        self.signed = signed
        self.health = fault.map { ResolverHealth(faults: [.init(.rootKeys, .unanswered, $0)]) } ?? health
        self.fresh = fresh
    }

    func mx(_ name: DomainName) async -> Answer<MXRecord> { answer("MX", name, mxAnswers) }
    func ipv4(_ name: DomainName) async -> Answer<IPAddress> { answer("A", name, addresses) }
    func ipv6(_ name: DomainName) async -> Answer<IPAddress> { answer("AAAA", name, sixAddresses) }
    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> { answer("TLSA", owner, tlsaAnswers) }
    func cname(_ name: DomainName) async -> Answer<DomainName> { answer("CNAME", name, cnames) }
    func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        asked.withLock { $0.append("signatures \(type.text) \(name)") }
        return signed["\(type.text) \(name)"] ?? .unsignedAbsent
    }
    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth {
        tried.withLock { $0.append(parts) }
        return ResolverHealth(tested: parts, faults: health.faults.values.filter { parts.contains($0.part) })
    }
    func pastCaches() throws(ResolverError) -> any Resolving { fresh ?? self }

    private func answer<Record>(_ type: String, _ name: DomainName, _ answers: [String: Answer<Record>]) -> Answer<
        Record
    > {
        asked.withLock { $0.append("\(type) \(name)") }
        return answers[name.text]
            ?? .secure(Found(records: [], existence: .noSuchName, canonicalName: nil, ttl: .seconds(60)))
    }
}

extension Answer {
    /// Secure records of an hour.
    static func secured(_ records: Record..., alias: DomainName? = nil) -> Answer {
        .secure(Found(records: records, existence: .records, canonicalName: alias, ttl: .seconds(3600)))
    }

    /// Insecure records of an hour.
    static func unsigned(_ records: Record..., alias: DomainName? = nil) -> Answer {
        .insecure(Found(records: records, existence: .records, canonicalName: alias, ttl: .seconds(3600)))
    }

    /// A proven NODATA.
    static var absent: Answer {
        .secure(Found(records: [], existence: .noData, canonicalName: nil, ttl: .seconds(60)))
    }

    /// A NODATA of an insecure zone.
    static var unsignedAbsent: Answer {
        .insecure(Found(records: [], existence: .noData, canonicalName: nil, ttl: .seconds(60)))
    }
}

extension MXRecord {
    /// `10 mx.example.org`; `0 .` for a null MX.
    init(_ preference: UInt16, _ exchange: String) {
        let name = DomainName(exchange)
        self.init(
            preference: preference,
            exchange: exchange == "." ? .null : name.map { .host($0) } ?? .malformed(exchange))
    }
}

extension DomainName: ExpressibleByStringLiteral {
    /// For tests; a text that is no domain name ends them.
    public init(stringLiteral text: String) {
        guard let name = DomainName(text) else { preconditionFailure("\(text) is no domain name") }
        self = name
    }
}

extension IPAddress: ExpressibleByStringLiteral {
    /// For tests; a text that is no address ends them.
    public init(stringLiteral text: String) {
        guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
        self = address
    }
}
