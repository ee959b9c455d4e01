/// The client's side of the dialogue as a state machine: connect, banner, EHLO, STARTTLS, handshake, EHLO again, QUIT.
///
/// It knows no network, no clock and no TLS library. Its driver reports events in their order, and carries out the
/// returned action before it reports the next event.
struct SMTPClient {
    /// Something that happened.
    enum Event {
        /// The connection is up.
        case connected
        /// A reply came. `followed` says whether more cleartext bytes had already arrived after it.
        case reply(SMTPReply, followed: Bool)
        /// The host broke the protocol or exceeded a limit.
        case violated(SMTPProtocolError)
        /// The handshake is complete.
        case established(ProbeReport.TLSSession)
        /// TLS failed, in the handshake or after it.
        case tlsFailed(TLSFailure)
        /// The connection could not be made, or the host closed or reset it.
        case closed(String)
        /// We stopped waiting because time was up or the probe was cancelled.
        case gaveUp(String)
    }

    /// What to do now.
    enum Action: Hashable {
        /// Nothing until the next event.
        case wait
        /// Send this command. It has no CRLF yet.
        case send(String)
        /// Begin the TLS handshake.
        case startTLS
        /// Report the end. If `quit`, the dialogue is intact: send QUIT and wait a moment. Otherwise hang up.
        case end(ProbeReport.End, quit: Bool)
        /// Hang up. The end has been reported.
        case hangUp
    }

    /// The current step.
    private(set) var step = ProbeReport.Step.connect

    private let helo: String
    private var session: ProbeReport.TLSSession?
    /// The reply to EHLO, if it was that the host does not know the command.
    private var unknownEHLO: SMTPReply?

    private var ehlo: String { "EHLO \(helo)" }

    /// A client that has not started.
    ///
    /// - Parameter helo: The name to say in EHLO. Characters that could end the line early are replaced.
    init(helo: String) { self.helo = Printable.text(helo.utf8.map { $0 == 0x20 ? 0x3F : $0 }) }

    /// Handles an event.
    mutating func handle(_ event: Event) -> Action {
        if step == .quit { return .hangUp }
        switch event {
        case .connected:
            step = .banner
            return .wait
        case .reply(let reply, let followed):
            return handle(reply, followed: followed)
        case .established(let session) where session.unread != nil:
            // F-80: the host has shown its certificates, and GnuTLS goes no further.
            return end(.secured(session))
        case .established(let session):
            self.session = session
            // L-04, RFC 3207 §4.2: EHLO again inside TLS.
            step = .secureEHLO
            return .send(ehlo)
        case .tlsFailed(let reason):
            return end(.tlsFailed(reason))
        case .violated(let violation):
            // F-54, S-08, RFC 5321 §4.5.3.2: a host that is slow or breaks the protocol shows nothing of its TLS.
            return end(.unreachable(step, violation.description))
        case .gaveUp(let reason):
            return end(.unreachable(step, reason))
        case .closed(let reason):
            // F-60: if the host closes during the handshake, TLS has failed: some servers close without an alert if
            // they do not like what they see. If it closes after the handshake without an alert, nothing is known,
            // because TLS had worked.
            switch step {
            case .handshake: return end(.tlsFailed(TLSFailure(.closed, "\(reason) during the TLS handshake")))
            case .secureEHLO: return end(.unreachable(step, "\(reason) right after the TLS handshake"))
            default: return end(.unreachable(step, reason))
            }
        }
    }

    private mutating func handle(_ reply: SMTPReply, followed: Bool) -> Action {
        switch step {
        case .banner:
            // F-55: a host that refuses us shows nothing of its TLS.
            guard reply.class == 2 else { return end(.unreachable(step, reply.text), quit: true) }
            step = .ehlo
            return .send(ehlo)
        case .ehlo where unknownEHLO != nil: return helloAnswered(reply)
        case .ehlo: return ehloAnswered(reply)
        case .starttls: return startTLSAnswered(reply, followed: followed)
        case .secureEHLO:
            guard let session else { return unexpected(reply) }
            // F-53: any reply will do, even 421 or 5xx. That TLS is up, and who is behind it, is known without it.
            return end(.secured(session), quit: true)
        case .connect, .handshake, .quit:
            return unexpected(reply)
        }
    }

    private mutating func ehloAnswered(_ reply: SMTPReply) -> Action {
        switch (reply.class, reply.code) {
        case (2, _):
            // F-50, L-06: "not offered" and "refused" are different results.
            guard reply.offers("STARTTLS") else {
                return end(.startTLSNotOffered("EHLO was answered without STARTTLS"), quit: true)
            }
            step = .starttls
            return .send("STARTTLS")
        case (_, 500), (_, 502):
            // S-09, F-77, RFC 5321 §3.2, §4.2.4: the host does not know the command, which says something about the
            // host, not about us. A client goes on with HELO, which has no extensions (§4.1.1.1).
            unknownEHLO = reply
            return .send("HELO \(helo)")
        case (5, _):
            // F-76: the host refuses our name or address, or its policy refuses us. That says as little about its TLS
            // as a 554 banner does.
            return end(.unreachable(step, "EHLO \(helo) was refused: \(reply.text)"), quit: true)
        default:
            // F-78: 421 and other 4xx, or something that is not a reply to EHLO.
            return end(.unreachable(step, reply.text), quit: true)
        }
    }

    private mutating func helloAnswered(_ reply: SMTPReply) -> Action {
        switch (reply.class, reply.code) {
        // F-77: the host talks to us, or knows neither command. It does not refuse us.
        case (2, _), (_, 500), (_, 502):
            let refusal = unknownEHLO ?? reply
            return end(.startTLSNotOffered("EHLO was refused: \(refusal.text)"), quit: true)
        default:
            // F-76: as after EHLO.
            return end(.unreachable(step, "HELO \(helo) was refused: \(reply.text)"), quit: true)
        }
    }

    private mutating func startTLSAnswered(_ reply: SMTPReply, followed: Bool) -> Action {
        switch (reply.class, reply.code) {
        case (2, _):
            // RFC 3207 §4 has 220. Like the MTAs that a probe stands for, any 2xx counts as "go ahead".
            // L-05, CVE-2011-0411: bytes that came in cleartext must not count as protected.
            guard !followed else {
                return end(.tlsFailed(.cleartext))
            }
            step = .handshake
            return .startTLS
        case (_, 421):
            // F-78, RFC 5321 §3.8: the host is about to close the connection, whatever the command was.
            return end(.unreachable(step, reply.text), quit: true)
        case (4, _), (5, _):
            // L-01, RFC 3207 §4; F-51: 454 and others. L-06: refused.
            return end(.startTLSRefused(reply.text), quit: true)
        default:
            return end(.unreachable(step, "STARTTLS was answered with \(reply.text)"), quit: true)
        }
    }

    /// Handles a reply that cannot occur, as bytes arrive either before the connection or inside TLS. It still ends the
    /// dialogue.
    private mutating func unexpected(_ reply: SMTPReply) -> Action {
        end(.unreachable(step, "the host spoke out of turn: \(reply.text)"))
    }

    private mutating func end(_ end: ProbeReport.End, quit: Bool = false) -> Action {
        step = .quit
        return .end(end, quit: quit)
    }
}
