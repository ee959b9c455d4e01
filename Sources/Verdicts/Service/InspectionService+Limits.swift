extension InspectionService {
    /// The limits of the service.
    public struct Limits: Sendable {
        /// The most callers that wait at once, each on its own thread. Beyond that, a newcomer or the one that has
        /// waited longest gets `pending`.
        var waiting = 512
        /// The most inspections at once, without those that wait for a second look. Beyond that, a new one takes the
        /// place of one in the domain that has the most, or does not begin.
        package var inspections = 2000
        /// How many of them may renew a good verdict that nobody waits for.
        var renewals = 64
        /// The longest that an inspection may take.
        var inspection = Duration.seconds(90)

        /// The limits of the daemon.
        public init() {}
    }
}
