public import DANE
public import Inspection

/// A verdict with all that is needed to keep it again elsewhere, or after a restart.
public struct KeptVerdict: Sendable, Hashable {
    /// What it is about.
    public let destination: Destination
    /// Whether policy demands DANE of the destination: such verdicts are kept apart.
    public let demandsDANE: Bool
    /// What is true; the object is shared where many are read that say the same.
    let body: VerdictBody
    /// What is true.
    public var verdict: Verdict { body.verdict }
    /// When it was made, in seconds since 1970.
    public let made: Int64
    /// How long it counts from then.
    public let fresh: Duration
    /// How much longer it may serve, stale, while it cannot be renewed; zero for all but good ones.
    public let stale: Duration

    /// A verdict of these parts.
    public init(
        destination: Destination, demandsDANE: Bool, verdict: Verdict, made: Int64, fresh: Duration, stale: Duration
    ) {
        self.init(
            destination: destination, demandsDANE: demandsDANE, body: VerdictBody(verdict), made: made, fresh: fresh,
            stale: stale)
    }

    init(
        destination: Destination, demandsDANE: Bool, body: VerdictBody, made: Int64, fresh: Duration, stale: Duration
    ) {
        self.destination = destination
        self.demandsDANE = demandsDANE
        self.body = body
        self.made = made
        self.fresh = fresh
        self.stale = stale
    }
}
