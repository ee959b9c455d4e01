import Foundation
import RuleMarks
import Testing

@testable import Reports

/// Exim's main log.
@Suite(.rules("F-96")) struct EximLineTests {
    private static let field =
        "1tGabc-000000001aB-2cDe => bob@one.example R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1] "
        + "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=dane C=\"250 Ok\""

    @Test(arguments: [
        "2026-11-27 10:00:01 ", "2026-11-27 10:00:01.123 ", "2026-11-27 10:00:01 +0100 ",
        "2026-11-27 10:00:01.123 +0100 ",
        "2026-11-27 10:00:01 [1234] ", "2026-11-27 10:00:01 +0100 [1234] ", "Nov 27 10:00:01 mail exim[1234]: ",
        "Nov 27 10:00:01 mail exim4[1234]: 2026-11-27 10:00:01 ", "Nov 27 10:00:01 mail exim[1234]: [1\\3] ",
        "<22>1 2026-11-27T10:00:01Z mail exim 1234 - - ", "2026-11-27T10:00:01.1Z stdout F 2026-11-27 10:00:01 ",
        "mainlog:2026-11-27 10:00:01 ", "/var/log/exim4/mainlog.1:2026-11-27 10:00:01 [12] ", "",
    ])
    func aDeliveryIsItsRecipient(head: String) throws {
        for id in ["1tGabc-000000001aB-2cDe", "1tGabc-0001aB-2c"] {
            let line = Self.field.replacing("1tGabc-000000001aB-2cDe", with: id)
            let reading = try SurveyReading("\(head)\(line)\n")
            #expect(reading.destinations == ["one.example 1"], "\(head)\(id): \(reading.input.junk)")
            #expect(reading.relays == ["one.example [mx.one.example] 1"] && reading.junk == 0)
        }
    }

    /// A line behind its time and id, and the relay that is read of it.
    struct Row: Sendable {
        let rest: String
        let relay: String?

        init(_ rest: String, _ relay: String?) {
            self.rest = rest
            self.relay = relay
        }
    }

    static let rows: [Row] = [
        // What it was delivered by, and to whom else it was.
        Row("-> bob@one.example R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1]", "[mx.one.example]"),
        Row(
            ">> bob@one.example F=<a@b.example> R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1]",
            "[mx.one.example]"),
        Row(
            "=> bob@one.example <alias@two.example> F=<a@b.example> P=<a@b.example> R=dnslookup T=remote_smtp S=3 "
                + "H=mx.one.example [192.0.2.1]:25",
            "[mx.one.example]"),
        Row(
            "=> bob@one.example (x@two.example, y@two.example) <z@three.example> R=r T=remote_smtp H=mx.one.example DS "
                + "[192.0.2.1]:25*",
            "[mx.one.example]"),
        Row(
            "=> bob@one.example R=smarthost T=remote_smtp_smarthost H=smart.isp.example [192.0.2.7]:587 A=plain:user@x "
                + "C=\"250 Ok\"",
            "[smart.isp.example]:587"),
        Row("=> bob@one.example R=lookuphost T=dkim_remote_smtp H=mx.one.example [2001:db8::1]", "[mx.one.example]"),
        Row("=> \"a b\"@one.example R=dnslookup T=smtp H=mx.one.example [192.0.2.1]", "[mx.one.example]"),
        Row("=> a b@one.example R=dnslookup T=smtp H=mx.one.example [192.0.2.1]", "[mx.one.example]"),
        Row(
            "=> bob@one.example R=d T=remote_smtp H=mx.one.example [192.0.2.1] PRDR K C=\"250 x\" QT=1s DT=0.5s",
            "[mx.one.example]"),
        // Refused for good.
        Row(
            "** bob@one.example F=<a@b.example> R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1]: SMTP error "
                + "from remote mail server after RCPT TO:<bob@one.example>: 550 no",
            "[mx.one.example]"),
        Row("** bob@one.example R=dnslookup T=remote_smtp: retry timeout exceeded", nil),
        Row("** bob@one.example R=dnslookup: all relevant MX records point to non-existent hosts", nil),
        // To be tried again.
        Row(
            "== bob@one.example R=dnslookup T=remote_smtp defer (-44) H=mx.one.example [192.0.2.1]: SMTP error: 450 "
                + "T=local H=x [10.0.0.1]",
            "[mx.one.example]"),
        Row("== bob@one.example R=dnslookup T=remote_smtp defer (110): Connection timed out", nil),
        Row("== bob@one.example R=dnslookup defer (-1): host lookup did not complete", nil),
        // The words of the remote server.
        Row(
            "=> bob@one.example R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1] C=\"250 \\\" T=local H=x "
                + "[10.0.0.1] => c@two.example\"",
            "[mx.one.example]"),
        Row(
            "=> bob@one.example R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1] X=T DN=\"/CN=x\" T=local\" "
                + "C=\"250\"",
            "[mx.one.example]"),
        Row(
            "=> bob@one.example F=<\"x> T=local\"@b.example> R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1]",
            "[mx.one.example]"),
    ]

    @Test(arguments: rows) func everyMarkIsRead(row: Row) throws {
        let reading = try SurveyReading("2026-11-27 10:00:01 1tGabc-000000001aB-2cDe \(row.rest)\n")
        #expect(reading.destinations == ["one.example 1"], "\(row.rest): \(reading.input.junk) \(reading.leftOut)")
        #expect(reading.input.relays.hosts.first?.relay.hop == row.relay)
        #expect(reading.junk == 0 && reading.leftOut == [:])
    }

    @Test(arguments: [
        ("=> bob <bob@ourown.example> R=localuser T=local_delivery", SurveyScope.Reason.transport),
        ("=> /home/bob/mail <bob@ourown.example> R=userforward T=address_file", .transport),
        ("=> bob@ourown.example R=dovecot T=dovecot_lmtp H=127.0.0.1 [127.0.0.1] C=\"250 Saved\"", .transport),
        ("=> bob@ourown.example R=amavis T=amavis H=127.0.0.1 [127.0.0.1]", .transport),
        ("=> bob@ourown.example R=internal T=remote_smtp H=10.0.0.5 [10.0.0.5]", .specialAddress),
        ("=> bob@ourown.example R=internal T=remote_smtp H=exchange.internal [10.0.0.6]:25", .specialAddress),
        ("=> postmaster@one.example R=dnslookup T=remote_smtp H=mx.one.example [192.0.2.1]", .exemptLocalpart),
    ])
    func whatTheGateWouldPassIsLeftOut(rest: String, reason: SurveyScope.Reason) throws {
        let reading = try SurveyReading("2026-11-27 10:00:01 1tGabc-000000001aB-2cDe \(rest)\n")
        #expect(reading.destinations == [] && reading.leftOut == [reason: 1] && reading.junk == 0)
    }

    @Test func otherLinesAreNoDeliveries() throws {
        let lines = [
            "2026-11-27 10:00:00 exim 4.96 daemon started: pid=12, -q30m, listening for SMTP on port 25 (IPv4)",
            "2026-11-27 10:00:00 Start queue run: pid=1234", "2026-11-27 10:00:00 End queue run: pid=1234",
            "2026-11-27 10:00:00 1tGabc-000000001aB-2cDe <= a@b.example H=x [192.0.2.1] P=esmtps S=3 for "
                + "bob@one.example",
            "2026-11-27 10:00:00 1tGabc-000000001aB-2cDe Completed",
            "2026-11-27 10:00:00 1tGabc-000000001aB-2cDe Frozen",
            "2026-11-27 10:00:00 1tGabc-000000001aB-2cDe *> bob@one.example R=dnslookup T=remote_smtp H=mx.one.example "
                + "[192.0.2.1]",
            "2026-11-27 10:00:00 1tGabc-000000001aB-2cDe ** nobody@ourown.example: Unrouteable address",
            "2026-11-27 10:00:00 no host name found for IP address 192.0.2.1",
            "2026-11-27 10:00:00 H=(x) [192.0.2.1] F=<a@b.example> rejected RCPT <c@d.example>: relay not permitted",
            "2026-11-27 10:00:00 TLS error on connection from x [192.0.2.1] (gnutls_handshake): timed out",
            "2026-11-27 10:00:00 whatever: Exim may say",
        ]
        let reading = try SurveyReading(lines.joined(separator: "\n"))
        #expect(reading.destinations == [] && reading.junk == 0, "\(reading.input.junk)")
        #expect(reading.others == lines.count)
    }

    @Test func attemptsAreNoRecipients() throws {
        let deferred =
            "2026-11-27 10:00:00 1tGabc-000000001aB-2cDe == bob@one.example R=dnslookup T=remote_smtp defer (110): x\n"
        #expect(try SurveyReading(deferred + deferred).destinations == ["one.example 1"])
        #expect(try SurveyReading(deferred, "2026-11-27 10:00:09 \(Self.field)\n").destinations == ["one.example 1"])
    }
}
