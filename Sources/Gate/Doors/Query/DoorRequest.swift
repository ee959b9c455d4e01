import DANE
import Policy
import Records
import Support

/// A recipient as a line-based door has it: the query socket or policy delegation.
///
/// Nothing was rewritten before it, and whoever reaches the socket may claim what it likes.
struct DoorRequest: GateRequest, Sendable {
    /// The longest address that is read. RFC 5321 §4.5.3.1.3: a path has 256 octets.
    static let pathLimit = 1024

    let door: DoorKind
    let receivedRecipient: ReceivedText
    let recipientIsCut: Bool
    var nextHop: String?
    var receivedSender: ReceivedText?
    var clientAddress: String?
    var authenticated: String?
    var queueID: String?
    /// Tells whether the client has gone.
    private var isGone: @Sendable () -> Bool = { false }

    /// A request about a recipient.
    ///
    /// - Parameters:
    ///   - door: The door that it came to.
    ///   - recipient: The address without angle brackets; `@example.org` for anybody there.
    init(_ door: DoorKind, recipient: some Sequence<UInt8>) {
        self.door = door
        var bytes = Array(recipient.prefix(Self.pathLimit + 1))
        recipientIsCut = bytes.count > Self.pathLimit
        if recipientIsCut { bytes.removeLast() }
        receivedRecipient = Self.path(bytes)
    }

    /// Takes a sender: an address without angle brackets, or `<>`.
    mutating func take(sender: some Sequence<UInt8>) {
        let bytes = Array(sender.prefix(Self.pathLimit))
        receivedSender = bytes.elementsEqual("<>".utf8) ? ReceivedText(bytes) : Self.path(bytes)
    }

    /// An address as MTAs give it to a milter.
    private static func path(_ address: [UInt8]) -> ReceivedText {
        if address.first == UInt8(ascii: "<") { return ReceivedText(address) }
        return ReceivedText([UInt8(ascii: "<")] + address + [UInt8(ascii: ">")])
    }

    var receivedAddress: ReceivedText? { nil }
    var transport: String? { nil }
    var sender: String? { receivedSender?.text }
    var isLost: Bool { isGone() }

    /// The same request of a client.
    ///
    /// - Parameter isGone: Tells whether the client has gone, or was told already that it has no answer. Called from
    ///   any thread.
    func asked(by isGone: @escaping @Sendable () -> Bool) -> DoorRequest {
        var request = self
        request.isGone = isGone
        return request
    }

    func settings(of book: SettingsBook) -> SettingsInForce { book.current }
    func recipientIs(_ address: String) -> Bool { receivedRecipient.text == "<\(address)>" }
}
