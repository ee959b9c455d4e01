import CMilter
import DANE
import Glibc

// The functions that libmilter calls, on its own threads. They are at file scope, because a closure here could be
// isolated to an actor, and would trap on such a thread. Each of them fetches the session, converts the arguments,
// calls a Swift method and maps the result.
//
// Any of them may be the first one for a connection, and `onClose` may be the only one. So none relies on a session.
// Abort and end of message are not requested, and no state depends on them.

/// The description for `smfi_register`. libmilter copies the structure and the name.
func milterDescription(name: UnsafeMutablePointer<CChar>) -> smfiDesc {
    var description = smfiDesc()
    description.xxfi_name = name
    description.xxfi_version = SMFI_VERSION
    description.xxfi_flags = 0
    description.xxfi_negotiate = onNegotiate
    description.xxfi_connect = onConnect
    description.xxfi_envfrom = onMail
    description.xxfi_envrcpt = onRecipient
    description.xxfi_close = onClose
    return description
}

/// The session of a connection. It is made if there is none, because an MTA may leave out the negotiation. An MTA that
/// announced another connection with its QUIT (`SMFIC_QUIT_NC`) does so.
private func session(of context: MilterContext?) -> Session? {
    guard let context else { return nil }
    if let session = context.session { return session }
    guard let service = MilterService.current else { return nil }
    let session = Session(of: service, service.connections.activity(of: context.descriptor))
    session.activity?.negotiates()
    return context.attach(session) ? session : nil
}

private func onNegotiate(
    _ raw: OpaquePointer?, _ actions: UInt, _ steps: UInt, _: UInt, _: UInt,
    _ wantedActions: UnsafeMutablePointer<UInt>?,
    _ wantedSteps: UnsafeMutablePointer<UInt>?, _ third: UnsafeMutablePointer<UInt>?,
    _ fourth: UnsafeMutablePointer<UInt>?
) -> sfsistat {
    let context = MilterContext(raw)
    let session = session(of: context)
    // The MTA then does what it is configured to do if a milter fails.
    if session?.activity?.isExcess == true { return SMFIS_REJECT }
    var answer = Negotiation(offeredActions: actions, offeredSteps: steps)
    if answer.asksForMacros, context?.ask(for: Negotiation.mailMacros, Negotiation.recipientMacros) != true {
        answer = Negotiation(offeredActions: 0, offeredSteps: steps)
    }
    session?.negotiated(answer)
    session?.activity?.heard()
    for (output, value) in [(wantedActions, answer.actions), (wantedSteps, answer.steps), (third, 0), (fourth, 0)] {
        output?.pointee = value
    }
    return SMFIS_CONTINUE
}

private func onConnect(
    _ raw: OpaquePointer?, _ name: UnsafeMutablePointer<CChar>?, _ address: UnsafeMutablePointer<sockaddr>?
) -> sfsistat {
    let host = name.map { MilterContext.text($0, limit: MilterContext.textLimit) }
    session(of: MilterContext(raw))?.connected(name: host, address: address.flatMap(IPAddress.init))
    return SMFIS_CONTINUE
}

private func onMail(_ raw: OpaquePointer?, _ arguments: ArgumentVector?) -> sfsistat {
    guard let session = session(of: MilterContext(raw)) else { return SMFIS_CONTINUE }
    session.activity?.heard()
    return session.mail(arguments) ? SMFIS_NOREPLY : SMFIS_CONTINUE
}

private func onRecipient(_ raw: OpaquePointer?, _ arguments: ArgumentVector?) -> sfsistat {
    guard let context = MilterContext(raw), let session = session(of: context), let arguments, let path = arguments[0]
    else { return SMFIS_TEMPFAIL }
    let activity = session.activity
    activity?.begins()
    defer { activity?.ends() }
    let event = RecipientEvent(session, ordinal: session.recipient(), context, arguments, path: path)
    switch session.service.answer(event) {
    case .continue: return SMFIS_CONTINUE
    case .refuse(let reply): return context.refuse(reply)
    }
}

private func onClose(_ raw: OpaquePointer?) -> sfsistat {
    guard let context = MilterContext(raw) else { return SMFIS_CONTINUE }
    MilterService.current?.connections.closes(context.descriptor, context.session?.activity)
    context.detach()
    return SMFIS_CONTINUE
}

extension IPAddress {
    /// The address in a `sockaddr`; nil for other families. The memory must be that of a `sockaddr_in` or
    /// `sockaddr_in6`.
    fileprivate init?(_ address: UnsafeMutablePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let four = raw.loadUnaligned(as: sockaddr_in.self)
            self = .v4(UInt32(bigEndian: four.sin_addr.s_addr))
        case AF_INET6:
            let six = raw.loadUnaligned(as: sockaddr_in6.self)
            guard let address = withUnsafeBytes(of: six.sin6_addr, { IPAddress(bytes: $0) }) else { return nil }
            self = address
        default: return nil
        }
    }
}
