import NIOCore
import Synchronization

/// The connections of browsers, a bounded number of them, and of each client address.
///
/// If there are too many, the one gives way that has been without a whole request for longest. One whose request is
/// being answered does not: if all are, the new one is closed.
final class WebConnections: Sendable {
    /// A connection's place among them.
    struct Place: Sendable {
        fileprivate let connections: WebConnections
        fileprivate let id: UInt64

        /// Says whether a request is being answered. Called from any thread.
        func isBusy(_ isBusy: Bool) { connections.note(id, isBusy) }
    }

    private struct Entry {
        let channel: any Channel
        let client: String?
        var isBusy = false
        /// The turn in which it became busy or idle.
        var since: UInt64
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var clients: [String: Int] = [:]
        var turn: UInt64 = 0
        var refused = 0
        var displaced = 0

        mutating func remove(_ id: UInt64) {
            guard let client = entries.removeValue(forKey: id)?.client, let count = clients[client] else { return }
            clients[client] = count > 1 ? count - 1 : nil
        }
    }

    /// The most connections of one client (`PageClient.key`). A browser opens six; a proxy may need all.
    static let perClient = 32

    private let limit: Int
    private let isProxy: @Sendable (any Channel) -> Bool
    private let state = Mutex(State())

    /// A place for so many connections.
    ///
    /// - Parameter isProxy: Whether the peer of a connection is a proxy, which speaks for many clients.
    init(_ limit: Int, isProxy: @escaping @Sendable (any Channel) -> Bool) {
        self.limit = limit
        self.isProxy = isProxy
    }

    /// How many connections there are, how many had to give way, and how many were closed at once.
    var counts: (open: Int, displaced: Int, refused: Int) {
        state.withLock { ($0.entries.count, $0.displaced, $0.refused) }
    }

    /// Enters a connection; nil if it must be closed. The entry ends with the connection.
    func enter(_ channel: any Channel) -> Place? {
        let client: String? =
            if !isProxy(channel), case .address(let address) = WebPeer(channel.remoteAddress) {
                PageClient.key(address)
            } else {
                nil
            }
        let (place, displaced) = state.withLock { state -> (Place?, (any Channel)?) in
            if let client, state.clients[client, default: 0] >= Self.perClient {
                state.refused += 1
                return (nil, nil)
            }
            var displaced: (any Channel)?
            if state.entries.count >= limit {
                let idle = state.entries.lazy.filter { !$0.value.isBusy }.min { $0.value.since < $1.value.since }
                guard let idle else {
                    state.refused += 1
                    return (nil, nil)
                }
                displaced = idle.value.channel
                state.remove(idle.key)
                state.displaced += 1
            }
            state.turn += 1
            state.entries[state.turn] = Entry(channel: channel, client: client, since: state.turn)
            if let client { state.clients[client, default: 0] += 1 }
            return (Place(connections: self, id: state.turn), displaced)
        }
        displaced?.close(promise: nil)
        if let place {
            channel.closeFuture.whenComplete { _ in self.state.withLock { $0.remove(place.id) } }
        }
        return place
    }

    /// Closes all connections.
    func end() {
        let channels = state.withLock { $0.entries.values.map(\.channel) }
        for channel in channels { channel.close(promise: nil) }
    }

    private func note(_ id: UInt64, _ isBusy: Bool) {
        state.withLock { state in
            state.turn += 1
            state.entries[id]?.isBusy = isBusy
            state.entries[id]?.since = state.turn
        }
    }
}
