import DANE
package import DNSSEC
import Inspection
package import Policy
package import Probe
import Reports
import Support
import Synchronization

/// Makes the page's tests: as `danegate check` makes them, with the engine and the settings of the daemon, and with a
/// resolver, a prober and probes an hour that are the page's own. So no test of the page takes what recipients wait
/// for, and each finds what is there now and not what is kept.
package final class TestLab: Sendable {
    /// The page's share of each budget.
    package struct Share: Sendable {
        /// Tests at once.
        package var tests: Int
        package var resolver: ResolverConfiguration
        /// nil if nothing is probed.
        package var probe: ProbeConfiguration?

        /// Makes one from its parts.
        package init(tests: Int, resolver: ResolverConfiguration, probe: ProbeConfiguration?) {
            self.tests = tests
            self.resolver = resolver
            self.probe = probe
        }
    }

    /// What a test has found.
    struct Finding: Sendable {
        /// The report as anybody may read it.
        let report: CheckReport
        /// The names from the root to the domain and to its hosts, each with what DNSSEC says there.
        let zones: [String: [ZoneLink]]
    }

    private struct Tools {
        let resolver: Resolver
        let prober: Prober?
        var health: (fault: String?, until: ContinuousClock.Instant)?
    }

    /// The most hosts whose zones are looked up.
    private static let hosts = 6

    private let share: Share
    private let settings: SettingsBook
    private let policies: PolicyBook
    private let exemptions: ExemptionBook
    private let tools = Mutex<Tools?>(nil)

    /// A lab that has made nothing yet: resolver and prober are made for the first test.
    package init(_ share: Share, settings: SettingsBook, policies: PolicyBook, exemptions: ExemptionBook) {
        self.share = share
        self.settings = settings
        self.policies = policies
        self.exemptions = exemptions
    }

    /// How many tests may be under way at once.
    var limit: Int { share.tests }
    /// The settings in force.
    var current: Settings { settings.settings }

    /// Tests a destination. It takes two minutes at most, and ends early with doubts if the task is cancelled.
    ///
    /// - Parameters:
    ///   - argument: What a person typed.
    ///   - judgesAsRFC: Whether the dates of a certificate under DANE-EE do not count, whatever `EXPIRED_EE` says.
    ///   - note: Takes what happens, on any thread.
    func test(
        _ argument: DestinationArgument, judgesAsRFC: Bool = false, note: @escaping @Sendable (TestEvent) -> Void
    ) async -> Finding {
        var settings = settings.settings
        if judgesAsRFC { settings.expiredEE = .ignore }
        let (resolver, prober, failure) = made()
        guard let resolver else {
            let checker = Checker(
                settings: settings, policies: policies.table, exemptions: exemptions.all,
                resolver: NoResolver(why: failure ?? ""), prober: nil, resolverFault: failure, now: unixTime())
            return Finding(report: await checker.check(argument).openly, zones: [:])
        }
        let fault = await fault(of: resolver)
        let checker = Checker(
            settings: settings, policies: policies.table, exemptions: exemptions.all, resolver: resolver,
            prober: prober.map { NarratedProbing($0, note) }, resolverFault: fault, now: unixTime())
        let watch = StepWatch { note(TestEvent($0)) }
        let report = await StepWatch.$current.withValue(watch) { await checker.check(argument) }
        return Finding(report: report.openly, zones: fault == nil ? await zones(report, resolver) : [:])
    }

    /// Why mail to a domain passes without an inspection, in full: for administrators alone. nil if it does not.
    func whyExempt(_ name: DomainName) -> String? {
        StandingPolicy(name, nextHop: name, policies.table, ExemptionTable(exemptions.all), at: unixTime()).whyExempt
    }

    /// Ends the probes that are under way.
    func close() async {
        let prober = tools.withLock { tools in
            defer { tools = nil }
            return tools?.prober
        }
        await prober?.shutdown()
    }

    /// The resolver and the prober; why there is no resolver.
    private func made() -> (Resolver?, Prober?, String?) {
        tools.withLock { tools in
            if let tools { return (tools.resolver, tools.prober, nil) }
            do throws(ResolverError) {
                let resolver = try Resolver(share.resolver)
                let prober = share.probe.map { Prober($0) }
                tools = Tools(resolver: resolver, prober: prober)
                return (resolver, prober, nil)
            } catch {
                return (nil, nil, error.description)
            }
        }
    }

    /// Why the resolver does not work, as a test some seconds ago has found; nil if it does.
    private func fault(of resolver: Resolver) async -> String? {
        let known = tools.withLock { $0?.health }
        if let known, known.until > .now { return known.fault }
        let health = await resolver.selfTest([.rootKeys])
        let fault = health.unusable?.description ?? health.fault?.sentence
        tools.withLock { $0?.health = (fault, .now + (fault == nil ? .seconds(20) : .seconds(2))) }
        return fault
    }

    /// The zones on the way to the domain and to its first hosts.
    private func zones(_ report: CheckReport, _ resolver: Resolver) async -> [String: [ZoneLink]] {
        guard let inspection = report.inspection, !Task.isCancelled else { return [:] }
        let hosts = inspection.hosts.prefix(Self.hosts).compactMap { DomainName($0.finding.name) }
        return await withTaskGroup(of: (String, [ZoneLink]).self) { group in
            for name in Set([inspection.destination.name] + hosts) {
                group.addTask { (name.description, await resolver.zoneLinks(to: name)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}

extension ExemptionBook {
    /// All live exemptions.
    fileprivate var all: [Exemption] { current?.exemptions ?? [] }
}
