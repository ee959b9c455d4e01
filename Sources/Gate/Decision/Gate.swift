import DANE
package import Inspection
package import Policy
import Support
package import Verdicts

/// The gate decides on recipients, whichever door they come through.
///
/// `Rulebook` documents the order of the rules.
public struct Gate: Sendable {
    /// What the gate is made of.
    package struct Parts: Sendable {
        package let settings: SettingsBook
        package let policies: PolicyBook
        package var exemptions = ExemptionBook()
        package var holds = HoldBook()
        package let service: InspectionService
        /// Looks up whether a domain is an alias.
        package let resolver: any Resolving
        /// Inspects a destination, bypassing all caches; nil if no resolver can be made.
        package var inspectAnew: @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection? = { _, _ in nil }
        /// Records the decisions.
        package let records: DecisionRecords
        /// The time in seconds since 1970, for the dates of policies.
        var now: @Sendable () -> Int64 = unixTime

        /// Makes one from its parts.
        package init(
            settings: SettingsBook, policies: PolicyBook, exemptions: ExemptionBook = ExemptionBook(),
            holds: HoldBook = HoldBook(), service: InspectionService, resolver: any Resolving,
            inspectAnew: @escaping @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection? = { _, _ in nil
            }, records: DecisionRecords, now: @escaping @Sendable () -> Int64 = unixTime
        ) {
            self.settings = settings
            self.policies = policies
            self.exemptions = exemptions
            self.holds = holds
            self.service = service
            self.resolver = resolver
            self.inspectAnew = inspectAnew
            self.records = records
            self.now = now
        }
    }

    let settings: SettingsBook
    private let policies: PolicyBook
    private let exemptions: ExemptionBook
    private let holds: HoldBook
    let service: InspectionService
    private let aliases: AliasBook
    private let records: DecisionRecords
    /// For which destinations DANE applies at all hosts.
    let reaches: DANEReaches
    /// Recipients that passed before their verdict was known.
    let late = LateRulings()
    let inspectAnew: @Sendable (Destination, Bool) async -> Inspection?
    let rechecks = Rechecks()
    let now: @Sendable () -> Int64

    /// A gate made of these parts.
    package init(_ parts: Parts) {
        settings = parts.settings
        policies = parts.policies
        exemptions = parts.exemptions
        holds = parts.holds
        service = parts.service
        let settings = settings
        reaches = DANEReaches(DANEReach(resolver: parts.resolver))
        aliases = AliasBook(parts.resolver, stale: settings.settings.cacheStaleTTL)
        records = parts.records
        now = parts.now
        inspectAnew = parts.inspectAnew
    }

    // MARK: A recipient

    /// Decides on a recipient: looks up the verdict, waits for it until `MILTER_DEADLINE` at most, rules, counts, logs
    /// and traces. A recipient that is only monitored does not wait.
    ///
    /// It blocks the calling thread, which must not belong to the cooperative pool.
    func decide<Request: GateRequest & ~Copyable>(_ request: borrowing Request) -> Decision {
        consider(request) {
            $0
        } judge: { request, current, hop, domain in
            judge(request, current, hop: hop, domain: domain)
        }
    }

    /// Looks at all that is known without the destination: who is judged, if anybody is.
    ///
    /// A part of each of its callers, because what it hands on would be copied otherwise.
    ///
    /// - Parameters:
    ///   - decided: Takes the decision if there is one already.
    ///   - judge: Judges a next hop for a domain.
    @inline(__always)
    func consider<Request: GateRequest & ~Copyable, Result>(
        _ request: borrowing Request, decided: (Decision) -> Result,
        judge: (borrowing Request, Case, Hop, DomainName) -> Result
    ) -> Result {
        let arrived = ContinuousClock.now
        let inForce = request.settings(of: settings)
        let current = Case(request, inForce, at: arrived)
        let recipient = current.recipient
        // If the address is cut, its domain may be anybody's.
        let other = current.isAsTyped || !current.isToldAddress || request.recipientIsCut ? nil : current.typed
        switch request.recipientIsCut && !current.isToldAddress
            ? .impossible
            : inForce.scope.decide(
                recipient, typed: other, mailer: transport(of: request, inForce),
                nextHop: nextHop(of: request, recipient))
        {
        case .notOurs:
            return decided(.notOurs)
        case .passed(let why):
            return decided(pass(request, current, .init(why: why)))
        case .impossible:
            if let why = exemptSource(request, inForce.sources) {
                return decided(pass(request, current, .init(why: why, isExempt: true)))
            }
            // RFC 5321 §4.5.3.1: a path has at most 256 octets, a domain 255.
            let cause =
                request.recipientIsCut
                ? "the address is longer than any address can be" : "its domain is no domain name"
            let answer = InspectionService.Answer(
                verdict: Verdict(outcome: .noSuchDomain, cause: cause), isCached: false)
            return decided(rule(request, current, on: .init(destination: nil, place: .root), answer, policy: nil))
        case .judged(let hop):
            let domain = if case .name(let domain) = recipient.domain { domain } else { hop.destination.name }
            return judge(request, current, hop, domain)
        }
    }

    /// The next hop as the MTA writes it; nil if the MTA did not say, or it is the recipient's domain, as nearly
    /// always.
    private func nextHop<Request: GateRequest & ~Copyable>(
        of request: borrowing Request, _ recipient: Recipient
    ) -> String? {
        if case .name(let domain) = recipient.domain, request.nextHopIs(domain.text) { return nil }
        return request.nextHop
    }

    /// The transport; nil if the MTA did not say, or it is the one that takes nearly all mail off the site.
    private func transport<Request: GateRequest & ~Copyable>(
        of request: borrowing Request, _ inForce: SettingsInForce
    ) -> String? {
        inForce.scope.judgesSMTP && request.transportIs("smtp") ? nil : request.transport
    }

    /// Judges a next hop, and rules on its recipient.
    private func judge<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ current: Case, hop: Hop, domain: DomainName
    ) -> Decision {
        let inForce = current.settings
        let deadline = current.arrived + inForce.settings.milterDeadline
        var standing: InspectionService.Replaced?
        if let original = hop.typed {
            if inForce.rulebook.monitorsAll, aliases.kept(original, hop.destination.name) == nil {
                return passAhead(request, current, hop: hop, domain: domain)
            }
            standing = service.standing(
                of: original, replacedBy: hop.destination.name, aliases, at: current.arrived, before: deadline)
        }
        let aim = Aim(hop, domain, standing)
        let (policy, exemption) = self.standing(of: aim)
        let demandsDANE = policy == .require
        let subject = aim.subject
        if let decision = withoutVerdict(request, current, aim, on: subject, policy: policy, exemption: exemption) {
            return decision
        }
        if aim.doubt == nil, isMonitored(request, inForce, on: subject, policy: policy),
            !service.isKnown(aim.destination, demandingDANE: demandsDANE, at: current.arrived)
        {
            return passAhead(request, current, hop: hop, domain: domain)
        }
        let answer =
            aim.doubt
            ?? service.verdict(
                on: aim.destination, demandingDANE: demandsDANE, at: current.arrived, before: deadline)
        return rule(request, current, on: subject, answer, policy: policy)
    }

    /// The decision if no verdict can change it: an exemption, or a hold.
    @inline(__always)
    func withoutVerdict<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ current: Case, _ aim: Aim, on subject: Ruleset.Subject, policy: Policy.Kind?,
        exemption: String?
    ) -> Decision? {
        if let why = exemption ?? (policy == .require ? nil : exemptSource(request, current.settings.sources)) {
            return pass(request, current, .init(why: why, isExempt: true))
        }
        // F-132: an inspection would take a place from others.
        if let held = hold(on: aim) {
            return rule(request, current, on: subject, held, policy: policy, isHeld: true)
        }
        return nil
    }

    /// Rules on a recipient and records it.
    ///
    /// It stands by itself: made a part of each of its callers, it would copy the subject for each.
    @inline(never)
    func rule<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ current: Case, on subject: Ruleset.Subject, _ answer: InspectionService.Answer,
        policy: Policy.Kind?, isHeld: Bool = false, waited: Duration? = nil
    ) -> Decision {
        let inForce = current.settings
        let destination = subject.destination
        let ruled = Ruleset(inForce).decide(
            answer, on: subject, policy: policy, isHeld: isHeld,
            isEnforced: inForce.sources.isEmpty ? false : inForce.sources.enforces(sender: request.sender),
            trace: answer.trace ?? TraceID(),
            replies: .given, now: now
        ) { outcome in
            destination.map { service.keeper.faults.failingFor(outcome, $0) } ?? .zero
        }
        if request.isLost {
            records.noteUnanswered(on: subject, to: current.typed, request, arrived: current.arrived)
        } else {
            records.note(
                ruled, on: subject, to: current.typed, request, inForce, arrived: current.arrived, waited: waited)
        }
        return .ruled(ruled)
    }

    func pass<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ current: Case, _ passed: Decision.Passed
    ) -> Decision {
        records.note(passed, to: current.recipient, request, current.settings, arrived: current.arrived)
        return .passed(passed)
    }

    /// Why a message passes because of its source; nil if it does not.
    private func exemptSource<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ sources: SourceRules
    ) -> String? {
        guard !sources.isEmpty else { return nil }
        let authenticated = sources.asksForNames ? request.authenticated : nil
        return sources.exemption(client: request.clientAddress, authenticated: authenticated, sender: request.sender)
    }

    // MARK: Who is only monitored

    func isMonitored<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ inForce: SettingsInForce, on subject: Ruleset.Subject, policy: Policy.Kind?
    ) -> Bool {
        inForce.rulebook.isMonitored(
            subject.place, policy: policy,
            isEnforced: inForce.sources.isEmpty ? false : inForce.sources.enforces(sender: request.sender),
            isOwnHop: subject.isOwnHop)
    }

    /// Lets a recipient pass, and determines afterwards what the ruling would have been.
    func passAhead<Request: GateRequest & ~Copyable>(
        _ request: borrowing Request, _ current: Case, hop: Hop, domain: DomainName
    ) -> Decision {
        let copy = RequestCopy(request, current.settings)
        let waited = ContinuousClock.now - current.arrived
        let due = current.arrived + current.settings.settings.milterDeadline
        let entry = late.enter(due: due) {
            let aim = Aim(hop, domain, nil)
            let verdict = Verdict(outcome: .pending, cause: "the daemon was stopped before the check had ended")
            _ = rule(
                copy, current, on: aim.subject, .init(verdict: verdict, isCached: false),
                policy: standing(of: aim).kind,
                waited: waited)
        }
        switch entry {
        case .entered(let number):
            findOut(copy, current, hop: hop, domain: domain, entry: number, due: due, waited: waited)
        case .pending: break
        case .dropped: records.noteDropped(late.counts)
        }
        return .passedAhead
    }

    /// Finds out what would have become of a recipient that has passed, and writes it down.
    private func findOut(
        _ copy: RequestCopy, _ current: Case, hop: Hop, domain: DomainName, entry number: UInt64,
        due: ContinuousClock.Instant, waited: Duration
    ) {
        Task {
            var replaced: InspectionService.Replaced?
            if let original = hop.typed {
                replaced = await service.standing(of: original, replacedBy: hop.destination.name, aliases)
            }
            let aim = Aim(hop, domain, replaced)
            let (policy, standing) = self.standing(of: aim)
            let exemption = standing ?? (policy == .require ? nil : exemptSource(copy, current.settings.sources))
            var answer = aim.doubt
            if exemption == nil, answer == nil {
                answer = await service.verdict(on: aim.destination, demandingDANE: policy == .require)
            }
            guard late.leave(number, isOverdue: .now > due) else { return }
            if let exemption {
                _ = pass(copy, current, .init(why: exemption, isExempt: true))
            } else if let answer {
                _ = rule(copy, current, on: aim.subject, answer, policy: policy, waited: waited)
            }
        }
    }

    /// Begins nothing new. Later recipients are answered from the cache, or with `pending` at once. Call it at the end
    /// of the process.
    package func close() {
        service.close()
        late.close()
    }

    // MARK: Policies and holds

    /// What the policy file and the exemptions say about a recipient: the kind of policy, and why it is exempt.
    func standing(of aim: Aim) -> (kind: Policy.Kind?, exemption: String?) {
        guard hasPolicies else { return (nil, nil) }
        let standing = standing(of: aim.domain, nextHop: aim.replacement ?? aim.destination.name)
        return (standing.kind, standing.exemption)
    }

    private var hasPolicies: Bool { !policies.isEmpty || exemptions.count != 0 }

    /// What the policy file and the exemptions say about the address's domain, or else about the next hop.
    func standing(of domain: DomainName, nextHop: DomainName) -> StandingPolicy {
        let table = policies.table
        let exemptions = exemptions.current
        guard !table.isEmpty || exemptions != nil else { return .none }
        return StandingPolicy(domain, nextHop: nextHop, table, exemptions, at: now())
    }

    /// The same for a recipient.
    func hold(on aim: Aim) -> InspectionService.Answer? {
        holds.isEmpty ? nil : hold(on: aim.domain, aim.destination.name)
    }

    /// The answer if an administrator holds the mail back (F-132); nil if nobody does.
    func hold(on domain: DomainName, _ nextHop: DomainName) -> InspectionService.Answer? {
        let time = now()
        guard let hold = holds.hold(on: domain, at: time) ?? holds.hold(on: nextHop, at: time) else { return nil }
        return InspectionService.Answer(
            verdict: Verdict(outcome: .pending, cause: hold.cause, isOurs: true), isCached: false)
    }
}
