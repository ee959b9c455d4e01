public import DANE
public import DNSSEC

/// A cache of DNS answers about MX hosts, in front of a resolver. One provider's host serves a million domains; with
/// the cache, each of them costs only an MX lookup.
///
/// libunbound caches the same answers, but needs two threads and four system calls to return one. Secure and insecure
/// answers, including denials, are kept until their TTL expires. Failed and bogus ones are looked up again each time.
/// MX answers are not kept, because those of a domain are needed only once, for its verdict.
public final class HostAnswers: Resolving {
    /// The most answers and bytes of each type.
    static let limit = (count: 20_000, bytes: 6 << 20)

    private let resolver: any Resolving
    private let fours: AnswerCache<IPAddress>
    private let sixes: AnswerCache<IPAddress>
    private let records: AnswerCache<TLSARecord>
    private let aliases: AnswerCache<DomainName>

    /// An empty cache in front of a resolver.
    public init(_ resolver: any Resolving) {
        self.resolver = resolver
        func cache<Record>(
            _ size: @escaping @Sendable (Record) -> Int,
            _ lookUp: @escaping @Sendable (DomainName) async -> Answer<Record>
        ) -> AnswerCache<Record> {
            AnswerCache(countLimit: Self.limit.count, byteLimit: Self.limit.bytes, size: size, lookUp: lookUp)
        }
        fours = cache({ _ in MemoryLayout<IPAddress>.stride }, resolver.ipv4)
        sixes = cache({ _ in MemoryLayout<IPAddress>.stride }, resolver.ipv6)
        // The header of an array has 32 bytes.
        records = cache({ MemoryLayout<TLSARecord>.stride + 32 + $0.data.count }, resolver.tlsa)
        aliases = cache({ MemoryLayout<DomainName>.stride + 32 + $0.text.utf8.count }, resolver.cname)
    }

    /// How many answers are kept, expired ones included.
    package var count: Int { fours.count + sixes.count + records.count + aliases.count }
    /// How many callers have waited for a lookup that was under way.
    package var joins: UInt64 { fours.joins + sixes.joins + records.joins + aliases.joins }

    /// Looks up the MX records of a name, which are not cached here.
    public func mx(_ name: DomainName) async -> Answer<MXRecord> { await resolver.mx(name) }

    /// The A records of a name.
    public func ipv4(_ name: DomainName) async -> Answer<IPAddress> { await fours.answer(name) }

    /// The AAAA records of a name.
    public func ipv6(_ name: DomainName) async -> Answer<IPAddress> { await sixes.answer(name) }

    /// The A and the AAAA records of a name. If one of the two is cached, no task is made.
    public func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>) {
        if let six = sixes.kept(name) { return (await fours.answer(name), six) }
        if let four = fours.kept(name) { return (four, await sixes.answer(name)) }
        async let four = fours.answer(name)
        async let six = sixes.answer(name)
        return await (four, six)
    }

    /// The TLSA records of an owner name.
    public func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> { await records.answer(owner) }

    /// The CNAME record of a name.
    public func cname(_ name: DomainName) async -> Answer<DomainName> { await aliases.answer(name) }

    /// When signatures end, which is not cached here.
    public func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        await resolver.signatures(name, type)
    }

    /// The self-test of the resolver.
    public func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { await resolver.selfTest(parts) }

    /// A resolver that bypasses all caches. What it proves replaces what is cached here. So if a host has new records,
    /// they need not be discovered again for the next domain with that host.
    public func pastCaches() throws(ResolverError) -> any Resolving {
        Renewal(answers: self, fresh: try resolver.pastCaches())
    }

    private struct Renewal: Resolving {
        let answers: HostAnswers
        let fresh: any Resolving

        func mx(_ name: DomainName) async -> Answer<MXRecord> { await fresh.mx(name) }

        func ipv4(_ name: DomainName) async -> Answer<IPAddress> {
            renew(name, answers.fours, await fresh.ipv4(name))
        }

        func ipv6(_ name: DomainName) async -> Answer<IPAddress> {
            renew(name, answers.sixes, await fresh.ipv6(name))
        }

        func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> {
            renew(owner, answers.records, await fresh.tlsa(owner))
        }

        func cname(_ name: DomainName) async -> Answer<DomainName> {
            renew(name, answers.aliases, await fresh.cname(name))
        }

        func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
            await fresh.signatures(name, type)
        }

        func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { await fresh.selfTest(parts) }

        func pastCaches() throws(ResolverError) -> any Resolving { try answers.pastCaches() }

        func emptyCaches() async throws(ResolverError) { try await fresh.emptyCaches() }

        private func renew<Record>(
            _ name: DomainName, _ cache: AnswerCache<Record>, _ answer: Answer<Record>
        ) -> Answer<Record> {
            cache.renew(name, answer)
            return answer
        }
    }
}
