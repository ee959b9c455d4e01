import DANE

@testable import Gate
@testable import Policy
@testable import Records
@testable import Support

/// A packet as the gate takes it. Its protocol has a recipient, `<user@example.org>`, and nothing else.
struct PacketRequest: GateRequest {
    let receivedRecipient: ReceivedText
    let recipientIsCut: Bool

    /// A door of its own would have a case of its own.
    var door: DoorKind { .query }
    var receivedAddress: ReceivedText? { nil }
    var transport: String? { nil }
    var nextHop: String? { nil }
    var sender: String? { nil }
    var receivedSender: ReceivedText? { nil }
    var clientAddress: String? { nil }
    var authenticated: String? { nil }
    var queueID: String? { nil }
    var isLost: Bool { false }

    func settings(of book: SettingsBook) -> SettingsInForce { book.current }

    func recipientIs(_ address: String) -> Bool { receivedRecipient.text == "<\(address)>" }
}
