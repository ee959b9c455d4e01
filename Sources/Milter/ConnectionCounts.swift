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
}
