/// How many connections of MTAs there may be, and how long one may say nothing.
public struct ConnectionLimits: Sendable, Hashable {
    /// The most connections at once. Beyond them, whoever has been idle for longest gives way.
    public var connections: Int
    /// How long a connection may go without its negotiation.
    public var silence: Duration

    /// More are of no use to any MTA.
    public static let mostConnections = 8192

    /// So many more than the limit are let in: while those that gave way are being closed, and to be told why they
    /// are not served.
    public var slack: Int { Self.slack(connections: connections) }

    /// How many more than a limit are let in.
    private static func slack(connections: Int) -> Int { min(max(connections / 4, 4), 64) }

    /// Limits within so many descriptors.
    public init(descriptors: Int) {
        // The fifth part is the slack, until that is as large as it gets.
        self.init(connections: min(max(descriptors - 64, descriptors * 4 / 5), Self.mostConnections))
    }

    /// The most descriptors that these connections take.
    public var descriptors: Int { connections + slack }

    /// Limits of the given values.
    public init(connections: Int = mostConnections, silence: Duration = .seconds(10)) {
        self.connections = max(1, connections)
        self.silence = silence
    }
}

extension Duration {
    /// Whole milliseconds.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
