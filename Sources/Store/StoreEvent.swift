import RESP

/// What a client tells without having been asked.
package enum StoreEvent: Sendable, Hashable {
    /// Commands are sent again, and changes are told from now on. What was changed since the generation before ended is
    /// not: whatever was kept of the store is to be dropped.
    case connected(generation: Int)
    /// The connection has ended; a clause says why.
    case disconnected(String)
    /// Others have changed or removed these keys.
    case invalidated([[UInt8]])
    /// The whole database was emptied.
    case flushed

    /// Reads a push of the store; nil for one that says nothing of keys.
    init?(push: [RESPValue]) {
        guard push.count == 2, push[0].bytes?.elementsEqual("invalidate".utf8) == true else { return nil }
        if push[1] == .null {
            self = .flushed
        } else if let keys = push[1].elements {
            self = .invalidated(keys.compactMap(\.bytes))
        } else {
            return nil
        }
    }
}
