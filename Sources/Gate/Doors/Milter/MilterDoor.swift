public import Milter
import Policy
import Records

/// The milter's door to the gate. It translates a recipient into a request, and a decision into a reply.
public struct MilterDoor: RecipientHandler {
    private let gate: Gate

    /// A door to a gate.
    package init(_ gate: Gate) { self.gate = gate }

    /// Answers for a recipient. libmilter's threads call it; it waits for at most `MILTER_DEADLINE`.
    public func recipient(_ event: borrowing RecipientEvent) -> RecipientAnswer {
        // There, a refusal would leave the mail in Postfix's queue and warnings in its log.
        guard !event.isSimulated else { return .continue }
        guard case .ruled(let ruled) = gate.decide(event), let reply = ruled.reply else { return .continue }
        return .refuse(reply)
    }
}

extension RecipientEvent: GateRequest {
    var door: DoorKind { .milter }
    var transport: String? { mailer }
    var nextHop: String? { host }

    func settings(of book: SettingsBook) -> SettingsInForce { kept { book.current } }
}
