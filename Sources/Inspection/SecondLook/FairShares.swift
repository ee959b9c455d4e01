package import DNSSEC

/// Places that the parts of the DNS share, so many in all: as long as there are free ones anybody has as many as he
/// likes, and when there are none, whoever has most gives way to who has less.
///
/// The shares are those of domains, and within a domain those of zones (`LanePath`).
package struct FairShares<Key: Hashable> {
    /// What becomes of somebody who comes.
    package enum Entry {
        /// He has a place.
        case entered
        /// He has the place of another one, who has to go.
        case displaced(Key)
        /// There is no place: nobody who has one has a larger share.
        case full
    }

    private struct Domain {
        var count = 0
        /// Those who have a place, by zone, and when they came.
        var zones: [String: [Key: UInt64]] = [:]
    }

    /// How many places there are.
    package let limit: Int
    /// How many are taken.
    package private(set) var count = 0
    private var domains: [String: Domain] = [:]
    private var arrivals: UInt64 = 0

    /// No place taken.
    package init(_ limit: Int) { self.limit = max(1, limit) }

    /// The domain that has most places, and how many; nil if none has any.
    package var foremost: (domain: String, count: Int)? {
        domains.max { $0.value.count < $1.value.count }.map { ($0.key, $0.value.count) }
    }

    /// Gives somebody a place who has none.
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

    /// Takes a place back; nothing happens if there is none.
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

    /// Who gives way to somebody from a part of the DNS: who came first in the largest zone of the largest domain; nil
    /// if that would not have more left than who comes has then.
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
