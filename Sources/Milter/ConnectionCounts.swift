/// What has become of the connections of MTAs since the start.
public struct ConnectionCounts: Sendable, Hashable {
    /// Those that are open now, silent ones included.
    public var open = 0
    /// Those that had not negotiated in time, and were ended.
    public var silent = 0
    /// Those that were ended because there were too many, and they had been idle for longest.
    public var displaced = 0
    /// Those that were not served: too many, and none could give way.
    public var rejected = 0

    /// What has been added to earlier counts.
    func since(_ earlier: ConnectionCounts) -> ConnectionCounts {
        ConnectionCounts(
            open: open, silent: silent - earlier.silent, displaced: displaced - earlier.displaced,
            rejected: rejected - earlier.rejected)
    }

    /// What has become of connections, a sentence each, without a full stop.
    var sentences: [String] {
        [
            silent > 0
                ? "ended \(silent) \(silent == 1 ? "connection" : "connections") that did not negotiate in time" : nil,
            displaced > 0 ? "too many connections: ended \(displaced) that had been idle for longest" : nil,
            rejected > 0 ? "too many connections: did not serve \(rejected)" : nil,
        ].compactMap(\.self)
    }
}
