import NIOCore
import Synchronization

/// The connections of a door, a bounded number of them. If there are too many, one of them gives way: first those that
/// have asked nothing yet, then those that wait for no answer, of each the one that has been so for longest. A client
/// that waits for an answer does not give way. If all of them wait, the new one is refused.
///
/// So clients that say nothing cannot keep out one that asks. A handler that never calls `Client.stands` leaves all of
/// its door's connections as new ones, and then the oldest gives way, whatever it does.
final class LineClients: Sendable {
    /// What a connection is doing.
    enum Standing: Int, Sendable {
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
        /// Whether the connection has no place: its handler should say so, and close it.
        let isRefused: Bool

        /// Says what the connection is doing now.
        func stands(_ standing: Standing) { if !isRefused { clients.move(id, standing) } }
    }

    private struct Entry {
        let channel: any Channel
        var standing = Standing.new
        /// The turn in which it began to stand so.
        var since: UInt64
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var turn: UInt64 = 0
        var displaced = 0
        var refused = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A place for so many connections.
    init(_ limit: Int) { self.limit = limit }

    /// How many there are, how many had to give way, and how many were refused.
    var counts: (open: Int, displaced: Int, refused: Int) {
        state.withLock { ($0.entries.count, $0.displaced, $0.refused) }
    }

    /// Enters a connection, and ends another one if there are too many. The entry ends with the connection.
    func enter(_ channel: any Channel) -> Client {
        let (id, displaced, isRefused) = state.withLock { state -> (UInt64, (any Channel)?, Bool) in
            state.turn += 1
            let id = state.turn
            var displaced: (any Channel)?
            if state.entries.count >= limit {
                // To look at some hundred costs less than to keep them in order all the time.
                let next = state.entries.min {
                    ($0.value.standing.rawValue, $0.value.since) < ($1.value.standing.rawValue, $1.value.since)
                }
                guard let next, next.value.standing != .asking else {
                    state.refused += 1
                    return (id, nil, true)
                }
                displaced = next.value.channel
                state.entries[next.key] = nil
                state.displaced += 1
            }
            state.entries[id] = Entry(channel: channel, since: id)
            return (id, displaced, false)
        }
        displaced?.close(promise: nil)
        if !isRefused {
            channel.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.entries.removeValue(forKey: id) } }
        }
        return Client(clients: self, id: id, isRefused: isRefused)
    }

    private func move(_ id: UInt64, _ standing: Standing) {
        state.withLock { state in
            state.turn += 1
            state.entries[id]?.standing = standing
            state.entries[id]?.since = state.turn
        }
    }
}
