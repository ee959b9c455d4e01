import Foundation
import RuleMarks
import Testing

@testable import Reports

/// Sendmail's maillog.
@Suite(.rules("F-96")) struct SendmailLineTests {
    private static func line(_ rest: String, tag: String = "sm-mta[1235]") -> String {
        "Nov 27 10:00:01 mail \(tag): 5AS9abcd001234: \(rest)\n"
    }

    private static let end =
        "delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=120900, relay=mx.one.example. [192.0.2.1], dsn=2.0.0, "
        + "stat=Sent (Ok)"

    @Test(arguments: [
        "sm-mta[1235]", "sendmail[9]", "sm-que[1]", "sendmail", "mail.info sm-mta[1]",
        "sm-mta[1235]: [ID 801593 mail.info]",
    ])
    func aDeliveryIsItsRecipient(tag: String) throws {
        let whole = Self.line("to=<bob@one.example>, \(Self.end)", tag: tag).replacing(
            "[ID 801593 mail.info]:", with: "[ID 801593 mail.info]")
        let reading = try SurveyReading(whole)
        #expect(reading.destinations == ["one.example 1"], "\(whole) \(reading.input.junk)")
        #expect(reading.relays == ["one.example [mx.one.example] 1"] && reading.junk == 0)
    }

    @Test(arguments: [
        ("to=<bob@one.example>,<carl@two.example>,<dora@one.example>", ["one.example 2", "two.example 1"]),
        ("to=bob@one.example,<carl@two.example>", ["one.example 1", "two.example 1"]),
        ("to=<\"a, relay=127.0.0.1\"@one.example>", ["one.example 1"]),
        ("to=<bob@one.example>, ctladdr=<a@b.example> (1000/1000)", ["one.example 1"]),
        ("to=<bob@bücher.example>", ["xn--bcher-kva.example 1"]),
    ])
    func listsOfRecipientsAreRead(to: String, destinations: [String]) throws {
        let reading = try SurveyReading(Self.line("\(to), \(Self.end)"))
        #expect(reading.destinations == destinations && reading.junk == 0, "\(reading.input.junk)")
    }

    @Test(arguments: [
        ("dsn=5.1.1, stat=User unknown", 2),
        ("dsn=5.6.0, reply=550 5.1.1 x, stat=Deferred: no, stat=Service unavailable", 2),
        ("dsn=5.1.2, stat=Host unknown (Name server: one.example: host not found)", 2),
        ("dsn=4.0.0, stat=Deferred: Connection timed out with mx.one.example.", 1),
        ("dsn=4.7.0, reply=451 relay=127.0.0.1, mailer=local, stat=Sent, stat=Deferred: 451", 1),
        ("stat=queued", 1), ("stat=Deferred: Name server: one.example.: host name lookup failure", 1),
    ])
    func attemptsAreNoRecipients(end: String, recipients: Int) throws {
        let line = Self.line("to=<bob@one.example>, delay=00:00:01, mailer=esmtp, pri=1, relay=mx.one.example., \(end)")
        let reading = try SurveyReading(Self.line("to=<x@one.example>, \(Self.end)") + line)
        #expect(reading.destinations == ["one.example \(recipients)"] && reading.junk == 0)
    }

    @Test(arguments: [
        ("mailer=local, pri=1, dsn=2.0.0, stat=Sent", SurveyScope.Reason.transport),
        (
            "mailer=relay, pri=1, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (x Message accepted for "
                + "delivery)",
            .transport
        ),
        ("mailer=esmtp, pri=1, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (Ok)", .specialAddress),
        ("mailer=esmtp, pri=1, relay=[IPv6:fd00::1] [IPv6:fd00::1], dsn=2.0.0, stat=Sent (Ok)", .specialAddress),
        ("mailer=esmtp, pri=1, relay=exchange.internal. [10.0.0.6], dsn=2.0.0, stat=Sent (Ok)", .specialAddress),
    ])
    func whatTheGateWouldPassIsLeftOut(end: String, reason: SurveyScope.Reason) throws {
        let reading = try SurveyReading(Self.line("to=<bob@one.example>, delay=00:00:01, \(end)"))
        #expect(reading.destinations == [] && reading.leftOut == [reason: 1] && reading.junk == 0)
    }

    @Test(arguments: [
        "from=<a@b.example>, size=1, class=0, nrcpts=1, msgid=<x@y>, proto=ESMTP, daemon=MTA, relay=x [192.0.2.1]",
        "to=<bob@one.example>, delay=00:00:01, pri=1, stat=Headers too large",
        "ruleset=check_rcpt, arg1=<a@b.example>, reject=550",
        "STARTTLS=client, relay=mx.one.example., version=TLSv1.3, verify=OK", "to=<bob@one.example>, quarantine=x",
    ])
    func otherLinesAreNoDeliveries(rest: String) throws {
        let reading = try SurveyReading(Self.line(rest))
        #expect(reading.destinations == [])
        #expect(reading.others + reading.junk == 1)
    }

    /// A list that is too long is cut in its middle: what can be read is, and the line is named.
    @Test func aCutListIsNamed() throws {
        let reading = try SurveyReading(
            Self.line("to=<bob@one.example>,<ca...@one.example>,<dora@two.example>, \(Self.end)"))
        #expect(reading.destinations == ["one.example 1", "two.example 1"] && reading.junk == 1)
    }
}
