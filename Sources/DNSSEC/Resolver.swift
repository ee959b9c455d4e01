public import DANE
import Glibc
import Support

/// A validating stub for mail's record types: libunbound with caches of its own.
///
/// All methods may be called from any task or thread. A lookup ends within the configuration's timeout, and at once when its
/// task is cancelled; it never throws and never blocks a thread. Identical questions asked at the same time go to the network
/// once. Make it after any fork(2): libunbound's threads do not survive one.
public final class Resolver: Sendable {
    let configuration: ResolverConfiguration
    /// Whether it is one of `fresh()`: nothing is in its cache but what it has asked for itself.
    let isFresh: Bool
    /// One for each context; a name always goes to the same.
    private let inboxes: [Inbox]

    /// A resolver with an empty cache and large limits: one for the whole process.
    ///
    /// - Throws: If a file that the configuration names is missing, empty or unusable, or if libunbound refuses an option. What
    ///   libunbound only refuses when it first works shows in every answer, and in `selfTest()`.
    public convenience init(_ configuration: ResolverConfiguration) throws(ResolverError) {
        try self.init(configuration, for: .cached)
    }

    private init(
        _ configuration: ResolverConfiguration, for purpose: ContextOptions.Purpose, account: DescriptorAccount? = nil
    ) throws(ResolverError) {
        self.configuration = configuration
        isFresh = purpose == .fresh
        let count = purpose == .fresh ? 1 : configuration.contexts
        var inboxes: [Inbox] = []
        do throws(ResolverError) {
            for index in 0..<count {
                let inbox = try Inbox()
                let part = ContextOptions.Part(index: index, count: count)
                let options = try ContextOptions(configuration, for: purpose, part: part)
                try ResolverThread.start(
                    Engine(
                        inbox: inbox, context: Context(options, account: account), options: options,
                        configuration: configuration, purpose: purpose, part: part, account: account))
                inboxes.append(inbox)
            }
        } catch {
            for inbox in inboxes { inbox.shut() }
            throw error
        }
        self.inboxes = inboxes
    }

    deinit { for inbox in inboxes { inbox.shut() } }

    /// The MX records of a mail domain.
    public func mx(_ name: DomainName) async -> Answer<MXRecord> {
        await ask(name, .mx).map { rdata throws(Malformed) in MXRecord(rdata: rdata) }
    }

    /// The IPv4 addresses of a host, aliases followed.
    public func ipv4(_ name: DomainName) async -> Answer<IPAddress> {
        await ask(name, .a).map { rdata throws(Malformed) in try Self.address(rdata, length: 4, type: "A") }
    }

    /// The IPv6 addresses of a host, aliases followed.
    public func ipv6(_ name: DomainName) async -> Answer<IPAddress> {
        await ask(name, .aaaa).map { rdata throws(Malformed) in try Self.address(rdata, length: 16, type: "AAAA") }
    }

    /// The TLSA records of an owner name, aliases followed (RFC 7671 §7). None is left out for being malformed.
    ///
    /// - Parameter owner: The full owner name, `_25._tcp.mx.example.org`.
    public func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> {
        await ask(owner, .tlsa).map { rdata throws(Malformed) in TLSARecord(rdata: rdata) }
    }

    /// The alias that a name itself is (CNAME), not followed: one record or none.
    public func cname(_ name: DomainName) async -> Answer<DomainName> {
        await ask(name, .cname).map { rdata throws(Malformed) in
            guard let target = DomainName(wire: rdata) else {
                throw Malformed("malformed answer: the alias target \(WireText.name(rdata) ?? "") is no host name")
            }
            return target
        }
    }

    /// A resolver of the same configuration with an empty cache, for a second look past every cache.
    ///
    /// It has few ports and small caches: for a handful of lookups, then to be let go of.
    ///
    /// - Throws: As `init(_:)`.
    public func fresh() throws(ResolverError) -> Resolver {
        try Resolver(configuration, for: .fresh, account: configuration.descriptors.secondLooks)
    }

    /// One for the self-test, whose descriptors nobody else can take.
    func freshForItself() throws(ResolverError) -> Resolver { try Resolver(configuration, for: .fresh) }

    /// Forgets all that has been asked, so that what is asked next is fetched: of a resolver made by `fresh()`, which
    /// is kept.
    ///
    /// libunbound cannot empty its caches, so a new context takes the old one's place; thread, queue and descriptors
    /// stay. Nothing that was fetched before the call serves anybody after it, and the trust anchors are those of now.
    /// Lookups under way begin again.
    ///
    /// - Throws: As `init(_:)`; the resolver stays as it was.
    public func emptyCaches() async throws(ResolverError) {
        for inbox in inboxes {
            if let error = await withCheckedContinuation({ inbox.empty($0) }) { throw error }
        }
    }

    /// How many lookups are under way and how many wait, as of half a second ago at most while there are any.
    public var occupancy: Occupancy {
        let all = inboxes.map(\.occupancy)
        let foremost = all.max { $0.foremostCount < $1.foremostCount }
        return Occupancy(
            used: all.reduce(0) { $0 + $1.used }, limit: all.reduce(0) { $0 + $1.limit },
            waiting: all.reduce(0) { $0 + $1.waiting }, foremost: foremost?.foremost,
            foremostCount: foremost?.foremostCount ?? 0)
    }

    /// Makes the process's threads share two heaps. Call it once, early, in a process that makes many fresh resolvers.
    ///
    /// Each of them has two threads for a short time. glibc gives a new thread a heap of its own, and reuses these badly: the
    /// process grew by 12 KB a resolver without end. With two heaps it stays where it is (mallopt(3), `M_ARENA_MAX`).
    public static func shareHeap() { Context.shareHeap() }

    /// The version of libunbound, as `1.17.1`.
    public static var libraryVersion: String { Context.libraryVersion }

    /// The signatures under a secure answer, or under the denial of one, of all that stands in it: aliases and their targets, and the
    /// keys of the zones that signed them. Those of the root are left out, and so is what the parents sign.
    ///
    /// - Returns: For each set of records the signature that lasts longest; none where the answer is not secure.
    public func signatures(_ name: DomainName, _ type: SignedType) async -> [SignatureExpiry] {
        let deadline = ContinuousClock.now + configuration.timeout
        let now = Int64(time(nil))
        guard case .secure(let found) = await askOnce(name, type.record, by: deadline, wantsSignatures: true),
            // That a name does not exist its parents say; but TLSA records are denied by the zone of their host.
            found.existence != .noSuchName || type == .tlsa
        else { return [] }
        var all = SignatureExpiry.longest(of: found.signatures, now: now)
        for zone in Set(all.map(\.zone)).sorted().prefix(8) where !zone.isEmpty {
            guard let name = DomainName(zone),
                case .secure(let keys) = await askOnce(name, .dnskey, by: deadline, wantsSignatures: true)
            else { continue }
            all += SignatureExpiry.longest(of: keys.signatures, now: now).filter { $0.type == "DNSKEY" }
        }
        return all.filter { !$0.zone.isEmpty }
    }

    /// The answer to a question, and to the one that its reason may leave open (`BogusReason.openQuestion`).
    ///
    /// - Parameter deadline: When to give up; by default after the configuration's timeout.
    func ask(
        _ name: DomainName, _ type: RecordType, by deadline: ContinuousClock.Instant? = nil
    ) async -> Answer<[UInt8]> {
        let deadline = deadline ?? .now + configuration.timeout
        let answer = await askOnce(name, type, by: deadline)
        guard case .bogus(let reason) = answer, let (zone, type) = reason.openQuestion else { return answer }
        return reason.settled(by: await askOnce(zone, type, by: deadline))
    }

    private func askOnce(
        _ name: DomainName, _ type: RecordType, by deadline: ContinuousClock.Instant, wantsSignatures: Bool = false
    ) async -> Answer<[UInt8]> {
        let lookup = Lookup(name: name.description, type: type, deadline: deadline, wantsSignatures: wantsSignatures)
        let inbox = inboxes[Neighbourhood(of: name.text).part(of: inboxes.count)]
        return await withTaskCancellationHandler {
            await withCheckedContinuation { inbox.start(lookup, $0) }
        } onCancel: {
            inbox.cancel(lookup)
        }
    }

    private static func address(_ rdata: [UInt8], length: Int, type: String) throws(Malformed) -> IPAddress {
        guard rdata.count == length, let address = IPAddress(bytes: rdata) else {
            throw Malformed("malformed answer: \(rdata.count) bytes of RDATA in a record of type \(type)")
        }
        return address
    }
}
