import Inspection
import Policy

extension Gate {
    /// A recipient that is being decided on.
    struct Case: Sendable {
        /// As the client typed it.
        let typed: Recipient
        /// The form to which the MTA has rewritten it; nil if that is how it was typed.
        let rewritten: Recipient?
        /// The settings for its message.
        let settings: SettingsInForce
        let arrived: ContinuousClock.Instant

        /// Whether the MTA has said what it has made of the recipient.
        let isToldAddress: Bool
        /// Whether that is what was typed.
        let isAsTyped: Bool

        init<Request: GateRequest & ~Copyable>(
            _ request: borrowing Request, _ settings: SettingsInForce, at arrived: ContinuousClock.Instant
        ) {
            self.settings = settings
            self.arrived = arrived
            guard let address = request.receivedAddress else {
                (typed, rewritten) = (Recipient(received: request.receivedRecipient), nil)
                (isToldAddress, isAsTyped) = (false, false)
                return
            }
            isToldAddress = true
            // F-93: judge what the MTA has made of it. `user%example.org@here` and a plain `user` may really be
            // recipients elsewhere.
            let told = Recipient(received: address)
            // Usually that is what was typed, so it need not be parsed twice.
            isAsTyped = request.recipientIs(address.text) && told.address == address.text
            if isAsTyped {
                typed = told
                rewritten = nil
            } else {
                typed = Recipient(received: request.receivedRecipient)
                rewritten = told.domain == .none ? nil : told
            }
        }

        /// As it is judged.
        var recipient: Recipient { rewritten ?? typed }
    }
}
