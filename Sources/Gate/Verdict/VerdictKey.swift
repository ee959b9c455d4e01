import DANE

/// What a verdict is kept under: a destination, and whether policy demands DANE of it.
///
/// Where DANE is demanded, that it is lacking is a failure, with another second look and another lifetime: such verdicts are kept
/// apart from those of the same destination without the demand. Nineteen bytes and what a long name takes; there may be a million.
struct VerdictKey: Hashable, Sendable {
    private let name: DomainName
    private let port: UInt16
    private let kind: UInt8

    private static let isHost: UInt8 = 1
    private static let isDemanding: UInt8 = 2

    /// The key of a destination.
    init(_ destination: Destination, demandsDANE: Bool) {
        name = destination.name
        port = destination.port
        let host = if case .host = destination.nextHop { Self.isHost } else { 0 as UInt8 }
        kind = host | (demandsDANE ? Self.isDemanding : 0)
    }

    /// The destination.
    var destination: Destination { Destination(kind & Self.isHost != 0 ? .host(name) : .domain(name), port: port) }

    /// Whether policy demands DANE of it.
    var demandsDANE: Bool { kind & Self.isDemanding != 0 }

    /// A number that differs between keys, for choosing a shard; cheaper than the hash of the table.
    var spread: Int {
        Int(
            truncatingIfNeeded: name.text.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ UInt64(kind)) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            } >> 7)
    }

    /// Whether a verdict is good here: mail may be delivered as it is demanded.
    func allows(_ verdict: Verdict) -> Bool {
        verdict.outcome.allowsDelivery && !(demandsDANE && verdict.outcome.lacksDANE)
    }
}
