import DANE

/// Destinations that were in order lately, to ask again when many fail: if these fail too, it is us.
///
/// One a site, so that neither one provider's outage nor one stranger's zone speaks for all; those with TLSA records first, for
/// they try every part of us.
struct KnownGood {
    /// The most destinations.
    static let limit = 32
    /// How long ago one may have been in order.
    static let memory = Duration.seconds(6 * 3600)
    /// So many are asked.
    static let sample = 5

    private struct Entry {
        let key: VerdictKey
        let site: String
        let isProtected: Bool
        var noted: ContinuousClock.Instant
    }

    private var entries: [Entry] = []

    /// Notes a destination that is in order.
    mutating func note(_ key: VerdictKey, _ verdict: Verdict, at now: ContinuousClock.Instant) {
        let entry = Entry(
            key: key, site: Self.site(verdict.host ?? key.destination.name.text),
            isProtected: verdict.outcome == .verified || verdict.outcome == .encrypted, noted: now)
        if let index = entries.firstIndex(where: { $0.site == entry.site }) {
            if entries[index].key == key || entry.isProtected && !entries[index].isProtected {
                entries[index] = entry
            }
        } else if entries.count < Self.limit {
            entries.append(entry)
        } else if let index = entries.firstIndex(where: { now - $0.noted > Self.memory }) {
            entries[index] = entry
        } else if Int.random(in: 0..<4) == 0 {
            // At random, and not each time: who sends mail to many domains of his own does not drive all others out at once.
            let index = Int.random(in: entries.indices)
            if entry.isProtected || !entries[index].isProtected { entries[index] = entry }
        }
    }

    /// Some of them.
    func sample(at now: ContinuousClock.Instant) -> [VerdictKey] {
        let recent = entries.filter { now - $0.noted <= Self.memory }.shuffled()
        return (recent.filter(\.isProtected) + recent.filter { !$0.isProtected }).prefix(Self.sample).map(\.key)
    }

    /// Forgets those that turned out to be out of order.
    mutating func forget(_ keys: [VerdictKey]) { entries.removeAll { keys.contains($0.key) } }

    /// The last two labels: about what one operator has.
    private static func site(_ name: String) -> String {
        name.split(separator: ".").suffix(2).joined(separator: ".")
    }
}
