/// What was found out about one address of a host.
public struct AddressFinding: Sendable, Hashable {
    /// The address.
    public let address: IPAddress
    /// What is true about it.
    public let outcome: Outcome
    /// Why, as a sentence without a full stop.
    public let cause: String
    /// Whether the host was tried at this address; not where there is no way there from here.
    public let isProbed: Bool
    /// Whether another connection to it failed while this one may be used.
    public let isDegraded: Bool
    /// Whether nothing is known for a reason of this site's own.
    public let isOurs: Bool

    /// A finding of these parts.
    public init(
        address: IPAddress, outcome: Outcome, cause: String, isProbed: Bool = true, isDegraded: Bool = false,
        isOurs: Bool = false
    ) {
        self.isOurs = isOurs
        self.address = address
        self.outcome = outcome
        self.cause = cause
        self.isProbed = isProbed
        self.isDegraded = isDegraded
    }
}
