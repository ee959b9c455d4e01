import DANE
import Support
import Synchronization

/// The state of one MTA connection, which may carry many messages.
///
/// libmilter never runs two callbacks of one connection at once, but runs them on different threads. The state is behind a
/// lock all the same: that costs nothing where no one else wants it.
final class Session: Sendable {
    /// What is known of the client.
    struct Client {
        var address: String?
        var name: String?
    }

    /// What is known before a recipient comes.
    private struct State {
        /// Told at CONNECT, which only MTAs without `SMFIF_SETSYMLIST` are asked for.
        var connected = Client()
        /// Whether the MTA was promised that MAIL has no answer.
        var leavesMailUnanswered = false
        /// Of the message: set anew by each MAIL, as neither abort nor end of message are sure to be called.
        var sender: ReceivedText?
        /// `{client_addr}` of the message, once it has been read.
        var clientAddress: String??
        /// `{auth_authen}` of the message, likewise.
        var authenticated: String??
        var recipients: UInt64 = 0
        /// What the handler keeps with the message.
        var kept: (any AnyObject & Sendable)?
    }

    let service: MilterService
    let number: UInt64
    /// When it was last heard of; nil if its descriptor is not known.
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

    /// Notes a MAIL.
    ///
    /// - Returns: Whether the MTA was promised that it has no answer. libmilter wants the promise kept.
    func mail(_ arguments: ArgumentVector?) -> Bool {
        let sender = arguments?[0].map { MilterContext.received($0, limit: MilterContext.addressLimit) }
        return state.withLock { state in
            state.sender = sender
            state.clientAddress = nil
            state.kept = nil
            state.authenticated = nil
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

    /// What is kept with the message; made if there is none, or one of another type.
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

    /// What CONNECT told of the client.
    var connected: Client { state.withLock { $0.connected } }

    /// The client's address: the macro's, which is the same for all recipients of a message, or what CONNECT told.
    func clientAddress(_ context: MilterContext) -> String? {
        if let known = state.withLock({ $0.clientAddress }) { return known }
        let address = context.macro("{client_addr}").map(Self.withoutTag)
        return state.withLock { state in
            let address = address ?? state.connected.address
            state.clientAddress = .some(address)
            return address
        }
    }

    /// The name that the client has authenticated with, which is the same for all recipients of a message.
    func authenticated(_ context: MilterContext) -> String? {
        if let known = state.withLock({ $0.authenticated }) { return known }
        let name = context.macro("{auth_authen}")
        state.withLock { $0.authenticated = .some(name) }
        return name
    }

    /// Sendmail writes `IPv6:2001:db8::1`, Postfix the bare address.
    private static func withoutTag(_ address: String) -> String {
        address.hasPrefix("IPv6:") ? String(address.dropFirst(5)) : address
    }
}
