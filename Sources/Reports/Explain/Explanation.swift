import Support

/// What `danegate explain` has to say about one word.
public struct Explanation: Sendable {
    /// The kinds of word; the raw values are the `kind` of the JSON.
    public enum Kind: String, Sendable, CaseIterable {
        /// What is true about a destination.
        case outcome
        /// A rule by its number.
        case rule
        /// Why the breaker is open.
        case cause
        /// What is done with a recipient.
        case ruling
        /// A word of the policy file.
        case policy
        /// A step of `danegate check`.
        case step
        /// A line `event=…` of the log.
        case event
        /// A key or another word of log, replies and reports.
        case word
        /// A setting.
        case setting
    }

    /// Something to do.
    public struct Step: Sendable, Hashable, Encodable {
        /// What, as sentences.
        public let text: String
        /// The commands that do it, one a line; `DOMAIN`, `HOST` and the like stand for what is meant.
        public let commands: [String]

        init(_ text: String, _ commands: String...) {
            self.text = text
            self.commands = commands
        }
    }

    /// The kind.
    public let kind: Kind
    /// The word as log, reply or documentation has it.
    public let name: String
    /// What it means, a sentence.
    public let meaning: String
    /// The codes of a refusal for it, for now and for good, with the basic code: `451 4.7.323`.
    public var codes: [String] = []
    /// How it is found out.
    public var found: [String] = []
    /// What follows for the recipient, where no setting says otherwise.
    public var ruling: String?
    /// What the sender should do.
    public var sender: String?
    /// What the recipient's administrator should do, in order.
    public var administrator: [Step] = []
    /// What the administrator of this gate can do.
    public var here: [Step] = []
    /// Where it is written.
    public var sources: [String] = []
    /// The settings that rule it, without their prefix.
    public var settings: [String] = []
    /// What Exchange Online calls it.
    public var exchangeOnline: String?

    init(_ kind: Kind, _ name: String, _ meaning: String) {
        self.kind = kind
        self.name = name
        self.meaning = meaning
    }
}

extension String {
    /// The sentence with a capital letter and a full stop.
    var asSentence: String {
        guard let first else { return "" }
        return first.uppercased() + dropFirst().ended
    }
}
