import DANE
import DNSSEC

/// The way to the DNS as the daemon knows it. The results of tests after failures go to the breaker at once.
struct WatchedPath: DNSPath {
    /// Has what is known.
    let breaker: Breaker
    /// The self-tests, which the breaker's watch uses too.
    let tests: ResolverTests

    func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String? { breaker.trouble(with: parts) }

    func trouble(with parts: Set<ResolverHealth.Part>) async -> String? {
        // While the breaker is open for another reason, no failure counts either.
        if let why = breaker.trouble(with: parts) ?? breaker.trouble?.sentence { return why }
        guard let health = await tests.result() else { return TestedPath.untested }
        breaker.take(found: health)
        // A part that fails every now and then stays doubtful after a good test.
        return health.trouble(with: parts) ?? breaker.trouble(with: parts)
    }

    func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination) {
        breaker.noteDoubt(at: destination.name.text)
    }

    func noteSilence(at name: DomainName) { breaker.noteSilence(at: name.text) }

    func noteAnswer() { breaker.noteAnswer() }
}
