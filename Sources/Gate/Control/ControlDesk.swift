import DANE
import DNSSEC
import Glibc
import Milter
import Probe

/// What the control socket answers: of what is kept and counted, without waiting for anything.
struct ControlDesk: Sendable {
    /// A breaker that is open for longer is critical.
    static let longTrouble = Duration.seconds(900)

    let settings: Settings
    let version: String
    let gate: Gate
    let policies: PolicyBook
    let desk: InspectionDesk
    let store: StateStore
    let records: DecisionRecords
    let exemptions: ExemptionBook
    /// How the gate bears its load; nil where nobody watches it.
    let load: LoadWatch?
    /// Connections of the probe that are open.
    let probes: @Sendable () -> Int
    /// What the probe calls itself; nil while that is looked for, or where nothing is probed.
    let probeName: @Sendable () -> ClientName?
    /// The connections of MTAs, and the descriptors that there are for them and for all else; nil where there is no milter.
    struct Doors: Sendable {
        let budget: DescriptorBudget
        let connections: @Sendable () -> ConnectionCounts
    }

    let doors: Doors?
    /// When the daemon began to serve, in seconds since 1970 and by the clock that nobody sets.
    private let started = unixTime()
    private let began = ContinuousClock.now

    init(
        settings: Settings, version: String, gate: Gate, policies: PolicyBook, desk: InspectionDesk,
        store: StateStore, records: DecisionRecords, exemptions: ExemptionBook, load: LoadWatch? = nil,
        probes: @escaping @Sendable () -> Int,
        probeName: @escaping @Sendable () -> ClientName? = { nil }, doors: Doors? = nil
    ) {
        self.settings = settings
        self.version = version
        self.gate = gate
        self.policies = policies
        self.desk = desk
        self.store = store
        self.records = records
        self.exemptions = exemptions
        self.load = load
        self.probes = probes
        self.probeName = probeName
        self.doors = doors
    }

    /// Why there can be no state; nil where there is some, or nobody knows.
    private var stateFault: String? {
        guard access(settings.stateDirectory, W_OK | X_OK) != 0 else { return nil }
        let code = String(cString: strerror(errno))
        return
            "the state directory \(settings.stateDirectory) cannot be written (\(code)): nothing is kept over a restart"
    }

    /// The answer to a request, a line of JSON.
    func answer(_ request: String) -> String {
        let words = request.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
        switch words.first {
        case "status" where words.count == 1: return JSONLine.of(status())
        case "verdict" where words.count == 2: return JSONLine.of(verdict(String(words[1])))
        default: return JSONLine.of(["error": "the requests are: status, verdict DESTINATION"])
        }
    }

    /// What the daemon would rule on a destination now.
    func verdict(_ text: String, at now: ContinuousClock.Instant = .now) -> CachedReport {
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: settings.probePort) else {
            return CachedReport(domain: LogLine.escaped(text), note: "this is no domain that is judged")
        }
        let shown = destination.text(standard: settings.probePort)
        let known = gate.known(destination, at: now)
        switch known.decision {
        case .ruled(let ruled): return CachedReport(domain: shown, ruled, kept: known.kept)
        case .passed(let passed): return CachedReport(domain: shown, note: passed.why, policy: known.policy)
        case .notOurs, nil:
            return CachedReport(
                domain: shown, note: "nothing is kept: the next recipient there is inspected", policy: known.policy)
        }
    }

    /// How the daemon is.
    func status(at now: ContinuousClock.Instant = .now) -> StatusReport {
        let counted = RulingCounts(records.counts.snapshot())
        let figures = ProcessFigures.current
        let policy = policies.status
        let breaker = desk.breaker.status(at: now)
        let (lost, dropped) = (store.losses, records.log.losses)
        let forwarders = settings.forwarderNames
        var report = StatusReport(
            pid: Int(getpid()), version: version, libmilter: MilterService.libraryVersion,
            libunbound: Resolver.libraryVersion, gnutls: Prober.gnuTLSVersion,
            started: CertificateJSON.text(started), uptime_s: (now - began).components.seconds,
            mode: settings.mode.rawValue, rollout: settings.rollout,
            milter_socket: settings.milterSocket.postfixForm,
            breaker: .init(
                state: breaker == nil ? "closed" : "open", cause: breaker?.trouble.cause.rawValue,
                message: breaker?.trouble.sentence, open_for_s: breaker?.openFor?.components.seconds),
            resolver: .init(
                forward: forwarders, working: desk.breaker.fault == nil && !desk.breaker.hasResolverTrouble,
                root_keys: desk.breaker.works(.rootKeys), denials: desk.breaker.works(.denials),
                tlsa: desk.breaker.works(.tlsa), advice: breaker?.trouble.cause.advice(forwarders: forwarders)),
            cache: .init(
                destinations: desk.keeper.cache.count, capacity: settings.cacheDomains, hits: counted.cached,
                misses: counted.uncached),
            faults: desk.keeper.faults.count, inspections: desk.inspectionsInFlight, waiting: desk.waiting,
            probes: probes(), helo: probeName().map(Introduction.init), log_dropped: dropped.count,
            log_dropped_ago_s: dropped.ago(at: now),
            state: .init(
                enabled: !store.isOff, directory: settings.stateDirectory, lost_rows: lost.count,
                losing: lost.isOngoing, lost_ago_s: lost.ago(at: now), fault: stateFault),
            trace: .init(records.trace?.statistics, at: now), exemptions: exemptions.count,
            policy: .init(
                file: settings.policyFile, lines: policy.count, read: CertificateJSON.text(policy.read),
                fault: policy.fault),
            recipients: .init(counted), load: load?.report(at: now),
            own_next_hops: records.ownHops.standing(total: records.counts.total, at: now).prefix(20).map {
                StatusReport.OwnNextHop($0, standard: settings.probePort)
            },
            process: .init(
                rss_kib: figures.memory, threads: figures.threads, descriptors: figures.descriptors,
                descriptor_limit: figures.descriptorLimit),
            descriptors: doors.map { .init($0.budget, figures) },
            connections: doors.map { .init($0.connections(), $0.budget.connectionLimits) })
        report.judge()
        return report
    }
}
