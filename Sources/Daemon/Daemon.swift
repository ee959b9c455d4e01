import Logging
import DNSSEC
import Gate
import Glibc
import Milter
public import Policy
import Probe
import Records
import Support

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
        let inherited = try InheritedSockets(environment)
        InheritedSockets.forgetAnnouncement()
        try inherited.check(with: settings)
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
            budget = try settings.descriptorBudget(limit: DescriptorLimit.current, inherited: inherited)
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
        let shared = try SharedFiles.read(settings)
        let anchor = TrustAnchor.forRunning(settings)
        let resolver: Resolver
        do throws(ResolverError) {
            resolver = try Resolver(settings.resolverConfiguration(anchor.anchor, within: budget))
        } catch {
            throw DaemonError(status: EX_CONFIG, sentences: [error.description])
        }
        // Not among the parts: the last line tells how they have ended.
        let log = GateLog(settings)
        defer { log.close() }
        let wiring = GateWiring(
            reader, version: version, environment: environment, policies: policies, resolver: resolver,
            anchor: anchor, budget: budget, log: log, inherited: inherited, shared: shared)
        try serve(wiring, mailbox)
    }

    /// Runs the parts until a signal, or one of the parts, ends them.
    private func serve(_ wiring: GateWiring, _ mailbox: SignalMailbox) throws(DaemonError) {
        let group = try DaemonGroup(wiring.parts) { mailbox.post(.terminate) }
        let reason = Self.waitForEnd(mailbox) { wiring.reload() }
        wiring.manager.stopping()
        let failure = group.end(within: wiring.settings.settings.milterDeadline + .seconds(30))
        if let failure {
            wiring.log.event(.error, LogLine(event: "stop").adding("reason", failure.sentences.joined(separator: " ")))
            throw failure
        }
        wiring.log.event(.notice, LogLine(event: "stop").adding("reason", reason))
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
}
