import CoreMetrics
import DANE
import DNSSEC
import Gate
import Glibc
import Inspection
import Logging
import Milter
import Policy
import Probe
import Records
import Sharing
import Support
import Synchronization
import Verdicts
import Web

/// The parts of the gate, connected to each other. Nothing runs yet.
struct GateWiring: Sendable {
    let started: Settings
    let inherited: InheritedSockets
    let version: String
    let log: GateLog
    let anchor: TrustAnchor.Choice
    let budget: DescriptorBudget
    let manager: ServiceManager
    let settings: SettingsBook
    let policies: PolicyBook
    let resolver: Resolver
    let prober: Prober?
    let store: StateStore
    let keeper: VerdictKeeper
    let breaker: Breaker
    let tests: ResolverTests
    let probes: ProbeCache?
    let look: SecondLook
    let trace: TraceStore?
    let service: InspectionService
    /// What other hosts know; nil if this one is alone.
    let sharing: StoreSharing?
    let exemptions: ExemptionBook
    let exemptionKeeper: ExemptionKeeper
    let holds: HoldBook
    let load: LoadWatch
    let records: DecisionRecords
    let answers: HostAnswers
    let frequent: FrequentDestinations
    let serving = ServingState()
    let gate: Gate
    let milter: MilterService
    let doors: LineDoors
    /// The page while it is open.
    let page = Handed<WebPage>()
    let reloader: Reloader

    init(
        _ reader: SettingsReader, version: String, environment: [String: String], policies: PolicyBook,
        resolver: Resolver, anchor: TrustAnchor.Choice, budget: DescriptorBudget, log: GateLog,
        inherited: InheritedSockets = InheritedSockets(), shared: SharedFiles? = nil
    ) {
        // Before anything is made that may count.
        _ = Self.libraries
        started = reader.settings
        self.inherited = inherited
        self.version = version
        self.log = log
        self.anchor = anchor
        self.budget = budget
        self.policies = policies
        self.resolver = resolver
        let book = SettingsBook(started)
        settings = book
        manager = ServiceManager(environment)
        prober = started.probe ? Prober(started.probeConfiguration(within: budget)) : nil
        let (store, prober) = (StateStore(started.storeConfiguration, log: log), prober)
        self.store = store
        let keeper = VerdictKeeper(following: book, journal: store, faultJournal: store)
        self.keeper = keeper
        let sharing = Self.sharing(shared, started, book, log)
        self.sharing = sharing
        let breaker = Breaker(
            following: book, log: log,
            onFalseFailures: {
                let faults = keeper.takeBackDNSFailures(since: $0)
                sharing?.takeBack(faults)
            })
        self.breaker = breaker
        let tests = ResolverTests { await breaker.test(resolver) }
        self.tests = tests
        let measurements = Measurements()
        let answers = HostAnswers(MeasuredResolving(resolver, measurements))
        self.answers = answers
        let holds = HoldBook()
        self.holds = holds
        let hourly = started.probeConfiguration(within: budget).perHour
        let probes = prober.map { prober in
            var probing: any Probing = MeasuredProbing(prober, measurements)
            if let sharing { probing = CountedProbing(probing, sharing, hourly: hourly) }
            return ProbeCache(
                HeldProbing(probing, holds), lifetime: book.settings.probeTTL,
                failureLifetime: book.settings.failureTTL,
                journal: ReportJournals(store, sharing))
        }
        self.probes = probes
        let look = SecondLook(
            Inspector(
                resolver: answers, prober: Self.probing(probes, sharing), expiredEE: started.expiredEE,
                isComplete: false, now: unixTime),
            uncached: probes?.renewing, path: WatchedPath(breaker: breaker, tests: tests))
        self.look = look
        let inspect: @Sendable (Destination, Bool) async -> Inspection = { destination, demandingDANE in
            await (demandingDANE ? look.demandingDANE : look).inspect(destination)
        }
        let counts = RecipientCounts()
        var traced = started.traceConfiguration
        traced.isClockWrong = { breaker.trouble?.cause == .clock }
        let trace = started.trace ? TraceStore(traced, log: log, counts: counts) : nil
        self.trace = trace
        let frequent = FrequentDestinations(expiredEE: started.expiredEE)
        self.frequent = frequent
        let service = InspectionService(
            keeper: keeper, breaker: breaker, journal: InspectionJournals(trace, frequent), measurements: measurements,
            shared: sharing, wait: MilterService.wait,
            inspect: inspect)
        self.service = service
        exemptions = ExemptionBook()
        exemptionKeeper = ExemptionKeeper(book, book: exemptions, log: log)
        let looks = NeighbourhoodCounts()
        load = LoadWatch(counts: looks, holds: holds) {
            [
                .dns: resolver.occupancy, .probes: prober?.occupancy ?? Occupancy(), .secondLooks: look.occupancy,
                .inspections: service.occupancy,
                .waiting: Occupancy(used: service.waiting, limit: service.waitingLimit),
            ]
        }
        records = DecisionRecords(
            log: log, counts: counts, looks: looks, ownHops: OwnHopCounts(), measurements: measurements, trace: trace)
        gate = Gate(
            Gate.Parts(
                settings: book, policies: policies, exemptions: exemptions, holds: holds, service: service,
                resolver: resolver,
                inspectAnew: { await ($1 ? look.demandingDANE : look).inspectPastCaches($0) }, records: records))
        milter = MilterService(
            socket: inherited.milter?.socket ?? started.milterSocket, inherited: inherited.milter?.descriptor,
            mode: started.milterSocketMode, group: started.milterSocketGroup, limits: budget.connectionLimits,
            handler: MilterDoor(gate), told: { ConnectionNews.tell($0, log) }
        ) { sentence in
            log.event(.warning, repeated: "milter", LogLine(event: "milter").adding("message", sentence))
        }
        doors = LineDoors(
            started, inherited: inherited.doors, connections: budget.doorConnections, gate: gate)
        reloader = Reloader(
            reader, environment: environment, settings: book, policies: policies, log: log
        ) { settings in
            log.adopt(settings.logLevel)
            keeper.faults.adopt(deferFor: settings.deferFor)
            probes?.adopt(lifetime: settings.probeTTL, failureLifetime: settings.failureTTL)
            trace?.adopt(settings)
        }
    }

    /// Reads settings and policies again, and tells the service manager.
    @discardableResult
    func reload() -> ReloadReport {
        Counter(label: "danegate_reloads").increment()
        manager.reloading()
        defer { manager.ready() }
        return reloader.reload()
    }
}
