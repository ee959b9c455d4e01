import DANE

/// From a verdict to a ruling and its reply: what every door, `check`, `survey` and the control socket have in common.
///
/// A class, as `SettingsInForce` is: to copy the settings for each recipient is to count the references of all their texts.
final class Ruleset: Sendable {
    /// What is ruled on.
    struct Subject: Sendable {
        /// What was judged; nil where an address cannot be one.
        let destination: Destination?
        /// The domain that the roll-out goes by.
        let place: DomainName
        /// Whether this site's own configuration leads there.
        var isOwnHop = false
        /// How the reply names the domain; nil for its name.
        var name: String?

        /// The domain as a sender knows it.
        fileprivate var shown: String { name ?? destination?.name.description ?? "the address" }
    }

    /// Which replies are of interest.
    enum Replies: Sendable {
        /// Those that are given.
        case given
        /// Those too that would be given if the recipient were not monitored.
        case orWouldBe
    }

    let rulebook: Rulebook
    private let port: UInt16
    private let helpURL: String?

    /// The rules that the settings give.
    init(_ settings: Settings) {
        port = settings.probePort
        helpURL = settings.helpURL
        rulebook = Rulebook(settings)
    }

    /// Rules.
    ///
    /// - Parameters:
    ///   - answer: The verdict, and where it came from.
    ///   - subject: What it is about.
    ///   - policy: The kind of policy that stands over it.
    ///   - isHeld: Whether an administrator holds the mail back.
    ///   - isEnforced: Whether its sender is in `ENFORCE_SENDERS`.
    ///   - trace: The id of it all.
    ///   - replies: Which replies are of interest.
    ///   - now: The time in seconds since 1970; asked only for a refusal.
    ///   - failingFor: How long an outcome has lasted there; asked only where that is of interest.
    func decide(
        _ answer: InspectionDesk.Answer, on subject: Subject, policy: Policy.Kind?, isHeld: Bool = false,
        isEnforced: Bool = false, trace: TraceID? = nil, replies: Replies = .orWouldBe, now: () -> Int64,
        failingFor: (Outcome) -> Duration = { _ in .zero }
    ) -> Decision.Ruled {
        let verdict = answer.verdict
        let ruling =
            isHeld
            ? .held
            : rulebook.rule(
                verdict, domain: subject.place, policy: policy, isOwnHop: subject.isOwnHop,
                isInTrouble: answer.isInTrouble, isEnforced: isEnforced, failingFor: failingFor)
        var reply: Reply?
        if ruling.action != .accept || replies == .orWouldBe {
            reply = ruling.reply(
                verdict, domain: subject.shown,
                nextHop: subject.isOwnHop ? subject.destination?.text(standard: port) : nil,
                firstSeen: ruling.failingFor.map { now() - $0.components.seconds }, trace: trace?.description,
                helpURL: helpURL)
        }
        return Decision.Ruled(
            verdict: verdict, ruling: ruling, reply: reply, policy: policy, trace: trace, isCached: answer.isCached,
            isInTrouble: answer.isInTrouble)
    }
}
