import DANE
import DNSSEC
import Synchronization

/// The resolver of one inspection. It notes on which parts of the way to the DNS the answers depend that could not be
/// used (F-86, F-87).
final class NotedAnswers: Resolving {
    private let resolver: any Resolving
    private let noted = Mutex<Set<ResolverHealth.Part>>([])
    private let path: (any DNSPath)?

    /// A resolver in front of another one, with nothing noted yet.
    ///
    /// - Parameter path: Told as soon as a lookup has no answer. The verdict may come much later, and need not depend
    ///   on that answer.
    init(_ resolver: any Resolving, telling path: (any DNSPath)? = nil) {
        self.resolver = resolver
        self.path = path
    }

    /// The parts on which the unusable answers so far depend.
    var parts: Set<ResolverHealth.Part> { noted.withLock { $0 } }

    func mx(_ name: DomainName) async -> Answer<MXRecord> {
        let answer = await resolver.mx(name)
        switch answer {
        case .secure, .insecure, .bogus: path?.noteAnswer()
        case .failed: break
        }
        return note(name, answer)
    }

    func ipv4(_ name: DomainName) async -> Answer<IPAddress> { note(name, await resolver.ipv4(name)) }

    func ipv6(_ name: DomainName) async -> Answer<IPAddress> { note(name, await resolver.ipv6(name)) }

    func addresses(_ name: DomainName) async -> (four: Answer<IPAddress>, six: Answer<IPAddress>) {
        let (four, six) = await resolver.addresses(name)
        return (note(name, four), note(name, six))
    }

    func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> {
        note(owner, await resolver.tlsa(owner), isTLSA: true)
    }

    func cname(_ name: DomainName) async -> Answer<DomainName> { note(name, await resolver.cname(name)) }

    func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        await resolver.signatures(name, type)
    }

    func selfTest(_ parts: Set<ResolverHealth.Part>) async -> ResolverHealth { await resolver.selfTest(parts) }

    func pastCaches() throws(ResolverError) -> any Resolving { try resolver.pastCaches() }

    private func note<Record>(_ name: DomainName, _ answer: Answer<Record>, isTLSA: Bool = false) -> Answer<Record> {
        var parts: Set<ResolverHealth.Part> = []
        switch answer {
        case .secure, .insecure: return answer
        case .bogus(let reason):
            // F-86, F-87.
            if reason.isOfDenial { parts.insert(.denials) }
            if isTLSA { parts.insert(.tlsa) }
        // A cancelled lookup proves nothing.
        case .failed(let why):
            guard !Task.isCancelled else { return answer }
            if isTLSA { parts.insert(.tlsa) }
            if !why.isOurs { path?.noteSilence(at: name) }
        }
        if !parts.isEmpty { noted.withLock { $0.formUnion(parts) } }
        return answer
    }
}
