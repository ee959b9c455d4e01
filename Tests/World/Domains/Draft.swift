/// A mail domain in the making: its zone, the zones beside it, its hosts, and how the name servers misbehave for it.
public struct Draft: Sendable {
    /// The domain's name.
    public let domain: String
    /// The farm that its hosts stand in.
    public let farm: SMTPHosts
    /// The domain's zone.
    public var zone: Zone
    /// Zones beside it.
    public var others: [Zone] = []
    /// What the name servers do wrong.
    public var wire: [WireFault] = []
    /// Zones whose name servers never answer.
    public var dead: [String] = []
    /// Zones whose name servers send nothing whole over UDP, and take no TCP.
    public var truncated: [String] = []
    /// Zones that are asked for at their own name servers.
    public var lame: [String] = []

    private let authority: CertificateAuthority

    init(_ label: String, farm: SMTPHosts, authority: CertificateAuthority) {
        domain = "\(label).example"
        self.farm = farm
        self.authority = authority
        zone = Zone(domain)
    }

    /// The owner of TLSA records of a host, relative to its zone.
    ///
    /// - Parameter host: The host's name relative to the zone; `@` for the zone itself.
    public func owner(_ host: String) -> String { "_\(farm.port)._tcp" + (host == "@" ? "" : ".\(host)") }

    /// A chain for a name: a leaf, an intermediate, a root. Each call makes a new key.
    ///
    /// - Parameter names: The leaf's names; the host `mx` of the domain if there are none.
    public func chain(_ names: String...) async throws -> IssuedChain {
        let names = names.isEmpty ? ["mx.\(domain)"] : names
        return try await authority.issue(names[0])
    }

    /// A chain for the host `mx` whose leaf has the dates given.
    public func chain(valid validity: Validity) async throws -> IssuedChain {
        try await authority.issue("mx.\(domain)", validity: validity)
    }

    /// A chain for the host `mx` whose leaf has a key of that kind.
    public func chain(_ algorithm: CertificateKey.Algorithm) async throws -> IssuedChain {
        try await authority.issue("mx.\(domain)", algorithm: algorithm)
    }

    /// Adds an MX record without a host.
    public mutating func mx(_ preference: Int, _ target: String) { zone.records.append("@ MX \(preference) \(target)") }

    /// Adds lines to the domain's zone.
    public mutating func record(_ lines: String...) { zone.records += lines }

    /// Adds an MX host: its MX record, its address, its TLSA records.
    ///
    /// - Parameters:
    ///   - name: Its name relative to the zone.
    ///   - preference: Its MX preference.
    ///   - behaviour: How it behaves.
    ///   - tlsa: Its TLSA records in presentation form.
    public mutating func host(
        named name: String = "mx", preference: Int = 10, _ behaviour: SMTPHostBehaviour, tlsa: String...
    ) async throws {
        mx(preference, name)
        try await address(name, behaviour)
        publish(tlsa, at: name)
    }

    /// Adds the address of a host that behaves so.
    public mutating func address(_ name: String, _ behaviour: SMTPHostBehaviour) async throws {
        zone.records.append("\(name) A \(try await farm.add(behaviour))")
    }

    /// Adds TLSA records for a host.
    public mutating func publish(_ records: [String], at host: String = "mx") {
        for record in records {
            // A zone file has no form for RDATA that is too short, but the unknown one (RFC 3597 §5).
            let isPlain = !record.hasPrefix("\\#")
            zone.records.append("\(owner(host)) \(isPlain ? "TLSA" : "TYPE52") \(record)")
        }
    }
}
