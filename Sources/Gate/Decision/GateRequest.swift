import Policy
import Records
import Support

/// A recipient to decide on, as a door gets it from its client. Nothing in it may be trusted.
///
/// Values are read only when they are needed, because most values of a milter must be searched for in libmilter's
/// buffers.
protocol GateRequest: ~Copyable {
    /// The door that it came to.
    var door: DoorKind { get }
    /// The recipient as the client typed it.
    var receivedRecipient: ReceivedText { get }
    /// Whether that was too long and has been cut. It then names somebody else, or nobody.
    var recipientIsCut: Bool { get }
    /// The form to which the MTA has rewritten it, without `<>`; nil if the MTA did not say.
    var receivedAddress: ReceivedText? { get }
    /// The transport that the MTA would use; nil if the MTA did not say.
    var transport: String? { get }
    /// The next hop as the MTA writes it, in brackets if its MX is not looked up; nil if the MTA did not say.
    var nextHop: String? { get }
    /// The sender as typed, also the null sender; nil if there is none.
    var sender: String? { get }
    /// The same, with its bytes if they are not UTF-8.
    var receivedSender: ReceivedText? { get }
    /// The client's address.
    var clientAddress: String? { get }
    /// The name with which the client authenticated; nil if it did not.
    var authenticated: String? { get }
    /// The MTA's queue id; nil if there is none yet.
    var queueID: String? { get }
    /// Whether the answer can no longer be sent, because the door has closed.
    var isLost: Bool { get }

    /// The settings for its message: those that were in force when its first recipient came.
    func settings(of book: SettingsBook) -> SettingsInForce

    /// Whether the MTA said that this is the transport.
    func transportIs(_ name: String) -> Bool

    /// Whether the MTA said that this is the next hop.
    func nextHopIs(_ name: String) -> Bool

    /// Whether the recipient was typed as this address in angle brackets.
    func recipientIs(_ address: String) -> Bool
}

extension GateRequest where Self: ~Copyable {
    // A door that can compare without a copy has its own.

    /// Whether the MTA said that this is the transport.
    func transportIs(_ name: String) -> Bool { transport == name }

    /// Whether the MTA said that this is the next hop.
    func nextHopIs(_ name: String) -> Bool { nextHop == name }
}
