/// The client's side of the dialogue as a state machine: connect, banner, EHLO, STARTTLS, handshake, EHLO again, QUIT.
///
/// It knows no network, no clock and no TLS library. Whoever drives it reports events in the order they occur, and does
/// what the returned action says before it reports the next one.
struct SMTPClient {
    /// Something that happened.
    enum Event {
        /// The connection is up.
        case connected
        /// A reply came. `followed` says that cleartext bytes were already waiting behind it.
        case reply(SMTPReply, followed: Bool)
        /// The host broke the protocol or a bound.
        case violated(SMTPViolation)
        /// The handshake is complete.
        case established(ProbeReport.TLSSession)
        /// TLS failed, in the handshake or after it.
        case tlsFailed(String)
        /// The connection could not be made, or was closed or reset by the host.
        case closed(String)
        /// We stopped waiting: out of time, or cancelled.
        case gaveUp(String)
    }

    /// What is to be done now.
    enum Action: Hashable {
        /// Nothing until the next event.
        case wait
        /// Send the command, which has no CRLF yet.
        case send(String)
        /// Begin the TLS handshake.
        case startTLS
        /// Report the end. If `quit`, the dialogue is in order: say QUIT and wait a moment; else hang up.
        case end(ProbeReport.End, quit: Bool)
        /// Hang up; the end has been reported.
        case hangUp
    }

    /// Where the dialogue stands.
    private(set) var step = ProbeReport.Step.connect

    private let ehlo: String
    private var session: ProbeReport.TLSSession?

    /// - Parameter helo: The name to say in EHLO. What could end the line early is replaced.
    init(helo: String) { ehlo = "EHLO \(Printable.text(helo.utf8.map { $0 == 0x20 ? 0x3F : $0 }))" }

    /// Takes an event.
    mutating func handle(_ event: Event) -> Action {
        if step == .quit { return .hangUp }
        switch event {
        case .connected:
            step = .banner
            return .wait
        case .reply(let reply, let followed):
            return handle(reply, followed: followed)
        case .established(let session):
            self.session = session
            step = .secureEHLO
            return .send(ehlo)
        case .tlsFailed(let reason):
            return end(.tlsFailed(reason))
        case .violated(let violation):
            return end(.unreachable(step, violation.description))
        case .gaveUp(let reason):
            return end(.unreachable(step, reason))
        case .closed(let reason):
            // In the handshake it is TLS that broke: servers that do not like what they see close without an alert. After
            // it, without an alert, that is a guess: TLS had worked.
            switch step {
            case .handshake: return end(.tlsFailed("\(reason) during the TLS handshake"))
            case .secureEHLO: return end(.unreachable(step, "\(reason) right after the TLS handshake"))
            default: return end(.unreachable(step, reason))
            }
        }
    }

    private mutating func handle(_ reply: SMTPReply, followed: Bool) -> Action {
        switch step {
        case .banner:
            guard reply.class == 2 else { return end(.unreachable(step, reply.text), quit: true) }
            step = .ehlo
            return .send(ehlo)
        case .ehlo:
            // RFC 5321 §4.1.1.1: a client would go on with HELO after a 5xx, and HELO has no extensions.
            if reply.class == 5 { return end(.startTLSNotOffered("EHLO was refused: \(reply.text)"), quit: true) }
            guard reply.class == 2 else { return end(.unreachable(step, reply.text), quit: true) }
            guard reply.offers("STARTTLS") else {
                return end(.startTLSNotOffered("EHLO was answered without STARTTLS"), quit: true)
            }
            step = .starttls
            return .send("STARTTLS")
        case .starttls:
            // RFC 3207 §4 has 220; like the MTAs we stand in for, any 2xx is taken for "go ahead".
            guard reply.class == 2 else { return end(.startTLSRefused(reply.text), quit: true) }
            guard !followed else {
                return end(.tlsFailed("the host sent cleartext after its answer to STARTTLS (CVE-2011-0411)"))
            }
            step = .handshake
            return .startTLS
        case .secureEHLO:
            guard let session else { return unexpected(reply) }
            return end(.secured(session), quit: true)
        case .connect, .handshake, .quit:
            return unexpected(reply)
        }
    }

    /// Cannot happen: bytes are either before the connection, or TLS's. It still has an answer, for an end must come.
    private mutating func unexpected(_ reply: SMTPReply) -> Action {
        end(.unreachable(step, "the host spoke out of turn: \(reply.text)"))
    }

    private mutating func end(_ end: ProbeReport.End, quit: Bool = false) -> Action {
        step = .quit
        return .end(end, quit: quit)
    }
}
