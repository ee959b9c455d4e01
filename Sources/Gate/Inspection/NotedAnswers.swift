import DANE
import DNSSEC
import Synchronization

/// The resolver of one inspection. It notes on which parts of the way to the DNS those answers rest that could not be
/// used.
final class NotedAnswers: Resolving {
    private let resolver: any Resolving
    private let noted = Mutex<Set<ResolverHealth.Part>>([])

    /// Nothing noted yet, before a resolver.
    init(_ resolver: any Resolving) { self.resolver = resolver }

    /// The parts on which answers so far rest that could not be used.
    var parts: Set<ResolverHealth.Part> { noted.withLock { $0 } }

    func mx(_ name: DomainName) async -> Answer<MXRecord> { note(await resolver.mx(name)) }

    func ipv4(_ name: DomainName) async -> Answer<IPAddress> { note(await resolver.ipv4(name)) }

    func ipv6(_ name: DomainName) async -> Answer<IPAddress> { note(await resolver.ipv6(name)) }

    func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>) {
        let (four, six) = await resolver.addresses(name)
        return (note(four), note(six))
    }

    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> { note(await resolver.tlsa(owner), isTLSA: true) }

    func cname(_ name: DomainName) async -> Answer<DomainName> { note(await resolver.cname(name)) }

    func signatures(_ name: DomainName, _ type: SignedType) async -> [SignatureExpiry] {
        await resolver.signatures(name, type)
    }

    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { await resolver.selfTest(parts) }

    func pastCaches() throws(ResolverError) -> any Resolving { try resolver.pastCaches() }

    private func note<Record>(_ answer: Answer<Record>, isTLSA: Bool = false) -> Answer<Record> {
        var parts: Set<ResolverHealth.Part> = []
        switch answer {
        case .secure, .insecure: return answer
        case .bogus(let reason):
            if reason.isOfDenial { parts.insert(.denials) }
            if isTLSA { parts.insert(.tlsa) }
        // A cancelled lookup says nothing.
        case .failed:
            if isTLSA, !Task.isCancelled { parts.insert(.tlsa) }
        }
        if !parts.isEmpty { noted.withLock { $0.formUnion(parts) } }
        return answer
    }
}
