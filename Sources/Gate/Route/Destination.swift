public import DANE

/// Where mail goes next: what is judged, and what a verdict is kept under.
public struct Destination: Sendable, Hashable {
    /// The next hop.
    public enum NextHop: Sendable, Hashable {
        /// A domain, whose MX records name the hosts.
        case domain(DomainName)
        /// A host named in brackets: no MX lookup.
        case host(DomainName)
    }

    /// The next hop.
    public let nextHop: NextHop
    /// The TCP port, also of the TLSA owner name (RFC 7672 §2.2.3).
    public let port: UInt16

    /// A destination of these parts.
    public init(_ nextHop: NextHop, port: UInt16) {
        self.nextHop = nextHop
        self.port = port
    }

    /// The name of the next hop.
    public var name: DomainName {
        switch nextHop {
        case .domain(let name), .host(let name): name
        }
    }
}

extension Destination {
    /// The same place under another name.
    func renamed(_ name: DomainName) -> Destination { Destination(.domain(name), port: port) }

    /// The destination as an MTA writes it: a host in brackets, a port unless it is the standard one.
    func text(standard: UInt16) -> String {
        let name = if case .host(let name) = nextHop { "[\(name)]" } else { name.description }
        return port == standard ? name : "\(name):\(port)"
    }

    /// Whether no recipient's domain leads there, but an MTA's configuration alone: a host in brackets, or a port of
    /// its own.
    ///
    /// Of a domain on the standard port nobody can tell who does not know the recipient; it is taken for a recipient's.
    func isOwnByForm(standard: UInt16) -> Bool {
        if case .host = nextHop { return true }
        return port != standard
    }
}
