public import DANE

/// The answer to the MTA about a recipient.
///
/// There is no "accept". For a milter, that would let all later recipients of the message pass without a check.
public enum RecipientAnswer: Sendable, Hashable {
    /// This milter has no objection to the recipient.
    case `continue`
    /// Only this recipient is refused. The others of the message are judged separately.
    ///
    /// Class 4 defers, class 5 rejects. A 421 is sent as 451, because it would end the client's session over one
    /// recipient.
    case refuse(Reply)
}

/// Decides about recipients.
public protocol RecipientHandler: Sendable {
    /// Decides about one recipient.
    ///
    /// It is called on libmilter's threads, for many connections at once but never twice at once for the same
    /// connection. It may block, but other sessions may then have to wait for it: libmilter may give several ready
    /// sessions to one worker. So it must limit how long it waits and how many wait at once, and must wait with
    /// `MilterService.wait(_:)`.
    ///
    /// - Parameter event: The recipient. It is valid only during the call.
    func recipient(_ event: borrowing RecipientEvent) -> RecipientAnswer
}
