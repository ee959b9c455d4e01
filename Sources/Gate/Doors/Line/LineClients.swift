import NIOCore
import Synchronization

/// The connections of a door, a bounded number of them. If there are too many, one of them gives way: first those that
/// were refused, then those that have asked nothing yet, then those that wait for no answer, of each the one that has
/// been so for longest. A client that waits for an answer does not give way to them. If seven eighths of the places are
/// taken by those, the one that has waited for longest gives way, if that is longer than most answers take; otherwise
/// the new client is refused. It has one of the other places, so that it can be told.
///
/// So clients that say nothing cannot keep out one that asks, nor can questions about destinations that do not answer
/// keep out one whose answer is known. A handler that never calls `Client.stands` leaves all of
/// its door's connections as new ones, and then the oldest gives way, whatever it does.
final class LineClients: Sendable {
    /// What a connection is doing.
    enum Standing: Int, Sendable {
        /// It was refused, and is being told.
        case refused
        /// It has asked nothing yet.
        case new
        /// It has had its answers, and may ask again.
        case idle
        /// It waits for an answer.
        case asking
    }

    /// A connection's place among them.
    struct Client: Sendable {
        fileprivate let clients: LineClients
        fileprivate let id: UInt64
        /// Whether the connection may ask nothing: its handler should say so, and close it.
        let isRefused: Bool
        /// Whether the connection counts among the others. If not, it must be closed at once.
        let hasPlace: Bool
        private let channel: any Channel

        fileprivate init(_ clients: LineClients, _ id: UInt64, _ channel: any Channel, _ place: (refused: Bool, Bool)) {
            self.clients = clients
            self.id = id
            self.channel = channel
            isRefused = place.refused
            hasPlace = place.1
        }

        /// Whether nobody is there any more who could be answered. Called from any thread.
        var isGone: Bool { !channel.isActive }

        /// Enters a question; false if there are too many whose clients have gone. `answered` must follow.
        func asks() -> Bool {
            guard clients.ask() else { return false }
            stands(.asking)
            return true
        }

        /// The question has its answer, whether the client is still there or not. Called from any thread.
        func answered() { clients.answer() }

        /// Says what the connection is doing now.
        func stands(_ standing: Standing) { if !isRefused { clients.move(id, standing) } }
    }

    private struct Entry {
        let channel: any Channel
        var standing: Standing
        /// The turn in which it began to stand so.
        var since: UInt64
        /// When it asked, if it waits for an answer.
        var asked = NIODeadline.distantFuture
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var turn: UInt64 = 0
        /// How many of them wait for an answer.
        var asking = 0
        /// How many questions have no answer yet, those of clients that have gone among them.
        var questions = 0
        var displaced = 0
        var refused = 0

        mutating func move(_ id: UInt64, to standing: Standing) {
            guard let entry = entries[id] else { return }
            turn += 1
            asking += (standing == .asking ? 1 : 0) - (entry.standing == .asking ? 1 : 0)
            entries[id]?.standing = standing
            entries[id]?.since = turn
            if standing == .asking { entries[id]?.asked = .now() }
        }

        /// The one that has waited for its answer for longest.
        var longestAsking: (key: UInt64, value: Entry)? {
            entries.lazy.filter { $0.value.standing == .asking }.min { $0.value.since < $1.value.since }
        }

        mutating func remove(_ id: UInt64) {
            if entries.removeValue(forKey: id)?.standing == .asking { asking -= 1 }
        }
    }

    private let limit: Int
    /// So many may wait for an answer before new ones are refused.
    private let waitingLimit: Int
    /// How long one may wait before it gives way to a new one.
    private let patience: TimeAmount
    private let state = Mutex(State())

    /// A place for so many connections.
    ///
    /// - Parameter patience: How long one that waits for an answer keeps its place in any case.
    init(_ limit: Int, patience: TimeAmount) {
        self.limit = limit
        waitingLimit = limit - limit / 8
        self.patience = patience
    }

    /// How many connections there are, how many of them wait for an answer, how many had to give way, and how many were
    /// refused.
    var counts: (open: Int, asking: Int, displaced: Int, refused: Int) {
        state.withLock { ($0.entries.count, $0.asking, $0.displaced, $0.refused) }
    }

    /// Ends all connections. Those that wait for an answer are told that there is none.
    func end() {
        let channels = state.withLock { $0.entries.values.map(\.channel) }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(LineEnding.stop)
            channel.close(promise: nil)
        }
    }

    /// Enters a connection, and ends another one if there are too many. The entry ends with the connection.
    func enter(_ channel: any Channel) -> Client {
        let (client, displaced) = state.withLock { state -> (Client, (any Channel)?) in
            state.turn += 1
            let id = state.turn
            var displaced: (any Channel)?
            var isRefused = false
            if state.asking >= waitingLimit {
                if let longest = state.longestAsking, longest.value.asked + patience < .now() {
                    displaced = longest.value.channel
                    state.remove(longest.key)
                    state.displaced += 1
                } else {
                    isRefused = true
                    state.refused += 1
                }
            }
            if state.entries.count >= limit {
                // To look at some hundred costs less than to keep them in order all the time.
                let next = state.entries.min {
                    ($0.value.standing.rawValue, $0.value.since) < ($1.value.standing.rawValue, $1.value.since)
                }
                guard let next, next.value.standing != .asking else {
                    return (Client(self, id, channel, (refused: true, false)), nil)
                }
                displaced = next.value.channel
                state.remove(next.key)
                // The refused ones have been counted already.
                if next.value.standing != .refused { state.displaced += 1 }
            }
            state.entries[id] = Entry(channel: channel, standing: isRefused ? .refused : .new, since: id)
            return (Client(self, id, channel, (refused: isRefused, true)), displaced)
        }
        if let displaced {
            displaced.pipeline.fireUserInboundEventTriggered(LineEnding.displacement)
            displaced.close(promise: nil)
        }
        if client.hasPlace {
            let id = client.id
            channel.closeFuture.whenComplete { _ in self.state.withLock { $0.remove(id) } }
        }
        return client
    }

    /// Work for clients that have gone goes on, because others may want what it finds. It is bounded all the same.
    private func ask() -> Bool {
        state.withLock { state in
            guard state.questions < limit * Self.questionsAPlace else { return false }
            state.questions += 1
            return true
        }
    }

    private func answer() { state.withLock { $0.questions -= 1 } }

    /// The most questions without an answer, for each place.
    private static let questionsAPlace = 8

    private func move(_ id: UInt64, _ standing: Standing) { state.withLock { $0.move(id, to: standing) } }
}
