package import DANE
import DNSSEC
import Inspection
import Synchronization

extension InspectionService {
    /// What is known about a domain that an MTA has replaced by another one (F-90).
    package enum Replaced: Sendable {
        /// It is an alias of its replacement, so the domain itself is judged.
        case alias
        /// It is not, so the replacement is judged.
        case other
        /// That is unknown, and the answer is a doubt.
        case unknown(Answer)
    }

    /// Whether a domain is an alias of the name by which an MTA has replaced it. It blocks the calling thread like
    /// `verdict`, unless the answer is known already.
    ///
    /// - Parameters:
    ///   - domain: The domain as the client typed it.
    ///   - name: The name that replaces it.
    ///   - deadline: When to return that it is not known yet.
    package func standing(
        of domain: DomainName, replacedBy name: DomainName, _ aliases: AliasBook, at now: ContinuousClock.Instant,
        before deadline: ContinuousClock.Instant
    ) -> Replaced {
        let standing: AliasBook.Standing
        if let kept = aliases.kept(domain, name) {
            standing = kept
        } else if let why = breaker.fault {
            standing =
                aliases.former(domain, name, at: now) ?? .unknown(LookupFailure("the resolver does not work: \(why)"))
        } else {
            guard let found = wait(at: now, before: deadline, for: { await aliases.find(domain, name) }) else {
                let cause = "whether \(domain) is an alias of \(name) is not known yet"
                return .unknown(doubt(Verdict(outcome: .pending, cause: cause), domain))
            }
            standing = found
        }
        return replaced(domain, name, standing)
    }

    /// The same without a deadline. No thread waits, so `WaitingThreads` sets no limit.
    package func standing(of domain: DomainName, replacedBy name: DomainName, _ aliases: AliasBook) async -> Replaced {
        let now = ContinuousClock.now
        if let kept = aliases.kept(domain, name) { return replaced(domain, name, kept) }
        if let why = breaker.fault {
            let former = aliases.former(domain, name, at: now)
            return replaced(domain, name, former ?? .unknown(LookupFailure("the resolver does not work: \(why)")))
        }
        return replaced(domain, name, await aliases.find(domain, name))
    }

    private func replaced(_ domain: DomainName, _ name: DomainName, _ standing: AliasBook.Standing) -> Replaced {
        switch standing {
        case .alias: return .alias
        case .other: return .other
        case .unknown(let why):
            let cause = "whether it is an alias of \(name), which the MTA has put in its place, is not known: \(why)"
            let isOurs = breaker.fault != nil || why.isOurs
            return .unknown(doubt(Verdict(outcome: .dnsUnavailable, cause: cause, isOurs: isOurs), domain))
        }
    }

    private func doubt(_ verdict: Verdict, _ domain: DomainName) -> Answer {
        let key = VerdictKey(Destination(.domain(domain), port: 0), demandsDANE: false)
        return told(VerdictBody(verdict), key, isCached: false)
    }

    /// Waits, as one of the waiting threads, for something that is being looked up.
    ///
    /// - Returns: nil if it was not known in time, or too many wait. The work goes on nevertheless.
    private func wait<Result: Sendable>(
        at now: ContinuousClock.Instant, before deadline: ContinuousClock.Instant,
        for work: @escaping @Sendable () async -> Result
    ) -> Result? {
        guard !isClosed.load(ordering: .relaxed), let waiter = threads.enter(at: now) else { return nil }
        defer { threads.leave(waiter) }
        let found = Found<Result>()
        Task {
            let result = await work()
            found.result.withLock { $0 = result }
            waiter.call(nil)
        }
        wait { _ = waiter.wait(until: deadline) }
        return found.result.withLock { $0 }
    }

    /// Where the task that looks something up puts the result.
    private final class Found<Result: Sendable>: Sendable {
        let result = Mutex<Result?>(nil)
    }
}
