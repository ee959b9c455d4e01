package import DANE
package import Inspection
package import Policy
package import Support
package import Verdicts

/// Turns a verdict into a ruling and its reply. Every door, `check`, `survey` and the control socket use it.
package struct Ruleset: Sendable {
    /// What is ruled upon.
    package struct Subject: Sendable {
        /// What was judged; nil if the address cannot exist.
        package let destination: Destination?
        /// The domain that the roll-out goes by.
        package let place: DomainName
        /// Whether this site's own configuration leads there.
        package var isOwnHop = false
        /// How the reply names the domain; nil for its name.
        package var name: String?

        /// Makes one from its parts.
        package init(destination: Destination?, place: DomainName, isOwnHop: Bool = false, name: String? = nil) {
            self.destination = destination
            self.place = place
            self.isOwnHop = isOwnHop
            self.name = name
        }

        /// The domain as a sender knows it.
        fileprivate var shown: String { name ?? destination?.name.description ?? "the address" }
    }

    /// Which replies to make.
    package enum Replies: Sendable {
        /// Those that are sent.
        case given
        /// Also those that would be sent if the recipient were not only monitored.
        case orWouldBe
    }

    private let inForce: SettingsInForce

    /// The rules given by the settings in force.
    init(_ inForce: SettingsInForce) { self.inForce = inForce }

    /// The rules given by the settings.
    package init(_ settings: Settings) { self.init(SettingsInForce(settings)) }

    /// Rules on a verdict.
    ///
    /// - Parameters:
    ///   - answer: The verdict, and where it came from.
    ///   - subject: What it is about.
    ///   - policy: The kind of policy that applies.
    ///   - isHeld: Whether an administrator holds the mail back.
    ///   - isEnforced: Whether the sender is in `ENFORCE_SENDERS`.
    ///   - trace: The id for reply, log line and trace.
    ///   - replies: Which replies to make.
    ///   - now: The time in seconds since 1970. It is called only for a refusal.
    ///   - failingFor: How long an outcome has lasted there. It is called only if that matters.
    package func decide(
        _ answer: InspectionService.Answer, on subject: Subject, policy: Policy.Kind?, isHeld: Bool = false,
        isEnforced: Bool = false, trace: TraceID? = nil, replies: Replies = .orWouldBe, now: () -> Int64,
        failingFor: (Outcome) -> Duration = { _ in .zero }
    ) -> Decision.Ruled {
        let ruling =
            isHeld
            ? .held
            : inForce.rulebook.rule(
                answer.verdict, domain: subject.place, policy: policy, isOwnHop: subject.isOwnHop,
                isInTrouble: answer.isInTrouble, isEnforced: isEnforced, failingFor: failingFor)
        let reply: Reply? =
            if ruling.action != .accept || replies == .orWouldBe {
                ruling.reply(
                    answer.verdict, domain: subject.shown,
                    nextHop: subject.isOwnHop ? subject.destination?.text(standard: inForce.settings.probePort) : nil,
                    firstSeen: ruling.failingFor.map { now() - $0.components.seconds }, trace: trace?.description,
                    helpURL: inForce.settings.helpURL)
            } else {
                nil
            }
        return Decision.Ruled(answer: answer, ruling: ruling, reply: reply, policy: policy, trace: trace)
    }
}
