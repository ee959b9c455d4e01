import DANE
import Testing

@testable import Web

/// How many connections may wait for tests to end.
@Suite struct FollowerLimitsTests {
    private static func client(_ address: String?) -> PageClient { .visitor(address.flatMap { IPAddress($0) }) }

    /// The addresses of an IPv6 network are one client, and so are all whose address nobody says.
    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("2001:db8:0:1::1", "2001:db8:0:1::ffff", "2001:db8:0:2::1"),
            (nil, nil, "192.0.2.1"),
        ] as [(String?, String?, String)])
    func aClientHasItsShare(first: String?, second: String?, other: String) throws {
        let limits = FollowerLimits(connections: 100, ofOneAddress: 32)
        var places: [FollowerLimits.Place] = []
        for number in 0..<16 {
            places.append(try limits.enter(Self.client(number % 2 == 0 ? first : second)))
        }
        #expect(throws: FollowerLimits.Refusal.client) { try limits.enter(Self.client(first)) }
        places.append(try limits.enter(Self.client(other)))
        places.append(try limits.enter(.administrator))
        #expect(limits.count == 16 + 2)
        places.removeFirst()
        places.append(try limits.enter(Self.client(first)))
        places = []
        #expect(limits.count == 0)
    }

    @Test func allHaveHalfOfTheConnections() throws {
        let limits = FollowerLimits(connections: 8, ofOneAddress: 32)
        var places = try (1...4).map { try limits.enter(Self.client("192.0.2.\($0)")) }
        #expect(throws: FollowerLimits.Refusal.all) { try limits.enter(Self.client("192.0.2.9")) }
        #expect(throws: FollowerLimits.Refusal.all) { try limits.enter(.administrator) }
        places.removeLast()
        places.append(try limits.enter(Self.client("192.0.2.9")))
        #expect(places.count == 4)
    }
}
