public import DANE

/// Where mail goes next. It is what danegate judges, and the key that a verdict is kept under.
public struct Destination: Sendable, Hashable {
    /// The next hop.
    public enum NextHop: Sendable, Hashable {
        /// A domain, whose MX records name the hosts.
        case domain(DomainName)
        /// A host named in brackets, for which no MX records are looked up.
        case host(DomainName)
    }

    /// The next hop.
    public let nextHop: NextHop
    /// D-38, RFC 7672 §2.2.3: the TCP port, which also stands in the owner name of the TLSA records.
    public let port: UInt16

    /// Makes a destination.
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
    /// Returns the destination with another domain and the same port.
    package func renamed(_ name: DomainName) -> Destination { Destination(.domain(name), port: port) }

    /// Returns the destination as an MTA writes it: a host in brackets, and the port unless it is the standard one.
    package func text(standard: UInt16) -> String {
        let name = if case .host(let name) = nextHop { "[\(name)]" } else { name.description }
        return port == standard ? name : "\(name):\(port)"
    }

    /// Whether only an MTA's configuration can lead there, because no recipient's domain does: a host in brackets, or a
    /// port other than the standard one.
    ///
    /// A domain on the standard port can be either. Without the recipient it is taken for a recipient's domain.
    package func isOwnByForm(standard: UInt16) -> Bool {
        isHost || port != standard
    }

    /// Whether the next hop is a host in brackets.
    package var isHost: Bool { if case .host = nextHop { true } else { false } }
}
