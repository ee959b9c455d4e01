import DNSSEC
import Gate
import Policy
import Probe
import Support

extension Settings {
    /// The resolver's part of the settings, within a budget.
    func resolverConfiguration(
        _ anchor: ResolverConfiguration.TrustAnchor, within budget: DescriptorBudget
    ) -> ResolverConfiguration {
        var configuration = resolverConfiguration(anchor)
        configuration.contexts = budget.contexts
        configuration.descriptors = ResolverDescriptors(lookups: budget.lookups, secondLooks: budget.secondLooks)
        return configuration
    }

    /// How the file descriptors are divided.
    ///
    /// - Parameters:
    ///   - limit: The limit of the process.
    ///   - inherited: The sockets of doors that are open without a setting.
    func descriptorBudget(
        limit: Int, inherited: InheritedSockets = InheritedSockets()
    ) throws(DescriptorShortageError) -> DescriptorBudget {
        try DescriptorBudget(
            limit: limit, contexts: ResolverConfiguration.defaultContexts, probes: probe ? probeConcurrency : 0,
            reserve: DescriptorReserve.size,
            doors: [(LineDoors.Kind.query, querySocket), (.tlsPolicy, tlsPolicySocket)]
                .count { $1.socket != nil || inherited.doors[$0] != nil })
    }

    /// The probe's part of the settings, within a budget.
    func probeConfiguration(within budget: DescriptorBudget) -> ProbeConfiguration {
        var configuration = probeConfiguration
        configuration.concurrency = min(configuration.concurrency, max(1, budget.probes))
        return configuration
    }
}
