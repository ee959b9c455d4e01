package import DANE
import DNSSEC
package import Inspection
import Support
import Synchronization

/// Whether a domain is an alias of another one: what an MTA that replaces aliases leaves to be found out.
///
/// Sendmail looks the recipient's domain up and, where it is a CNAME, goes on with the last target (unless
/// FEATURE(`nocanonify')). A milter then sees the target in `{rcpt_host}` and `{rcpt_addr}`, and only the RCPT argument
/// has the name. But RFC 7672 §2.2.2 and §3.2.2 make the name before expansion a reference identifier, and whether its
/// own zone is signed decides whether DANE applies: it is the name that must be judged. Other rewriting (virtusertable,
/// a percent hack) looks the same and is none: there the new domain is judged. So nothing but the DNS decides, and a
/// client that types what it likes gains nothing: an alias and its target lead to the same hosts.
package final class AliasBook: Sendable {
    /// What is known of a domain and a name that an MTA has put in its place.
    package enum Standing: Equatable {
        /// It is an alias of that name.
        case alias
        /// It is none.
        case other
        /// It could not be found out, for this reason.
        case unknown(String)
    }

    /// A link of a chain of aliases.
    private enum Link: Sendable {
        /// The next name.
        case name(DomainName)
        /// The chain may go on; why that is not known.
        case lost(String)
    }

    /// Longer chains are not followed.
    private static let linkLimit = 16
    /// So many domains and bytes are kept.
    private static let limit = (count: 20_000, bytes: 4 << 20)

    /// The longest that one domain is looked up.
    private static let patience = Duration.seconds(20)
    /// So many are looked up at once; a flood of made-up aliases is put off.
    static let concurrency = 500

    private let chains: AnswerShelf<Link>
    private let staleTime: @Sendable () -> Duration
    private var stale: Duration { staleTime() }
    private let underWay = Atomic<Int>(0)
    /// Aliases that were known; they still count while the DNS has no answer, as good verdicts do.
    private let former = Mutex(BoundedCache<DomainName, DomainName>(limit: limit.count))

    /// A book of nothing.
    ///
    /// - Parameters:
    ///   - resolver: Who validates. Its cache makes it cheap to ask what the inspection of the domain will ask again.
    ///   - stale: How much longer an alias counts while nothing can be found out: `CACHE_STALE_TTL`.
    package init(_ resolver: any Resolving, stale: @escaping @autoclosure @Sendable () -> Duration) {
        staleTime = stale
        chains = AnswerShelf(
            countLimit: Self.limit.count, byteLimit: Self.limit.bytes, size: { _ in MemoryLayout<Link>.stride + 256 },
            lookUp: { domain in await Deadline.run(Self.patience) { await Self.chain(from: domain, resolver) } })
    }

    /// What is known already of a domain and a name in its place; nil if it must be looked up. Never waits.
    package func kept(_ domain: DomainName, _ name: DomainName) -> Standing? {
        chains.kept(domain)?.found.map { standing(domain, name, $0.found) }
    }

    /// What was known lately, while nothing can be looked up.
    func former(_ domain: DomainName, _ name: DomainName, at now: ContinuousClock.Instant = .now) -> Standing? {
        former.withLock { $0.value(for: domain, at: now) } == name ? .alias : nil
    }

    /// Looks it up, if it is not known already.
    func find(_ domain: DomainName, _ name: DomainName) async -> Standing {
        let standing = await lookUp(domain, name)
        if case .unknown = standing, let former = former(domain, name) { return former }
        return standing
    }

    private func lookUp(_ domain: DomainName, _ name: DomainName) async -> Standing {
        defer { underWay.subtract(1, ordering: .relaxed) }
        guard underWay.add(1, ordering: .relaxed).newValue <= Self.concurrency else {
            return .unknown("too many domains are being looked up")
        }
        return switch await chains.answer(domain) {
        case .secure(let found), .insecure(let found): standing(domain, name, found)
        case .bogus(let why): .unknown(why.cause(for: "its records", at: unixTime()))
        case .failed(let why): .unknown(why)
        }
    }

    private func standing(_ domain: DomainName, _ name: DomainName, _ found: Found<Link>) -> Standing {
        var lost: String?
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

    /// The names that a domain is an alias of, the next one first.
    private static func chain(from domain: DomainName, _ resolver: any Resolving) async -> Answer<Link> {
        // The question that an MTA asks; it sees through DNAMEs too. A domain with MX records of its own is no alias
        // (RFC 2181 §10.1).
        switch await resolver.mx(domain) {
        case .secure(let found), .insecure(let found):
            guard let end = found.canonicalName else { return .insecure(Found(records: [], ttl: found.ttl)) }
            var between: [Link] = []
            // An MTA that stopped on the way named one of those between.
            if case .insecure(let known) = await links(from: domain, to: end, resolver) { between = known.records }
            between.removeAll { if case .lost = $0 { true } else { false } }
            return .insecure(Found(records: between + [.name(end)], ttl: found.ttl))
        case .bogus, .failed:
            // It may be the target that is broken: then the domain is as broken, and an alias all the same.
            return await links(from: domain, to: nil, resolver)
        }
    }

    /// Follows a chain link by link.
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
                return .insecure(
                    Found(records: links + [.lost(why.cause(for: "the records of \(name)", at: unixTime()))], ttl: ttl))
            case .failed(let why):
                guard !links.isEmpty else { return .failed(why) }
                return .insecure(Found(records: links + [.lost("\(name): \(why)")], ttl: ttl))
            }
        }
        return .insecure(Found(records: links + [.lost("it has more than \(linkLimit) aliases")], ttl: ttl))
    }
}
