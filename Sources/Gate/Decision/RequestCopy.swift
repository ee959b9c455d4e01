import Policy
import Records
import Support

/// A request that outlives the call of its door.
struct RequestCopy: GateRequest, Sendable {
    let door: DoorKind
    let receivedRecipient: ReceivedText
    let recipientIsCut: Bool
    let receivedAddress: ReceivedText?
    let transport: String?
    let nextHop: String?
    let receivedSender: ReceivedText?
    let clientAddress: String?
    let authenticated: String?
    let queueID: String?
    private let settings: SettingsInForce

    /// Copies what rulings, log and trace need.
    init<Request: GateRequest & ~Copyable>(_ request: borrowing Request, _ settings: SettingsInForce) {
        door = request.door
        receivedRecipient = request.receivedRecipient
        recipientIsCut = request.recipientIsCut
        receivedAddress = request.receivedAddress
        transport = request.transport
        nextHop = request.nextHop
        receivedSender = request.receivedSender
        clientAddress = request.clientAddress
        authenticated = request.authenticated
        queueID = request.queueID
        self.settings = settings
    }

    var sender: String? { receivedSender?.text }
    /// It has been answered.
    var isLost: Bool { false }

    func settings(of book: SettingsBook) -> SettingsInForce { settings }
    func recipientIs(_ address: String) -> Bool { receivedRecipient.text == "<\(address)>" }
}
