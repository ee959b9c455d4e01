import Policy
import Support

/// A recipient to decide on, as a door has it from its client. Nothing in it may be trusted.
///
/// It is asked for what is needed and no more: most of a milter's values are looked for in libmilter's buffers.
protocol GateRequest: ~Copyable {
    /// The recipient as the client typed it.
    var receivedRecipient: ReceivedText { get }
    /// Whether that was longer and is cut: it then names someone else, or no one.
    var recipientIsCut: Bool { get }
    /// What the MTA has made of it, without `<>`; nil if it did not say.
    var receivedAddress: ReceivedText? { get }
    /// The transport that the MTA would use; nil if it did not say.
    var transport: String? { get }
    /// The next hop as the MTA writes it, in brackets if its MX is not looked up; nil if it did not say.
    var nextHop: String? { get }
    /// The sender as typed, the null sender too; nil if there is none.
    var sender: String? { get }
    /// The same, with its bytes where they are no text.
    var receivedSender: ReceivedText? { get }
    /// The client's address.
    var clientAddress: String? { get }
    /// The name that the client authenticated with; nil if it did not.
    var authenticated: String? { get }
    /// The MTA's queue id; nil where it has none yet.
    var queueID: String? { get }
    /// Whether its answer is never sent: the door has been closed meanwhile.
    var isLost: Bool { get }

    /// The settings that its message is ruled by: those in force when its first recipient came.
    func settings(of book: SettingsBook) -> SettingsInForce

    /// Whether the recipient was typed as this address in angle brackets.
    func recipientIs(_ address: String) -> Bool
}
