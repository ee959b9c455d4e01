public import DANE
import Glibc
import Support

/// A validating stub resolver for the record types that mail needs: libunbound with its own caches.
///
/// Any task or thread may call any method. A lookup ends within the configuration's timeout, and at once if its task is
/// cancelled. It never throws and never blocks a thread. libunbound sends identical questions at the same time only
/// once. Make the resolver after any fork(2), because libunbound's threads do not survive one.
public final class Resolver: Sendable {
    let configuration: ResolverConfiguration
    /// Whether `fresh()` made it. Then its cache holds only what it has looked up itself.
    let isFresh: Bool
    /// One per context. A name always goes to the same one.
    private let inboxes: [Inbox]

    /// A resolver with an empty cache and large limits. A process needs one.
    ///
    /// - Throws: If a file that the configuration names is missing, empty or unusable, or if libunbound refuses an
    ///   option. Some settings libunbound refuses only at the first lookup: then every answer says so, and `selfTest()`
    ///   does.
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

    /// Looks up the MX records of a mail domain.
    public func mx(_ name: DomainName) async -> Answer<MXRecord> {
        await ask(name, .mx).map { rdata throws(MalformedRecordError) in MXRecord(rdata: rdata) }
    }

    /// Looks up the IPv4 addresses of a host, following aliases.
    public func ipv4(_ name: DomainName) async -> Answer<IPAddress> {
        await ask(name, .a).map { rdata throws(MalformedRecordError) in try Self.address(rdata, length: 4, type: "A") }
    }

    /// Looks up the IPv6 addresses of a host, following aliases.
    public func ipv6(_ name: DomainName) async -> Answer<IPAddress> {
        await ask(name, .aaaa).map { rdata throws(MalformedRecordError) in
            try Self.address(rdata, length: 16, type: "AAAA")
        }
    }

    /// Looks up the TLSA records of an owner name, following aliases (RFC 7671 §7). Malformed records are returned too.
    ///
    /// - Parameter owner: The full owner name, such as `_25._tcp.mx.example.org`.
    public func tlsa(_ owner: DomainName) async -> Answer<TLSARecord> {
        await ask(owner, .tlsa).map { rdata throws(MalformedRecordError) in TLSARecord(rdata: rdata) }
    }

    /// Looks up the CNAME record of the name itself, without following it (D-14, RFC 7672 §2.1.3). At most one record.
    public func cname(_ name: DomainName) async -> Answer<DomainName> {
        await ask(name, .cname).map { rdata throws(MalformedRecordError) in
            guard let target = DomainName(wire: rdata) else {
                throw MalformedRecordError(
                    "malformed answer: the alias target \(WireText.name(rdata) ?? "") is no host name")
            }
            return target
        }
    }

    /// A resolver with the same configuration and an empty cache, for a second look that bypasses all caches.
    ///
    /// It has few ports and small caches. Use it for a handful of lookups, then release it.
    ///
    /// - Throws: As `init(_:)`.
    public func fresh() throws(ResolverError) -> Resolver {
        try Resolver(configuration, for: .fresh, account: configuration.descriptors.secondLooks)
    }

    /// A fresh resolver for the self-test. Its descriptors are reserved, so second looks cannot take them.
    func freshForItself() throws(ResolverError) -> Resolver { try Resolver(configuration, for: .fresh) }

    /// Empties the caches of a resolver that `fresh()` made and that is used again, so that everything is fetched anew.
    ///
    /// libunbound cannot empty its caches, so a new context replaces the old one. Thread, queue and descriptors stay.
    /// Nothing that was fetched before the call is used after it, and the trust anchors are read again. Lookups that
    /// are under way start again.
    ///
    /// - Throws: As `init(_:)`. The resolver then stays as it was.
    public func emptyCaches() async throws(ResolverError) {
        for inbox in inboxes {
            if let error = await withCheckedContinuation({ inbox.empty($0) }) { throw error }
        }
    }

    /// How many lookups are under way and how many wait. While there are any, the value is at most half a second old.
    public var occupancy: Occupancy {
        let all = inboxes.map(\.occupancy)
        let foremost = all.max { $0.foremostCount < $1.foremostCount }
        return Occupancy(
            used: all.reduce(0) { $0 + $1.used }, limit: all.reduce(0) { $0 + $1.limit },
            waiting: all.reduce(0) { $0 + $1.waiting }, foremost: foremost?.foremost,
            foremostCount: foremost?.foremostCount ?? 0)
    }

    /// Limits the process to two heaps. Call it once, early, in a process that makes many fresh resolvers.
    ///
    /// Each fresh resolver has two threads for a short time. glibc gives a new thread its own heap and reuses these
    /// badly: the process grew by 12 KB per resolver, without end. With two heaps it does not grow (mallopt(3),
    /// `M_ARENA_MAX`).
    public static func shareHeap() { Context.shareHeap() }

    /// The version of libunbound, such as `1.17.1`.
    public static var libraryVersion: String { Context.libraryVersion }

    /// The signatures in a secure answer or denial: those of all records in it, aliases and their targets included, and
    /// of the keys of the zones that signed them. The signatures of the root and of parent zones are left out.
    ///
    /// - Returns: The state of the answer. If it is secure: for each set of records the signature that lasts longest,
    ///   and none if others have signed them all. If the keys cannot be looked up, the whole is as their answer is: the
    ///   first end may be theirs.
    public func signatures(_ name: DomainName, _ type: SignedType) async -> Answer<SignatureExpiry> {
        let deadline = ContinuousClock.now + configuration.timeout
        let now = unixTime()
        let found: Found<[UInt8]>
        switch await ask(name, type.record, by: deadline, wantsSignatures: true) {
        case .secure(let secure): found = secure
        case .insecure(let plain): return .insecure(plain.carrying([]))
        case .bogus(let reason): return .bogus(reason)
        case .failed(let why): return .failed(why)
        }
        // If a name does not exist, the denial is signed by its parent. TLSA records are denied by the zone of their
        // host.
        guard found.existence != .noSuchName || type == .tlsa else { return .secure(found.carrying([])) }
        var all = SignatureExpiry.longest(of: found.signatures, now: now)
        for zone in Set(all.map(\.zone)).sorted().prefix(8) where !zone.isEmpty {
            guard let name = DomainName(zone) else { continue }
            switch await ask(name, .dnskey, by: deadline, wantsSignatures: true) {
            case .secure(let keys):
                all += SignatureExpiry.longest(of: keys.signatures, now: now).filter { $0.type == "DNSKEY" }
            // The zone has left DNSSEC since.
            case .insecure: continue
            case .bogus(let reason): return .bogus(reason)
            case .failed(let why): return .failed(why)
            }
        }
        return .secure(found.carrying(all.filter { !$0.zone.isEmpty }))
    }

    /// Asks a question, and the second one that its reason may require (`BogusReason.openQuestion`).
    ///
    /// - Parameter deadline: When to give up. By default after the configuration's timeout.
    func ask(
        _ name: DomainName, _ type: RecordType, by deadline: ContinuousClock.Instant? = nil,
        wantsSignatures: Bool = false
    ) async -> Answer<[UInt8]> {
        let deadline = deadline ?? .now + configuration.timeout
        let answer = await askOnce(name, type, by: deadline, wantsSignatures: wantsSignatures)
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

    private static func address(_ rdata: [UInt8], length: Int, type: String) throws(MalformedRecordError) -> IPAddress {
        guard rdata.count == length, let address = IPAddress(bytes: rdata) else {
            throw MalformedRecordError("malformed answer: \(rdata.count) bytes of RDATA in a record of type \(type)")
        }
        return address
    }
}
