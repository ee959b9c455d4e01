import DANE

/// The gate: it decides on recipients, whichever door they come to.
///
/// The order in which is decided stands above `Rulebook`.
public struct Gate: Sendable {
    /// What is known and asked for a decision.
    struct Parts: Sendable {
        let settings: Settings
        let policies: PolicyBook
        var exemptions = ExemptionBook()
        var holds = HoldBook()
        let desk: InspectionDesk
        /// Who tells whether a domain is an alias.
        let resolver: any Resolving
        /// Where decisions are written down.
        let records: DecisionRecords
        /// The time in seconds since 1970, for the dates of policies.
        var now: @Sendable () -> Int64 = unixTime
    }

    private let settings: Settings
    private let scope: Scope
    private let sources: SourceRules
    private let rules: Ruleset
    private let policies: PolicyBook
    private let exemptions: ExemptionBook
    private let holds: HoldBook
    private let desk: InspectionDesk
    private let aliases: AliasBook
    private let records: DecisionRecords
    private let now: @Sendable () -> Int64

    /// A gate of these parts.
    init(_ parts: Parts) {
        settings = parts.settings
        scope = Scope(settings)
        sources = SourceRules(settings)
        rules = Ruleset(settings)
        policies = parts.policies
        exemptions = parts.exemptions
        holds = parts.holds
        desk = parts.desk
        aliases = AliasBook(parts.resolver, stale: settings.cacheStaleTTL)
        records = parts.records
        now = parts.now
    }

    // MARK: A recipient

    /// Decides on a recipient: asks, waits until `MILTER_DEADLINE` at most, rules, counts, logs and traces.
    ///
    /// Blocks the calling thread, which must not be one of the cooperative pool.
    func decide<Request: GateRequest & ~Copyable>(_ request: borrowing Request) -> Decision {
        let arrived = ContinuousClock.now
        // What the MTA made of it: `user%example.org@here` and plain `user` are someone elsewhere in truth.
        let address = request.receivedAddress
        let rewritten = address.map(Recipient.init(received:))
        // Most often that is what was typed, which then need not be read again.
        let isAsTyped = address.map { request.recipientIs($0.text) && rewritten?.address == $0.text } ?? false
        let typed =
            isAsTyped
            ? rewritten ?? Recipient(received: request.receivedRecipient)
            : Recipient(received: request.receivedRecipient)
        let recipient = rewritten.map { $0.domain == .none ? typed : $0 } ?? typed
        // Of an address that is cut the domain may be anybody's.
        let other = isAsTyped || rewritten == nil || request.recipientIsCut ? nil : typed
        switch request.recipientIsCut && rewritten == nil
            ? .impossible
            : scope.decide(recipient, typed: other, mailer: request.transport, nextHop: request.nextHop)
        {
        case .notOurs:
            return .notOurs
        case .passed(let why):
            return pass(request, recipient, .init(why: why), arrived)
        case .impossible:
            if let why = exemptSource(request) {
                return pass(request, recipient, .init(why: why, isExempt: true), arrived)
            }
            // RFC 5321 §4.5.3.1: a path has at most 256 octets, a domain 255.
            let cause =
                request.recipientIsCut
                ? "the address is longer than any address can be" : "its domain is no domain name"
            let answer = InspectionDesk.Answer(verdict: Verdict(outcome: .noSuchDomain, cause: cause), isCached: false)
            return rule(request, typed, .init(destination: nil, place: .root), answer, policy: nil, arrived)
        case .judged(let hop):
            let domain = if case .name(let domain) = recipient.domain { domain } else { hop.destination.name }
            return judge(request, recipient, typed, hop, domain, arrived)
        }
    }

    /// Judges a next hop, and rules on its recipient.
    ///
    /// - Parameter domain: The address's domain; the next hop's name if it has none.
    private func judge<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ recipient: Recipient, _ typed: Recipient, _ hop: Hop, _ domain: DomainName,
        _ arrived: ContinuousClock.Instant
    ) -> Decision {
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
        let policy = standing(of: domain, nextHop: replacement)
        if let why = policy.exemption ?? (policy.kind == .require ? nil : exemptSource(request)) {
            return pass(request, recipient, .init(why: why, isExempt: true), arrived)
        }
        let destination = hop.destination
        // Behind a next hop of this site's own, the roll-out goes by the recipients' domains.
        let subject = Ruleset.Subject(
            destination: destination, place: hop.isOwn ? domain : destination.name, isOwnHop: hop.isOwn)
        // F-132: an inspection would take a place from others.
        if let held = hold(on: domain, destination.name) {
            return rule(request, typed, subject, held, policy: policy.kind, isHeld: true, arrived)
        }
        let answer =
            doubt
            ?? desk.verdict(on: destination, demandingDANE: policy.kind == .require, at: arrived, before: deadline)
        return rule(request, typed, subject, answer, policy: policy.kind, arrived)
    }

    /// Rules on a recipient, and writes it down.
    private func rule<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ typed: Recipient, _ subject: Ruleset.Subject, _ answer: InspectionDesk.Answer,
        policy: Policy.Kind?, isHeld: Bool = false, _ arrived: ContinuousClock.Instant
    ) -> Decision {
        let ruled = rules.decide(
            answer, on: subject, policy: policy, isHeld: isHeld,
            isEnforced: sources.isEmpty ? false : sources.enforces(sender: request.sender), trace: TraceID(),
            replies: .given, now: now
        ) { outcome in
            subject.destination.map { desk.keeper.faults.failingFor(outcome, $0) } ?? .zero
        }
        records.note(ruled, on: subject, typed, request, settings, arrived)
        return .ruled(ruled)
    }

    private func pass<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ recipient: Recipient, _ passed: Decision.Passed,
        _ arrived: ContinuousClock.Instant
    ) -> Decision {
        records.note(passed, recipient, request, settings, arrived)
        return .passed(passed)
    }

    /// Why a message is passed on for where it comes from; nil if it is not.
    private func exemptSource<Request: GateRequest & ~Copyable>(_ request: borrowing Request) -> String? {
        guard !sources.isEmpty else { return nil }
        let authenticated = sources.asksForNames ? request.authenticated : nil
        return sources.exemption(client: request.clientAddress, authenticated: authenticated, sender: request.sender)
    }

    // MARK: A destination

    /// What is known of a destination.
    struct Known: Sendable {
        /// What would be decided on the next recipient there; nil where nothing is known, so that it is inspected.
        let decision: Decision?
        /// The kind of policy that stands over it.
        let policy: Policy.Kind?
        /// How long the verdict that is kept is fresh, and how long it may serve; nil where none is.
        var kept: (fresh: Duration, left: Duration)?
    }

    /// What would be decided on a recipient of a destination now, by what is known: nothing is asked, nobody waits, and
    /// nothing is written down.
    func known(_ destination: Destination, at now: ContinuousClock.Instant = .now) -> Known {
        let standing = standing(of: destination.name, nextHop: destination.name)
        let policy = standing.kind
        if let why = standing.exemption {
            return Known(decision: .passed(.init(why: why, isExempt: true)), policy: policy)
        }
        let subject = Ruleset.Subject(
            destination: destination, place: destination.name,
            isOwnHop: destination.isOwnByForm(standard: settings.probePort))
        func ruled(_ answer: InspectionDesk.Answer, isHeld: Bool = false) -> Decision {
            .ruled(
                rules.decide(answer, on: subject, policy: policy, isHeld: isHeld, now: self.now) { outcome in
                    desk.keeper.faults.failingFor(outcome, destination, at: now)
                })
        }
        if let held = hold(on: destination.name, destination.name) {
            return Known(decision: ruled(held, isHeld: true), policy: policy)
        }
        let key = VerdictKey(destination, demandsDANE: policy == .require)
        if let kept = desk.keeper.cache.peek(key, at: now) {
            return Known(
                decision: ruled(desk.told(kept.body, key, isCached: true)), policy: policy,
                kept: (kept.fresh, kept.left))
        }
        return Known(decision: desk.inTrouble.map { ruled($0) }, policy: policy)
    }

    // MARK: Both

    /// What policy file and exemptions say of the address's domain, else of the next hop.
    private func standing(of domain: DomainName, nextHop: DomainName) -> StandingPolicy {
        let table = policies.table
        let exemptions = exemptions.current
        guard !table.isEmpty || exemptions != nil else { return .none }
        return StandingPolicy(domain, nextHop: nextHop, table, exemptions, at: now())
    }

    /// What is answered where an administrator holds mail back; nil where nobody does.
    private func hold(on domain: DomainName, _ nextHop: DomainName) -> InspectionDesk.Answer? {
        let time = now()
        guard let hold = holds.hold(on: domain, at: time) ?? holds.hold(on: nextHop, at: time) else { return nil }
        return InspectionDesk.Answer(
            verdict: Verdict(outcome: .pending, cause: hold.cause, isOurs: true), isCached: false)
    }
}

extension FaultBook {
    /// How long an outcome has lasted at a destination.
    fileprivate func failingFor(
        _ outcome: Outcome, _ destination: Destination, at now: ContinuousClock.Instant = .now
    ) -> Duration {
        guard outcome != .daneRequired else { return failingFor(.policy(destination), at: now) }
        return failingFor(outcome.isDoubt ? .doubt(destination) : .destination(destination), at: now)
    }
}
