import DANE
import Support
import Synchronization

/// The state of one MTA connection, which may carry many messages.
///
/// libmilter never runs two callbacks of one connection at once, but it runs them on different threads. The lock is
/// never contended, so it costs nearly nothing.
final class Session: Sendable {
    /// The facts about the client.
    struct Client {
        var address: String?
        var name: String?
    }

    /// A fact about a message, which is read when it is first needed.
    private enum Fact {
        case unread
        /// nil if the MTA does not tell it.
        case read(String?)
    }

    /// The facts that are known before a recipient comes.
    private struct State {
        /// From CONNECT, which is requested only from MTAs without `SMFIF_SETSYMLIST`.
        var connected = Client()
        /// Whether the MTA was promised that MAIL is not answered.
        var leavesMailUnanswered = false
        /// The sender of the message. Each MAIL sets it anew, because libmilter may call neither abort nor end of
        /// message.
        var sender: ReceivedText?
        /// `{client_addr}` of the message, or what CONNECT said.
        var clientAddress = Fact.unread
        /// `{auth_authen}` of the message.
        var authenticated = Fact.unread
        var recipients: UInt64 = 0
        /// The value that the handler keeps with the message.
        var kept: (any AnyObject & Sendable)?
    }

    let service: MilterService
    let number: UInt64
    /// The activity of the connection; nil if its descriptor is unknown.
    let activity: ConnectionActivity?
    private let state = Mutex(State())

    init(of service: MilterService, _ activity: ConnectionActivity?) {
        self.service = service
        self.activity = activity
        number = service.sessionOpened()
    }

    deinit { service.sessionClosed() }

    func negotiated(_ negotiation: Negotiation) {
        state.withLock { $0.leavesMailUnanswered = negotiation.leavesMailUnanswered }
    }

    func connected(name: String?, address: IPAddress?) {
        state.withLock { $0.connected = Client(address: address?.description, name: name) }
    }

    /// Handles a MAIL.
    ///
    /// - Returns: Whether the MTA was promised no answer to it. libmilter requires that this is kept.
    func mail(_ arguments: ArgumentVector?) -> Bool {
        let sender = arguments?[0].map { MilterContext.received($0, limit: MilterContext.addressLimit) }
        return state.withLock { state in
            state.sender = sender
            state.clientAddress = .unread
            state.kept = nil
            state.authenticated = .unread
            return state.leavesMailUnanswered
        }
    }

    /// Counts a RCPT.
    ///
    /// - Returns: How many there have been, this one included.
    func recipient() -> UInt64 {
        state.withLock { state in
            state.recipients += 1
            return state.recipients
        }
    }

    /// The value that is kept with the message. It is made if there is none, or one of another type.
    func kept<Value: AnyObject & Sendable>(_ make: () -> Value) -> Value {
        state.withLock { state in
            if let value = state.kept as? Value { return value }
            let value = make()
            state.kept = value
            return value
        }
    }

    /// The argument of the message's MAIL.
    var sender: ReceivedText? { state.withLock { $0.sender } }

    /// What CONNECT said about the client.
    var connected: Client { state.withLock { $0.connected } }

    /// The client's address: from the macro, which is the same for all recipients of a message, or else from CONNECT.
    func clientAddress(_ context: MilterContext) -> String? {
        if case .read(let known) = state.withLock({ $0.clientAddress }) { return known }
        let address = context.macro("{client_addr}").map(Self.withoutTag)
        return state.withLock { state in
            let address = address ?? state.connected.address
            state.clientAddress = .read(address)
            return address
        }
    }

    /// The name with which the client authenticated. It is the same for all recipients of a message.
    func authenticated(_ context: MilterContext) -> String? {
        if case .read(let known) = state.withLock({ $0.authenticated }) { return known }
        let name = context.macro("{auth_authen}")
        state.withLock { $0.authenticated = .read(name) }
        return name
    }

    /// Sendmail writes `IPv6:2001:db8::1`, Postfix only the address.
    private static func withoutTag(_ address: String) -> String {
        address.hasPrefix("IPv6:") ? String(address.dropFirst(5)) : address
    }
}
