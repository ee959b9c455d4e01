import DANE
import Inspection
import Policy
import Support
import Verdicts

extension Gate {
    /// What is known about a destination.
    struct Known: Sendable {
        /// What would be decided on the next recipient there; nil if nothing is known, so that the destination would be
        /// inspected.
        let decision: Decision?
        /// The kind of policy that applies.
        let policy: Policy.Kind?
        /// How long the cached verdict is fresh, and how long it may be used; nil if there is none.
        var kept: (fresh: Duration, left: Duration)?
    }

    /// What would be decided on a recipient of a destination now, by what is known. Nothing is looked up, nobody waits,
    /// and nothing is recorded.
    func known(_ destination: Destination, at now: ContinuousClock.Instant = .now) -> Known {
        let (settings, rules) = (settings.current.settings, Ruleset(settings.current))
        let standing = standing(of: destination.name, nextHop: destination.name)
        let policy = standing.kind
        if let why = standing.exemption {
            return Known(decision: .passed(.init(why: why, isExempt: true)), policy: policy)
        }
        let subject = Ruleset.Subject(
            destination: destination, place: destination.name,
            isOwnHop: destination.isOwnByForm(standard: settings.probePort))
        func ruled(_ answer: InspectionService.Answer, isHeld: Bool = false) -> Decision {
            .ruled(
                rules.decide(answer, on: subject, policy: policy, isHeld: isHeld, now: self.now) { outcome in
                    service.keeper.faults.failingFor(outcome, destination, at: now)
                })
        }
        if let held = hold(on: destination.name, destination.name) {
            return Known(decision: ruled(held, isHeld: true), policy: policy)
        }
        let key = VerdictKey(destination, demandsDANE: policy == .require)
        if let kept = service.keeper.cache.peek(key, at: now) {
            return Known(
                decision: ruled(service.told(kept.body, key, isCached: true)), policy: policy,
                kept: (kept.fresh, kept.left))
        }
        return Known(decision: service.inTrouble.map { ruled($0) }, policy: policy)
    }

    /// The result of a check that an administrator asked for.
    enum Recheck: Sendable {
        /// The check was made. This is the ruling now.
        case looked(Decision.Ruled)
        /// Mail passes without an inspection, for this reason.
        case exempt(String)
        /// Too many checks are running.
        case busy
        /// The fault is on our side, in these words.
        case inTrouble(String)
    }

    /// Inspects a destination, bypassing all caches, and keeps the result. A fault that has been repaired is then
    /// forgotten.
    func recheck(_ destination: Destination) async -> Recheck {
        let standing = standing(of: destination.name, nextHop: destination.name)
        if let why = standing.exemption { return .exempt(why) }
        if let why = service.breaker.trouble?.sentence { return .inTrouble(why) }
        guard rechecks.enter() else { return .busy }
        defer { rechecks.leave() }
        let demandsDANE = standing.kind == .require
        let found = await Deadline.run(Rechecks.patience) { await inspectAnew(destination, demandsDANE) }
        guard let found else { return .inTrouble("there is no resolver to be had") }
        let key = VerdictKey(destination, demandsDANE: demandsDANE)
        service.keep(found, key, isOrdered: true)
        let answer = service.told(VerdictBody(found.verdict), key, isCached: false)
        let subject = Ruleset.Subject(
            destination: destination, place: destination.name,
            isOwnHop: destination.isOwnByForm(standard: settings.settings.probePort))
        return .looked(
            Ruleset(settings.current).decide(answer, on: subject, policy: standing.kind, now: now) { outcome in
                service.keeper.faults.failingFor(outcome, destination)
            })
    }
}
