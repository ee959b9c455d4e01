import Rules
import Testing

@testable import Probe

@Suite("The SMTP client's states")
struct SMTPClientTests {
    typealias Event = SMTPClient.Event
    typealias Action = SMTPClient.Action
    typealias End = ProbeReport.End

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
        .rules("L-01", "L-06"),
        arguments: [
            (ProbeReport.Step.banner, reply(421), End.unreachable(.banner, "421 text"), true),
            (.banner, reply(554, "no", "really"), .unreachable(.banner, "554 no really"), true),
            (.banner, reply(354), .unreachable(.banner, "354 text"), true),
            (.ehlo, reply(421), .unreachable(.ehlo, "421 text"), true),
            (.ehlo, reply(450), .unreachable(.ehlo, "450 text"), true),
            (.ehlo, reply(502), .startTLSNotOffered("EHLO was refused: 502 text"), true),
            (.ehlo, reply(250, "mx"), .startTLSNotOffered("EHLO was answered without STARTTLS"), true),
            (.starttls, reply(454), .startTLSRefused("454 text"), true),
            (.starttls, reply(502), .startTLSRefused("502 text"), true),
            (.starttls, reply(421), .startTLSRefused("421 text"), true),
            (
                .starttls, reply(220, followed: true),
                .tlsFailed("the host sent cleartext after its answer to STARTTLS (CVE-2011-0411)"), false
            ),
            (.handshake, .tlsFailed("alert"), .tlsFailed("alert"), false),
            (.handshake, .closed("reset"), .tlsFailed("reset during the TLS handshake"), false),
            (.handshake, .gaveUp("late"), .unreachable(.handshake, "late"), false),
            (.secureEHLO, .tlsFailed("alert"), .tlsFailed("alert"), false),
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

    @Test(arguments: ProbeReport.Step.allCases.filter { $0 != .quit })
    func everyStepEndsOnViolationAndTimeout(_ step: ProbeReport.Step) {
        var client = Self.client(at: step)
        #expect(client.handle(.gaveUp("late")) == .end(.unreachable(step, "late"), quit: false))
        client = Self.client(at: step)
        #expect(client.handle(.violated(SMTPViolation("bad"))) == .end(.unreachable(step, "bad"), quit: false))
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
