import DANE
import DNSSEC
import Inspection
import Policy
import Synchronization

/// Tells relays that the site chose (a relayhost, a transport map, a smarthost) from the MX hosts of the destinations
/// in a log.
///
/// A host that is no MX host of a domain today may have been one when the log was written. So a host counts as a relay
/// only if it is no MX host of most of the domains whose mail it took.
final class RelayJudge: Sendable {
    /// How the mail of a destination went by relays.
    struct Relayed: Sendable, Hashable {
        /// The relay, as a next hop; of several relays the one that took most.
        let hop: String
        /// The number of recipients whose mail went by relays.
        let recipients: Int
        /// Whether these are at least half of all recipients.
        let isMost: Bool
    }

    /// The number of domains of which a host is an MX host, and of which it is not.
    private struct Evidence: Sendable {
        var isHost = 0
        var isNone = 0
    }

    /// At most so many hosts of a domain are looked at closely.
    private static let hosts = 8

    private let resolver: any Resolving
    private let destinations: DestinationList
    private let relays: RelayedMail
    private let port: UInt16
    private let evidence = Mutex<[Int: Task<Evidence, Never>]>([:])

    /// Makes a judge of what was read from logs.
    ///
    /// - Parameter port: The port if a next hop names none.
    init(_ resolver: any Resolving, _ destinations: DestinationList, _ relays: RelayedMail, port: UInt16) {
        self.resolver = resolver
        self.destinations = destinations
        self.relays = relays
        self.port = port
    }

    /// Returns how the mail of a destination went by relays; nil if it did not, or if the logs have no mail to it.
    ///
    /// - Parameter place: The destination's place in the list.
    func relayed(_ place: Int) async -> Relayed? {
        let used = relays.hosts(of: place)
        guard !used.isEmpty, let domain = domain(place) else { return nil }
        var most: (hop: String, recipients: Int)?
        var recipients = 0
        var isAll = true
        for (host, count) in used {
            guard await isRelay(host, for: domain) else {
                isAll = false
                continue
            }
            recipients += count
            if most.map({ $0.recipients < count }) ?? true { most = (relays.hosts[host].relay.hop, count) }
        }
        guard let most else { return nil }
        // A destination with nothing but attempts has no recipients yet. It counts as one.
        if recipients == 0 { return isAll ? Relayed(hop: most.hop, recipients: 1, isMost: true) : nil }
        return Relayed(
            hop: most.hop, recipients: recipients, isMost: recipients * 2 >= destinations.recipients(of: place))
    }

    private func domain(_ place: Int) -> DomainName? {
        guard case .destination(let destination) = Destination.parse(nextHop: destinations[place], port: port),
            case .domain(let name) = destination.nextHop
        else { return nil }
        return name
    }

    private func isRelay(_ host: Int, for domain: DomainName) async -> Bool {
        let isHost = await isHost(relays.hosts[host].relay, of: domain)
        guard isHost != true else { return false }
        let evidence = await evidence(of: host)
        guard evidence.isNone + evidence.isHost > 0 else {
            // Nothing can be found out about any of its domains. A host that took mail of several is a relay. A single
            // domain may be gone, or have lost its records, and the host may have been its own.
            return relays.hosts[host].samples.count > 1 && !isBelow(relays.hosts[host].relay, domain)
        }
        // For a domain about which nothing can be found out, the other domains decide.
        return evidence.isNone >= max(1, evidence.isHost)
    }

    /// Whether the name of a host is below a domain.
    private func isBelow(_ relay: SurveyLine.Relay, _ domain: DomainName) -> Bool {
        guard case .destination(let used) = Destination.parse(nextHop: relay.hop, port: port) else { return false }
        return used.name == domain || used.name.text.hasSuffix(".\(domain.text)")
    }

    private func evidence(of host: Int) async -> Evidence {
        let task = evidence.withLock { known in
            if let task = known[host] { return task }
            let task = Task { await self.look(at: host) }
            known[host] = task
            return task
        }
        return await task.value
    }

    private func look(at host: Int) async -> Evidence {
        var evidence = Evidence()
        for sample in relays.hosts[host].samples {
            guard let domain = domain(Int(sample)) else { continue }
            switch await isHost(relays.hosts[host].relay, of: domain) {
            case true: evidence.isHost += 1
            case false: evidence.isNone += 1
            case nil: break
            }
        }
        return evidence
    }

    /// Whether a host is an MX host of a domain, by its name or by its address. The address counts because an MTA may
    /// log the name that an alias stands for.
    ///
    /// - Returns: The answer; nil if the MX records cannot be found out, or the domain no longer exists.
    private func isHost(_ relay: SurveyLine.Relay, of domain: DomainName) async -> Bool? {
        let found: Found<MXRecord>
        switch await resolver.mx(domain) {
        case .secure(let answer), .insecure(let answer): found = answer
        case .bogus, .failed: return nil
        }
        if found.existence == .noSuchName { return nil }
        var hosts = found.records.compactMap { if case .host(let name) = $0.exchange { name } else { nil } }
        // RFC 5321 §5.1: without MX records the domain itself is the host.
        if found.existence == .noData { hosts = [domain] + [found.canonicalName].compactMap(\.self) }
        if case .destination(let used) = Destination.parse(nextHop: relay.hop, port: port), hosts.contains(used.name) {
            return true
        }
        guard let address = relay.address else { return false }
        for host in hosts.prefix(Self.hosts) {
            let (four, six) = await resolver.addresses(host)
            if four.records.contains(address) || six.records.contains(address) { return true }
        }
        return false
    }
}

extension Answer<IPAddress> {
    /// The addresses, whether secure or not; none if there are none to be trusted.
    fileprivate var records: [IPAddress] {
        switch self {
        case .secure(let found), .insecure(let found): found.records
        case .bogus, .failed: []
        }
    }
}
