import DANE
import Synchronization

/// The state of one MTA connection, which may carry many messages.
///
/// libmilter never runs two callbacks of one connection at once, but runs them on different threads. The state is behind a
/// lock all the same: that costs nothing where no one else wants it.
final class Session: Sendable {
    /// What is known before a recipient comes.
    private struct State {
        /// Told at CONNECT, which only MTAs without `SMFIF_SETSYMLIST` are asked for.
        var clientAddress: String?
        var clientName: String?
        /// Whether the MTA was promised that MAIL has no answer.
        var leavesMailUnanswered = false
        /// Of the message: set anew by each MAIL, as neither abort nor end of message are sure to be called.
        var sender: String?
        var recipients: UInt64 = 0
    }

    let service: MilterService
    private let number: UInt64
    private let state = Mutex(State())

    init(of service: MilterService) {
        self.service = service
        number = service.sessionOpened()
    }

    deinit { service.sessionClosed() }

    /// Whether the MTA was promised that MAIL has no answer. libmilter wants the promise kept.
    var leavesMailUnanswered: Bool { state.withLock { $0.leavesMailUnanswered } }

    func negotiated(_ negotiation: Negotiation) {
        state.withLock { $0.leavesMailUnanswered = negotiation.leavesMailUnanswered }
    }

    func connected(name: String?, address: IPAddress?) {
        state.withLock {
            $0.clientName = name
            $0.clientAddress = address?.description
        }
    }

    func mail(_ arguments: ArgumentVector?) {
        let sender = arguments?[0].map {
            String(decoding: MilterContext.copy($0, limit: MilterContext.addressLimit).bytes, as: UTF8.self)
        }
        state.withLock { $0.sender = sender }
    }

    /// The event of a RCPT; nil without an address.
    func recipient(_ arguments: ArgumentVector?, _ context: MilterContext) -> RecipientEvent? {
        guard let arguments, let path = arguments[0] else { return nil }
        let known = state.withLock { state in
            state.recipients += 1
            return state
        }
        let (recipient, isCut) = MilterContext.copy(path, limit: MilterContext.addressLimit)
        return RecipientEvent(
            session: number, ordinal: known.recipients, recipient: recipient, recipientIsCut: isCut,
            parameters: MilterContext.parameters(arguments), sender: known.sender,
            mailer: context.macro("{rcpt_mailer}"), host: context.macro("{rcpt_host}"),
            address: context.macro("{rcpt_addr}"), queueID: context.macro("i"),
            clientAddress: context.macro("{client_addr}").map(Self.withoutTag) ?? known.clientAddress,
            clientName: context.macro("{client_name}") ?? known.clientName,
            authenticated: context.macro("{auth_authen}"), daemonName: context.macro("{daemon_name}"))
    }

    /// Sendmail writes `IPv6:2001:db8::1`, Postfix the bare address.
    private static func withoutTag(_ address: String) -> String {
        address.hasPrefix("IPv6:") ? String(address.dropFirst(5)) : address
    }
}
