import DNSSEC

/// Trouble that is our own and not the recipients': what is found while it lasts counts against nobody.
struct LocalTrouble: Sendable, Hashable {
    /// What kind of trouble it is; the raw values are the `cause` of the log's `event=breaker`.
    enum Cause: String, Sendable, CaseIterable {
        /// This machine's clock is wrong.
        case clock
        /// The trust anchor does not fit the root's keys, or there is none.
        case trustAnchor = "trust-anchor"
        /// The process, or the machine, has no file descriptors left.
        case descriptors
        /// The resolver does not work for another reason.
        case resolver
        /// Destinations fail that were in order a moment ago, and nobody knows why.
        case failures
    }

    /// What kind of trouble.
    let cause: Cause
    /// What was seen, as a sentence without a full stop.
    let sentence: String

    /// Trouble of these parts.
    init(_ cause: Cause, _ sentence: String) {
        self.cause = cause
        self.sentence = sentence
    }

    /// The trouble that a resolver's self-test tells of.
    init(selfTest sentence: String) {
        cause =
            switch Resolver.selfTestFault(sentence) {
            case .clock: .clock
            case .trustAnchor: .trustAnchor
            case .other: .resolver
            }
        self.sentence = sentence
    }
}
