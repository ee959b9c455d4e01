/// How many connections of MTAs are allowed, and how long a connection may stay silent.
public struct ConnectionLimits: Sendable, Hashable {
    /// The most connections at once. Beyond that, the one that has been idle for longest is ended.
    public var connections: Int
    /// How long a connection may take until it negotiates.
    public var silence: Duration

    /// The largest useful limit. No MTA needs more.
    public static let mostConnections = 8192

    /// How many connections are accepted beyond the limit: while ended ones are being closed, and so that their MTAs
    /// can be told why they are not served.
    public var slack: Int { Self.slack(connections: connections) }

    /// How many are accepted beyond a limit.
    private static func slack(connections: Int) -> Int { min(max(connections / 4, 4), 64) }

    /// Limits for this many descriptors.
    public init(descriptors: Int) {
        // The slack is a fifth of them, up to its maximum.
        self.init(connections: min(max(descriptors - 64, descriptors * 4 / 5), Self.mostConnections))
    }

    /// The most descriptors that these connections use.
    public var descriptors: Int { connections + slack }

    /// Limits with these values.
    public init(connections: Int = mostConnections, silence: Duration = .seconds(10)) {
        self.connections = max(1, connections)
        self.silence = silence
    }
}

extension Duration {
    /// Whole milliseconds.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
