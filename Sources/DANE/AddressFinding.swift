/// What was found out about one address of a host.
public struct AddressFinding: Sendable, Hashable {
    /// The address.
    public let address: IPAddress
    /// What is true about it.
    public var outcome: Outcome
    /// Why, as a sentence without a full stop.
    public var cause: String
    /// Whether the host was tried at this address. False if this machine has no route to it (no IPv6, for example).
    public var isProbed: Bool
    /// Whether another connection to the address failed, although this one may be used.
    public var isDegraded: Bool
    /// Whether the result is unknown for a reason on this site's side.
    public var isOurs: Bool

    /// A finding with these values.
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
