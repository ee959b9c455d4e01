import DANE
import Logging
public import Milter

/// The milter's door to the gate: a recipient in, a reply out, a log line behind it.
public struct MilterDoor: RecipientHandler {
    private let settings: Settings
    private let scope: Scope
    private let sources: SourceRules
    private let policies: PolicyBook
    private let exemptions: ExemptionBook
    private let desk: InspectionDesk
    private let rulebook: Rulebook
    private let faults: FaultBook
    private let log: GateLog
    private let counts: RecipientCounts
    private let trace: TraceStore?
    /// Seconds since 1970, for the dates of policies.
    private let now: @Sendable () -> Int64

    /// A door of the given parts.
    public init(
        settings: Settings, policies: PolicyBook, exemptions: ExemptionBook = ExemptionBook(), desk: InspectionDesk,
        faults: FaultBook, log: GateLog, counts: RecipientCounts = RecipientCounts(), trace: TraceStore? = nil,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        scope = Scope(settings)
        sources = SourceRules(settings)
        self.policies = policies
        self.exemptions = exemptions
        self.desk = desk
        rulebook = Rulebook(settings)
        self.faults = faults
        self.log = log
        self.counts = counts
        self.trace = trace
        self.now = now
    }

    /// Rules on a recipient. Called on libmilter's threads; waits at most `MILTER_DEADLINE`.
    public func recipient(_ event: borrowing RecipientEvent) -> RecipientAnswer {
        let arrived = ContinuousClock.now
        // A refusal there would leave the mail in Postfix's queue and warnings in its log (milter.md §0.9).
        guard !event.isSimulated else { return .continue }
        // What the MTA made of it: `user%example.org@here` and plain `user` are someone elsewhere in truth.
        let address = event.receivedAddress
        let rewritten = address.map(Recipient.init(received:))
        // Most often that is what was typed, which then need not be read again.
        let typed =
            if let address = address?.text, let rewritten, event.recipientIs(address), rewritten.address == address {
                rewritten
            } else {
                Recipient(received: event.receivedRecipient)
            }
        let recipient = rewritten.map { $0.domain == .none ? typed : $0 } ?? typed
        switch event.recipientIsCut && rewritten == nil
            ? .impossible : scope.decide(recipient, mailer: event.mailer, nextHop: event.host)
        {
        case .notOurs:
            return .continue
        case .passed(let why):
            pass(event, recipient, why, isExempt: false, arrived)
            return .continue
        case .impossible:
            if let why = exemptSource(event) {
                pass(event, recipient, why, isExempt: true, arrived)
                return .continue
            }
            /// RFC 5321 §4.5.3.1: a path has at most 256 octets, a domain 255.
            let cause =
                event.recipientIsCut ? "the address is longer than any address can be" : "its domain is no domain name"
            let verdict = Verdict(outcome: .noSuchDomain, cause: cause)
            return rule(event, typed, .root, verdict, isCached: false, policy: nil, subject: nil, arrived)
        case .judged(let destination):
            let policy = policy(recipient, destination)
            if let why = policy.exemption ?? (policy.kind == .require ? nil : exemptSource(event)) {
                pass(event, recipient, why, isExempt: true, arrived)
                return .continue
            }
            let answer = desk.verdict(
                on: destination, demandingDANE: policy.kind == .require, at: arrived,
                before: arrived + settings.milterDeadline)
            return rule(
                event, typed, destination.name, answer.verdict, isCached: answer.isCached, policy: policy.kind,
                subject: destination, isInTrouble: answer.isInTrouble, arrived)
        }
    }

    /// The policy of the address's domain, else that of the next hop.
    private func policy(_ recipient: Recipient, _ destination: Destination) -> StandingPolicy {
        let table = policies.table
        let exemptions = exemptions.current
        guard !table.isEmpty || exemptions != nil else { return .none }
        let domain = if case .name(let domain) = recipient.domain { domain } else { destination.name }
        return StandingPolicy(domain, nextHop: destination.name, table, exemptions, at: now())
    }

    /// Why a message is passed on for where it comes from; nil if it is not.
    private func exemptSource(_ event: borrowing RecipientEvent) -> String? {
        guard !sources.isEmpty else { return nil }
        let authenticated = sources.asksForNames ? event.authenticated : nil
        return sources.exemption(client: event.clientAddress, authenticated: authenticated, sender: event.sender)
    }

    private func rule(
        _ event: borrowing RecipientEvent, _ typed: Recipient, _ domain: DomainName, _ verdict: Verdict, isCached: Bool,
        policy: Policy.Kind?, subject: Destination?, isInTrouble: Bool = false, _ arrived: ContinuousClock.Instant
    ) -> RecipientAnswer {
        let isEnforced = sources.isEmpty ? false : sources.enforces(sender: event.sender)
        let ruling = rulebook.rule(
            verdict, domain: domain, policy: policy, isInTrouble: isInTrouble, isEnforced: isEnforced
        ) { outcome in
            guard let subject else { return .zero }
            if outcome == .daneRequired { return faults.failingFor(.policy(subject)) }
            return faults.failingFor(outcome.isDoubt ? .doubt(subject) : .destination(subject))
        }
        counts.add(ruling.outcome, ruling.action, would: ruling.would, isCached: isCached)
        let trace = TraceID()
        let shownDomain = domain.isRoot ? "the address" : domain.description
        let reply =
            ruling.action == .accept
            ? nil
            : ruling.reply(
                verdict, domain: shownDomain, firstSeen: ruling.failingFor.map { now() - $0.components.seconds },
                trace: trace.description, helpURL: settings.helpURL)
        let isQuiet = ruling.action == .accept && ruling.would == nil
        let waited = ContinuousClock.now - arrived
        let level = isQuiet ? Logger.Level.info : .notice
        if log.writes(level) {
            let line = RulingLine(
                ruling: ruling, mode: settings.mode, recipient: typed.address, domain: domain.text,
                host: verdict.host, isCached: isCached, waited: waited, trace: trace,
                client: event.clientAddress, queueID: event.queueID, recipientBytes: typed.bytes,
                cause: isQuiet && !verdict.isDegraded ? nil : ruling.hazard ?? verdict.cause)
            log.write(level, line)
        }
        if let store = self.trace {
            store.count(ruling, subject)
            if !isQuiet {
                store.record(
                    TraceEntry(
                        time: store.now, trace: trace.description,
                        sender: event.receivedSender.map(Recipient.init(received:)),
                        recipient: typed, destination: subject, client: event.clientAddress,
                        authenticated: event.authenticated, verdict: verdict, ruling: ruling, reply: reply,
                        queueID: event.queueID, mode: settings.mode, isCached: isCached, policy: policy,
                        addresses: store.addresses))
            }
        }
        return reply.map(RecipientAnswer.refuse) ?? .continue
    }

    private func pass(
        _ event: borrowing RecipientEvent, _ recipient: Recipient, _ why: String, isExempt: Bool,
        _ arrived: ContinuousClock.Instant
    ) {
        counts.addPassed(isExempt: isExempt)
        guard log.writes(.info) else { return }
        let domain = if case .name(let name) = recipient.domain { name.text } else { "" }
        let ruling = Ruling(
            action: .accept, would: nil, outcome: .opportunistic, code: nil, failingFor: nil, hazard: nil)
        let line = RulingLine(
            ruling: ruling, mode: settings.mode, recipient: recipient.address, domain: domain, host: nil,
            isCached: false, waited: ContinuousClock.now - arrived, trace: TraceID(), client: event.clientAddress,
            queueID: event.queueID, recipientBytes: recipient.bytes, passed: why)
        log.write(.info, line)
    }
}
