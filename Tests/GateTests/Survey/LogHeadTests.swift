import Foundation
import RuleMarks
import Testing

@testable import Reports

/// What may stand before a delivery in a log: times, hosts, tags, and what containers and tools put before a line.
@Suite struct LogHeadTests {
    private static let message =
        "4fXk1a0Q2zz1: to=<bob@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, "
        + "status=sent (250 2.0.0 Ok)"

    @Test(
        .rules("F-96"),
        arguments: [
            // RFC 3164, with and without what daemons leave out or add.
            "Nov 27 10:00:00 mail postfix/smtp[77]: ", "Nov  7 10:00:00 mail postfix/smtp[77]: ",
            "Nov 27 2026 10:00:00 mail postfix/smtp[77]: ", "2026 Nov 27 10:00:00 mail postfix/smtp[77]: ",
            "Fri Nov 27 10:00:00 2026 mail.info postfix/smtp[77]: ", "Fri Nov 27 10:00:00 mail postfix/smtp[77]: ",
            "Mär 27 10:00:00 mail postfix/smtp[77]: ", "Dez 1 10:00:00.123456 mail postfix/smtp[77]: ",
            "Nov 27 10:00:00 postfix/smtp[77]: ", "Nov 27 10:00:00 mail postfix/smtp: ",
            "<22>Nov 27 10:00:00 mail postfix/smtp[77]: ", "<22>postfix/smtp[77]: ",
            "Nov 27 10:00:00 CET mail postfix/smtp[77]: ",
            // FreeBSD with -vv, busybox, rsyslog with a level, syslog-ng with a chain of hosts.
            "Nov 27 10:00:00 <mail.info> mail postfix/smtp[77]: ", "Nov 27 10:00:00 mail mail.info postfix/smtp[77]: ",
            "Nov 27 10:00:00 mail info postfix/smtp[77]: ", "Nov 27 10:00:00 src@mail/relay.example postfix/smtp[77]: ",
            // Hosts of all kinds.
            "Nov 27 10:00:00 mail.example.com postfix/smtp[77]: ", "Nov 27 10:00:00 192.0.2.9 postfix/smtp[77]: ",
            "Nov 27 10:00:00 2001:db8::1 postfix/smtp[77]: ", "Nov 27 10:00:00 2001:db8:: postfix/smtp[77]: ",
            "Nov 27 10:00:00 [192.0.2.9] postfix/smtp[77]: ",
            // RFC 3339 and its relatives.
            "2026-11-27T10:00:00+01:00 mail postfix/smtp[77]: ", "2026-11-27T10:00:00.123456Z mail postfix/smtp[77]: ",
            "2026-11-27T10:00:00.123456789+0100 mail postfix/smtp[77]: ", "2026-11-27 10:00:00 mail postfix/smtp[77]: ",
            "2026-11-27 10:00:00,123 +0100 mail postfix/smtp[77]: ", "2026-11-27_10:00:00.12345 postfix/smtp[77]: ",
            "2026/11/27 10:00:00 mail postfix/smtp[77]: ", "<22>2026-11-27T10:00:00+01:00 mail postfix/smtp[77]: ",
            "Fri 2026-11-27 10:00:00 CET mail postfix/smtp[77]: ", "1795770000.123456 mail postfix/smtp[77]: ",
            "[ 1234.567890] mail postfix/smtp[77]: ", "@400000006927f1a01d2c3b4a postfix/smtp[77]: ",
            // RFC 5424.
            "<22>1 2026-11-27T10:00:00Z mail postfix/smtp 77 - - ", "<22>1 - mail postfix/smtp 77 - - ",
            "<22>1 2026-11-27T10:00:00.123456+01:00 mail postfix/smtp 77 - [meta note=\"a \\] b\"] ",
            "<22>1 2026-11-27T10:00:00Z mail postfix/smtp 77 - [a x=\"\\\"] \"][b y=\"\\\\\"] ",
            "<22>1 2026-11-27T10:00:00Z mail postfix/smtp 77 - - \u{FEFF}",
            "<22>1 2026-11-27T10:00:00Z mail postfix/smtp 77 id [o x=\"]\"] \u{FEFF}",
            "1 2026-11-27T10:00:00Z mail postfix/smtp 77 - - ",
            "150 <22>1 2026-11-27T10:00:00Z mail postfix/smtp 77 - - ",
            "<22>1 2026-11-27T10:00:00Z mail - - - - postfix/smtp[77]: ",
            // illumos.
            "Nov 27 10:00:00 mail postfix/smtp[77]: [ID 197553 mail.info] ",
            // Instances and services.
            "Nov 27 10:00:00 mail postfix-out/smtp[77]: ", "Nov 27 10:00:00 mail postfix/smtp/smtp[77]: ",
            "Nov 27 10:00:00 mail mta1/smtp[77]: ", "Nov 27 10:00:00 mail postfix@-/smtp[77]: ", "postfix/smtp[77]: ",
            // macOS.
            "2026-11-27 10:00:00.123456+0100  localhost smtp[1234]: (libsystem_trace.dylib) ",
            // Containers and their tools.
            "2026-11-27T10:00:00.123456789Z Nov 27 10:00:00 pod-1 postfix/smtp[77]: ",
            "2026-11-27T10:00:00.123456789Z postfix/smtp[77]: ",
            "2026-11-27T10:00:00.123456789Z stdout F Nov 27 10:00:00 pod-1 postfix/smtp[77]: ",
            "2026-11-27T10:00:00.123456789+01:00 stderr F postfix/smtp[77]: ",
            "[pod/mail-0/postfix] Nov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            "[pod/mail-0/postfix] 2026-11-27T10:00:00.123456789Z Nov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            "mail-0 postfix Nov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            "mail-1  | Nov 27 10:00:00 mail postfix/smtp[77]: ",
            "\u{1B}[36mmail-1  |\u{1B}[0m Nov 27 10:00:00 mail postfix/smtp[77]: ",
            "mail-1  | 2026-11-27T10:00:00.123456789Z Nov 27 10:00:00 mail postfix/smtp[77]: ",
            "Nov 27 10:00:00 node 3f2a1b4c5d6e[812]: Nov 27 10:00:00 pod-1 postfix/smtp[77]: ",
            "<30>1 2026-11-27T10:00:00Z node 3f2a1b4c5d6e 812 3f2a1b4c5d6e - Nov 27 10:00:00 pod-1 postfix/smtp[77]: ",
            "2026-11-27T10:00:00Z {app=\"mail\", pod=\"mail-0\"} Nov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            "2026-11-27T10:00:00.123000+00:00 stream/mail-0 Nov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            "EVENTS\t1795770000123\tNov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            "2026-11-27 10:00:00.123,\"Nov 27 10:00:00 mail-0 postfix/smtp[77]: ",
            // grep.
            "/var/log/mail.log:Nov 27 10:00:00 mail postfix/smtp[77]: ", "12:Nov 27 10:00:00 mail postfix/smtp[77]: ",
            "mail.log.2.gz:2026-11-27T10:00:00Z mail postfix/smtp[77]: ",
        ])
    func aDeliveryIsFoundBehindAnyHead(head: String) throws {
        let reading = try SurveyReading("\(head)\(Self.message)\n")
        #expect(reading.destinations == ["one.example 1"], "\(head): \(reading.input.junk)")
        #expect(reading.relays == ["one.example [mx.one.example] 1"])
        #expect(reading.junk == 0 && reading.others == 0)
    }

    /// What is no program is named as such, and never taken for another program's line.
    @Test(
        .rules("F-96"),
        arguments: [
            "2026-11-27 10:00:00 something strange happened: to somebody", "Nov 27 10:00:00 mail kernel",
            "2026-11-27T10:00:00Z ERROR: no such thing",
            "Nov 27 10:00:00 4fXk1a0Q2zz1 to=<bob@one.example>, status=sent",
            "<22>1 2026-11-27T10:00:00Z mail - - - - something",
            "<22>1 2026-11-27T10:00:00Z mail postfix/smtp 77 - [open x=\"]",
            "2026-11-27T10:00:00.123456789Z stdout F starting the mail system", "[ 1234.567890] something",
        ])
    func aTimeWithoutAProgramIsCountedAndShown(line: String) throws {
        let reading = try SurveyReading("example.org\n\(line)\n")
        #expect(reading.destinations == ["example.org 1"] && reading.others == 0)
        #expect(reading.junk == 1 && reading.input.junk.map(\.line) == [2])
        #expect(reading.input.junk.allSatisfy { $0.reason == "a line with a time whose program is not found" })
    }

    @Test(
        .rules("F-96"),
        arguments: [
            "Nov 27 10:00:00 mail sshd[1]: Accepted publickey for a@b.example",
            "Nov 27 10:00:00 mail kernel: [  1.0] x",
            "Nov 27 10:00:00 mail rsyslogd: [origin software=\"rsyslogd\"] start",
            "Nov 27 10:00:00 mail /usr/sbin/cron[9]: x",
            "Nov 27 10:00:00 mail dovecot: imap-login: Login: user=<a@b.example>",
            "Nov 27 10:00:00 mail postfix/smtpd[1]: connect from unknown[192.0.2.1]", "-- Boot 0123456789abcdef --",
            "Nov 27 10:00:00 mail postfix/qmgr[1]: 4bR: from=<a@from.example>, status=expired, returned to sender",
            "Nov 27 10:00:00 mail last message repeated 3 times", "Nov 27 10:00:00 mail -- MARK --", "-- No entries --",
            "-- Journal begins at Fri 2026-11-27 10:00:00 CET, ends at Fri 2026-11-27 11:00:00 CET. --",
            "Nov 27 00:00:01 mail newsyslog[123]: logfile turned over due to size>1000K",
            "<30>1 2026-11-27T10:00:00Z node dockerd 812 - - some message",
            // What a stranger's name says is not the program.
            "Nov 27 10:00:00 mail postfix/smtpd[1]: warning: postfix/smtp[7]: 4b: to=<a@x.example>, relay=none, "
                + "status=sent (x)",
            "Nov 27 10:00:00 mail app[1]: hello postfix/smtp[7]: 4b: to=<a@x.example>, relay=none, status=sent (x)",
        ])
    func otherLinesAreCounted(line: String) throws {
        let reading = try SurveyReading("\(line)\n")
        #expect(reading.destinations == [] && reading.junk == 0 && reading.others == 1, "\(reading.input.junk)")
    }
}
