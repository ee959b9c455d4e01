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
    private let holds: HoldBook
    private let desk: InspectionDesk
    private let rulebook: Rulebook
    private let faults: FaultBook
    private let aliases: AliasBook
    private let log: GateLog
    private let counts: RecipientCounts
    private let looks: NeighbourhoodCounts
    private let ownHops: OwnHopCounts
    private let trace: TraceStore?
    /// Seconds since 1970, for the dates of policies.
    private let now: @Sendable () -> Int64

    /// A door of the given parts.
    ///
    /// - Parameter resolver: Who tells whether a domain is an alias.
    init(
        settings: Settings, policies: PolicyBook, exemptions: ExemptionBook = ExemptionBook(),
        holds: HoldBook = HoldBook(),
        desk: InspectionDesk, faults: FaultBook, resolver: any Resolving, log: GateLog,
        counts: RecipientCounts = RecipientCounts(),
        looks: NeighbourhoodCounts = NeighbourhoodCounts(), ownHops: OwnHopCounts = OwnHopCounts(),
        trace: TraceStore? = nil, now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        scope = Scope(settings)
        sources = SourceRules(settings)
        self.policies = policies
        self.exemptions = exemptions
        self.holds = holds
        self.desk = desk
        rulebook = Rulebook(settings)
        self.faults = faults
        aliases = AliasBook(resolver, stale: settings.cacheStaleTTL)
        self.log = log
        self.counts = counts
        self.looks = looks
        self.ownHops = ownHops
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
        let isAsTyped = address.map { event.recipientIs($0.text) && rewritten?.address == $0.text } ?? false
        let typed =
            isAsTyped
            ? rewritten ?? Recipient(received: event.receivedRecipient) : Recipient(received: event.receivedRecipient)
        let recipient = rewritten.map { $0.domain == .none ? typed : $0 } ?? typed
        // Of an address that is cut the domain may be anybody's.
        let other = isAsTyped || rewritten == nil || event.recipientIsCut ? nil : typed
        switch event.recipientIsCut && rewritten == nil
            ? .impossible : scope.decide(recipient, typed: other, mailer: event.mailer, nextHop: event.host)
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
            // RFC 5321 §4.5.3.1: a path has at most 256 octets, a domain 255.
            let cause =
                event.recipientIsCut ? "the address is longer than any address can be" : "its domain is no domain name"
            let answer = InspectionDesk.Answer(verdict: Verdict(outcome: .noSuchDomain, cause: cause), isCached: false)
            return rule(event, typed, nil, .root, answer, policy: nil, arrived)
        case .judged(let hop):
            let domain = if case .name(let domain) = recipient.domain { domain } else { hop.destination.name }
            return judge(event, recipient, typed, hop, domain, arrived)
        }
    }

    /// Judges a next hop, and rules on its recipient.
    ///
    /// - Parameter domain: The address's domain; the next hop's name if it has none.
    private func judge(
        _ event: borrowing RecipientEvent, _ recipient: Recipient, _ typed: Recipient, _ hop: Hop,
        _ domain: DomainName, _ arrived: ContinuousClock.Instant
    ) -> RecipientAnswer {
        let deadline = arrived + settings.milterDeadline
        // F-90: the domain that was typed, if it is an alias of the one that the MTA has put in its place.
        var (hop, domain) = (hop, domain)
        var doubt: InspectionDesk.Answer?
        let replacement = hop.destination.name
        if let original = hop.typed {
            switch desk.standing(of: original, replacedBy: replacement, aliases, at: arrived, before: deadline) {
            case .other: break
            case .alias: (hop, domain) = (Hop(destination: hop.destination.renamed(original)), original)
            case .unknown(let verdict):
                (hop, domain) = (Hop(destination: hop.destination.renamed(original)), original)
                doubt = verdict
            }
        }
        let policy = policy(domain, nextHop: replacement)
        if let why = policy.exemption ?? (policy.kind == .require ? nil : exemptSource(event)) {
            pass(event, recipient, why, isExempt: true, arrived)
            return .continue
        }
        let time = now()
        // F-132: an inspection would take a place from others.
        if let hold = holds.hold(on: domain, at: time) ?? holds.hold(on: hop.destination.name, at: time) {
            let verdict = Verdict(outcome: .pending, cause: hold.cause)
            return rule(
                event, typed, hop, domain, InspectionDesk.Answer(verdict: verdict, isCached: false),
                policy: policy.kind, isHeld: true, arrived)
        }
        let answer =
            doubt
            ?? desk.verdict(
                on: hop.destination, demandingDANE: policy.kind == .require, at: arrived, before: deadline)
        // Behind a next hop of this site's own, the roll-out goes by the recipients' domains.
        return rule(
            event, typed, hop, hop.isOwn ? domain : hop.destination.name, answer, policy: policy.kind, arrived)
    }

    /// The policy of the address's domain, else that of the next hop.
    private func policy(_ domain: DomainName, nextHop: DomainName) -> StandingPolicy {
        let table = policies.table
        let exemptions = exemptions.current
        guard !table.isEmpty || exemptions != nil else { return .none }
        return StandingPolicy(domain, nextHop: nextHop, table, exemptions, at: now())
    }

    /// Why a message is passed on for where it comes from; nil if it is not.
    private func exemptSource(_ event: borrowing RecipientEvent) -> String? {
        guard !sources.isEmpty else { return nil }
        let authenticated = sources.asksForNames ? event.authenticated : nil
        return sources.exemption(client: event.clientAddress, authenticated: authenticated, sender: event.sender)
    }

    /// Rules on a recipient, counts, logs and traces it.
    ///
    /// - Parameters:
    ///   - hop: What was judged; nil where the address cannot be one.
    ///   - place: The domain that the roll-out goes by.
    private func rule(
        _ event: borrowing RecipientEvent, _ typed: Recipient, _ hop: Hop?, _ place: DomainName,
        _ answer: InspectionDesk.Answer, policy: Policy.Kind?, isHeld: Bool = false, _ arrived: ContinuousClock.Instant
    ) -> RecipientAnswer {
        let verdict = answer.verdict
        let subject = hop?.destination
        let domain = subject?.name ?? .root
        let isOwn = hop?.isOwn ?? false
        let isEnforced = sources.isEmpty ? false : sources.enforces(sender: event.sender)
        let ruling =
            isHeld
            ? .held
            : rulebook.rule(
                verdict, domain: place, policy: policy, isOwnHop: isOwn, isInTrouble: answer.isInTrouble,
                isEnforced: isEnforced
            ) { outcome in
                guard let subject else { return .zero }
                if outcome == .daneRequired { return faults.failingFor(.policy(subject)) }
                return faults.failingFor(outcome.isDoubt ? .doubt(subject) : .destination(subject))
            }
        if !answer.isCached, !isHeld, let subject { looks.note(subject.name, ruling.outcome, at: arrived) }
        counts.add(ruling.outcome, ruling.action, would: ruling.would, isCached: answer.isCached)
        if isOwn, let subject {
            let isKnown = ruling.outcome != .pending && !answer.isInTrouble
            let isFailing = !ruling.outcome.allowsDelivery || ruling.hazard != nil
            ownHops.note(subject, ruling.outcome, isFailing: isKnown ? isFailing : nil, at: arrived)
        }
        let trace = TraceID()
        let shownDomain = domain.isRoot ? "the address" : domain.description
        let ownHop = isOwn ? subject?.text(standard: settings.probePort) : nil
        let reply =
            ruling.action == .accept
            ? nil
            : ruling.reply(
                verdict, domain: shownDomain, nextHop: ownHop,
                firstSeen: ruling.failingFor.map { now() - $0.components.seconds },
                trace: trace.description, helpURL: settings.helpURL)
        let isQuiet = ruling.action == .accept && ruling.would == nil
        let waited = ContinuousClock.now - arrived
        let level = isQuiet ? Logger.Level.info : .notice
        if log.writes(level) {
            let line = RulingLine(
                ruling: ruling, mode: settings.mode, recipient: typed.address, domain: domain.text,
                host: verdict.host, isCached: answer.isCached, waited: waited, trace: trace,
                client: event.clientAddress, queueID: event.queueID, recipientBytes: typed.bytes, ownHop: ownHop,
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
                        queueID: event.queueID, mode: settings.mode, isCached: answer.isCached, policy: policy,
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
