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
    /// The message trace; nil if there is none.
    package var trace: TraceStore?

    /// Makes one from its parts.
    package init(
        log: GateLog, counts: RecipientCounts = RecipientCounts(), looks: NeighbourhoodCounts = NeighbourhoodCounts(),
        ownHops: OwnHopCounts = OwnHopCounts(), trace: TraceStore? = nil
    ) {
        self.log = log
        self.counts = counts
        self.looks = looks
        self.ownHops = ownHops
        self.trace = trace
    }

    /// Records a ruling.
    ///
    /// - Parameter waited: How long the recipient has waited; nil means until now.
    func note<Request: GateRequest & ~Copyable>(
        _ ruled: Decision.Ruled, on subject: Ruleset.Subject, to typed: Recipient, _ request: borrowing Request,
        _ inForce: SettingsInForce, arrived: ContinuousClock.Instant, waited: Duration? = nil
    ) {
        let (ruling, verdict, destination) = (ruled.ruling, ruled.verdict, subject.destination)
        if !ruled.isCached, !ruling.isHeld, let destination {
            looks.note(destination.name, ruling.outcome, at: arrived)
        }
        counts.add(ruling.outcome, ruling.action, would: ruling.would, isCached: ruled.isCached)
        if subject.isOwnHop, let destination {
            let isKnown = ruling.outcome != .pending && !ruled.isInTrouble
            let isFailing = !ruling.outcome.allowsDelivery || ruling.hazard != nil
            ownHops.note(destination, ruling.outcome, isFailing: isKnown ? isFailing : nil, at: arrived)
        }
        let isQuiet = ruling.action == .accept && ruling.would == nil
        let waited = waited ?? ContinuousClock.now - arrived
        let level = isQuiet ? Logger.Level.info : .notice
        let id = ruled.trace ?? TraceID()
        if log.writes(level) {
            let parties = Parties(typed, request, inForce.settings.loggedAddresses)
            let line = RulingLine(
                ruling: ruling, mode: inForce.settings.mode, recipient: parties.recipient,
                domain: (destination?.name ?? .root).text,
                host: verdict.host, isCached: ruled.isCached, waited: waited, trace: id,
                client: request.clientAddress, queueID: request.queueID, recipientBytes: parties.recipientBytes,
                ownHop: subject.isOwnHop ? destination?.text(standard: inForce.settings.probePort) : nil,
                sender: parties.sender, tellsSender: parties.tellsSender, authenticated: parties.authenticated,
                cause: isQuiet && !verdict.isDegraded ? nil : ruling.hazard ?? verdict.cause)
            log.write(level, line)
        }
        guard let trace else { return }
        trace.count(ruling, destination)
        guard !isQuiet else { return }
        trace.record(
            TraceEntry(
                time: trace.now, trace: id.description,
                sender: request.receivedSender.map(Recipient.init(received:)), recipient: typed,
                destination: destination, client: request.clientAddress, authenticated: request.authenticated,
                verdict: verdict, ruling: ruling, reply: ruled.reply, queueID: request.queueID,
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
        counts.addPassed(isExempt: passed.isExempt)
        guard log.writes(.info) else { return }
        let domain = if case .name(let name) = recipient.domain { name.text } else { "" }
        let ruling = Ruling(
            action: .accept, would: nil, outcome: .opportunistic, code: nil, failingFor: nil, hazard: nil)
        let parties = Parties(recipient, request, inForce.settings.loggedAddresses)
        let line = RulingLine(
            ruling: ruling, mode: inForce.settings.mode, recipient: parties.recipient, domain: domain, host: nil,
            isCached: false, waited: ContinuousClock.now - arrived, trace: TraceID(), client: request.clientAddress,
            queueID: request.queueID, recipientBytes: parties.recipientBytes, passed: passed.why,
            sender: parties.sender,
            tellsSender: parties.tellsSender, authenticated: parties.authenticated)
        log.write(.info, line)
    }
}

/// Recipient, sender and login of a message, as far as the log may contain them (`LOG_ADDRESSES`).
private struct Parties {
    var recipient: String
    var recipientBytes: [UInt8]?
    var sender: ReceivedText?
    var tellsSender = true
    var authenticated: String?

    init<Request: GateRequest & ~Copyable>(
        _ recipient: Recipient, _ request: borrowing Request, _ addresses: Settings.LogAddresses
    ) {
        (self.recipient, recipientBytes) = (recipient.address, recipient.bytes)
        switch addresses {
        case .full:
            sender = request.receivedSender
            authenticated = request.authenticated
        case .recipient: tellsSender = false
        case .domain:
            (self.recipient, recipientBytes) = (recipient.withoutLocalPart, nil)
            sender = request.receivedSender.map { path in
                ReceivedText(Array(Recipient(received: path).withoutLocalPart.utf8))
            }
        }
    }
}
