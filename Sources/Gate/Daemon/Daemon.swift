import DANE
import DNSSEC
import Glibc
import Logging
import Milter
import Probe
import Support
import Synchronization

/// The daemon: the parts of the gate, wired and running until a signal ends them.
public struct Daemon: Sendable {
    /// Why the daemon does not start, or ended by itself.
    public struct Failure: Error, Sendable {
        /// What kind of failure, as an exit status of sysexits.h: 69 for sockets and resources, 78 for settings.
        public let status: Int32
        /// The sentences.
        public let sentences: [String]
    }

    private let settings: Settings
    private let version: String
    private let environment: [String: String]

    /// A daemon of the given settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - version: Its version, for the log.
    ///   - environment: The process's environment, for `NOTIFY_SOCKET`.
    public init(settings: Settings, version: String, environment: [String: String]) {
        self.settings = settings
        self.version = version
        self.environment = environment
    }

    /// Runs until SIGTERM or SIGINT. Blocks the calling thread, which must be the main thread of a process that has no others:
    /// libmilter takes signals for itself (milter.md A4).
    ///
    /// - Throws: Why it did not start, or ended by itself.
    public func run() throws(Failure) {
        let mailbox: SignalMailbox
        do throws(MilterError) { mailbox = try SignalMailbox.install() } catch {
            throw Failure(status: EX_OSERR, sentences: [error.description])
        }
        Descriptors.raiseLimit()
        let budget: DescriptorBudget
        do throws(DescriptorBudget.Shortage) {
            budget = try settings.descriptorBudget(limit: DescriptorLimit.current)
        } catch {
            throw Failure(status: EX_CONFIG, sentences: ["\(error.sentence)."])
        }
        DescriptorReserve.shared.fill()
        LibraryLog.divert()
        Resolver.shareHeap()
        let policies: PolicyBook
        do throws(PolicyTable.Faults) { policies = try PolicyBook(path: settings.policyFile) } catch {
            throw Failure(status: EX_CONFIG, sentences: error.sentences)
        }
        let anchor = TrustAnchor.forRunning(settings)
        let resolver: Resolver
        do throws(ResolverError) {
            resolver = try Resolver(settings.resolverConfiguration(anchor.anchor, within: budget))
        } catch {
            throw Failure(status: EX_CONFIG, sentences: [error.description])
        }
        let log = GateLog(settings)
        defer { log.close() }
        let custody = StateCustody(settings.stateDirectory, log: log)
        custody.begin()
        defer { custody.end() }
        Self.follow(log)
        if budget.isScaledDown { log.event(budget.limit < 1024 ? .warning : .notice, budget.line) }
        if let warning = anchor.warning { log.event(.warning, LogLine(event: "trust-anchor").adding("cause", warning)) }
        try serve(mailbox, policies, resolver, budget, log)
    }

    private func serve(
        _ mailbox: SignalMailbox, _ policies: PolicyBook, _ resolver: Resolver, _ budget: DescriptorBudget,
        _ log: GateLog
    ) throws(Failure) {
        let notifySocket = environment["NOTIFY_SOCKET"]
        let prober = settings.probe ? Prober(settings.probeConfiguration(within: budget)) : nil
        let store = StateStore(settings.storeConfiguration, log: log)
        let keeper = VerdictKeeper(settings, journal: store, faultJournal: store)
        let breaker = Breaker(settings, log: log) {
            ServiceNotice.send("READY=1", to: notifySocket)
        } onFalseFailures: { start in
            keeper.takeBackDNSFailures(since: start)
        }
        let holds = HoldBook()
        let tests = ResolverTests { await breaker.test(resolver) }
        let probes = prober.map {
            ProbeCache(
                HeldProbing($0, holds), lifetime: settings.probeTTL, failureLifetime: settings.failureTTL,
                journal: store)
        }
        let look = look(resolver, probes, WatchedPath(breaker: breaker, tests: tests))
        let counts = RecipientCounts()
        let ownHops = OwnHopCounts()
        var traced = settings.traceConfiguration
        traced.isClockWrong = { breaker.trouble?.cause == .clock }
        let trace = settings.trace ? TraceStore(traced, log: log, counts: counts) : nil
        let desk = InspectionDesk(keeper: keeper, breaker: breaker, journal: trace, wait: MilterService.wait) {
            destination, demandingDANE in
            await (demandingDANE ? look.demandingDANE : look).inspect(destination)
        }
        let exemptions = ExemptionBook()
        let looks = NeighbourhoodCounts()
        let load = LoadWatch(counts: looks, holds: holds) {
            [
                .dns: resolver.occupancy, .probes: prober?.occupancy ?? Occupancy(), .secondLooks: look.occupancy,
                .inspections: desk.occupancy,
                .waiting: Occupancy(used: desk.waiting, limit: desk.waitingLimit),
            ]
        }
        let exemptionKeeper = ExemptionKeeper(settings, book: exemptions, log: log)
        let exemptionWatch = ExemptionWatch(
            settings, book: exemptions, policies: policies, breaker: breaker, verdicts: keeper
        ) { destination, demandingDANE in
            await (demandingDANE ? look.demandingDANE : look).inspect(destination)
        } report: {
            exemptionKeeper.note($0)
        }
        let records = DecisionRecords(log: log, counts: counts, looks: looks, ownHops: ownHops, trace: trace)
        let gate = Gate(
            Gate.Parts(
                settings: settings, policies: policies, exemptions: exemptions, holds: holds, desk: desk,
                resolver: resolver, records: records))
        let service = MilterService(
            socket: settings.milterSocket, mode: settings.milterSocketMode, group: settings.milterSocketGroup,
            limits: budget.connectionLimits,
            handler: MilterDoor(gate),
            told: { ConnectionNews.tell($0, log) }
        ) { sentence in
            log.event(.warning, repeated: "milter", LogLine(event: "milter").adding("message", sentence))
        }
        do throws(MilterError) { try service.open() } catch {
            throw Failure(status: EX_UNAVAILABLE, sentences: [error.description])
        }
        // The socket is ours, and so is the state. Nobody waits for what was known before.
        store.begin(StateHolders(keeper, probes))
        defer { store.close() }
        exemptionKeeper.begin()
        defer { exemptionKeeper.close() }
        trace?.begin()
        defer { trace?.close() }
        // MTAs that connect meanwhile wait in the backlog; the first recipient finds a resolver that has been tried.
        let watch = Task {
            await breaker.watch(tests, cache: keeper.cache) { await look.inspectPastCaches($0)?.verdict }
        }
        do throws(ResolverError) {
            // The root's keys first, then what rests on them.
            try breaker.waitForFirstTest(atMost: settings.dnsTimeout * 5 / 2 + .seconds(1))
        } catch {
            service.stop(drain: .zero)
            throw Failure(status: EX_CONFIG, sentences: [error.description])
        }
        exemptionKeeper.waitUntilLoaded(atMost: .seconds(5))
        let ending = Mutex<MilterError?>(nil)
        do throws(MilterError) {
            try service.start { failure in
                ending.withLock { $0 = failure }
                // Whatever ended libmilter, the main thread is to know.
                mailbox.post(.terminate)
            }
        } catch {
            throw Failure(status: EX_OSERR, sentences: [error.description])
        }
        let control = ControlServer.open(settings, log: log) {
            ControlDesk(
                settings: settings, version: version, gate: gate, policies: policies, desk: desk, store: store,
                records: records, exemptions: exemptions, load: load,
                probes: { prober?.connections ?? 0 }, probeName: { prober?.name },
                doors: ControlDesk.Doors(budget: budget, connections: { service.connectionCounts }))
        }
        // Who reads that it has started may ask it how it is.
        log.event(.notice, startLine)
        prober?.whenNamed { Self.tell($0, log) }
        Self.warn(of: policies, settings, log)
        let renewal = Task { await desk.keepFresh() }
        let lifting = Task { await exemptionWatch.run() }
        let reader = Task { await Self.rereadPolicies(policies, log) }
        let follower = Task { await ownHops.follow(counts) }
        let holding = Task { await holds.follow(HoldFile(directory: settings.stateDirectory), log) }
        let loading = Task { await load.run(log) }
        let reason = Self.waitForEnd(mailbox, policies, log)
        ServiceNotice.send("STOPPING=1", to: notifySocket)
        control?.close()
        watch.cancel()
        renewal.cancel()
        lifting.cancel()
        reader.cancel()
        follower.cancel()
        holding.cancel()
        loading.cancel()
        service.stop(drain: settings.milterDeadline + .seconds(1))
        // GnuTLS is taken down when the process exits: no handshake may be under way then.
        if let prober {
            let isDone = Signal()
            Task {
                await prober.shutdown()
                isDone.signal()
            }
            _ = isDone.wait(until: .now + .seconds(2))
        }
        if let failure = ending.withLock({ $0 }) {
            log.event(.error, LogLine(event: "stop").adding("reason", failure.description))
            throw Failure(status: EX_UNAVAILABLE, sentences: [failure.description])
        }
        log.event(.notice, LogLine(event: "stop").adding("reason", reason))
    }

    private func look(_ resolver: Resolver, _ probes: ProbeCache?, _ path: WatchedPath) -> SecondLook {
        SecondLook(
            Inspector(
                resolver: HostAnswers(resolver), prober: probes, expiredEE: settings.expiredEE, isComplete: false,
                now: unixTime),
            uncached: probes?.renewing, path: path)
    }

    /// Waits for a signal that ends the daemon; a SIGHUP or SIGUSR1 reads the policies again.
    ///
    /// - Returns: The signal's name.
    private static func waitForEnd(_ mailbox: SignalMailbox, _ policies: PolicyBook, _ log: GateLog) -> String {
        while true {
            for signal in mailbox.wait() {
                switch signal {
                case .terminate: return "SIGTERM"
                case .interrupt: return "SIGINT"
                case .hangup, .user1: tell(policies.reload(force: true), log, isAsked: true)
                }
            }
        }
    }

    private static func rereadPolicies(_ policies: PolicyBook, _ log: GateLog) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if !Task.isCancelled { tell(policies.reload(), log, isAsked: false) }
        }
    }

    /// What policy demands and the settings keep from being shown is deferred for ever, which is said at once.
    private static func warn(of policies: PolicyBook, _ settings: Settings, _ log: GateLog) {
        guard !settings.probe, policies.table.demandsDANE(at: unixTime()) else { return }
        let cause =
            "the policy file requires DANE of domains, and with PROBE=off none can show it: their mail is deferred"
        log.event(.warning, LogLine(event: "policy").adding("cause", cause))
    }

    /// Says what hosts are told that we are called: an administrator finds here why one of them refuses us.
    private static func tell(_ name: ClientName, _ log: GateLog) {
        let introduction = Introduction(name)
        let line = LogLine(event: "helo").adding("name", introduction.names.joined(separator: ","))
            .adding("source", introduction.source.rawValue)
        if let warning = introduction.warning {
            log.event(.warning, line.adding("cause", warning))
        } else {
            log.event(.notice, line)
        }
    }

    private static func tell(_ result: Result<Int, PolicyTable.Faults>?, _ log: GateLog, isAsked: Bool) {
        let line = LogLine(event: "reload")
        switch result {
        case nil:
            if isAsked { log.event(.notice, line.adding("result", "nothing to read; settings take a restart")) }
        case .success(let count):
            log.event(.notice, line.adding("result", "ok").adding("policies", "\(count)"))
        case .failure(let faults):
            for sentence in faults.sentences.prefix(20) {
                log.event(.error, line.adding("result", "kept-old").adding("fault", sentence))
            }
        }
    }

    /// Logs what libunbound says. Settings that it cannot start with show in its first lines; what comes later is mostly
    /// strangers' name servers.
    private static func follow(_ log: GateLog) {
        let early = Atomic<Int>(0)
        LibraryLog.follow { line, held in
            let level: Logger.Level = early.add(1, ordering: .relaxed).newValue <= 10 ? .notice : .debug
            guard log.writes(level) else { return }
            let event = LogLine(event: "libunbound").adding("message", line)
            log.event(level, held > 0 ? event.adding("repeated", "\(held)") : event)
        }
    }

    private var startLine: LogLine {
        LogLine(event: "start").adding("version", version).adding("mode", settings.mode.rawValue)
            .adding("socket", settings.milterSocket.postfixForm).adding("libmilter", MilterService.libraryVersion)
            .adding("libunbound", Resolver.libraryVersion).adding("gnutls", Prober.gnuTLSVersion)
    }
}
