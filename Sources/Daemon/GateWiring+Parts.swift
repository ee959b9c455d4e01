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
    /// How long libmilter serves on when the daemon is told to stop.
    private static let lastMoment = Duration.milliseconds(200)

    /// The daemon, part by part.
    var parts: [DaemonPart] {
        [
            socketPart, statePart, exemptionsPart, tracePart, probesPart,
            .task("resolver's self-test") {
                await breaker.watch(tests, keys: { await resolver.selfTest([.rootKeys]) }, cache: keeper.cache) {
                    await look.inspectPastCaches($0)?.verdict
                }
            },
            .task("renewals") { await desk.keepFresh() },
            .task("exempt domains") { await exemptionWatch.run() },
            .task("policy file") { await rereadPolicies() },
            .task("own next hops") { await records.ownHops.follow(records.counts) },
            .task("holds") { await holds.follow(HoldFile(directory: started.stateDirectory), log) },
            .task("load") { await load.run(log) },
            .task("service manager") {
                await manager.follow {
                    stateLine
                } isAlive: {
                    await prober?.turn()
                }
            },
            controlPart, milterPart,
        ]
    }

    /// First, so that nothing else is touched if another daemon has it.
    private var socketPart: DaemonPart {
        DaemonPart(name: "milter's socket") { () throws(Daemon.Failure) in
            do throws(MilterError) { try milter.open() } catch {
                throw Daemon.Failure(status: EX_UNAVAILABLE, sentences: [error.description])
            }
        }
    }

    /// Nobody waits for what was known before.
    private var statePart: DaemonPart {
        DaemonPart(name: "state file") { () throws(Daemon.Failure) in
            store.begin(StateHolders(keeper, probes))
        } close: {
            store.close()
        }
    }

    private var exemptionsPart: DaemonPart {
        DaemonPart(name: "exemptions") { () throws(Daemon.Failure) in
            exemptionKeeper.begin()
        } close: {
            exemptionKeeper.close()
        }
    }

    private var tracePart: DaemonPart {
        DaemonPart(name: "message trace") { () throws(Daemon.Failure) in
            trace?.begin()
        } close: {
            trace?.close()
        }
    }

    /// GnuTLS is taken down when the process exits: no handshake may be under way then.
    private var probesPart: DaemonPart {
        DaemonPart(name: "probes") { () throws(Daemon.Failure) in
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

    /// What policy demands and the settings keep from being shown is deferred for ever, which is said at once.
    private func warnOfPolicies() {
        guard !started.probe, policies.table.demandsDANE(at: unixTime()) else { return }
        let cause =
            "the policy file requires DANE of domains, and with PROBE=off none can show it: their mail is deferred"
        log.event(.warning, LogLine(event: "policy").adding("cause", cause))
    }

    /// The daemon's own answers. Before the milter, so that a start that waits for the DNS can be asked about.
    private var controlPart: DaemonPart {
        let server = Handed<ControlServer>()
        return DaemonPart(name: "control socket") { () throws(Daemon.Failure) in
            server.value.withLock { $0 = ControlServer.open(started, log: log) { controlDesk } }
        } close: {
            server.value.withLock { $0 }?.close()
        }
    }

    private var controlDesk: ControlDesk {
        ControlDesk(
            settings: settings, version: version, gate: gate, policies: policies, desk: desk, store: store,
            records: records, exemptions: exemptions, load: load, probes: { prober?.connections ?? 0 },
            probeName: { prober?.name },
            doors: ControlDesk.Doors(budget: budget, connections: { milter.connectionCounts }),
            reload: { reload() }, standing: { reloader.standing() })
    }

    /// MTAs that connect before it serves wait in the backlog.
    private var milterPart: DaemonPart {
        let (endings, ended) = AsyncStream<MilterError?>.makeStream()
        return DaemonPart(
            name: "milter",
            work: {
                let failure = await onOwnThread { startMilter { ended.yield($0) } }
                if let failure { throw failure }
                // Whoever reads that it has started may ask it how it is.
                log.event(.notice, startLine)
                manager.ready()
                for await failure in endings {
                    guard let failure else { return }
                    throw Daemon.Failure(status: EX_UNAVAILABLE, sentences: [failure.description])
                }
            },
            close: {
                gate.close()
                milter.stop(after: Self.lastMoment, drain: settings.settings.milterDeadline + .seconds(1))
            })
    }

    /// Serves MTAs. Waits for the first self-test, so that the first recipient finds a resolver that has been tried, but
    /// not for a DNS that does not answer: the gate puts recipients off then.
    ///
    /// - Returns: Why it cannot.
    private func startMilter(ended: @escaping @Sendable (MilterError?) -> Void) -> Daemon.Failure? {
        do throws(ResolverError) {
            try breaker.waitForFirstTest(atMost: started.dnsTimeout + .seconds(1))
        } catch {
            return Daemon.Failure(status: EX_CONFIG, sentences: [error.description])
        }
        exemptionKeeper.waitUntilLoaded(atMost: .seconds(5))
        do throws(MilterError) { try milter.start(ended: ended) } catch {
            return Daemon.Failure(status: EX_OSERR, sentences: [error.description])
        }
        return nil
    }

    /// How the daemon is, for the service manager.
    private var stateLine: String {
        guard let trouble = breaker.trouble else {
            let mode = settings.settings.mode
            return mode == .monitor ? "Serving; nobody is refused (MODE=monitor)" : "Serving"
        }
        return "Recipients without a kept verdict are put off: \(trouble.sentence)"
    }

    private var startLine: LogLine {
        LogLine(event: "start").adding("version", version).adding("mode", settings.settings.mode.rawValue)
            .adding("socket", milter.socket.postfixForm).adding("libmilter", MilterService.libraryVersion)
            .adding("libunbound", Resolver.libraryVersion).adding("gnutls", Prober.gnuTLSVersion)
    }
}
