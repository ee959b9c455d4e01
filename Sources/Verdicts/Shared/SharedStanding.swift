/// How it stands with the store that several hosts share.
package struct SharedStanding: Sendable, Hashable {
    /// What may be read from the store and is not used, and why.
    package enum Refusal: String, Sendable, CaseIterable {
        /// It is too long, or no value of this version.
        case form
        /// Nobody who knows the key has written it.
        case mac
        /// It was written in the future, or its time is over.
        case time
        /// Its writer sees another world: other settings decide there what is true.
        case settings
        /// Its writer was found to be wrong.
        case writer
    }

    /// What came of asking the others.
    package enum Result: String, Sendable, CaseIterable {
        /// Their good verdict is used.
        case used
        /// They know of a fault or a doubt, which this host looks at itself.
        case failure
        /// They know nothing.
        case unknown
        /// The store has not answered.
        case unanswered
    }

    /// Where the store is, as set.
    package var address = ""
    /// Whether it is used.
    package var isUp = false
    /// For how long that has been so.
    package var lasting = Duration.zero
    /// Why it is not used, as a clause; nil if it is, or that is unknown.
    package var reason: String?
    /// By how many seconds its clock is ahead of this host's, so that ages of faults are not shared; nil if they agree.
    package var clockAhead: Int64?
    /// How many connections there have been.
    package var connections = 0
    /// What came of asking.
    package var asked: [Result: Int] = [:]
    /// What was not used.
    package var refused: [Refusal: Int] = [:]
    /// How often this host has waited for another one's inspection.
    package var waits = 0
    /// How many verdicts of others were checked, and how many were found to be wrong.
    package var checks = 0
    package var differences = 0
    /// When one was last found to be wrong.
    package var lastDifference: ContinuousClock.Instant?
    /// How many verdicts were told to others.
    package var told = 0
    /// How much was not told, because too much was waiting to be told.
    package var untold = 0
    /// How many connections were not made because another host has made them, and how many of its own this host has
    /// told.
    package var findingsUsed = 0
    package var findingsTold = 0
    /// How many verdicts were dropped because another host has found something else.
    package var dropped = 0

    /// How many exemptions the store has; nil if none have been read.
    package var exemptions: Int?
    /// Why this host cannot tell others of its exemptions, in the words of the store; nil if it can, or need not.
    package var exemptionsFault: String?

    /// Nothing is known yet.
    package init() {}
}
