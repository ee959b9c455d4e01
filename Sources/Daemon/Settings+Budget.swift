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
    /// - Parameter limit: The limit of the process.
    func descriptorBudget(limit: Int) throws(DescriptorShortageError) -> DescriptorBudget {
        try DescriptorBudget(
            limit: limit, contexts: ResolverConfiguration.defaultContexts, probes: probe ? probeConcurrency : 0,
            reserve: DescriptorReserve.size,
            doors: [querySocket, tlsPolicySocket].count { $0.socket != nil })
    }

    /// The probe's part of the settings, within a budget.
    func probeConfiguration(within budget: DescriptorBudget) -> ProbeConfiguration {
        var configuration = probeConfiguration
        configuration.concurrency = min(configuration.concurrency, max(1, budget.probes))
        return configuration
    }
}
