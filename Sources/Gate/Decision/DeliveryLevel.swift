/// How an MTA must deliver to a destination, so that the delivery keeps what the gate promised at RCPT.
enum DeliveryLevel: Sendable, Equatable {
    /// The MTA's own level counts.
    case own
    /// TLS is tried, and nothing is demanded: an administrator's exemption holds at delivery, too.
    case opportunistic
    /// DANE where there are TLSA records.
    case dane
    /// DANE, and no delivery without it.
    case daneOnly
    /// No delivery now: the level is not known, or there must be no delivery yet. The message stays in the MTA's queue.
    case wait(String)
}
