import RESP
import Support
import Synchronization

/// The store's clock, as this host knows it. Hosts tell each other times by it, because the clock of one of them may be
/// wrong.
final class SharedClock: Sendable {
    /// How long an answer of the store is good for.
    private static let trusted = Duration.seconds(30)
    /// How far the store's clock and this host's may be apart, in seconds. Beyond it nothing is taken from the store:
    /// whoever has it without the key could turn its clock back, and show an old verdict, whose seal is right, as new.
    static let apart: Int64 = 6 * 3600
    /// How far they may be apart, in seconds, for ages of faults to count. If a store's clock jumps, what was written
    /// before is older by the jump, and a fault that is new would be refused for good.
    static let agreeing: Int64 = 60
    /// Later than any time that a store may tell, in seconds: arithmetic with it cannot overflow.
    private static let latest: Int64 = 1 << 40

    private let wall: @Sendable () -> Int64
    private let apart = Atomic(false)
    /// The seconds by which the store's clock is ahead of this host's.
    private let ahead = Atomic<Int64>(0)
    private let last = Mutex<(told: Int64, at: ContinuousClock.Instant)?>(nil)

    /// A clock that has told nothing yet.
    ///
    /// - Parameter wall: This host's clock, in seconds since 1970.
    init(wall: @escaping @Sendable () -> Int64 = { unixTime() }) { self.wall = wall }

    /// Takes an answer to TIME.
    ///
    /// - Returns: The store's time in milliseconds since 1970; nil if it is no such answer, or too far from this
    ///   host's.
    func take(_ answer: RESPValue?, at now: ContinuousClock.Instant = .now) -> Int64? {
        guard let parts = answer?.elements, parts.count == 2,
            let seconds = parts[0].text.flatMap(Int64.init), (0...Self.latest).contains(seconds),
            let micros = parts[1].text.flatMap(Int64.init), (0..<1_000_000).contains(micros)
        else { return nil }
        let ahead = seconds - wall()
        self.ahead.store(ahead, ordering: .relaxed)
        let isApart = Swift.abs(ahead) > Self.apart
        apart.store(isApart, ordering: .relaxed)
        guard !isApart else { return nil }
        let time = seconds * 1000 + micros / 1000
        last.withLock { $0 = (time, now) }
        return time
    }

    /// Whether the store last told a time that is too far from this host's.
    var isApart: Bool { apart.load(ordering: .relaxed) }

    /// By how many seconds the store's clock was last ahead of this host's; nil if they agree well enough for ages.
    var disagreement: Int64? {
        let ahead = ahead.load(ordering: .relaxed)
        return Swift.abs(ahead) > Self.agreeing ? ahead : nil
    }

    /// The store's time now, however long ago it was told; nil if it never was.
    func lastTime(at now: ContinuousClock.Instant = .now) -> Int64? {
        last.withLock { last in last.map { $0.told + (now - $0.at).milliseconds } }
    }

    /// The store's time now; nil if it was not told lately.
    func time(at now: ContinuousClock.Instant = .now) -> Int64? {
        last.withLock { last in
            guard let last, now - last.at <= Self.trusted else { return nil }
            return last.told + (now - last.at).milliseconds
        }
    }
}
