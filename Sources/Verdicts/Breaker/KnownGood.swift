import DANE
import Inspection

/// Destinations that worked recently, to be inspected again when many fail. If these fail too, the fault is ours.
///
/// There is one per site, so that neither one provider's outage nor one stranger's zone decides. Those with TLSA
/// records come first, because they exercise every part of the gate.
struct KnownGood {
    /// The most destinations.
    static let limit = 32
    /// How long ago one may have worked.
    static let memory = Duration.seconds(6 * 3600)
    /// How many are inspected again.
    static let sample = 5

    private struct Entry {
        let key: VerdictKey
        let site: String
        /// The host with the TLSA records; nil if it has none.
        let host: String?
        var isProtected: Bool { host != nil }
        var noted: ContinuousClock.Instant
    }

    private var entries: [Entry] = []

    /// Notes a destination that works.
    mutating func note(_ key: VerdictKey, _ verdict: Verdict, at now: ContinuousClock.Instant) {
        let isProtected = verdict.outcome == .verified || verdict.outcome == .encrypted
        let host = verdict.host ?? key.destination.name.text
        let entry = Entry(key: key, site: Self.site(host), host: isProtected ? host : nil, noted: now)
        if let index = entries.firstIndex(where: { $0.site == entry.site }) {
            if entries[index].key == key || entry.isProtected && !entries[index].isProtected {
                entries[index] = entry
            }
        } else if entries.count < Self.limit {
            entries.append(entry)
        } else if let index = entries.firstIndex(where: { now - $0.noted > Self.memory }) {
            entries[index] = entry
        } else if Int.random(in: 0..<4) == 0 {
            // At random and not each time, so that somebody who sends mail to many domains of their own does not
            // displace all others at once.
            let index = Int.random(in: entries.indices)
            if entry.isProtected || !entries[index].isProtected { entries[index] = entry }
        }
    }

    /// Whether a destination of the same site as the name is known.
    func holds(_ name: String) -> Bool {
        let site = Self.site(name)
        return entries.contains { $0.site == site }
    }

    /// Some of them.
    func sample(at now: ContinuousClock.Instant) -> [VerdictKey] {
        let recent = entries.filter { now - $0.noted <= Self.memory }.shuffled()
        return (recent.filter(\.isProtected) + recent.filter { !$0.isProtected }).prefix(Self.sample).map(\.key)
    }

    /// The owners of TLSA records that were there recently, at most one per site.
    func witnesses(at now: ContinuousClock.Instant) -> TLSAWitnesses {
        let recent = entries.filter { now - $0.noted <= Self.memory }.shuffled()
        let owners = recent.compactMap { entry in
            entry.host.flatMap(DomainName.init)?.tlsaOwner(port: entry.key.destination.port)
        }
        return TLSAWitnesses(owners: Array(owners.prefix(TLSAWitnesses.most)))
    }

    /// Forgets those that no longer work.
    mutating func forget(_ keys: [VerdictKey]) { entries.removeAll { keys.contains($0.key) } }

    /// The last two labels of a name, which is about what one operator has.
    private static func site(_ name: String) -> String {
        name.split(separator: ".").suffix(2).joined(separator: ".")
    }
}
