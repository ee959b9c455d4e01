package import DANE
package import DNSSEC
package import Inspection
import Support
import Synchronization

/// Finds out whether a domain is an alias of another one, for an MTA that replaces aliases.
///
/// Sendmail looks the recipient's domain up. If it is a CNAME, Sendmail goes on with the last target (unless
/// FEATURE(`nocanonify')). A milter then sees the target in `{rcpt_host}` and `{rcpt_addr}`, and the name in the RCPT
/// argument alone. But RFC 7672 §2.2.2 and §3.2.2 make the name before expansion a reference identifier, and the state
/// of its own zone decides whether DANE applies. So the name must be judged.
///
/// Other rewriting (virtusertable, a percent hack) looks the same to a milter, and there the new domain must be judged.
/// So the DNS alone decides. A client gains nothing by what it types: an alias and its target lead to the same hosts.
package final class AliasBook: Sendable {
    /// What is known of a domain and of the name that an MTA has put in its place.
    package enum Standing: Equatable {
        /// The domain is an alias of that name.
        case alias
        /// The domain is no alias of that name.
        case other
        /// It could not be found out, for this reason.
        case unknown(LookupFailure)
    }

    /// A link of a chain of aliases.
    private enum Link: Sendable {
        /// The next name.
        case name(DomainName)
        /// The chain may go on, but the next name is not known, for this reason.
        case lost(LookupFailure)
    }

    /// Longer chains are not followed.
    private static let linkLimit = 16
    /// At most so many domains and bytes are kept.
    private static let limit = (count: 20_000, bytes: 4 << 20)

    /// The longest time that the lookup of one domain may take.
    private static let patience = Duration.seconds(20)
    /// At most so many domains are looked up at once. A flood of made-up aliases is deferred.
    static let concurrency = 500

    private let chains: AnswerCache<Link>
    private let staleTime: @Sendable () -> Duration
    private var stale: Duration { staleTime() }
    private let underWay = Atomic<Int>(0)
    /// The aliases that were known. They still count while the DNS gives no answer, as good verdicts do.
    private let former = Mutex(BoundedCache<DomainName, DomainName>(limit: limit.count))

    /// Makes an empty book.
    ///
    /// - Parameters:
    ///   - resolver: The validating resolver. The inspection of the domain asks the same questions again, and finds the
    ///     answers in its cache.
    ///   - stale: How much longer an alias counts while the DNS gives no answer: `CACHE_STALE_TTL`.
    package init(_ resolver: any Resolving, stale: @escaping @autoclosure @Sendable () -> Duration) {
        staleTime = stale
        chains = AnswerCache(
            countLimit: Self.limit.count, byteLimit: Self.limit.bytes, size: { _ in MemoryLayout<Link>.stride + 256 },
            lookUp: { domain in await Deadline.run(Self.patience) { await Self.chain(from: domain, resolver) } })
    }

    /// Returns what is known already of a domain and the name in its place; nil if it must be looked up. It never
    /// waits.
    package func kept(_ domain: DomainName, _ name: DomainName) -> Standing? {
        chains.kept(domain)?.found.map { standing(domain, name, $0.found) }
    }

    /// Returns what was known lately, for the time that nothing can be looked up.
    func former(_ domain: DomainName, _ name: DomainName, at now: ContinuousClock.Instant = .now) -> Standing? {
        former.withLock { $0.value(for: domain, at: now) } == name ? .alias : nil
    }

    /// Looks the domain up, unless the answer is known already.
    func find(_ domain: DomainName, _ name: DomainName) async -> Standing {
        let standing = await lookUp(domain, name)
        if case .unknown = standing, let former = former(domain, name) { return former }
        return standing
    }

    private func lookUp(_ domain: DomainName, _ name: DomainName) async -> Standing {
        defer { underWay.subtract(1, ordering: .relaxed) }
        guard underWay.add(1, ordering: .relaxed).newValue <= Self.concurrency else {
            return .unknown(LookupFailure("too many domains are being looked up"))
        }
        return switch await chains.answer(domain) {
        case .secure(let found), .insecure(let found): standing(domain, name, found)
        case .bogus(let why): .unknown(LookupFailure(why.cause(for: "its records", at: unixTime())))
        case .failed(let why): .unknown(why)
        }
    }

    private func standing(_ domain: DomainName, _ name: DomainName, _ found: Found<Link>) -> Standing {
        var lost: LookupFailure?
        for link in found.records {
            switch link {
            case .name(name):
                if found.ttl + stale > .zero {
                    former.withLock { $0.keep(name, for: domain, until: .now + found.ttl + stale) }
                }
                return .alias
            case .name: break
            case .lost(let why): lost = why
            }
        }
        return lost.map { .unknown($0) } ?? .other
    }

    /// Returns the names that a domain is an alias of, the next one first.
    private static func chain(from domain: DomainName, _ resolver: any Resolving) async -> Answer<Link> {
        // MTAs ask for the MX records too. The answer also follows DNAMEs. A domain with MX records of its own is no
        // alias (RFC 2181 §10.1).
        switch await resolver.mx(domain) {
        case .secure(let found), .insecure(let found):
            guard let end = found.canonicalName else { return .insecure(Found(records: [], ttl: found.ttl)) }
            var between: [Link] = []
            // An MTA may have stopped on the way, and named one of the aliases between.
            if case .insecure(let known) = await links(from: domain, to: end, resolver) { between = known.records }
            between.removeAll { if case .lost = $0 { true } else { false } }
            return .insecure(Found(records: between + [.name(end)], ttl: found.ttl))
        case .bogus, .failed:
            // Perhaps only the target is broken. Then the domain is as broken, and still an alias.
            return await links(from: domain, to: nil, resolver)
        }
    }

    /// Follows a chain one link at a time.
    private static func links(
        from domain: DomainName, to end: DomainName?, _ resolver: any Resolving
    ) async -> Answer<Link> {
        var links: [Link] = []
        var name = domain
        var ttl = Duration.seconds(60)
        while links.count < linkLimit {
            let answer = await resolver.cname(name)
            switch answer {
            case .secure(let found), .insecure(let found):
                ttl = min(ttl, found.ttl)
                guard let next = found.records.first, next != end else {
                    return .insecure(Found(records: links, ttl: ttl))
                }
                links.append(.name(next))
                name = next
            case .bogus(let why):
                guard !links.isEmpty else { return .bogus(why) }
                let lost = LookupFailure(why.cause(for: "the records of \(name)", at: unixTime()))
                return .insecure(Found(records: links + [.lost(lost)], ttl: ttl))
            case .failed(let why):
                guard !links.isEmpty else { return .failed(why) }
                return .insecure(Found(records: links + [.lost(why.about(name.description))], ttl: ttl))
            }
        }
        let lost = LookupFailure("it has more than \(linkLimit) aliases")
        return .insecure(Found(records: links + [.lost(lost)], ttl: ttl))
    }
}
