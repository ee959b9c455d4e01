public import DANE
public import Inspection

/// A verdict with everything that is needed to store it elsewhere, or to restore it after a restart.
public struct KeptVerdict: Sendable, Hashable {
    /// What it is about.
    public let destination: Destination
    /// Whether policy demands DANE for the destination. Such verdicts are separate.
    public let demandsDANE: Bool
    /// What is true. The object is shared between verdicts that say the same.
    let body: VerdictBody
    /// What is true.
    public var verdict: Verdict { body.verdict }
    /// When it was made, in seconds since 1970.
    public let made: Int64
    /// How long it is valid from then on.
    public let fresh: Duration
    /// How much longer it may be used, stale, if it cannot be renewed. Zero unless it is good.
    public let stale: Duration

    /// A verdict with these values.
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
