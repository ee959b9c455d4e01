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

    private let helo: String
    private var session: ProbeReport.TLSSession?
    /// The reply to EHLO, where it was that the host does not know the command.
    private var unknownEHLO: SMTPReply?

    private var ehlo: String { "EHLO \(helo)" }

    /// - Parameter helo: The name to say in EHLO. What could end the line early is replaced.
    init(helo: String) { self.helo = Printable.text(helo.utf8.map { $0 == 0x20 ? 0x3F : $0 }) }

    /// Takes an event.
    mutating func handle(_ event: Event) -> Action {
        if step == .quit { return .hangUp }
        switch event {
        case .connected:
            step = .banner
            return .wait
        case .reply(let reply, let followed):
            return handle(reply, followed: followed)
        case .established(let session) where session.unread != nil:
            // F-80: the host has shown its certificates, and our side goes no further.
            return end(.secured(session))
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
        case .ehlo where unknownEHLO != nil: return helloAnswered(reply)
        case .ehlo: return ehloAnswered(reply)
        case .starttls: return startTLSAnswered(reply, followed: followed)
        case .secureEHLO:
            guard let session else { return unexpected(reply) }
            // Whatever the reply is, 421 and 5xx included: that TLS is up, and who is behind it, is known without it.
            return end(.secured(session), quit: true)
        case .connect, .handshake, .quit:
            return unexpected(reply)
        }
    }

    private mutating func ehloAnswered(_ reply: SMTPReply) -> Action {
        switch (reply.class, reply.code) {
        case (2, _):
            guard reply.offers("STARTTLS") else {
                return end(.startTLSNotOffered("EHLO was answered without STARTTLS"), quit: true)
            }
            step = .starttls
            return .send("STARTTLS")
        case (_, 500), (_, 502):
            // F-77, RFC 5321 §3.2, §4.2.4: the command is not known, which speaks of the host and not of us. A client
            // goes on with HELO, and HELO has no extensions (§4.1.1.1).
            unknownEHLO = reply
            return .send("HELO \(helo)")
        case (5, _):
            // F-76: the host refuses us, by our name, our address or its policy. That tells as little of its TLS as a
            // 554 banner.
            return end(.unreachable(step, "EHLO \(helo) was refused: \(reply.text)"), quit: true)
        default:
            // 421 and other 4xx, and what is no reply to EHLO at all.
            return end(.unreachable(step, reply.text), quit: true)
        }
    }

    private mutating func helloAnswered(_ reply: SMTPReply) -> Action {
        switch (reply.class, reply.code) {
        // F-77: the host talks to us, or knows no such command either; it refuses nobody.
        case (2, _), (_, 500), (_, 502):
            let refusal = unknownEHLO ?? reply
            return end(.startTLSNotOffered("EHLO was refused: \(refusal.text)"), quit: true)
        default:
            // F-76.
            return end(.unreachable(step, "HELO \(helo) was refused: \(reply.text)"), quit: true)
        }
    }

    private mutating func startTLSAnswered(_ reply: SMTPReply, followed: Bool) -> Action {
        switch (reply.class, reply.code) {
        case (2, _):
            // RFC 3207 §4 has 220; like the MTAs we stand in for, any 2xx is taken for "go ahead".
            guard !followed else {
                return end(.tlsFailed("the host sent cleartext after its answer to STARTTLS (CVE-2011-0411)"))
            }
            step = .handshake
            return .startTLS
        case (_, 421):
            // F-78, RFC 5321 §3.8: the host is about to close, whatever the command was.
            return end(.unreachable(step, reply.text), quit: true)
        case (4, _), (5, _):
            // L-01, RFC 3207 §4: 454 among them.
            return end(.startTLSRefused(reply.text), quit: true)
        default:
            return end(.unreachable(step, "STARTTLS was answered with \(reply.text)"), quit: true)
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
