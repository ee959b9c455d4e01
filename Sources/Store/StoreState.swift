/// What is known of a store, at one moment.
package struct StoreState: Sendable, Hashable {
    /// Whether commands are sent.
    package enum Condition: UInt8, Sendable, CaseIterable {
        /// Not yet: nobody has started the client.
        case idle
        /// No: a connection is being made.
        case connecting
        /// Yes.
        case ready
        /// No: the store fails or is slow, and is left alone but for a trial now and then.
        case resting
        /// Never again: the client has been shut down.
        case closed
    }

    /// Whether commands are sent.
    package let condition: Condition
    /// For how long it has been so.
    package let lasting: Duration
    /// The place of the connection; nil without one.
    package let endpoint: StoreEndpoint?
    /// How many connections there have been. What was pushed between two of them is lost.
    package let generation: Int
    /// Why commands are not sent, as a clause of printable ASCII; nil while they are, or before the first failure.
    package let reason: String?
    /// What has happened since the start.
    package let counts: StoreCounts
}
