import DNSSEC
import Gate
import Glibc
import Logging
import Milter
public import Policy
import Probe
import Records
import ServiceLifecycle
import Support
import Synchronization

/// The daemon: the parts of the gate, connected, and running until a signal ends them.
public struct Daemon: Sendable {
    private let reader: SettingsReader
    private var settings: Settings { reader.settings }
    private let version: String
    private let environment: [String: String]

    /// A daemon with the given settings.
    ///
    /// - Parameters:
    ///   - reader: The settings, and where they came from.
    ///   - version: The version, for the log.
    ///   - environment: The environment of the process, for `NOTIFY_SOCKET` and similar.
    public init(_ reader: SettingsReader, version: String, environment: [String: String]) {
        self.reader = reader
        self.version = version
        self.environment = environment
    }

    /// Runs until SIGTERM or SIGINT. It blocks the calling thread, which must be the main thread of a process without
    /// other threads, because libmilter's own thread would take the signals (see `SignalMailbox`).
    ///
    /// - Throws: Why it did not start, or ended on its own.
    public func run() throws(DaemonError) {
        // Before anything is opened, because the descriptor is known by its number.
        let inherited = try InheritedSocket(environment)
        // Before other threads, which would not report as well why they cannot be made. These take no signals.
        let code = ThreadReserve.shared.begin()
        guard code == 0 else { throw DaemonError(status: EX_OSERR, sentences: [ThreadNews.shortage(errno: code)]) }
        let mailbox: SignalMailbox
        do throws(MilterError) { mailbox = try SignalMailbox.install() } catch {
            throw DaemonError(status: EX_OSERR, sentences: [error.description])
        }
        Descriptors.raiseLimit()
        let budget: DescriptorBudget
        do throws(DescriptorShortageError) {
            budget = try settings.descriptorBudget(limit: DescriptorLimit.current)
        } catch {
            throw DaemonError(status: EX_CONFIG, sentences: ["\(error.sentence)."])
        }
        DescriptorReserve.shared.fill()
        LibraryLog.divert()
        Resolver.shareHeap()
        let policies: PolicyBook
        do throws(PolicyError) { policies = try PolicyBook(settings) } catch {
            throw DaemonError(status: EX_CONFIG, sentences: error.sentences)
        }
        let anchor = TrustAnchor.forRunning(settings)
        let resolver: Resolver
        do throws(ResolverError) {
            resolver = try Resolver(settings.resolverConfiguration(anchor.anchor, within: budget))
        } catch {
            throw DaemonError(status: EX_CONFIG, sentences: [error.description])
        }
        let log = GateLog(settings)
        defer { log.close() }
        let custody = StateCustody(settings.stateDirectory, log: log)
        custody.begin()
        Self.tell(of: policies, log)
        defer { custody.end() }
        Self.follow(log)
        ThreadReserve.shared.follow { ThreadNews.tell($0, log) }
        if budget.isScaledDown { log.event(budget.limit < 1024 ? .warning : .notice, budget.line) }
        if let warning = anchor.warning { log.event(.warning, LogLine(event: "trust-anchor").adding("cause", warning)) }
        let wiring = GateWiring(
            reader, version: version, environment: environment, policies: policies, resolver: resolver, budget: budget,
            log: log, inherited: inherited)
        try serve(wiring, mailbox)
    }

    /// Keeps the policy file as the last good copy, or logs that the copy is in force.
    private static func tell(of policies: PolicyBook, _ log: GateLog) {
        for sentence in policies.faults {
            log.event(.error, LogLine(event: "policy").adding("result", "copy").adding("cause", sentence))
        }
        guard let fault = policies.keepCopy() else { return }
        log.event(.warning, LogLine(event: "policy").adding("result", "not-kept").adding("cause", fault))
    }

    /// Runs the parts until a signal, or one of the parts, ends them.
    private func serve(_ wiring: GateWiring, _ mailbox: SignalMailbox) throws(DaemonError) {
        let parts = wiring.parts
        try open(parts)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: Logger(label: "danegate") { _ in SwiftLogNoOpLogHandler() }))
        let ending = Mutex<DaemonError?>(nil)
        let isOver = Signal()
        Task {
            do { try await group.run() } catch {
                let failure =
                    error as? DaemonError
                    ?? DaemonError(status: EX_SOFTWARE, sentences: ["the daemon has failed: \(error)."])
                ending.withLock { $0 = failure }
            }
            isOver.signal()
            // Whatever ended it, the main thread must know.
            mailbox.post(.terminate)
        }
        let reason = Self.waitForEnd(mailbox) { wiring.reload() }
        wiring.manager.stopping()
        Task { await group.triggerGracefulShutdown() }
        // Each part has a time limit. If one does not keep it, that must not delay a shutdown of the machine.
        _ = isOver.wait(until: .now + wiring.settings.settings.milterDeadline + .seconds(30))
        if let failure = ending.withLock({ $0 }) {
            wiring.log.event(.error, LogLine(event: "stop").adding("reason", failure.sentences.joined(separator: " ")))
            throw failure
        }
        wiring.log.event(.notice, LogLine(event: "stop").adding("reason", reason))
    }

    /// Opens the parts in order. If one fails, those before it are closed again.
    private func open(_ parts: [DaemonPart]) throws(DaemonError) {
        for (index, part) in parts.enumerated() {
            do throws(DaemonError) { try part.open() } catch {
                for part in parts[..<index].reversed() { part.close() }
                throw error
            }
        }
    }

    /// Waits for a signal that ends the daemon. SIGHUP and SIGUSR1 read settings and policies again.
    ///
    /// - Returns: The name of the signal.
    private static func waitForEnd(_ mailbox: SignalMailbox, reload: () -> ReloadReport) -> String {
        while true {
            for signal in mailbox.wait() {
                switch signal {
                case .terminate: return "SIGTERM"
                case .interrupt: return "SIGINT"
                case .hangup, .user1: _ = reload()
                }
            }
        }
    }

    /// Logs what libunbound writes. Its first lines show settings with which it cannot start. Later ones are mostly
    /// about strangers' name servers.
    private static func follow(_ log: GateLog) {
        let early = Atomic<Int>(0)
        LibraryLog.follow { line, held in
            let level: Logger.Level = early.add(1, ordering: .relaxed).newValue <= 10 ? .notice : .debug
            guard log.writes(level) else { return }
            let event = LogLine(event: "libunbound").adding("message", line)
            log.event(level, held > 0 ? event.adding("repeated", "\(held)") : event)
        }
    }
}
