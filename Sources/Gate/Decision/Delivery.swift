import DANE
import Inspection
import Policy
import Verdicts

/// What becomes of a delivery to one destination, by the settings of one moment.
struct Delivery: Sendable {
    /// smtp(8) waits for 100 s (dict_sockmap.c, DICT_SOCKMAP_DEF_TIMEOUT). An answer after that is none.
    private static let patience = Duration.seconds(80)

    private let gate: Gate
    private let subject: Ruleset.Subject
    private let destination: Destination
    private let inForce: SettingsInForce
    private let policy: Policy.Kind?
    private let isExempt: Bool
    private let isHeld: Bool

    /// A delivery to a destination.
    init(_ gate: Gate, _ destination: Destination) {
        self.gate = gate
        self.destination = destination
        inForce = gate.settings.current
        let standing = gate.standing(of: destination.name, nextHop: destination.name)
        policy = standing.kind
        isExempt = standing.exemption != nil
        isHeld = gate.hold(on: destination.name, destination.name) != nil
        subject = .init(
            destination: destination, place: destination.name,
            isOwnHop: destination.isOwnByForm(standard: inForce.settings.probePort))
    }

    private var demandsDANE: Bool { policy == .require }

    /// Whether nobody is refused there, whatever the verdict is.
    private var isLeftAlone: Bool {
        // A next hop of this site's own is not judged at RCPT.
        if subject.isOwnHop, inForce.scope.judgesDomains { return true }
        // Behind a next hop of this site's own, the roll-out goes by the recipients' domains, which are not known here:
        // some may have passed.
        if subject.isOwnHop, policy == nil, !inForce.rulebook.isRolledOutEverywhere { return true }
        return inForce.rulebook.isMonitored(
            subject.place, policy: policy, isEnforced: false, isOwnHop: subject.isOwnHop)
    }

    private var known: InspectionService.Answer? {
        gate.service.known(destination, demandingDANE: demandsDANE, at: .now)
    }

    /// The verdict, which is waited for.
    private func verdict(before deadline: ContinuousClock.Instant) async -> InspectionService.Answer {
        await gate.service.verdict(on: destination, demandingDANE: demandsDANE, before: deadline)
    }

    private func ruling(on answer: InspectionService.Answer) -> Ruling {
        Ruleset(inForce).decide(answer, on: subject, policy: policy, replies: .given, now: gate.now).ruling
    }

    // MARK: The level

    /// The level if nothing must be found out for it.
    var levelAtOnce: DeliveryLevel? {
        if isExempt { return .opportunistic }
        // F-132: a hold holds whatever mode and roll-out say.
        if isHeld { return .wait(Self.held) }
        if isLeftAlone { return .own }
        guard let known else { return nil }
        return level(by: known) ?? gate.reaches.known(destination, known.verdict).map(Self.level)
    }

    /// The level, which is found out.
    func level() async -> DeliveryLevel {
        let deadline = ContinuousClock.now + Self.patience
        let answer = await verdict(before: deadline)
        if let level = level(by: answer) { return level }
        return Self.level(await gate.reaches.extent(of: destination, answer.verdict, before: deadline))
    }

    private static let held = "mail there is held back"

    private static func level(_ extent: DANEReach.Extent) -> DeliveryLevel {
        switch extent {
        case .everywhere: .daneOnly
        // If it could not be found out, the MTA asks the DNS itself at this level, and defers if that fails.
        case .partly, .unknown: .dane
        case .nowhere: .own
        }
    }

    /// The level that a verdict leads to; nil if the records of the hosts decide.
    private func level(by answer: InspectionService.Answer) -> DeliveryLevel? {
        let (verdict, ruling) = (answer.verdict, ruling(on: answer))
        let isAccepted = ruling.action == .accept
        // What a hazard does to the MTA it does at any level at which TLSA records are looked up.
        if let hazard = verdict.hazards.first, !inForce.rulebook.acceptsHazards, !(subject.isOwnHop && isAccepted) {
            return .wait(hazard)
        }
        // Whatever else is true, nothing leaves without DANE, unless the settings accept what was found.
        if demandsDANE, !isAccepted || verdict.outcome == .verified { return .daneOnly }
        // The breaker is open, and no good verdict is kept.
        if answer.isInTrouble { return isAccepted ? .own : .wait("this site cannot check the domain now") }
        switch verdict.outcome {
        // The MTA itself says why it cannot deliver there.
        case .nullMX, .noSuchDomain, .noMailHost: return .own
        // The verdict is about the first host that can be used. DANE may apply to one behind it.
        case .verified, .encrypted, .unprobed, .opportunistic: return nil
        case .pending, .dnsUnavailable, .dnssecInvalid:
            return isAccepted ? .own : .wait("\(verdict.outcome.rawValue): \(verdict.cause)")
        // It fails. By its records the MTA itself keeps the message, and delivers once they fit.
        default: return isAccepted ? .own : nil
        }
    }

    // MARK: The refusal

    /// Why recipients are refused, if nothing must be found out for it; nil if something must.
    var refusalAtOnce: String?? {
        if isExempt { return .some(nil) }
        if isHeld { return Self.held }
        if isLeftAlone { return .some(nil) }
        return known.map(refusal(by:))
    }

    /// Why recipients are refused, which is found out; nil if they are not.
    func refusal() async -> String? { refusal(by: await verdict(before: .now + Self.patience)) }

    private func refusal(by answer: InspectionService.Answer) -> String? {
        let ruling = ruling(on: answer)
        switch ruling.outcome {
        // Nothing can be delivered there: the MTA itself says so.
        case .nullMX, .noSuchDomain, .noMailHost: return nil
        default:
            guard ruling.action != .accept else { return nil }
            return "\(ruling.outcome.rawValue): \(ruling.hazard ?? answer.verdict.cause)"
        }
    }
}
