import DANE

@testable import Inspection
@testable import Policy

extension FuzzTarget {
    /// A next hop as an MTA writes it.
    static let nextHops = FuzzTarget("next-hops") { bytes in
        let text = bytes.text
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: 25) else { return }
        try require(!destination.name.isRoot && destination.port != 0, "the destination \(destination)")
        try require(IPAddress(destination.name.text) == nil, "the address \(destination.name) as a name")
        for standard in [25, destination.port] as [UInt16] {
            let written = destination.text(standard: standard)
            try requireLine(written, atMost: 253 + 2 + 6, "a destination")
            let again = Destination.parse(nextHop: written, port: standard)
            try require(again == .destination(destination), "\(written) reads as \(again)")
        }
    }
}
