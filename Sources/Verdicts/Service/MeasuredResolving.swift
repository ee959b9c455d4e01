package import DANE
package import DNSSEC
package import Inspection
package import Records

/// Makes lookups, and measures each. The recipient whose inspection makes a lookup is its exemplar. Self-tests are not
/// measured.
package struct MeasuredResolving: Resolving {
    private let resolver: any Resolving
    private let measurements: Measurements

    /// Lookups in front of a resolver.
    package init(_ resolver: any Resolving, _ measurements: Measurements) {
        self.resolver = resolver
        self.measurements = measurements
    }

    package func mx(_ name: DomainName) async -> Answer<MXRecord> { await measured(.mx) { await resolver.mx(name) } }

    package func ipv4(_ name: DomainName) async -> Answer<IPAddress> {
        await measured(.a) { await resolver.ipv4(name) }
    }

    package func ipv6(_ name: DomainName) async -> Answer<IPAddress> {
        await measured(.aaaa) { await resolver.ipv6(name) }
    }

    package func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> {
        await measured(.tlsa) { await resolver.tlsa(owner) }
    }

    package func cname(_ name: DomainName) async -> Answer<DomainName> {
        await measured(.cname) { await resolver.cname(name) }
    }

    package func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        await resolver.signatures(name, type)
    }

    package func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { await resolver.selfTest(parts) }

    package func pastCaches() throws(ResolverError) -> any Resolving {
        MeasuredResolving(try resolver.pastCaches(), measurements)
    }

    package func emptyCaches() async throws(ResolverError) { try await resolver.emptyCaches() }

    private func measured<Record>(
        _ lookup: Measurements.Lookup, _ work: () async -> Answer<Record>
    ) async -> Answer<Record> {
        let began = ContinuousClock.now
        let answer = await work()
        measurements.note(lookup, answer, took: .now - began, trace: InspectionHandle.current?.trace)
        return answer
    }
}
