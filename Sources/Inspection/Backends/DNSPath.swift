package import DANE
package import DNSSEC

/// What is known about the way to the DNS: the second look asks before a failure counts that may be the way's fault.
///
/// An answer rests on a part of the way if it may be missing or bogus because that part fails. All methods may be
/// called from any task.
package protocol DNSPath: Sendable {
    /// Why an answer that rests on some parts proves nothing, as far as is known without a test; nil if no fault is
    /// known.
    func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String?

    /// Why an answer that rests on some parts proves nothing, after a self-test that begins after the call; nil if they
    /// work.
    func trouble(with parts: Set<ResolverHealth.Part>) async -> String?

    /// Notes that an inspection met an answer that it could not use, though its verdict does not rest on that answer.
    func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination)

    /// Notes that a lookup of a name had no answer, while its inspection goes on.
    func noteSilence(at name: DomainName)

    /// Notes that an MX lookup was answered.
    func noteAnswer()
}

/// The way to the DNS for a command that looks at some domains and ends. Only a test shows anything about it.
package struct TestedPath: DNSPath {
    private let tests: ResolverTests

    /// The way that a resolver takes.
    init(_ resolver: any Resolving) { tests = ResolverTests(resolver) }

    package func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String? { nil }

    package func trouble(with parts: Set<ResolverHealth.Part>) async -> String? {
        guard let health = await tests.result() else { return Self.untested }
        return health.trouble(with: parts)
    }

    package func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination) {}

    package func noteSilence(at name: DomainName) {}

    package func noteAnswer() {}

    /// What is said where no test could be made.
    package static let untested = "the way to the DNS could not be tested in time"
}

extension ResolverHealth {
    /// Why an answer that rests on some parts proves nothing; nil if they work. Every answer rests on the root's keys.
    package func trouble(with parts: Set<Part>) -> String? {
        let relevant = parts.union([.rootKeys])
        return Part.allCases.lazy.filter { relevant.contains($0) }.compactMap { faults[$0]?.sentence }.first
    }
}
