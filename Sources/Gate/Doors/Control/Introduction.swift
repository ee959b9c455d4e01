import Logging
import DANE
package import Probe
package import Records
import Support

/// The name that probes give in EHLO, for log and status. Its keys are those in JSON.
public struct Introduction: Codable, Sendable {
    /// Where the name comes from. The raw values are the values of `source`.
    enum Source: String, Codable, Sendable {
        /// PROBE_HELO.
        case setting
        /// The host's own name.
        case hostName = "host-name"
        /// There is no qualified name, so the address of each connection is used.
        case address
    }

    /// The words for EHLO: one name, or one address literal per family. Empty if this machine has no route to the
    /// Internet.
    let names: [String]
    let source: Source
    /// What is wrong with them, as a sentence without a full stop; nil if nothing is known to be wrong.
    @NullableJSON private(set) var warning: String?

    /// The values for a prober with this name.
    init(_ name: ClientName) {
        let addresses = name.addresses
        switch name {
        case .set(let text): (names, source) = ([text], .setting)
        case .host(let text): (names, source) = ([text], .hostName)
        case .ownAddress: (names, source) = (addresses.map(ClientName.literal), .address)
        }
        let special = addresses.lazy.compactMap { address in
            SpecialPurpose.range(of: address).map {
                "\(ClientName.literal(address)), a \($0.name) address (\($0.range))"
            }
        }.first
        warning = special.map {
            "probes introduce themselves as \($0): some hosts refuse that, and are unreachable. Set "
                + "DANEGATE_PROBE_HELO to the name that the DNS has for this machine"
        }
    }

    /// The text for people.
    var text: String {
        let words = names.isEmpty ? "the address of each connection" : names.joined(separator: " and ")
        return switch source {
        case .setting: "\(words) (PROBE_HELO)"
        case .hostName: "\(words) (the host's name)"
        case .address: "\(words) (the host's name is not fully qualified)"
        }
    }
}

extension ClientName {
    /// The addresses that it names.
    fileprivate var addresses: [IPAddress] {
        switch self {
        case .set(let text): ClientName.address(ofLiteral: text).map { [$0] } ?? []
        case .host: []
        case .ownAddress: Prober.ownAddresses
        }
    }
}

extension Introduction {
    /// Logs the name that hosts get, so that an administrator can see why a host refuses us (F-79).
    package static func tell(_ name: ClientName, _ log: GateLog) {
        let introduction = Introduction(name)
        let line = LogLine(event: "helo").adding("name", introduction.names.joined(separator: ","))
            .adding("source", introduction.source.rawValue)
        if let warning = introduction.warning {
            log.event(.warning, line.adding("cause", warning))
        } else {
            log.event(.notice, line)
        }
    }
}
