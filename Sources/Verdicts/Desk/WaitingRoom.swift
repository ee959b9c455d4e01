import DANE
import DequeModule
import Support
import Synchronization

/// Where callers wait for verdicts. Their number is limited, and each may wait at least for a moment.
///
/// Nearly all verdicts come within that moment. Callers that wait longer usually wait for dead servers. When the room
/// is full, they give way to newcomers, the longest waiting first. So a thousand dead destinations do not keep anybody
/// from a live one. Before them, callers give way whose destinations have failed once and wait for a second look.
final class WaitingRoom: Sendable {
    /// Where one caller waits for its verdict.
    final class Seat: Sendable {
        fileprivate let id: UInt64
        fileprivate let since: ContinuousClock.Instant
        private let called = Signal()
        private let verdict = Mutex<Verdict?>(nil)

        fileprivate init(id: UInt64, since: ContinuousClock.Instant) {
            self.id = id
            self.since = since
        }

        /// Gives the caller its verdict; nil to make it give way without one.
        func call(_ verdict: Verdict?) {
            self.verdict.withLock { $0 = $0 ?? verdict }
            called.signal()
        }

        /// Blocks the calling thread until it gets its verdict, or the time is over.
        ///
        /// - Returns: The verdict, if there is one.
        func wait(until deadline: ContinuousClock.Instant) -> Verdict? {
            _ = called.wait(until: deadline)
            return verdict.withLock { $0 }
        }
    }

    private struct State {
        var seats: [UInt64: Seat] = [:]
        /// The seats in the order in which they were taken. May contain some that are free again.
        var order: Deque<UInt64> = []
        /// Those that give way first. May contain some that are free again.
        var aside: Deque<UInt64> = []
        var lastID: UInt64 = 0
    }

    /// How long a caller may wait before it has to give way.
    static let moment = Duration.milliseconds(250)

    private let limit: Int
    private let state = Mutex(State())

    /// A room with this many seats.
    init(_ limit: Int) { self.limit = limit }

    /// How many wait.
    var count: Int { state.withLock { $0.seats.count } }

    /// A seat, which the caller must `leave`; nil if the room is full of callers that have just come.
    func enter(at now: ContinuousClock.Instant) -> Seat? {
        let (seat, displaced) = state.withLock { state -> (Seat?, Seat?) in
            var displaced: Seat?
            if state.seats.count >= limit {
                guard let other = Self.giving(way: &state, at: now) else { return (nil, nil) }
                Self.remove(other, from: &state)
                displaced = other
            }
            state.lastID += 1
            let seat = Seat(id: state.lastID, since: now)
            state.seats[seat.id] = seat
            state.order.append(seat.id)
            return (seat, displaced)
        }
        displaced?.call(nil)
        return seat
    }

    /// Notes that the inspections which these callers wait for must themselves wait. If the room is full, these callers
    /// give way first, and at once.
    func putAside(_ seats: some Collection<Seat>) {
        state.withLock { state in
            for seat in seats where state.seats[seat.id] != nil { state.aside.append(seat.id) }
        }
    }

    private static func giving(way state: inout State, at now: ContinuousClock.Instant) -> Seat? {
        while let id = state.aside.popFirst() {
            if let seat = state.seats[id] { return seat }
        }
        guard let oldest = state.order.first.flatMap({ state.seats[$0] }), now - oldest.since >= moment else {
            return nil
        }
        return oldest
    }

    /// Returns a seat.
    func leave(_ seat: Seat) { state.withLock { Self.remove(seat, from: &$0) } }

    /// Removes a seat, so that the first one in order is always taken.
    private static func remove(_ seat: Seat, from state: inout State) {
        state.seats[seat.id] = nil
        while let first = state.order.first, state.seats[first] == nil { state.order.removeFirst() }
        while let first = state.aside.first, state.seats[first] == nil { state.aside.removeFirst() }
    }
}
