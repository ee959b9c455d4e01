import DANE
import Inspection
import Logging
import Policy
package import Records
import Support

/// Where decisions are recorded: the log, the counts, the message trace.
package struct DecisionRecords: Sendable {
    package let log: GateLog
    package var counts = RecipientCounts()
    /// Recipients whose verdict did not come from the cache, by neighbourhood.
    package var looks = NeighbourhoodCounts()
    package var ownHops = OwnHopCounts()
    package var measurements = Measurements()
    /// The message trace; nil if there is none.
    package var trace: TraceStore?

    /// Makes one from its parts.
    package init(
        log: GateLog, counts: RecipientCounts = RecipientCounts(), looks: NeighbourhoodCounts = NeighbourhoodCounts(),
        ownHops: OwnHopCounts = OwnHopCounts(), measurements: Measurements = Measurements(), trace: TraceStore? = nil
    ) {
        self.log = log
        self.counts = counts
        self.looks = looks
        self.ownHops = ownHops
        self.measurements = measurements
        self.trace = trace
    }

    /// Records a ruling.
    ///
    /// - Parameter waited: How long the recipient has waited; nil means until now.
    func note<Request: GateRequest & ~Copyable>(
        _ ruled: Decision.Ruled, on subject: Ruleset.Subject, to typed: Recipient, _ request: borrowing Request,
        _ inForce: SettingsInForce, arrived: ContinuousClock.Instant, waited: Duration? = nil
    ) {
        // Whatever is made a copy of here costs a change of reference counts for each of its texts.
        if !ruled.isCached, !ruled.ruling.isHeld, let destination = subject.destination {
            looks.note(destination.name, ruled.ruling.outcome, at: arrived)
        }
        counts.add(
            ruled.ruling.outcome, ruled.ruling.action, would: ruled.ruling.would, isCached: ruled.isCached,
            at: .init(request.door, inForce.settings.mode))
        if subject.isOwnHop, let destination = subject.destination {
            let isKnown = ruled.ruling.outcome != .pending && !ruled.isInTrouble
            let isFailing = !ruled.ruling.outcome.allowsDelivery || ruled.ruling.hazard != nil
            ownHops.note(destination, ruled.ruling.outcome, isFailing: isKnown ? isFailing : nil, at: arrived)
        }
        let isQuiet = ruled.ruling.action == .accept && ruled.ruling.would == nil
        let waited = waited ?? ContinuousClock.now - arrived
        let level = isQuiet ? Logger.Level.info : .notice
        let id = ruled.trace ?? TraceID()
        // What is kept and accepted is no example of anything, and nobody looks for it.
        measurements.waits.add(waited, trace: isQuiet && ruled.isCached ? nil : id)
        if log.writes(level) {
            let shown = inForce.settings.loggedAddresses
            log.write(
                level,
                RulingLine(
                    ruling: ruled.ruling, mode: inForce.settings.mode, door: request.door,
                    recipient: shown.recipient(typed),
                    domain: subject.destination?.name.text ?? "",
                    host: ruled.verdict.host, isCached: ruled.isCached, waited: waited, trace: id,
                    client: request.clientAddress, queueID: request.queueID, recipientBytes: shown.bytes(of: typed),
                    ownHop: subject.isOwnHop
                        ? subject.destination?.text(standard: inForce.settings.probePort) : nil,
                    sender: shown.sender(of: request), tellsSender: shown.tellsSender,
                    authenticated: shown.authenticated(of: request),
                    cause: isQuiet && !ruled.verdict.isDegraded ? nil : ruled.ruling.hazard ?? ruled.verdict.cause))
        }
        guard let trace else { return }
        if let destination = subject.destination {
            trace.count(ruled.ruling.outcome, isHazard: ruled.ruling.hazard != nil, destination)
        }
        guard !isQuiet else { return }
        trace.record(
            TraceEntry(
                time: trace.now, trace: id.description,
                sender: request.receivedSender.map(Recipient.init(received:)), recipient: typed,
                destination: subject.destination, client: request.clientAddress,
                authenticated: request.authenticated, verdict: ruled.verdict, ruling: ruled.ruling, reply: ruled.reply,
                queueID: request.queueID,
                mode: inForce.settings.mode,
                isCached: ruled.isCached, policy: ruled.policy, addresses: trace.addresses))
    }

    /// Records that there were too many monitored recipients for their rulings to be recorded, once per minute.
    func noteDropped(_ counts: LateRulings.Counts) {
        log.event(
            .warning, repeated: "monitored",
            LogLine(event: "monitored").adding("result", "dropped").adding("open", "\(counts.open)")
                .adding("dropped", "\(counts.dropped)"))
    }

    /// Records that a recipient's client was gone before the answer. There is no ruling then, because nobody received
    /// it.
    func noteUnanswered<Request: GateRequest & ~Copyable>(
        on subject: Ruleset.Subject, to typed: Recipient, _ request: borrowing Request,
        arrived: ContinuousClock.Instant
    ) {
        let waited = (ContinuousClock.now - arrived).tenthsOfMilliseconds
        log.event(
            .notice,
            LogLine(event: "unanswered").adding("to", typed.address)
                .adding("domain", (subject.destination?.name ?? .root).text).adding("waited_ms", "\(waited)")
                .adding("client", request.clientAddress ?? "-").adding("qid", request.queueID ?? "-"))
    }

    /// Records a recipient that passes without a verdict.
    func note<Request: GateRequest & ~Copyable>(
        _ passed: Decision.Passed, to recipient: Recipient, _ request: borrowing Request, _ inForce: SettingsInForce,
        arrived: ContinuousClock.Instant
    ) {
        counts.addPassed(isExempt: passed.isExempt, at: .init(request.door, inForce.settings.mode))
        measurements.waits.add(ContinuousClock.now - arrived)
        guard log.writes(.info) else { return }
        let domain = if case .name(let name) = recipient.domain { name.text } else { "" }
        let ruling = Ruling(
            action: .accept, would: nil, outcome: .opportunistic, code: nil, failingFor: nil, hazard: nil)
        let shown = inForce.settings.loggedAddresses
        log.write(
            .info,
            RulingLine(
                ruling: ruling, mode: inForce.settings.mode, door: request.door,
                recipient: shown.recipient(recipient), domain: domain,
                host: nil, isCached: false, waited: ContinuousClock.now - arrived, trace: TraceID(),
                client: request.clientAddress, queueID: request.queueID, recipientBytes: shown.bytes(of: recipient),
                passed: passed.why, sender: shown.sender(of: request), tellsSender: shown.tellsSender,
                authenticated: shown.authenticated(of: request)))
    }
}

/// What the log may contain of a message (`LOG_ADDRESSES`).
extension Settings.LogAddresses {
    fileprivate func recipient(_ recipient: Recipient) -> String {
        switch self {
        case .full, .recipient: recipient.address
        case .domain: recipient.withoutLocalPart
        }
    }

    fileprivate func bytes(of recipient: Recipient) -> [UInt8]? {
        switch self {
        case .full, .recipient: recipient.bytes
        case .domain: nil
        }
    }

    fileprivate var tellsSender: Bool {
        switch self {
        case .full, .domain: true
        case .recipient: false
        }
    }

    fileprivate func sender<Request: GateRequest & ~Copyable>(of request: borrowing Request) -> ReceivedText? {
        switch self {
        case .full: request.receivedSender
        case .recipient: nil
        case .domain:
            request.receivedSender.map { path in
                ReceivedText(Array(Recipient(received: path).withoutLocalPart.utf8))
            }
        }
    }

    fileprivate func authenticated<Request: GateRequest & ~Copyable>(of request: borrowing Request) -> String? {
        switch self {
        case .full: request.authenticated
        case .recipient, .domain: nil
        }
    }
}
