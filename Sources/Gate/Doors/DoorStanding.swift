package import Milter

/// A door beside the milter that is open, and its connections.
package struct DoorStanding: Sendable {
    /// Which door it is. The raw values stand in the status and the log, and are names of inherited sockets.
    package enum Name: String, Sendable, CaseIterable {
        /// Query lines and policy delegation.
        case query
        /// The TLS policy map.
        case tlsPolicy = "tls-policy"
        /// The page.
        case web
    }

    package let name: Name
    /// Where it listens.
    package let socket: MilterSocket
    /// How many connections there are, at most, had to give way, and were refused.
    let open: Int
    let limit: Int
    let displaced: Int
    let refused: Int

    /// A door with these figures.
    package init(_ name: Name, _ socket: MilterSocket, open: Int, limit: Int, displaced: Int, refused: Int) {
        self.name = name
        self.socket = socket
        self.open = open
        self.limit = limit
        self.displaced = displaced
        self.refused = refused
    }
}
