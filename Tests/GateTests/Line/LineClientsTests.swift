import NIOCore
import NIOEmbedded
import Testing

@testable import Gate

/// Which connection gives way if there are too many.
@Suite struct LineClientsTests {
    private static func channels(_ count: Int) throws -> [EmbeddedChannel] {
        try (0..<count).map { number in
            let channel = EmbeddedChannel()
            try channel.connect(to: SocketAddress(unixDomainSocketPath: "/\(number)")).wait()
            return channel
        }
    }

    /// How many are open, had to give way, and were refused.
    private static func counts(_ clients: LineClients) -> [Int] {
        let counts = clients.counts
        return [counts.open, counts.displaced, counts.refused]
    }

    @Test func theOldestGivesWayOfThoseThatSayNothing() throws {
        let clients = LineClients(3, patience: .hours(1))
        let channels = try Self.channels(5)
        for channel in channels { #expect(!clients.enter(channel).isRefused) }
        #expect(channels.map(\.isActive) == [false, false, true, true, true])
        #expect(Self.counts(clients) == [3, 2, 0])
    }

    @Test func whoHasAskedNothingGivesWayFirstAndWhoWaitsNever() throws {
        let clients = LineClients(3, patience: .hours(1))
        let channels = try Self.channels(6)
        let first = clients.enter(channels[0])
        let second = clients.enter(channels[1])
        first.stands(.asking)
        second.stands(.asking)
        second.stands(.idle)
        let third = clients.enter(channels[2])
        // The third has asked nothing, and the second nothing now.
        let fourth = clients.enter(channels[3])
        #expect(channels.prefix(4).map(\.isActive) == [true, true, false, true])
        third.stands(.asking)
        fourth.stands(.asking)
        let fifth = clients.enter(channels[4])
        #expect(channels.prefix(5).map(\.isActive) == [true, false, false, true, true])
        fifth.stands(.asking)
        let sixth = clients.enter(channels[5])
        #expect(sixth.isRefused && channels[5].isActive, "it is told so by its handler")
        #expect(Self.counts(clients) == [3, 2, 1])
        // Where one has ended, there is room.
        _ = try channels[0].finish()
        #expect(clients.counts.open == 2)
        #expect(!clients.enter(channels[5]).isRefused)
    }

    @Test func theOneThatIsIdleForLongestGivesWay() throws {
        let clients = LineClients(2, patience: .hours(1))
        let channels = try Self.channels(3)
        let first = clients.enter(channels[0])
        clients.enter(channels[1]).stands(.idle)
        first.stands(.idle)
        _ = clients.enter(channels[2])
        #expect(channels.map(\.isActive) == [true, false, true])
    }

    /// If all places that may wait are taken, the one that has waited for longest gives way, but not before its time.
    @Test(arguments: [TimeAmount.hours(1), .nanoseconds(-1)]) func theOneThatWaitsForLongestGivesWay(
        _ patience: TimeAmount
    ) throws {
        let clients = LineClients(8, patience: patience)
        let channels = try Self.channels(9)
        for channel in channels.prefix(7) { clients.enter(channel).stands(.asking) }
        let eighth = clients.enter(channels[7])
        let isOver = patience < .zero
        #expect(eighth.isRefused == !isOver && channels[7].isActive && channels[0].isActive == !isOver)
        #expect(Self.counts(clients) == (isOver ? [7, 1, 0] : [8, 0, 1]))
        #expect(clients.counts.asking == (isOver ? 6 : 7))
    }

    /// Of eight places one is left to those who are refused, for as long as it takes to tell them.
    @Test func theRefusedGiveWayToEachOther() throws {
        let clients = LineClients(8, patience: .hours(1))
        let channels = try Self.channels(11)
        #expect(!clients.enter(channels[7]).isRefused)
        for channel in channels.prefix(7) {
            let client = clients.enter(channel)
            #expect(!client.isRefused)
            client.stands(.asking)
        }
        let ninth = clients.enter(channels[8])
        #expect(ninth.isRefused && ninth.hasPlace && !channels[7].isActive)
        let tenth = clients.enter(channels[9])
        // Whatever its handler says.
        tenth.stands(.asking)
        #expect(tenth.isRefused && tenth.hasPlace && !channels[8].isActive && channels[9].isActive)
        #expect(Self.counts(clients) == [8, 1, 2])
        // There is a place, but it is kept for those.
        _ = try channels[9].finish()
        #expect(clients.enter(channels[10]).isRefused && Self.counts(clients) == [8, 1, 3])
        _ = try channels[0].finish()
        #expect(!clients.enter(channels[7]).isRefused && channels[10].isActive)
    }
}
