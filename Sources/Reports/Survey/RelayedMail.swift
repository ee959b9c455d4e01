/// By which hosts the mail of each destination went, according to the log.
///
/// Only the DNS can tell whether a host is an MX host of a domain or a relay that the site chose. This holds the hosts
/// and domains to ask it about.
struct RelayedMail: Sendable {
    /// A host, and some of the destinations whose mail it took.
    struct Host: Sendable {
        let relay: SurveyLine.Relay
        /// The first destinations, by their place in the list.
        fileprivate(set) var samples: [UInt32]
    }

    /// So many destinations of a host are enough to tell whether it is a relay.
    static let samples = 8
    /// The most hosts, and the most pairs of a destination and a host, that are remembered.
    private let limits: (hosts: Int, pairs: Int)
    /// At most so many hosts of one destination are searched.
    private static let hostsOfOne = 64

    /// A destination's mail by one host, and the next such pair of the same destination.
    private struct Pair {
        let host: UInt32
        var recipients: UInt32
        let next: UInt32
    }

    private(set) var hosts: [Host] = []
    private var places: [String: UInt32] = [:]
    private var pairs: ContiguousArray<Pair> = []
    /// The latest pair of each destination, plus one; 0 if there is none.
    private var heads: ContiguousArray<UInt32> = []
    /// The number of recipients that had no room.
    private(set) var forgotten = 0

    /// Makes an empty list.
    init(hosts: Int = 1_000_000, pairs: Int = 5_000_000) { limits = (hosts, pairs) }

    /// Adds mail.
    ///
    /// - Parameters:
    ///   - destination: The destination's place in the list.
    ///   - recipients: The number of recipients; 0 for an attempt.
    mutating func add(_ destination: Int, recipients: Int, by relay: SurveyLine.Relay) {
        while heads.count <= destination { heads.append(0) }
        var place = heads[destination]
        var seen = 0
        let known = places[relay.hop]
        while place != 0, seen < Self.hostsOfOne {
            let index = Int(place) - 1
            if pairs[index].host == known {
                pairs[index].recipients = UInt32(clamping: Int(pairs[index].recipients) + recipients)
                return
            }
            place = pairs[index].next
            seen += 1
        }
        guard seen < Self.hostsOfOne, pairs.count < limits.pairs, known != nil || hosts.count < limits.hosts else {
            forgotten += recipients
            return
        }
        let host = known ?? UInt32(hosts.count)
        if known == nil {
            places[relay.hop] = host
            hosts.append(Host(relay: relay, samples: []))
        }
        if hosts[Int(host)].samples.count < Self.samples { hosts[Int(host)].samples.append(UInt32(destination)) }
        pairs.append(Pair(host: host, recipients: UInt32(clamping: recipients), next: heads[destination]))
        heads[destination] = UInt32(pairs.count)
    }

    /// Returns the hosts that took mail of a destination, by their place in `hosts`, in the order of first appearance.
    func hosts(of destination: Int) -> [(host: Int, recipients: Int)] {
        guard destination < heads.count else { return [] }
        var found: [(host: Int, recipients: Int)] = []
        var place = heads[destination]
        while place != 0 {
            let pair = pairs[Int(place) - 1]
            found.append((Int(pair.host), Int(pair.recipients)))
            place = pair.next
        }
        return found.reversed()
    }
}
