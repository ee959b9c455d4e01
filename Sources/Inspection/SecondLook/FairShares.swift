package import DNSSEC

/// Places that the parts of the DNS share. As long as some are free, everybody gets as many as they like. If none is
/// free, the part with the most places loses one to a part with fewer.
///
/// Shares are counted by domain, and inside a domain by zone (`LanePath`).
package struct FairShares<Key: Hashable> {
    /// The result for a newcomer.
    package enum Entry {
        /// It has got a free place.
        case entered
        /// It has got the place of another one, which must go.
        case displaced(Key)
        /// It has got no place: nobody with a place has a larger share.
        case full
    }

    private struct Domain {
        var count = 0
        /// Those that have a place, by zone, and when they came.
        var zones: [String: [Key: UInt64]] = [:]
    }

    /// The number of places.
    package let limit: Int
    /// How many are taken.
    package private(set) var count = 0
    private var domains: [String: Domain] = [:]
    private var arrivals: UInt64 = 0

    /// Places, all free.
    package init(_ limit: Int) { self.limit = max(1, limit) }

    /// The domain with the most places, and their number; nil if no place is taken.
    package var foremost: (domain: String, count: Int)? {
        domains.max { $0.value.count < $1.value.count }.map { ($0.key, $0.value.count) }
    }

    /// Gives a place to a key that has none.
    package mutating func enter(_ key: Key, at path: LanePath) -> Entry {
        guard count >= limit else {
            add(key, path)
            return .entered
        }
        guard let (other, place) = heaviest(comparedWith: path) else { return .full }
        leave(other, from: place)
        add(key, path)
        return .displaced(other)
    }

    /// Takes a place back. Nothing happens if there is none.
    package mutating func leave(_ key: Key, from path: LanePath) {
        guard domains[path.domain]?.zones[path.zone]?.removeValue(forKey: key) != nil else { return }
        count -= 1
        domains[path.domain]?.count -= 1
        if domains[path.domain]?.zones[path.zone]?.isEmpty == true { domains[path.domain]?.zones[path.zone] = nil }
        if domains[path.domain]?.count == 0 { domains[path.domain] = nil }
    }

    private mutating func add(_ key: Key, _ path: LanePath) {
        count += 1
        arrivals += 1
        domains[path.domain, default: Domain()].count += 1
        domains[path.domain]?.zones[path.zone, default: [:]][key] = arrivals
    }

    /// The key that must go for a newcomer: the oldest one in the largest zone of the largest domain. nil if that zone
    /// would not keep more places than the newcomer's has then.
    private func heaviest(comparedWith path: LanePath) -> (Key, LanePath)? {
        guard let (name, domain) = domains.max(by: { $0.value.count < $1.value.count }) else { return nil }
        let own = domains[path.domain]?.count ?? 0
        let isOwn = own == domain.count || name == path.domain
        guard isOwn || domain.count > own + 1 else { return nil }
        let part = isOwn ? path.domain : name
        guard let zones = domains[part]?.zones, let (zone, members) = zones.max(by: { $0.value.count < $1.value.count })
        else { return nil }
        if isOwn, members.count <= (zones[path.zone]?.count ?? 0) + 1 { return nil }
        return members.min { $0.value < $1.value }.map { ($0.key, LanePath(domain: part, zone: zone)) }
    }
}
