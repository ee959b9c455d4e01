import Inspection

extension Gate {
    /// How to deliver to a destination, by the verdict that recipients there are ruled by.
    ///
    /// The key is the next hop alone, so nothing is known here of what the gate lets pass for its sender, client, login
    /// or local part.
    ///
    /// - Parameter then: Takes the level: at once, on the calling thread, if nothing must be found out; otherwise
    ///   later, on any thread.
    func delivery(to destination: Destination, then: @escaping @Sendable (DeliveryLevel) -> Void) {
        let delivery = Delivery(self, destination)
        if let level = delivery.levelAtOnce { return then(level) }
        Task { then(await delivery.level()) }
    }

    /// Why recipients of a destination are refused now, for an MTA that must keep their messages until they are not;
    /// nil if they are accepted.
    ///
    /// - Parameter then: As of `delivery(to:then:)`.
    func refusal(of destination: Destination, then: @escaping @Sendable (String?) -> Void) {
        let delivery = Delivery(self, destination)
        if let known = delivery.refusalAtOnce { return then(known) }
        Task { then(await delivery.refusal()) }
    }
}
