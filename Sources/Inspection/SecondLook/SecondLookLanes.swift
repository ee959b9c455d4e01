import DNSSEC
import DequeModule

/// The order in which waiting failures get their second look: domains take turns, and inside a domain its zones do
/// (F-110).
struct SecondLookLanes {
    private struct Domain {
        var zones: [String: Deque<UInt64>] = [:]
        var turns: Deque<String> = []

        mutating func add(_ id: UInt64, _ zone: String) {
            if zones[zone, default: []].isEmpty { turns.append(zone) }
            zones[zone, default: []].append(id)
        }

        mutating func next(_ isWaiting: (UInt64) -> Bool) -> UInt64? {
            while let zone = turns.popFirst() {
                var found: UInt64?
                while found == nil, let id = zones[zone]?.popFirst() { found = isWaiting(id) ? id : nil }
                if zones[zone]?.isEmpty != false { zones[zone] = nil } else { turns.append(zone) }
                if let found { return found }
            }
            return nil
        }
    }

    private var domains: [String: Domain] = [:]
    private var turns: Deque<String> = []

    /// Adds a waiter to the end of a zone's lane.
    mutating func add(_ id: UInt64, _ path: LanePath) {
        if domains[path.domain] == nil { turns.append(path.domain) }
        domains[path.domain, default: Domain()].add(id, path.zone)
    }

    /// Removes and returns those that start together: one per domain in turn, repeatedly, as long as there is room.
    ///
    /// - Parameters:
    ///   - limit: How many in all.
    ///   - share: How many per domain.
    ///   - mayGo: Whether a domain may have another one started.
    ///   - isWaiting: Whether an id still waits.
    mutating func take(
        atMost limit: Int, ofEach share: Int, mayGo: (String) -> Bool, isWaiting: (UInt64) -> Bool
    ) -> [UInt64] {
        var taken: [UInt64] = []
        var allowed: [String: Bool] = [:]
        // F-110: one per domain in turn.
        for _ in 0..<share {
            let before = taken.count
            for _ in 0..<turns.count where taken.count < limit {
                guard let name = turns.popFirst() else { break }
                if allowed[name] == nil { allowed[name] = mayGo(name) }
                if allowed[name] == true, let id = domains[name]?.next(isWaiting) { taken.append(id) }
                if domains[name]?.turns.isEmpty != false { domains[name] = nil } else { turns.append(name) }
            }
            if taken.count == before || taken.count >= limit { break }
        }
        return taken
    }
}
