import CoreMetrics
import DNSSEC
import Glibc
import Inspection
package import Milter
package import Policy
package import Probe
package import Records
import Support
package import Verdicts

/// Answers requests at the control socket, from what is cached and counted, without waiting for anything.
package struct ControlService: Sendable {
    /// If the breaker is open for longer than this, that is critical.
    static let longTrouble = Duration.seconds(900)

    let settings: SettingsBook
    let version: String
    let gate: Gate
    let policies: PolicyBook
    let service: InspectionService
    let store: StateStore
    let records: DecisionRecords
    let exemptions: ExemptionBook
    /// How the gate copes with its load; nil if that is not watched.
    let load: LoadWatch?
    /// The number of open connections of the probe.
    let probes: @Sendable () -> Int
    /// The name that the probe gives in EHLO; nil while it is searched for, or if nothing is probed.
    let probeName: @Sendable () -> ClientName?
    /// The connections of MTAs, and the file descriptors for them and for everything else; nil if there is no milter.
    package struct Doors: Sendable {
        package let budget: DescriptorBudget
        /// Where the milter listens; nil for where the settings say.
        package let milter: MilterSocket?
        package let connections: @Sendable () -> ConnectionCounts
        /// The doors beside the milter, and their connections.
        package let others: @Sendable () -> [DoorStanding]

        /// Makes one from its parts.
        package init(
            budget: DescriptorBudget, milter: MilterSocket? = nil,
            connections: @escaping @Sendable () -> ConnectionCounts,
            others: @escaping @Sendable () -> [DoorStanding] = { [] }
        ) {
            self.budget = budget
            self.milter = milter
            self.connections = connections
            self.others = others
        }
    }

    let doors: Doors?
    /// The destinations that mail goes to again and again.
    let frequent: FrequentDestinations?
    /// What the caches of answers and probes have, and how many callers have joined others there.
    let caches: @Sendable () -> Caches
    /// What the page counts; nothing while it is not open.
    let page: @Sendable () -> [MetricFamily]
    /// How it stands with the store that several hosts share; nil if there is none.
    let shared: @Sendable () -> SharedStanding?
    /// Puts what has changed in the file of exemptions into force, and tells other hosts.
    let shareExemptions: @Sendable () async -> ExemptionTelling
    /// What libraries count.
    let libraries: LibraryMetrics
    /// How far the daemon has come.
    let serving: ServingState
    /// Returns when the threads that serve have done something.
    let isAlive: @Sendable () async -> Void
    /// Reads settings and policies again.
    let reload: @Sendable () -> ReloadReport
    /// The settings in force, and what has changed since. It reads the environment file.
    let standing: @Sendable () -> SettingsStanding?
    /// When the daemon began to serve, in seconds since 1970 and by the monotonic clock.
    let started = unixTime()
    private let began = ContinuousClock.now

    package init(
        settings: SettingsBook, version: String, gate: Gate, policies: PolicyBook, service: InspectionService,
        store: StateStore, records: DecisionRecords, exemptions: ExemptionBook, load: LoadWatch? = nil,
        probes: @escaping @Sendable () -> Int,
        probeName: @escaping @Sendable () -> ClientName? = { nil }, doors: Doors? = nil,
        frequent: FrequentDestinations? = nil, caches: @escaping @Sendable () -> Caches = { Caches() },
        page: @escaping @Sendable () -> [MetricFamily] = { [] },
        shared: @escaping @Sendable () -> SharedStanding? = { nil },
        shareExemptions: @escaping @Sendable () async -> ExemptionTelling = { .alone },
        libraries: LibraryMetrics = LibraryMetrics(), serving: ServingState = ServingState(),
        isAlive: @escaping @Sendable () async -> Void = {},
        reload: @escaping @Sendable () -> ReloadReport = { ReloadReport() },
        standing: @escaping @Sendable () -> SettingsStanding? = { nil }
    ) {
        self.settings = settings
        self.version = version
        self.gate = gate
        self.policies = policies
        self.service = service
        self.store = store
        self.records = records
        self.exemptions = exemptions
        self.load = load
        self.probes = probes
        self.probeName = probeName
        self.doors = doors
        self.frequent = frequent
        self.caches = caches
        self.page = page
        self.shared = shared
        self.shareExemptions = shareExemptions
        self.libraries = libraries
        self.serving = serving
        self.isAlive = isAlive
        self.reload = reload
        self.standing = standing
    }

    /// Why no state can be stored; nil if it can, or that is unknown.
    private var stateFault: String? {
        let settings = settings.settings
        return StateDirectory.fault(settings.stateDirectory).map { "\($0): nothing is kept over a restart" }
    }

    /// Why an exemption may not be in force, so that a partner may be refused again, as a sentence without a full stop;
    /// nil if nothing is known to be wrong.
    private var exemptionFault: String? {
        if let fault = exemptions.fault { return fault }
        let aside = ExemptionFile.setAside(in: settings.settings.stateDirectory)
        guard let first = aside.first else { return nil }
        return "a file of exemptions was set aside (\(first)\(aside.count > 1 ? " and \(aside.count - 1) more" : "")): "
            + "what was in it is not in force, unless danegate exempt list shows it; make it anew, then remove the file"
    }

    /// How a request is answered: with a line of JSON.
    enum Answer: Sendable {
        case now(String)
        /// With the result of some work, within a time limit.
        case later(within: Duration, @Sendable () async -> String)
    }

    /// The answer to a request.
    func answer(_ request: String) -> Answer {
        let words = request.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
        Counter(
            label: "danegate_control_requests", dimensions: [("request", words.first.map(String.init) ?? "")],
            factory: libraries
        ).increment()
        switch words.first {
        case "status" where words.count == 1: return .now(JSONLine.of(status()))
        case "metrics" where words.count == 1: return .now(JSONLine.of(MetricsAnswer(metrics(as: .text).text)))
        case "metrics" where words.dropFirst().elementsEqual(["openmetrics"]):
            return .now(JSONLine.of(MetricsAnswer(metrics(as: .openMetrics).text)))
        case "verdict" where words.count == 2: return .now(JSONLine.of(verdict(String(words[1]))))
        case "reload" where words.count == 1:
            return .later(within: .seconds(60)) { await onOwnThread { JSONLine.of(reload()) } }
        case "settings" where words.count == 1:
            return .later(within: .seconds(60)) { await onOwnThread { JSONLine.of(standing()) } }
        case "recheck" where words.count == 2:
            let text = String(words[1])
            return .later(within: Rechecks.patience + .seconds(10)) { JSONLine.of(await recheck(text)) }
        case "exemptions" where words.count == 1:
            return .later(within: .seconds(8)) { JSONLine.of(ExemptionsAnswer(await shareExemptions())) }
        default:
            return .now(
                JSONLine.of([
                    "error":
                        "the requests are: status, metrics, metrics openmetrics, verdict DESTINATION, "
                        + "recheck DESTINATION, reload, settings, exemptions"
                ]))
        }
    }

    /// The live exemptions.
    package var liveExemptions: [Exemption] { exemptions.current?.exemptions ?? [] }

    /// What the daemon would rule on a destination now.
    package func verdict(_ text: String, at now: ContinuousClock.Instant = .now) -> CachedReport {
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: settings.settings.probePort)
        else {
            return CachedReport(domain: LogLine.escaped(text), note: "this is no domain that is judged")
        }
        let shown = destination.text(standard: settings.settings.probePort)
        let known = gate.known(destination, at: now)
        switch known.decision {
        case .ruled(let ruled): return CachedReport(domain: shown, ruled, kept: known.kept)
        case .passed(let passed): return CachedReport(domain: shown, note: passed.why, policy: known.policy)
        case .notOurs, .passedAhead, nil:
            return CachedReport(
                domain: shown, note: "nothing is kept: the next recipient there is inspected", policy: known.policy)
        }
    }

    /// Inspects a destination, bypassing all caches.
    package func recheck(_ text: String) async -> RecheckReport {
        let port = settings.settings.probePort
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: port) else {
            return RecheckReport(domain: LogLine.escaped(text), note: "this is no domain that is judged")
        }
        let shown = destination.text(standard: port)
        let before = verdict(text)
        switch await gate.recheck(destination) {
        case .looked(let ruled):
            return RecheckReport(domain: shown, before: before, after: .init(domain: shown, ruled, kept: nil))
        case .exempt(let why): return RecheckReport(domain: shown, before: before, note: why)
        case .busy:
            return RecheckReport(domain: shown, before: before, note: "too many rechecks are under way: try again")
        case .inTrouble(let why):
            return RecheckReport(domain: shown, before: before, note: "nothing can be found out now: \(why)")
        }
    }

    /// The state of the daemon.
    package func status(at now: ContinuousClock.Instant = .now) -> StatusReport {
        let settings = settings.settings
        let counted = RulingCounts(records.counts.snapshot())
        let figures = ProcessFigures.current
        let threads = ThreadReserve.shared.standing
        let policy = policies.status
        let breaker = service.breaker.status(at: now)
        let (lost, dropped) = (store.losses, records.log.losses)
        let forwarders = settings.forwarderNames
        var report = StatusReport(
            pid: Int(getpid()), version: version, libmilter: MilterService.libraryVersion,
            libunbound: Resolver.libraryVersion, gnutls: Prober.gnuTLSVersion,
            started: UnixTime.iso8601(started), uptime_s: (now - began).components.seconds,
            mode: settings.mode.rawValue, rollout: settings.rollout,
            milter_socket: (doors?.milter ?? settings.milterSocket).postfixForm,
            breaker: .init(
                state: breaker == nil ? "closed" : "open", cause: breaker?.trouble.cause.rawValue,
                message: breaker?.trouble.sentence, open_for_s: breaker?.openFor?.components.seconds),
            resolver: .init(
                forward: forwarders, working: service.breaker.fault == nil && !service.breaker.hasResolverTrouble,
                root_keys: service.breaker.works(.rootKeys), denials: service.breaker.works(.denials),
                tlsa: service.breaker.works(.tlsa), advice: breaker?.trouble.cause.advice(forwarders: forwarders)),
            cache: .init(
                destinations: service.keeper.cache.count, capacity: settings.cacheDomains, hits: counted.cached,
                misses: counted.uncached),
            faults: service.keeper.faults.count, inspections: service.inspectionsInFlight, waiting: service.waiting,
            probes: probes(), helo: probeName().map(Introduction.init), log_dropped: dropped.count,
            log_dropped_ago_s: dropped.ago(at: now),
            state: .init(
                enabled: !store.isOff, directory: settings.stateDirectory, lost_rows: lost.count,
                losing: lost.isOngoing, lost_ago_s: lost.ago(at: now), fault: stateFault),
            trace: .init(records.trace?.statistics, at: now), exemptions: exemptions.count,
            exemptions_fault: exemptionFault,
            policy: .init(
                file: settings.policyFile, lines: policy.count, read: UnixTime.iso8601(policy.read),
                fault: policy.fault, copy: policy.isCopy),
            monitored: .init(gate.late.counts),
            recipients: .init(counted), load: load?.report(at: now),
            own_next_hops: records.ownHops.standing(total: records.counts.total, at: now).prefix(20).map {
                StatusReport.OwnNextHop($0, standard: settings.probePort)
            },
            process: .init(
                rss_kib: figures.memory, threads: figures.threads, descriptors: figures.descriptors,
                descriptor_limit: figures.descriptorLimit, threads_refused: threads.refused,
                threads_short: threads.isShort),
            descriptors: doors.map { .init($0.budget, figures) },
            connections: doors.map { .init($0.connections(), $0.budget.connectionLimits) },
            doors: doors?.others().map(StatusReport.Door.init), shared: shared().map { .init($0, at: now) })
        report.judge()
        return report
    }
}
