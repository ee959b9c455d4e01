import Certificates
import DANE
package import Inspection
import Probe
import RESP

/// The names under which several hosts keep what they know of a destination in their store.
///
/// They begin with `danegate:1:REALM:`. The number is that of the form: another form has other names.
package struct SharedKeys: Sendable, Hashable {
    /// The port that is not written.
    private static let standardPort: UInt16 = 25

    /// What the names of a realm begin with.
    package static func prefix(_ realm: String) -> String { "danegate:1:\(realm):" }

    /// What the names of verdicts begin with, whose changes the store tells.
    package static func verdicts(_ realm: String) -> String { prefix(realm) + "v:" }

    /// What the names of orders to look anew begin with, which the store tells.
    package static func rechecks(_ realm: String) -> String { prefix(realm) + "r:" }

    /// The name of the exemptions, a hash, whose changes the store tells.
    package static func exemptions(_ realm: String) -> String { prefix(realm) + "x" }

    /// How often all hosts have probed an address in an hour. With a colon and a zone behind it, it is for that zone.
    static func probes(of address: String, in hour: Int64, _ realm: String) -> String {
        "\(prefix(realm))n:\(address):\(hour)"
    }

    /// What a host has found by a probe. Other TLSA records have another name.
    static func finding(_ target: ProbeTarget, _ records: [TLSARecord], _ realm: String) -> String {
        let lines = records.map(\.presentation).sorted().joined(separator: "\n")
        let digest = Digest.sha256(Array(lines.utf8)).prefix(16).hexadecimal
        return "\(prefix(realm))p:\(target.serverName.text)|\(target.address)|\(target.port)|\(digest)"
    }

    private let prefix: String
    private let text: String

    /// The names for a destination.
    package init(_ destination: Destination, realm: String) {
        prefix = Self.prefix(realm)
        text = Self.text(of: destination)
    }

    /// What a host has found.
    package var verdict: String { "\(prefix)v:\(text)" }
    /// When the first host saw a fault.
    package var fault: String { "\(prefix)f:\(text)" }
    /// When the first host was in doubt.
    package var doubt: String { "\(prefix)d:\(text)" }
    /// That an administrator has had a host look anew.
    package var recheck: String { "\(prefix)r:\(text)" }
    /// Which host is just inspecting.
    package var lock: String { "\(prefix)l:\(text)" }

    /// `example.org`, `[mx.example.org]:2525`.
    private static func text(of destination: Destination) -> String {
        let name = destination.name.text
        let hop = destination.isHost ? "[\(name)]" : name
        return destination.port == standardPort ? hop : "\(hop):\(destination.port)"
    }

    /// The destination of a verdict's name; nil for any other name. Whoever may write to the store may have made it up.
    package static func destination(ofVerdict name: [UInt8], realm: String) -> Destination? {
        destination(of: name, behind: verdicts(realm))
    }

    /// The same for the name of an order to look anew.
    package static func destination(ofRecheck name: [UInt8], realm: String) -> Destination? {
        destination(of: name, behind: rechecks(realm))
    }

    private static func destination(of name: [UInt8], behind prefix: String) -> Destination? {
        let prefix = Array(prefix.utf8)
        guard name.starts(with: prefix), name.count <= prefix.count + 300,
            name.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        let text = String(decoding: name.dropFirst(prefix.count), as: UTF8.self)
        var hop = Substring(text)
        var port = standardPort
        if let colon = text.lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
            (hop, port) = (text[..<colon], number)
        }
        let isHost = hop.hasPrefix("[") && hop.hasSuffix("]")
        guard let domain = DomainName(isHost ? String(hop.dropFirst().dropLast()) : String(hop)) else { return nil }
        let destination = Destination(isHost ? .host(domain) : .domain(domain), port: port)
        // One destination has one name.
        return Self.text(of: destination) == text ? destination : nil
    }
}
