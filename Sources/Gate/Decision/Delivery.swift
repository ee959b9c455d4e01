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
        inForce.rulebook.isMonitored(
            subject.place, policy: policy, isEnforced: false, isOwnHop: subject.isOwnHop)
    }

    private var known: InspectionService.Answer? {
        gate.service.known(destination, demandingDANE: demandsDANE, at: .now)
    }

    /// The verdict, which is waited for.
    private func verdict() async -> InspectionService.Answer {
        await gate.service.verdict(on: destination, demandingDANE: demandsDANE, before: .now + Self.patience)
    }

    private func ruling(on answer: InspectionService.Answer) -> Ruling {
        Ruleset(inForce).decide(answer, on: subject, policy: policy, now: gate.now).ruling
    }

    // MARK: The level

    /// The level if nothing must be found out for it.
    var levelAtOnce: DeliveryLevel? {
        if isExempt { return .opportunistic }
        if isLeftAlone { return .own }
        if isHeld { return .wait(Self.held) }
        // A site that accepts a lack of DANE all the same does not demand it.
        if demandsDANE, !inForce.rulebook.acceptsLackOfDANE { return .daneOnly }
        guard let known else { return nil }
        return level(by: known) ?? gate.reaches.known(destination).map(Self.level)
    }

    /// The level, which is found out.
    func level() async -> DeliveryLevel {
        if let level = level(by: await verdict()) { return level }
        return Self.level(await gate.reaches.extent(of: destination))
    }

    private static let held = "mail there is held back"

    private static func level(_ extent: DANEReach.Extent) -> DeliveryLevel {
        switch extent {
        case .everywhere: .daneOnly
        // If it could not be found out, the MTA asks the DNS itself at this level, and defers if that fails.
        case .partly, .unknown: .dane
        }
    }

    /// The level that a verdict leads to; nil if the records of the hosts decide.
    private func level(by answer: InspectionService.Answer) -> DeliveryLevel? {
        let (verdict, ruling) = (answer.verdict, ruling(on: answer))
        let isAccepted = ruling.action == .accept
        // The breaker is open, and no good verdict is kept.
        if answer.isInTrouble { return isAccepted ? .own : .wait("this site cannot check the domain now") }
        switch verdict.outcome {
        // The MTA itself says why it cannot deliver there.
        case .opportunistic, .nullMX, .noSuchDomain, .noMailHost: return .own
        // A hazard may be refused by the settings. No level of the MTA knows it.
        case .verified, .encrypted, .unprobed: return isAccepted ? nil : .wait(ruling.hazard ?? verdict.cause)
        case .pending, .dnsUnavailable, .dnssecInvalid:
            return isAccepted ? .own : .wait("\(verdict.outcome.rawValue): \(verdict.cause)")
        // It fails. By its records the MTA itself keeps the message, and delivers once they fit.
        default: return isAccepted ? .own : nil
        }
    }

    // MARK: The refusal

    /// Why recipients are refused, if nothing must be found out for it; nil if something must.
    var refusalAtOnce: String?? {
        if isExempt || isLeftAlone { return .some(nil) }
        if isHeld { return Self.held }
        return known.map(refusal(by:))
    }

    /// Why recipients are refused, which is found out; nil if they are not.
    func refusal() async -> String? { refusal(by: await verdict()) }

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
