/// What was found out about one host: an MX host, or the domain itself where it has no MX record.
public struct HostFinding: Sendable, Hashable {
    /// The host's name as published.
    public let name: String
    /// Its MX preference; 0 for an implicit MX (RFC 5321 §5.1).
    public let preference: UInt16
    /// What is true about it.
    public let outcome: Outcome
    /// Why, as a sentence without a full stop.
    public let cause: String
    /// What would crash or wedge an MTA that delivers to this host, a sentence each.
    public let hazards: [String]
    /// Whether one of its addresses, or of the connections to them, failed while another may be used.
    public let isDegraded: Bool
    /// Whether nothing is known for a reason of this site's own.
    public let isOurs: Bool

    /// A finding of these parts.
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

    /// What follows for a host from its addresses, which a client tries one after the other (RFC 5321 §5.1).
    ///
    /// An address that may be used decides, one that was probed before one that was not; else a failure that may pass; else the first
    /// failure. Addresses that could not be tried from here (no IPv6, say) say nothing where others could.
    ///
    /// - Returns: The deciding finding and whether others failed beside it; nil if there are no addresses.
    public static func deciding(_ addresses: [AddressFinding]) -> (finding: AddressFinding, isDegraded: Bool)? {
        let addresses =
            addresses.contains(where: \.isProbed)
            ? addresses.filter { $0.isProbed || $0.outcome.allowsDelivery } : addresses
        let usable = addresses.filter(\.outcome.allowsDelivery)
        if let usable = usable.first(where: { $0.outcome != .unprobed }) ?? usable.first {
            return (usable, addresses.contains { !$0.outcome.allowsDelivery || $0.isDegraded })
        }
        // F-120: an address whose turn has not come may be the one that is in order.
        let doubt = addresses.first { $0.outcome == .pending } ?? addresses.first { $0.outcome.isDoubt }
        return (doubt ?? addresses.first).map { ($0, false) }
    }
}
