public import DANE
import NIOCore
import NIOPosix
import Synchronization

/// Asks SMTP servers for STARTTLS and reports what it saw. It sends no message and does not judge.
///
/// Any number of tasks may probe at once. They share a few event-loop threads and a limited number of connections. Each
/// probe has limits for its time and for what it accepts from the host. Call `shutdown()` before you release the last
/// reference.
public final class Prober: Sendable {
    private struct State {
        var isShutDown = false
        var nextID = 0
        var dialogues: [Int: NIOLoopBoundBox<ProbeDialogue>] = [:]
    }

    private let configuration: ProbeConfiguration
    private let group: MultiThreadedEventLoopGroup
    private let slots: ProbeSlots
    private let limits: ProbeLimits
    private let names: NameSearch
    private let state = Mutex(State())

    /// Starts the event-loop threads and, if no name is set, the search for the machine's name.
    public convenience init(_ configuration: ProbeConfiguration) {
        self.init(configuration, look: { HostName.look() })
    }

    /// A prober that uses `look` to find the machine's name.
    init(_ configuration: ProbeConfiguration, look: @escaping @Sendable () -> HostName.Finding) {
        self.configuration = configuration
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        slots = ProbeSlots(configuration.concurrency)
        limits = ProbeLimits(atOnce: configuration.perHost, hourly: configuration.perHour, inRow: configuration.inRow)
        names = NameSearch(configuration.helo.map(ClientName.set), on: group.next(), look: look)
    }

    /// The version of the GnuTLS library in use, such as `3.7.9`.
    public static var gnuTLSVersion: String { GnuTLSDefaults.version }

    /// How many connections are open or about to be opened.
    public var connections: Int { slots.held }

    /// How full the probe slots are, and which zone or network has the most. May be called on any thread.
    public var occupancy: Occupancy { slots.occupancy }

    /// The name that hosts get in EHLO; nil while it is searched for, for at most two seconds.
    public var name: ClientName? { names.name }

    /// Sets a function that gets the name for EHLO now or as soon as it is known, and whenever it changes, because a
    /// name service may answer late.
    ///
    /// - Parameter listener: It runs on any thread and must not wait.
    public func whenNamed(_ listener: @escaping @Sendable (ClientName) -> Void) { names.listen(listener) }

    /// The addresses from which this machine reaches the Internet, one per family that has a route.
    /// ``ClientName/ownAddress`` stands for their literals. Sends nothing.
    public static var ownAddresses: [IPAddress] { OwnAddress.known() }

    /// Probes one host.
    ///
    /// It takes at most three times the configured timeout: once for a turn at the host, once for a free slot, once for
    /// the dialogue. If a host chooses what OpenSSL does not offer, it is connected to a second time, which adds two.
    /// If the task is cancelled, the connection is closed, and the report has what was seen until then. A probe that
    /// comes during the search for the name waits for it, within its own time.
    ///
    /// - Parameters:
    ///   - target: The host.
    ///   - asker: On whose behalf. Turns, slots and the probes of an hour are shared fairly between zones, and slots
    ///     between networks too.
    /// - Returns: What was seen. Every failure is a value in it.
    public func probe(_ target: ProbeTarget, for asker: ProbeAsker = .nobody) async -> ProbeReport {
        if let reason = reasonNotToProbe(target.address) { return ProbeReport(end: .notProbed(reason)) }
        let endpoint = ProbeLimits.Endpoint(address: target.address, port: target.port)
        let turns: ProbeSlots
        switch limits.enter(endpoint, for: asker) {
        case .slots(let slots): turns = slots
        case .hostSpent:
            let why =
                "\(target.address) has been probed \(configuration.perHour) times an hour, and is left alone for now"
            return ProbeReport(end: .withheld(why, earlier: nil))
        case .networkSpent(let network):
            let why = "hosts in \(network) have been probed too often this hour, and are left alone for now"
            return ProbeReport(end: .withheld(why, earlier: nil))
        }
        let lane = ProbeLane(zone: asker.zone, network: .network(of: target.address))
        defer { limits.leave(endpoint) }
        // First a turn at the host, so that waiting for it does not hold a slot that others need.
        let turn = await turns.acquire(for: lane, within: configuration.timeout)
        if let end = noSlot(turn, "turn at \(target.address)") { return ProbeReport(end: end) }
        defer { turns.release(lane) }
        let slot = await slots.acquire(for: lane, isVouched: asker.isVouched, within: configuration.timeout)
        if let end = noSlot(slot, "probe slot") { return ProbeReport(end: end) }
        let report = await converse(with: target, in: lane, withCCM: true)
        // F-84: GnuTLS cannot offer AES-128-CCM for TLS 1.2 alone, and OpenSSL offers it only there. A second
        // connection without it shows how the MTA would fare with this host.
        guard case .secured(let session) = report.end, session.isBeyondOpenSSL else { return report }
        let second = await slots.acquire(for: lane, isVouched: asker.isVouched, within: configuration.timeout)
        if let end = noSlot(second, "probe slot") { return ProbeReport(end: end) }
        return await converse(with: target, in: lane, withCCM: false)
    }

    private func noSlot(_ outcome: ProbeSlots.Outcome, _ what: String) -> ProbeReport.End? {
        switch outcome {
        case .granted: nil
        case .timedOut: .crowded("no \(what) within \(configuration.timeout)")
        case .cancelled: .crowded("cancelled")
        case .closed: .crowded("shut down")
        }
    }

    /// Returns once each of its threads has run a piece of work, which shows that they live.
    public func turn() async {
        for loop in group.makeIterator() { try? await loop.submit {}.get() }
    }

    /// Ends all probes, which then return, and the threads. Probes that begin later, and later calls, return at once.
    public func shutdown() async {
        let dialogues: [NIOLoopBoundBox<ProbeDialogue>]? = state.withLock { state in
            if state.isShutDown { return nil }
            state.isShutDown = true
            return Array(state.dialogues.values)
        }
        guard let dialogues else { return }
        names.close()
        limits.close()
        slots.close()
        for dialogue in dialogues { dialogue.abandon("shut down") }
        await slots.drain()
        // This fails only if the group was shut down before.
        try? await group.shutdownGracefully()
    }

    /// Runs the dialogue. The caller holds a slot; it is released when the socket is closed.
    private func converse(with target: ProbeTarget, in lane: ProbeLane, withCCM: Bool) async -> ProbeReport {
        let loop = group.next()
        let promise = loop.makePromise(of: ProbeReport.self)
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let dialogue = NIOLoopBoundBox.makeBoxSendingValue(
            ProbeDialogue(
                target: target, configuration: configuration, names: names, withCCM: withCCM, loop: loop,
                report: promise
            ) { [self] in
                state.withLock { _ = $0.dialogues.removeValue(forKey: id) }
                slots.release(lane)
            },
            eventLoop: loop)
        let isShutDown = state.withLock { state in
            state.dialogues[id] = dialogue
            return state.isShutDown
        }
        return await withTaskCancellationHandler {
            // The slot keeps the loop alive, because the group is shut down only once all slots are back.
            loop.execute {
                if isShutDown { dialogue.value.abandon("shut down") }
                dialogue.value.start()
            }
            // A dialogue always ends with a report, so the default is never used.
            return (try? await promise.futureResult.get())
                ?? ProbeReport(end: .unreachable(.connect, "the event loop has ended"))
        } onCancel: {
            dialogue.giveUp("cancelled")
        }
    }

    private func reasonNotToProbe(_ address: IPAddress) -> String? {
        let embedded = SpecialPurpose.embedded(in: address)
        // F-123: this site's own addresses.
        let denied = configuration.denied.first { $0.contains(address) || embedded.map($0.contains) == true }
        if let denied { return "\(address) is not to be probed (\(denied))" }
        guard let special = SpecialPurpose.range(of: address) else { return nil }
        let isAllowed = configuration.allowed.contains { range in
            range.contains(address) || embedded.map(range.contains) == true
        }
        return isAllowed ? nil : "\(address) is a \(special.name) address (\(special.range))"
    }
}

extension ProbeReport.TLSSession {
    /// Whether the host chose a suite that OpenSSL does not offer by default: AES-128-CCM in TLS 1.3 (RFC 8446 §B.4).
    fileprivate var isBeyondOpenSSL: Bool { cipherSuite.hasPrefix("TLS_AES_128_CCM_") }
}

extension NIOLoopBoundBox<ProbeDialogue> {
    /// Ends the dialogue, from any thread, unless it has ended.
    fileprivate func giveUp(_ reason: String) {
        eventLoop.execute { self.value.giveUp(reason) }
    }

    /// The same for a reason of this machine's own.
    fileprivate func abandon(_ reason: String) {
        eventLoop.execute { self.value.abandon(reason) }
    }
}
