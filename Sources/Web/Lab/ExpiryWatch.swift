import DANE
import DNSSEC
package import Inspection
import Support
import Synchronization

/// What of the destinations in use ends soonest: certificates that their hosts have shown, and signatures of their
/// records. Signatures are looked up when somebody asks, and then not again for an hour.
package final class ExpiryWatch: Sendable {
    /// Where it finds what is in use.
    package struct Sources: Sendable {
        /// Destinations in use that are in order.
        package let destinations: @Sendable (_ most: Int) -> [(destination: Destination, host: String?)]
        /// The certificates of hosts that were verified or failed lately, with the last second of each, since 1970.
        package let certificates: @Sendable () -> [(host: String, end: Int64)]

        /// Makes one from its parts.
        package init(
            destinations: @escaping @Sendable (_ most: Int) -> [(destination: Destination, host: String?)],
            certificates: @escaping @Sendable () -> [(host: String, end: Int64)]
        ) {
            self.destinations = destinations
            self.certificates = certificates
        }
    }

    /// Something that ends.
    struct Expiry: Sendable, Hashable {
        let what: String
        let subject: String
        /// Its last second, since 1970.
        let end: Int64
    }

    /// The most destinations whose signatures are looked up, and the most ends that are told.
    private static let (asked, told) = (20, 12)
    /// How long a look serves.
    private static let lifetime = Duration.seconds(3600)

    private struct State {
        var found: [Expiry]?
        var until = ContinuousClock.now
        var isLooking = false
    }

    private let sources: Sources
    private let signatures: @Sendable (DomainName, SignedType) async -> [SignatureExpiry]
    private let state = Mutex(State())

    /// A watch that has looked at nothing yet.
    ///
    /// - Parameter signatures: Looks up the signatures of some records.
    init(
        _ sources: Sources, signatures: @escaping @Sendable (DomainName, SignedType) async -> [SignatureExpiry]
    ) {
        self.sources = sources
        self.signatures = signatures
    }

    /// What ends, the soonest first, as the last look has found; nil if the first one is under way. Begins another one
    /// if it is time.
    func soonest() -> [Expiry]? {
        let (found, begins) = state.withLock { state -> ([Expiry]?, Bool) in
            guard !state.isLooking, state.found == nil || state.until < .now else { return (state.found, false) }
            state.isLooking = true
            return (state.found, true)
        }
        if begins {
            Task(executorPreference: PageExecutor.shared) {
                let found = await self.look()
                self.state.withLock { $0 = State(found: found, until: .now + Self.lifetime) }
            }
        }
        return found
    }

    private func look() async -> [Expiry] {
        let certificates = await onOwnThread { [sources] in sources.certificates() }
        var found = Set(certificates.map { Expiry(what: "certificate", subject: $0.host, end: $0.end) })
        for (destination, host) in sources.destinations(Self.asked) {
            var all: [SignatureExpiry] = []
            if !destination.isHost { all += await signatures(destination.name, .mx) }
            if let name = host.flatMap({ DomainName($0) }) {
                all += await signatures(name, .a)
                if let owner = name.tlsaOwner(port: destination.port) { all += await signatures(owner, .tlsa) }
            }
            for expiry in all {
                found.insert(Expiry(what: "signature", subject: expiry.subject, end: expiry.time))
            }
        }
        return Array(found.sorted { ($0.end, $0.subject) < ($1.end, $1.subject) }.prefix(Self.told))
    }
}
