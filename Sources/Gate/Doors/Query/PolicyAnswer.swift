/// The answer to a request of Postfix's policy delegation (SMTPD_POLICY_README): `action=…` and an empty line.
enum PolicyAnswer {
    /// The answer for a decision.
    static func text(_ decision: Decision) -> String {
        guard case .ruled(let ruled) = decision, let reply = ruled.reply else { return none }
        return "action=\(reply)\n\n"
    }

    /// There is nothing to say: other restrictions decide.
    static let none = "action=DUNNO\n\n"

    /// The answer to a request that cannot be read.
    static func text(refusing sentence: String) -> String { "action=451 4.3.5 \(sentence)\n\n" }

    /// That there is no answer.
    static func text(_ excuse: DialogueExcuse) -> String { "action=451 \(excuse.code) \(excuse.sentence)\n\n" }
}
