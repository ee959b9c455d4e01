public import DANE
public import DNSSEC

/// Validated lookups, as the inspection needs them. In production they use libunbound, in tests a table.
public protocol Resolving: Sendable {
    /// Looks up the MX records of a name.
    func mx(_ name: DomainName) async -> Answer<MXRecord>
    /// Looks up the A records of a name.
    func ipv4(_ name: DomainName) async -> Answer<IPAddress>
    /// Looks up the AAAA records of a name.
    func ipv6(_ name: DomainName) async -> Answer<IPAddress>
    /// Looks up the A and the AAAA records of a name at the same time.
    func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>)
    /// Looks up the TLSA records of an owner name.
    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord>
    /// Looks up the CNAME record of a name.
    func cname(_ name: DomainName) async -> Answer<DomainName>
    /// When the signatures in an answer end, and those of the keys that made them. A bogus answer has none that may be
    /// used, an insecure one none at all, and a failed look-up says nothing about them.
    func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry>
    /// Tests some parts, bypassing all caches. The root's keys are always tested.
    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth
    /// A resolver that bypasses all caches.
    func pastCaches() throws(ResolverError) -> any Resolving
    /// Empties the caches of a resolver from `pastCaches` that is used again, so that everything is fetched anew.
    func emptyCaches() async throws(ResolverError)
}

extension Resolving {
    /// Tests all parts.
    public func selfTest() async -> ResolverHealth { await selfTest(Set(ResolverHealth.Part.allCases)) }

    /// Does nothing, for resolvers without caches.
    public func emptyCaches() async throws(ResolverError) {}

    /// Looks up the A and the AAAA records of a name at the same time.
    public func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>) {
        async let four = ipv4(name)
        async let six = ipv6(name)
        return await (four, six)
    }
}

extension Resolver: Resolving {
    /// A fresh resolver with the same configuration.
    public func pastCaches() throws(ResolverError) -> any Resolving { try fresh() }
}
