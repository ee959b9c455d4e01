/// How many connections of MTAs there may be, and how long one may say nothing.
public struct ConnectionLimits: Sendable, Hashable {
    /// The most connections at once. Beyond them, whoever has been idle for longest gives way.
    public var connections: Int
    /// How long a connection may go without its negotiation.
    public var silence: Duration

    /// Limits of the given values.
    public init(connections: Int = 8192, silence: Duration = .seconds(10)) {
        self.connections = max(1, connections)
        self.silence = silence
    }
}

extension Duration {
    /// Whole milliseconds.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
