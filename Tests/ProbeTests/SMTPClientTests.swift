import RuleMarks
import Testing

@testable import Probe

@Suite("The SMTP client's states")
struct SMTPClientTests {
    typealias Event = SMTPClient.Event
    typealias Action = SMTPClient.Action
    typealias End = ProbeReport.End

    private static let alert = TLSFailure(.alert, "alert", alert: 40)
    private static let session = ProbeReport.TLSSession(protocolVersion: "TLS1.3", cipherSuite: "x", chain: [[1]])

    private static func reply(_ code: Int, _ lines: String..., followed: Bool = false) -> Event {
        .reply(SMTPReply(code: code, lines: lines.isEmpty ? ["text"] : lines), followed: followed)
    }

    /// The events that lead to each step.
    private static let way: [(step: ProbeReport.Step, event: Event, action: Action)] = [
        (.connect, .connected, .wait),
        (.banner, reply(220), .send("EHLO probe.test")),
        (.ehlo, reply(250, "mx", "STARTTLS"), .send("STARTTLS")),
        (.starttls, reply(220), .startTLS),
        (.handshake, .established(session), .send("EHLO probe.test")),
        (.secureEHLO, reply(250), .end(.secured(session), quit: true)),
    ]

    private static func client(at step: ProbeReport.Step) -> SMTPClient {
        var client = SMTPClient(helo: "probe.test")
        for (before, event, _) in way where client.step == before && before != step { _ = client.handle(event) }
        return client
    }

    @Test func goesTheWholeWay() {
        var client = SMTPClient(helo: "probe.test")
        for (step, event, action) in Self.way {
            #expect(client.step == step)
            #expect(client.handle(event) == action)
        }
        #expect(client.step == .quit)
        #expect(client.handle(Self.reply(221)) == .hangUp)
    }

    @Test(
        .rules("L-01", "L-06", "F-76", "F-78"),
        arguments: [
            (ProbeReport.Step.banner, reply(421), End.unreachable(.banner, "421 text"), true),
            (.banner, reply(554, "no", "really"), .unreachable(.banner, "554 no really"), true),
            (.banner, reply(354), .unreachable(.banner, "354 text"), true),
            (.ehlo, reply(421), .unreachable(.ehlo, "421 text"), true),
            (.ehlo, reply(450), .unreachable(.ehlo, "450 text"), true),
            (.ehlo, reply(501), .unreachable(.ehlo, "EHLO probe.test was refused: 501 text"), true),
            (.ehlo, reply(503), .unreachable(.ehlo, "EHLO probe.test was refused: 503 text"), true),
            (.ehlo, reply(504), .unreachable(.ehlo, "EHLO probe.test was refused: 504 text"), true),
            (.ehlo, reply(521), .unreachable(.ehlo, "EHLO probe.test was refused: 521 text"), true),
            (.ehlo, reply(550), .unreachable(.ehlo, "EHLO probe.test was refused: 550 text"), true),
            (.ehlo, reply(554), .unreachable(.ehlo, "EHLO probe.test was refused: 554 text"), true),
            (.ehlo, reply(354), .unreachable(.ehlo, "354 text"), true),
            (.ehlo, reply(100, "mx", "STARTTLS"), .unreachable(.ehlo, "100 mx STARTTLS"), true),
            (.ehlo, reply(650), .unreachable(.ehlo, "650 text"), true),
            (.ehlo, reply(7), .unreachable(.ehlo, "007 text"), true),
            (.banner, reply(120), .unreachable(.banner, "120 text"), true),
            (.banner, reply(999), .unreachable(.banner, "999 text"), true),
            (.ehlo, reply(250, "mx"), .startTLSNotOffered("EHLO was answered without STARTTLS"), true),
            (.starttls, reply(454), .startTLSRefused("454 text"), true),
            (.starttls, reply(502), .startTLSRefused("502 text"), true),
            (.starttls, reply(501), .startTLSRefused("501 text"), true),
            (.starttls, reply(530), .startTLSRefused("530 text"), true),
            (.starttls, reply(450), .startTLSRefused("450 text"), true),
            (.starttls, reply(421), .unreachable(.starttls, "421 text"), true),
            (.starttls, reply(354), .unreachable(.starttls, "STARTTLS was answered with 354 text"), true),
            (.starttls, reply(600), .unreachable(.starttls, "STARTTLS was answered with 600 text"), true),
            (
                .starttls, reply(220, followed: true),
                .tlsFailed(.cleartext), false
            ),
            (.handshake, .tlsFailed(alert), .tlsFailed(alert), false),
            (.handshake, .closed("reset"), .tlsFailed(TLSFailure(.closed, "reset during the TLS handshake")), false),
            (.handshake, .gaveUp("late"), .unreachable(.handshake, "late"), false),
            (.secureEHLO, .tlsFailed(alert), .tlsFailed(alert), false),
            (.secureEHLO, .closed("reset"), .unreachable(.secureEHLO, "reset right after the TLS handshake"), false),
            (.secureEHLO, .gaveUp("late"), .unreachable(.secureEHLO, "late"), false),
            (.secureEHLO, reply(421), .secured(session), true),
            (.secureEHLO, reply(550), .secured(session), true),
        ])
    func ends(_ step: ProbeReport.Step, _ event: Event, _ end: End, _ quit: Bool) {
        var client = Self.client(at: step)
        #expect(client.step == step)
        #expect(client.handle(event) == .end(end, quit: quit))
        #expect(client.handle(.closed("again")) == .hangUp)
    }

    /// RFC 5321 §3.2: to a host that does not know EHLO a client says HELO.
    @Test(
        .rules("F-76", "F-77"),
        arguments: [500, 502],
        [
            (reply(250), End.startTLSNotOffered("EHLO was refused: 50x text"), true),
            (reply(500), .startTLSNotOffered("EHLO was refused: 50x text"), true),
            (reply(502), .startTLSNotOffered("EHLO was refused: 50x text"), true),
            (reply(501), .unreachable(.ehlo, "HELO probe.test was refused: 501 text"), true),
            (reply(550), .unreachable(.ehlo, "HELO probe.test was refused: 550 text"), true),
            (reply(421), .unreachable(.ehlo, "HELO probe.test was refused: 421 text"), true),
            (reply(354), .unreachable(.ehlo, "HELO probe.test was refused: 354 text"), true),
            // A reply to HELO offers nothing.
            (reply(250, "mx", "STARTTLS"), .startTLSNotOffered("EHLO was refused: 50x text"), true),
            (.closed("gone"), .unreachable(.ehlo, "gone"), false),
            (.gaveUp("late"), .unreachable(.ehlo, "late"), false),
        ])
    func goesOnWithHELO(_ code: Int, _ turn: (event: Event, end: End, quit: Bool)) {
        var client = Self.client(at: .ehlo)
        #expect(client.handle(Self.reply(code)) == .send("HELO probe.test"))
        #expect(client.step == .ehlo)
        let end: End =
            if case .startTLSNotOffered(let text) = turn.end {
                .startTLSNotOffered(text.replacing("50x", with: "\(code)"))
            } else {
                turn.end
            }
        #expect(client.handle(turn.event) == .end(end, quit: turn.quit))
    }

    /// A session that ended at the certificates is all there will be.
    @Test(.rules("F-80")) func aLeafThatIsNotReadEndsTheDialogue() {
        let unread = ProbeReport.TLSSession(
            protocolVersion: "TLS1.3", cipherSuite: "x", chain: [[1]], unread: .init(fault: "odd", isProven: true))
        var client = Self.client(at: .handshake)
        #expect(client.handle(.established(unread)) == .end(.secured(unread), quit: false))
    }

    @Test(arguments: ProbeReport.Step.allCases.filter { $0 != .quit })
    func everyStepEndsOnViolationAndTimeout(_ step: ProbeReport.Step) {
        var client = Self.client(at: step)
        #expect(client.handle(.gaveUp("late")) == .end(.unreachable(step, "late"), quit: false))
        client = Self.client(at: step)
        #expect(client.handle(.violated(SMTPProtocolError("bad"))) == .end(.unreachable(step, "bad"), quit: false))
    }

    @Test(arguments: [ProbeReport.Step.connect, .banner, .ehlo, .starttls])
    func aLossBeforeTLSIsNotTLS(_ step: ProbeReport.Step) {
        var client = Self.client(at: step)
        #expect(client.handle(.closed("gone")) == .end(.unreachable(step, "gone"), quit: false))
    }

    @Test func theNameCannotBreakTheLine() {
        var client = SMTPClient(helo: "a b\r\nQUIT")
        _ = client.handle(.connected)
        #expect(client.handle(Self.reply(220)) == .send("EHLO a?b??QUIT"))
    }
}
