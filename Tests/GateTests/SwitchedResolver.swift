import DANE
import DNSSEC
import Synchronization

@testable import Inspection

/// A DNS that changes.
final class SwitchedResolver: Resolving {
    private let current: Mutex<FakeResolver>

    init(_ first: FakeResolver) { current = Mutex(first) }

    func turn(to next: FakeResolver) { current.withLock { $0 = next } }

    private var resolver: FakeResolver { current.withLock { $0 } }

    func mx(_ name: DomainName) async -> Answer<MXRecord> { await resolver.mx(name) }
    func ipv4(_ name: DomainName) async -> Answer<IPAddress> { await resolver.ipv4(name) }
    func ipv6(_ name: DomainName) async -> Answer<IPAddress> { await resolver.ipv6(name) }
    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> { await resolver.tlsa(owner) }
    func cname(_ name: DomainName) async -> Answer<DomainName> { await resolver.cname(name) }
    func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        await resolver.signatures(name, type)
    }
    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { await resolver.selfTest(parts) }
    func pastCaches() throws(ResolverError) -> any Resolving { resolver }
}
