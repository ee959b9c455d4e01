public import DANE

/// What the MTA is told about a recipient.
///
/// There is no "accept": to milters it means to let all later recipients of the message pass unasked (milter.md §0.7).
public enum RecipientAnswer: Sendable, Hashable {
    /// The recipient may pass, as far as this milter goes.
    case `continue`
    /// The recipient is refused, alone: the others of the message are judged on their own.
    ///
    /// Class 4 defers, class 5 rejects. A 421 is sent as 451: it would drop the client over one recipient's domain.
    case refuse(Reply)
}

/// Who decides about recipients.
public protocol RecipientHandler: Sendable {
    /// Decides about one recipient.
    ///
    /// Called on libmilter's threads: for many connections at once, never twice at once for one connection. It may block,
    /// but other sessions may have to wait behind it (milter.md §0.2): it has to bound its waits and how many wait at once, and
    /// to wait by `MilterService.wait(_:)`.
    ///
    /// - Parameter event: The recipient, lent for the length of the call.
    func recipient(_ event: borrowing RecipientEvent) -> RecipientAnswer
}
