import DANE
import Logging
public import Milter

/// The milter's door to the gate: a recipient in, a reply out, a log line behind it.
public struct MilterDoor: RecipientHandler {
    private let settings: Settings
    private let scope: Scope
    private let policies: PolicyBook
    private let desk: InspectionDesk
    private let rulebook: Rulebook
    private let faults: FaultBook
    private let log: GateLog
    private let counts: RulingCounts
    /// Seconds since 1970, for the dates of policies.
    private let now: @Sendable () -> Int64

    /// A door of the given parts.
    public init(
        settings: Settings, policies: PolicyBook, desk: InspectionDesk, faults: FaultBook, log: GateLog,
        counts: RulingCounts = RulingCounts(), now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        scope = Scope(settings)
        self.policies = policies
        self.desk = desk
        rulebook = Rulebook(settings)
        self.faults = faults
        self.log = log
        self.counts = counts
        self.now = now
    }

    /// Rules on a recipient. Called on libmilter's threads; waits at most `MILTER_DEADLINE`.
    public func recipient(_ event: borrowing RecipientEvent) -> RecipientAnswer {
        let arrived = ContinuousClock.now
        // A refusal there would leave the mail in Postfix's queue and warnings in its log (milter.md §0.9).
        guard !event.isSimulated else { return .continue }
        // What the MTA made of it: `user%example.org@here` and plain `user` are someone elsewhere in truth.
        let address = event.address
        let rewritten = address.map(Recipient.init(path:))
        // Most often that is what was typed, which then need not be read again.
        let typed =
            if let address, let rewritten, event.recipientIs(address), rewritten.address == address { rewritten } else {
                Recipient(path: event.recipientText)
            }
        let recipient = rewritten.map { $0.domain == .none ? typed : $0 } ?? typed
        switch event.recipientIsCut && rewritten == nil
            ? .impossible : scope.decide(recipient, mailer: event.mailer, nextHop: event.host)
        {
        case .notOurs:
            return .continue
        case .passed(let why):
            pass(event, recipient, why, arrived)
            return .continue
        case .impossible:
            /// RFC 5321 §4.5.3.1: a path has at most 256 octets, a domain 255.
            let cause =
                event.recipientIsCut ? "the address is longer than any address can be" : "its domain is no domain name"
            let verdict = Verdict(outcome: .noSuchDomain, cause: cause)
            return rule(event, typed, .root, verdict, isCached: false, policy: nil, subject: nil, arrived)
        case .judged(let destination):
            let policy = policy(recipient, destination)
            if policy?.kind == .exempt {
                pass(event, recipient, policy?.reason ?? "exempt by policy", arrived)
                return .continue
            }
            let answer = desk.verdict(
                on: destination, demandingDANE: policy?.kind == .require, at: arrived,
                before: arrived + settings.milterDeadline)
            return rule(
                event, typed, destination.name, answer.verdict, isCached: answer.isCached, policy: policy?.kind,
                subject: destination, isInTrouble: answer.isInTrouble, arrived)
        }
    }

    /// The policy of the address's domain, else that of the next hop.
    private func policy(_ recipient: Recipient, _ destination: Destination) -> Policy? {
        let table = policies.table
        guard !table.isEmpty else { return nil }
        if case .name(let domain) = recipient.domain, let policy = table.policy(for: domain, at: now()) {
            return policy
        }
        return table.policy(for: destination.name, at: now())
    }

    private func rule(
        _ event: borrowing RecipientEvent, _ typed: Recipient, _ domain: DomainName, _ verdict: Verdict, isCached: Bool,
        policy: Policy.Kind?, subject: Destination?, isInTrouble: Bool = false, _ arrived: ContinuousClock.Instant
    ) -> RecipientAnswer {
        let ruling = rulebook.rule(verdict, domain: domain, policy: policy, isInTrouble: isInTrouble) { outcome in
            guard let subject else { return .zero }
            // The inspection notes its own faults; that of policy is only seen here.
            if outcome == .daneRequired { return faults.note(.policy(subject)).failingFor }
            return faults.failingFor(outcome.isDoubt ? .doubt(subject) : .destination(subject))
        }
        counts.note(ruling, passed: false, isCached: isCached)
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
                client: event.clientAddress, queueID: event.queueID,
                cause: isQuiet && !verdict.isDegraded ? nil : ruling.hazard ?? verdict.cause)
            log.write(level, line)
        }
        return reply.map(RecipientAnswer.refuse) ?? .continue
    }

    private func pass(
        _ event: borrowing RecipientEvent, _ recipient: Recipient, _ why: String, _ arrived: ContinuousClock.Instant
    ) {
        counts.notePassed()
        guard log.writes(.info) else { return }
        let domain = if case .name(let name) = recipient.domain { name.text } else { "" }
        let ruling = Ruling(
            action: .accept, would: nil, outcome: .opportunistic, code: nil, failingFor: nil, hazard: nil)
        let line = RulingLine(
            ruling: ruling, mode: settings.mode, recipient: recipient.address, domain: domain, host: nil,
            isCached: false, waited: ContinuousClock.now - arrived, trace: TraceID(), client: event.clientAddress,
            queueID: event.queueID, passed: why)
        log.write(.info, line)
    }
}
