/// What has happened to connections of MTAs since the start.
public struct ConnectionCounts: Sendable, Hashable {
    /// Open connections, including those on which nothing was sent.
    public var open = 0
    /// Connections that were ended because they did not negotiate in time.
    public var silent = 0
    /// Connections that were ended because there were too many and they had been idle for longest.
    public var displaced = 0
    /// Connections that were not served because there were too many and none could be ended instead.
    public var rejected = 0

    /// The difference to earlier counts. `open` is the present value.
    func since(_ earlier: ConnectionCounts) -> ConnectionCounts {
        ConnectionCounts(
            open: open, silent: silent - earlier.silent, displaced: displaced - earlier.displaced,
            rejected: rejected - earlier.rejected)
    }

    /// What has happened, one sentence each, without a full stop.
    var sentences: [String] {
        [
            silent > 0
                ? "ended \(silent) \(silent == 1 ? "connection" : "connections") that did not negotiate in time" : nil,
            displaced > 0 ? "too many connections: ended \(displaced) that had been idle for longest" : nil,
            rejected > 0 ? "too many connections: did not serve \(rejected)" : nil,
        ].compactMap(\.self)
    }
}
