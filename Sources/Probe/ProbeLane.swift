/// A share of the probe slots: probes for one zone to one network. All shares are equal, so a zone with many networks
/// gets no more than one with a single network, and neither does a network that many zones use.
struct ProbeLane: Hashable, Sendable {
    /// The zone that the mail is for; empty if the probe is for nobody in particular.
    let zone: String
    /// The network of the address; nil if all waiters are for the same address.
    let network: AddressRange?

    /// The lane for callers that need no fairness.
    static let shared = ProbeLane(zone: "", network: nil)
}
