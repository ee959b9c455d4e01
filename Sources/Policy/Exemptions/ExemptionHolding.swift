/// The exemptions of this host, for whoever shares them with other hosts. All threads may use it.
package protocol ExemptionHolding: Sendable {
    /// Those in force, and those that somebody has removed lately: these have an end.
    var standing: [Exemption] { get }

    /// Takes in what other hosts have made and removed, all of it. It does not wait, and what is known already costs
    /// nothing.
    func take(_ told: [Exemption])

    /// Looks at once whether an administrator has changed something, and returns when that is in force.
    func look() async

    /// From now on, calls a listener after each change. It must not wait.
    func whenChanged(_ listener: @escaping @Sendable () -> Void)
}

/// What came of telling other hosts of an exemption.
package enum ExemptionTelling: Sendable, Hashable {
    /// This host shares no exemptions.
    case alone
    /// All hosts that use the store have it, or will as soon as they can.
    case told
    /// The store does not let this host write, as it says itself.
    case refused(String)
    /// The store does not answer, for this reason.
    case unanswered(String)
}
