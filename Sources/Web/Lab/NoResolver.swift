import DANE
import DNSSEC
import Inspection

/// Stands for a resolver that could not be made. It is asked nothing, because the test says why at once.
struct NoResolver: Resolving {
    let why: String

    func mx(_ name: DomainName) async -> Answer<MXRecord> { .failed(LookupFailure(why)) }
    func ipv4(_ name: DomainName) async -> Answer<IPAddress> { .failed(LookupFailure(why)) }
    func ipv6(_ name: DomainName) async -> Answer<IPAddress> { .failed(LookupFailure(why)) }
    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> { .failed(LookupFailure(why)) }
    func cname(_ name: DomainName) async -> Answer<DomainName> { .failed(LookupFailure(why)) }
    func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        .failed(LookupFailure(why))
    }
    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { ResolverHealth(tested: []) }
    func pastCaches() throws(ResolverError) -> any Resolving { self }
}
