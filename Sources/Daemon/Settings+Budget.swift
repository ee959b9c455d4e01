import DNSSEC
import Gate
import Policy
import Probe
import Support
import Verdicts
import Web

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
        let hasPage = inherited.page(self).listen.socket != nil
        return try DescriptorBudget(
            limit: limit, contexts: ResolverConfiguration.defaultContexts, probes: probe ? probeConcurrency : 0,
            reserve: DescriptorReserve.size,
            doors: [(LineDoors.Kind.query, querySocket), (.tlsPolicy, tlsPolicySocket)]
                .count { $1.socket != nil || inherited.doors[$0] != nil } + (hasPage ? 1 : 0),
            hasPage: hasPage)
    }

    /// The probe's part of the settings, within a budget.
    func probeConfiguration(within budget: DescriptorBudget) -> ProbeConfiguration {
        var configuration = probeConfiguration
        // The page has a tenth of them.
        let page = budget.hasPage ? Self.tenth(of: configuration.concurrency) : 0
        configuration.concurrency = min(max(1, configuration.concurrency - page), max(1, budget.probes))
        return configuration
    }

    /// What the page's tests have: a tenth of each budget.
    func labShare(within budget: DescriptorBudget) -> TestLab.Share {
        var resolver = resolverConfiguration(TrustAnchor.forAsking(self).anchor)
        resolver.contexts = 1
        resolver.concurrency = Self.tenth(of: resolver.concurrency)
        resolver.descriptors = ResolverDescriptors(
            lookups: budget.page.lookups, secondLooks: budget.page.secondLooks)
        var probing = probeConfiguration
        probing.concurrency = max(1, min(Self.tenth(of: probing.concurrency), budget.page.probes))
        // One of its own at least, to each host, and twelve in a row.
        probing.perHost = Self.tenth(of: probing.perHost)
        if probing.perHour > 0 { probing.perHour = max(36, probing.perHour / 10) }
        // A test has four connections to an address or more, and one client may begin ten tests of a domain in a row.
        probing.inRow = 1.0 / 3
        probing.threads = 1
        return TestLab.Share(
            tests: Self.tenth(of: InspectionService.Limits().inspections), resolver: resolver,
            probe: probe ? probing : nil)
    }

    private static func tenth(of number: Int) -> Int { max(1, number / 10) }
}
