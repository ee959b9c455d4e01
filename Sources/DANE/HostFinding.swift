/// What is known about one host: an MX host, or the domain itself if it has no MX record.
public struct HostFinding: Sendable, Hashable {
    /// The host's name as published.
    public let name: String
    /// Its MX preference; 0 for an implicit MX (RFC 5321 §5.1).
    public let preference: UInt16
    /// What is true about it.
    public var outcome: Outcome
    /// Why, as a sentence without a full stop.
    public var cause: String
    /// What would crash or block an MTA that delivers to this host, one sentence each.
    public var hazards: [String]
    /// Whether an address of the host, or a connection to one, failed although another may be used.
    public var isDegraded: Bool
    /// Whether the result is unknown for a reason on this site's side.
    public var isOurs: Bool

    /// A finding with these values.
    public init(
        name: String, preference: UInt16, outcome: Outcome, cause: String, hazards: [String] = [],
        isDegraded: Bool = false, isOurs: Bool = false
    ) {
        self.isOurs = isOurs
        self.name = name
        self.preference = preference
        self.outcome = outcome
        self.cause = cause
        self.hazards = hazards
        self.isDegraded = isDegraded
    }

    /// The result for a host from those for its addresses, which a client tries one after the other (RFC 5321 §5.1).
    ///
    /// The first address that may be used decides; one that was probed comes before one that was not. If no address may
    /// be used, the first failure that may be temporary decides, else the first failure. Addresses without a route from
    /// this machine (no IPv6, for example) are ignored if others could be tried.
    ///
    /// - Returns: The deciding finding, and whether other addresses failed; nil if there are no addresses.
    public static func deciding(_ addresses: [AddressFinding]) -> (finding: AddressFinding, isDegraded: Bool)? {
        let addresses =
            addresses.contains(where: \.isProbed)
            ? addresses.filter { $0.isProbed || $0.outcome.allowsDelivery } : addresses
        let usable = addresses.filter(\.outcome.allowsDelivery)
        // S-06, RFC 5321 §5.1; F-12: one address that works is enough.
        if let usable = usable.first(where: { $0.outcome != .unprobed }) ?? usable.first {
            return (usable, addresses.contains { !$0.outcome.allowsDelivery || $0.isDegraded })
        }
        // F-120: an address that could not be probed yet may be the one that works.
        let doubt = addresses.first { $0.outcome == .pending } ?? addresses.first { $0.outcome.isDoubt }
        return (doubt ?? addresses.first).map { ($0, false) }
    }

    /// Takes over what `deciding` has returned: what is true about that address is true about the host.
    public mutating func decide(by deciding: (finding: AddressFinding, isDegraded: Bool)) {
        outcome = deciding.finding.outcome
        cause = deciding.finding.cause
        isOurs = deciding.finding.isOurs
        isDegraded = deciding.isDegraded
    }
}
