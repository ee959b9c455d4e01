package import DANE
package import DNSSEC
package import Inspection

/// The way to the DNS as the daemon knows it. The results of tests after failures go to the breaker at once.
package struct WatchedPath: DNSPath {
    /// Has what is known.
    package let breaker: Breaker
    /// The self-tests, which the breaker's watch uses too.
    package let tests: ResolverTests

    /// Makes one from its parts.
    package init(breaker: Breaker, tests: ResolverTests) {
        self.breaker = breaker
        self.tests = tests
    }

    package func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String? { breaker.trouble(with: parts) }

    package func trouble(with parts: Set<ResolverHealth.Part>) async -> String? {
        // While the breaker is open for another reason, no failure counts either.
        if let why = breaker.trouble(with: parts) ?? breaker.trouble?.sentence { return why }
        guard let health = await tests.result() else { return TestedPath.untested }
        breaker.take(found: health)
        // A part that fails every now and then stays doubtful after a good test.
        return health.trouble(with: parts) ?? breaker.trouble(with: parts)
    }

    package func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination) {
        breaker.noteDoubt(at: destination.name.text)
    }

    package func noteSilence(at name: DomainName) { breaker.noteSilence(at: name.text) }

    package func noteAnswer() { breaker.noteAnswer() }
}
