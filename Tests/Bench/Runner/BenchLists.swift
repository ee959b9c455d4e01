import Foundation
import WorldServers

/// The destinations, as files of one name a line.
struct BenchLists: Sendable {
    /// How many zones of how many destinations.
    let zones: Int
    let size: Int
    /// Signed, on hosts that are in order.
    let good: String
    let goodCount: Int
    /// A thousand of these.
    let warm: String
    /// A million of a wildcard zone, on the same hosts.
    let many: String
    /// Some of each way to be broken, and some whose name servers are dead.
    let broken: String
    /// Zones whose name servers are dead.
    let dead: String
    let deadCount = 500

    init(hosts: [BenchHost], zones: Int, size: Int, many count: Int, in directory: ScratchDirectory) throws {
        (self.zones, self.size) = (zones, size)
        var names: [String: [String]] = [:]
        for zone in 0..<zones {
            for index in 0..<size {
                names[hosts[Self.host(of: index, among: hosts.count)].kind, default: []].append(
                    "d\(index).z\(zone).example")
            }
        }
        func write(_ list: [String], _ name: String) throws -> String {
            try directory.write(list.joined(separator: "\n") + "\n", to: name)
        }
        // Neighbours in the list are of different zones, as recipients are.
        var drawn = names["good"] ?? []
        var random = Sequenced(state: 1)
        drawn.shuffle(using: &random)
        good = try write(drawn, "good")
        goodCount = drawn.count
        warm = try write(Array(drawn.suffix(1000)), "warm")
        let wild = hosts.indices.filter { hosts[$0].kind == "good" }
        many = try write((0..<count).map { "d\($0).h\(wild[$0 % wild.count]).w.example" }, "many")
        let dead = (0..<deadCount).map { "dead\($0).example" }
        self.dead = try write(dead, "dead")
        let each = 80
        let expired = (0..<each).map { "d\($0).expired.example" }
        let faults = ["mismatch", "plain", "mute"].flatMap { (names[$0] ?? []).prefix(each) }
        var all = faults + expired + dead.suffix(each)
        all.shuffle(using: &random)
        broken = try write(all, "broken")
    }

    /// The host that a destination is on.
    static func host(of destination: Int, among count: Int) -> Int { destination % count }
}

/// A host that listens, and what the DNS is to say about it.
struct BenchHost: Sendable {
    /// `good`, `mismatch`, `plain` or `mute`.
    let kind: String
    let address: String
    let name: String
    let tlsa: String
}

/// The same draws each time.
private struct Sequenced: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
