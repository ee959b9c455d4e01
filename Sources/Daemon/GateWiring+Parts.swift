import Synchronization
import CoreMetrics
import DNSSEC
import Gate
import Glibc
import Inspection
import Logging
import Milter
import Policy
import Probe
import Records
import Support
import Verdicts

extension GateWiring {
    /// How long libmilter goes on when the daemon is told to stop.
    private static let lastMoment = Duration.milliseconds(200)
    /// How long the start waits for a lookup of the first self-test at most.
    private static let longestFirstTest = Duration.seconds(4)

    /// The daemon as a list of its parts. They are opened in this order, and closed in the reverse order.
    var parts: [DaemonPart] {
        [
            filesPart, newsPart, socketPart, statePart, exemptionsPart, tracePart, probesPart, sharingPart,
            .task("resolver's self-test") {
                await breaker.watch(tests, keys: { await resolver.selfTest([.rootKeys]) }, cache: keeper.cache) {
                    await look.inspectPastCaches($0)?.verdict
                }
            },
            .task("renewals") { await service.keepFresh() },
            .task("exempt domains") { await exemptionWatch.run() },
            .task("policy file") { await rereadPolicies() },
            .task("own next hops") { await records.ownHops.follow(records.counts) },
            .task("holds") { await holds.follow(HoldFile(directory: started.stateDirectory), log) },
            .task("load") { await load.run(log) },
            .task("expiry") {
                await ExpiryWatch(frequent, resolver: resolver, breaker: breaker, log: log).run()
            },
            .task("service manager") {
                await manager.follow {
                    stateLine
                } isAlive: {
                    await prober?.turn()
                }
            },
            controlPart, doorsPart, webPart, milterPart,
        ]
    }

    /// First and last, because no database may be open then.
    private var filesPart: DaemonPart {
        let custody = StateCustody(started.stateDirectory, log: log)
        return DaemonPart(name: "state directory") { () throws(DaemonError) in
            custody.begin()
        } close: {
            custody.end()
        }
    }

    private var newsPart: DaemonPart {
        DaemonPart(name: "news of the start") { () throws(DaemonError) in
            StartNews.tell(policies, budget, anchor: anchor.warning, log)
        }
    }

    /// Before all files, so that none is opened if another daemon has the socket.
    private var socketPart: DaemonPart {
        DaemonPart(name: "milter's socket") { () throws(DaemonError) in
            do throws(MilterError) { try milter.open() } catch {
                throw DaemonError(status: EX_UNAVAILABLE, sentences: [error.description])
            }
        } close: {
            milter.leave()
        }
    }

    /// Nobody waits until the stored state has been read.
    private var statePart: DaemonPart {
        DaemonPart(name: "state file") { () throws(DaemonError) in
            store.begin(StateHolders(keeper, probes))
        } close: {
            store.close()
        }
    }

    private var exemptionsPart: DaemonPart {
        DaemonPart(name: "exemptions") { () throws(DaemonError) in
            exemptionKeeper.begin()
        } close: {
            exemptionKeeper.close()
        }
    }

    private var tracePart: DaemonPart {
        DaemonPart(name: "message trace") { () throws(DaemonError) in
            trace?.begin()
        } close: {
            trace?.close()
        }
    }

    /// GnuTLS is shut down when the process exits, and no handshake may be running then.
    private var probesPart: DaemonPart {
        DaemonPart(name: "probes") { () throws(DaemonError) in
            prober?.whenNamed { Introduction.tell($0, log) }
        } close: {
            guard let prober else { return }
            let isDone = Signal()
            Task {
                await prober.shutdown()
                isDone.signal()
            }
            _ = isDone.wait(until: .now + .seconds(2))
        }
    }

    private var exemptionWatch: ExemptionWatch {
        ExemptionWatch(settings, book: exemptions, policies: policies, breaker: breaker, verdicts: keeper) {
            destination, demandingDANE in
            await (demandingDANE ? look.demandingDANE : look).inspect(destination)
        } report: {
            exemptionKeeper.note($0)
        }
    }

    private func rereadPolicies() async {
        warnOfPolicies()
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if !Task.isCancelled { reloader.rereadPolicies() }
        }
    }

    /// Warns at the start about policies that can never be met: DANE is demanded, but the settings prevent it from
    /// being checked, so the mail is deferred for ever.
    private func warnOfPolicies() {
        guard !started.probe, policies.table.demandsDANE(at: unixTime()) else { return }
        let cause =
            "the policy file requires DANE of domains, and with PROBE=off none can show it: their mail is deferred"
        log.event(.warning, LogLine(event: "policy").adding("cause", cause))
    }

    /// The control socket. It opens before the milter, so that it can answer while the start waits for the DNS.
    private var controlPart: DaemonPart {
        let server = Handed<ControlServer>()
        return DaemonPart(name: "control socket") { () throws(DaemonError) in
            server.value.withLock { $0 = ControlServer.open(started, log: log) { controlService } }
        } close: {
            server.value.withLock { $0 }?.close()
        }
    }

    /// The doors beside the milter. They serve as soon as it does. Until then, their clients wait in the backlog.
    private var doorsPart: DaemonPart {
        DaemonPart(name: "other doors") { () throws(DaemonError) in
            do throws(ListenError) { try doors.open() } catch {
                throw DaemonError(status: EX_UNAVAILABLE, sentences: [error.description])
            }
        } close: {
            doors.close()
        }
    }

    /// What libraries count through swift-metrics, which has one factory in a process.
    static let libraries = {
        let libraries = LibraryMetrics()
        MetricsSystem.bootstrap(libraries)
        return libraries
    }()

    /// The doors beside the milter that are open, the page among them.
    private var standings: [DoorStanding] { doors.standing + (openPage.map { [$0.standing] } ?? []) }

    /// Answers at the control socket, and for the page.
    var controlService: ControlService {
        ControlService(
            settings: settings, version: version, gate: gate, policies: policies, service: service, store: store,
            records: records, exemptions: exemptions, load: load, probes: { prober?.connections ?? 0 },
            probeName: { prober?.name },
            doors: ControlService.Doors(
                budget: budget, milter: milter.socket, connections: { milter.connectionCounts },
                others: { standings }),
            frequent: frequent,
            caches: {
                let reports = probes?.kept
                return ControlService.Caches(
                    answers: answers.count, reports: reports?.count ?? 0, reportBytes: reports?.weight ?? 0,
                    lookupJoins: answers.joins, probeJoins: probes?.joins ?? 0)
            },
            page: { openPage?.families ?? [] }, shared: { sharing?.standing },
            shareExemptions: { await shareExemptions() },
            libraries: Self.libraries, serving: serving,
            isAlive: { await prober?.turn() }, reload: { reload() },
            standing: { reloader.standing().naming(inherited: inherited.settings) })
    }

    /// MTAs that connect before it serves wait in the backlog.
    private var milterPart: DaemonPart {
        let (endings, ended) = AsyncStream<MilterError?>.makeStream()
        return DaemonPart(
            name: "milter",
            work: {
                let failure = await onOwnThread { startMilter { ended.yield($0) } }
                if let failure { throw failure }
                serving.begin()
                // Whoever reads that it has started may use the control socket.
                log.event(.notice, startLine)
                manager.ready()
                for await failure in endings {
                    guard let failure else { return }
                    throw DaemonError(status: EX_UNAVAILABLE, sentences: [failure.description])
                }
            },
            close: {
                serving.end()
                gate.close()
                let drain = settings.settings.milterDeadline + .seconds(1)
                openPage?.leaveInherited()
                doors.stop(by: .now + drain)
                milter.stop(after: Self.lastMoment, drain: drain)
            })
    }

    /// Starts to serve MTAs. It waits for the first self-test, so that the first recipient meets a tested resolver. If
    /// the DNS does not answer it does not wait: the gate then defers recipients.
    ///
    /// - Returns: Why it cannot start.
    private func startMilter(ended: @escaping @Sendable (MilterError?) -> Void) -> DaemonError? {
        do throws(ResolverError) {
            // Whatever a lookup may take: at a boot, whoever waits for the daemon is not held up.
            try breaker.waitForFirstTest(atMost: min(started.dnsTimeout, Self.longestFirstTest) + .seconds(1))
        } catch {
            return DaemonError(status: EX_CONFIG, sentences: [error.description])
        }
        exemptionKeeper.waitUntilLoaded(atMost: .seconds(5))
        doors.serve()
        do throws(MilterError) { try milter.start(ended: ended) } catch {
            return DaemonError(status: EX_OSERR, sentences: [error.description])
        }
        return nil
    }

    /// The state of the daemon in one line, for the service manager.
    private var stateLine: String {
        guard let trouble = breaker.trouble else {
            let mode = settings.settings.mode
            return mode == .monitor ? "Serving; nobody is refused (MODE=monitor)" : "Serving"
        }
        return "Recipients without a kept verdict are put off: \(trouble.sentence)"
    }

    private var startLine: LogLine {
        var line = LogLine(event: "start").adding("version", version).adding("mode", settings.settings.mode.rawValue)
            .adding("socket", milter.socket.postfixForm)
        for door in standings { line = line.adding(door.name.rawValue, door.socket.postfixForm) }
        return line.adding("libmilter", MilterService.libraryVersion)
            .adding("libunbound", Resolver.libraryVersion).adding("gnutls", Prober.gnuTLSVersion)
    }
}
