import Support

/// What a host has printed is no answer to the command.
public struct SiteAnswerError: Error, Sendable {
    /// Why, as a clause.
    public let clause: String

    /// An answer of danegate would have words.
    public static let silence = SiteAnswerError(clause: "it printed nothing: is it danegate that is run there?")

    /// An answer to another question: more rows than were asked for, or others.
    static let surplus = SiteAnswerError(clause: "it printed more than it was asked for, or something else")

    private init(clause: String) { self.clause = clause }

    /// The error about a line that is none of the command's.
    init(line: String) {
        clause = "it printed what is no answer: '\(TerminalText.shown(line))'"
    }
}
