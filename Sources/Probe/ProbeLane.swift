/// Who shares a lane: probes for one zone to one network. Lanes are equals; a zone with many networks is no more than
/// one with a single one, nor is a network that many zones point at.
struct ProbeLane: Hashable, Sendable {
    /// The asking zone; empty for nobody in particular.
    let zone: String
    /// The network of the address; nil where all waiters are for one address.
    let network: AddressRange?

    /// Who does not care.
    static let shared = ProbeLane(zone: "", network: nil)
}
