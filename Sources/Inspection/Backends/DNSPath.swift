package import DANE
package import DNSSEC

/// What is known about the way to the DNS. The second look asks before it counts a failure that the way may have
/// caused.
///
/// An answer depends on a part of the way if a fault of that part can make it missing or bogus. Any task may call any
/// method.
package protocol DNSPath: Sendable {
    /// Why an answer that depends on these parts proves nothing, as far as is known without a test; nil if no fault is
    /// known.
    func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String?

    /// Why an answer that depends on these parts proves nothing, by a self-test that begins after the call; nil if they
    /// work.
    func trouble(with parts: Set<ResolverHealth.Part>) async -> String?

    /// Notes that an inspection got an answer that it could not use, although its verdict does not depend on that
    /// answer.
    func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination)

    /// Notes that a lookup had no answer. Its inspection goes on.
    func noteSilence(at name: DomainName)

    /// Notes that an MX lookup was answered.
    func noteAnswer()
}

/// The way to the DNS for a command that inspects some domains and ends. Only a self-test tells anything about it.
package struct TestedPath: DNSPath {
    private let tests: ResolverTests

    /// The way that this resolver uses.
    init(_ resolver: any Resolving) { tests = ResolverTests(resolver) }

    package func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String? { nil }

    package func trouble(with parts: Set<ResolverHealth.Part>) async -> String? {
        guard let health = await tests.result() else { return Self.untested }
        return health.trouble(with: parts)
    }

    package func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination) {}

    package func noteSilence(at name: DomainName) {}

    package func noteAnswer() {}

    /// The sentence for when no test could be made.
    package static let untested = "the way to the DNS could not be tested in time"
}

extension ResolverHealth {
    /// Why an answer that depends on these parts proves nothing; nil if they work. Every answer depends on the root's
    /// keys.
    package func trouble(with parts: Set<Part>) -> String? {
        let relevant = parts.union([.rootKeys])
        return Part.allCases.lazy.filter { relevant.contains($0) }.compactMap { faults[$0]?.sentence }.first
    }
}
