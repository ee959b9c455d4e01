public import DANE
public import DNSSEC

/// Validated lookups, as the inspection needs them: libunbound in earnest, a table in tests.
public protocol Resolving: Sendable {
    /// The MX records of a name.
    func mx(_ name: DomainName) async -> Answer<MXRecord>
    /// The A records of a name.
    func ipv4(_ name: DomainName) async -> Answer<IPAddress>
    /// The AAAA records of a name.
    func ipv6(_ name: DomainName) async -> Answer<IPAddress>
    /// The A and the AAAA records of a name, asked for at once.
    func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>)
    /// The TLSA records of an owner name.
    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord>
    /// The CNAME record of a name.
    func cname(_ name: DomainName) async -> Answer<DomainName>
    /// The signatures under a secure answer and of the keys that made them; none where it is not secure.
    func signatures(_ name: DomainName, _ type: SignedType) async -> [SignatureExpiry]
    /// What works of some parts, tried past every cache; the root's keys are always tried.
    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth
    /// The same past every cache.
    func pastCaches() throws(ResolverError) -> any Resolving
    /// Forgets all that was asked, of a resolver from `pastCaches` that is kept: what is asked next is past every cache
    /// again.
    func emptyCaches() async throws(ResolverError)
}

extension Resolving {
    /// What works, of all that can be tried.
    public func selfTest() async -> ResolverHealth { await selfTest(Set(ResolverHealth.Part.allCases)) }

    /// Nothing: for backends without caches.
    public func emptyCaches() async throws(ResolverError) {}

    /// None: for backends without signatures.
    public func signatures(_ name: DomainName, _ type: SignedType) async -> [SignatureExpiry] { [] }

    /// The A and the AAAA records of a name, asked for at once.
    public func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>) {
        async let four = ipv4(name)
        async let six = ipv6(name)
        return await (four, six)
    }
}

extension Resolver: Resolving {
    /// A fresh resolver of the same configuration.
    public func pastCaches() throws(ResolverError) -> any Resolving { try fresh() }
}
