import Foundation
import Probe
import RuleMarks
import Testing

@testable import Policy
@testable import Reports

/// Inputs that a survey once judged wrongly, each for its kind.
@Suite struct SurveyFieldTests {
    private static func delivery(
        _ to: String, _ relay: String, _ end: String = "dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        tag: String = "postfix/smtp[77]"
    ) -> String {
        "2026-11-27T10:00:00.000001+01:00 mail \(tag): 4fXk1a0Q2zz1: to=<\(to)>, relay=\(relay), delay=1, "
            + "delays=0/0/0/1, \(end)\n"
    }

    /// Behind the status stand the words of the remote server, whatever they are.
    @Test(.rules("F-95")) func theWordsOfTheRemoteServerAreNotRead() throws {
        let one = "mx.one.example[192.0.2.1]:25"
        let reading = try SurveyReading(
            Self.delivery("bob@one.example", one)
                + Self.delivery(
                    "carl@one.example", one, "dsn=2.0.0, status=sent (250 Ok, status=deferred is not what this is)")
                + Self.delivery(
                    "dora@two.example", "mx.two.example[192.0.2.1]:25",
                    "dsn=5.0.0, status=bounced (host mx.two.example[192.0.2.1] said: 550 via backend, relay=127.0.0.1)")
                + Self.delivery(
                    "e@one.example", one,
                    "dsn=5.0.0, status=bounced (550 see, relay=10.0.0.1[10.0.0.1]:25, status=deliverable)")
                + Self.delivery("f@one.example", one, "dsn=4.0.0, status=deferred (450 later, status=sent (250 ok))"))
        #expect(reading.destinations == ["one.example 3", "two.example 1"] && reading.leftOut == [:])
        #expect(reading.junk == 0)
    }

    /// What is before the status may be a sender's: an address says nothing but itself.
    @Test(
        .rules("F-95"),
        arguments: [
            ("\"a>, relay=127.0.0.1[127.0.0.1]:25, status=deferred\"@one.example", "one.example 1"),
            ("\"a, status=deliverable (\"@one.example", "one.example 1"), ("x>, y@one.example", "one.example 1"),
            ("a@b@one.example", "one.example 1"),
            ("bob@bücher.example", "xn--bcher-kva.example 1"), ("büro@one.example", "one.example 1"),
        ])
    func anAddressIsReadAsAWhole(address: String, destination: String) throws {
        let origin = "\(address)>, orig_to=<\"z>, relay=10.0.0.1\"@alias.example"
        for to in [address, origin] {
            let reading = try SurveyReading(Self.delivery(to, "mx.one.example[192.0.2.1]:25, conn_use=2"))
            #expect(reading.destinations == [destination], "\(to): \(reading.input.junk)")
        }
    }

    @Test(.rules("F-95")) func addressProbesAreNoMail() throws {
        let reading = try SurveyReading(
            Self.delivery("bob@one.example", "mx.one.example[192.0.2.1]:25")
                + Self.delivery(
                    "v1@one.example", "mx.one.example[192.0.2.1]:25", "dsn=2.1.5, status=deliverable (250 2.1.5 ok)")
                + Self.delivery(
                    "x@two.example", "mx.two.example[192.0.2.2]:25", "dsn=4.7.5, status=undeliverable (not verified)")
                + Self.delivery("x@three.example", "none", "dsn=5.4.4, status=undeliverable (Host not found)"))
        #expect(reading.destinations == ["one.example 1"] && reading.leftOut == [.probe: 3] && reading.junk == 0)
    }

    /// Transports that the gate passes, and hosts named by or found at addresses that no host of the Internet has.
    @Test(.rules("F-95")) func whatTheGatePassesIsLeftOut() throws {
        let reading = try SurveyReading(
            Self.delivery("bob@one.example", "smarthost.isp.example[192.0.2.77]:25")
                + Self.delivery("x@internal.example", "10.0.0.5[10.0.0.5]:25")
                + Self.delivery("x@internal.example", "fd00::5[fd00::5]:25")
                + Self.delivery("x@internal.example", "backup.lan[192.168.1.9]:25")
                + Self.delivery("x@internal.example", "localhost[127.0.0.1]:10024")
                + Self.delivery("y@ourown.example", "exchange.internal[10.0.0.6]:25", tag: "postfix/relay/smtp[10]")
                + Self.delivery(
                    "z@ourown.example", "192.168.1.1[192.168.1.1]:20202", tag: "postfix-mx/content-filter/smtp[10]")
                + Self.delivery("l@lmtp.example", "dovecot[private/lmtp]", tag: "postfix/lmtp[10]")
                + Self.delivery("p@pipe.example", "spam", tag: "postfix/pipe[10]")
                + Self.delivery("postmaster@one.example", "mx.one.example[192.0.2.1]:25")
                + Self.delivery("a@[192.0.2.7]", "192.0.2.7[192.0.2.7]:25"))
        #expect(reading.destinations == ["one.example 1"])
        #expect(reading.relays == ["one.example [smarthost.isp.example] 1"])
        #expect(reading.leftOut == [.transport: 4, .specialAddress: 5, .exemptLocalpart: 1])
        let left = reading.input.counts.leftOut
        #expect(left[.transport]?.names == ["relay": 1, "content-filter": 1, "lmtp": 1, "pipe": 1])
        #expect(left[.specialAddress]?.names["backup.lan"] == 1)
        #expect(reading.junk == 0)
    }

    /// As the gate has them, so has the survey.
    @Test(.rules("F-95")) func theSettingsSayWhatIsJudged() throws {
        var settings = Settings()
        settings.transports = ["relay", "lmtp"]
        settings.exemptLocalparts = []
        settings.probeAllow = [AddressRange("10.0.0.0/8")!]
        let reading = try SurveyReading(
            Self.delivery("postmaster@one.example", "exchange.internal[10.0.0.6]:25", tag: "postfix/relay/smtp[10]")
                + Self.delivery("a@two.example", "mx.two.example[192.0.2.1]:25")
                + Self.delivery("a@three.example", "10.0.0.5[10.0.0.5]:24", tag: "postfix/lmtp[10]"), settings: settings
        )
        #expect(reading.destinations == ["one.example 1"])
        #expect(reading.leftOut == [.transport: 1, .specialAddress: 1])
    }

    /// Two addresses on a line: both, or the line is named.
    @Test(
        .rules("F-96"),
        arguments: [
            ("x@one.example, y@two.example", ["one.example 1", "two.example 1"]),
            ("x@one.example,y@two.example;z@one.example", ["one.example 2", "two.example 1"]),
            ("x@one.example y@two.example", ["one.example 1", "two.example 1"]),
            ("<x@one.example>\t<y@two.example>", ["one.example 1", "two.example 1"]),
            ("\"a, b\"@one.example , y@two.example", ["one.example 1", "two.example 1"]),
            ("7,x@one.example,y@two.example", ["one.example 1", "two.example 1"]),
            ("x@one.example # y@two.example", ["one.example 1"]), ("x@one.example,", ["one.example 1"]),
            ("<@relay.example:x@one.example>", ["one.example 1"]),
        ])
    func twoAddressesAreBoth(line: String, destinations: [String]) throws {
        let reading = try SurveyReading("\(line)\n")
        #expect(reading.destinations == destinations && reading.junk == 0, "\(reading.input.junk)")
    }

    @Test(
        .rules("F-96"),
        arguments: [
            "x@one.example|y@two.example", "x@one.example/y@two.example", "x@one.example y",
            "x@one.example:y@two.example",
            "Doe, John <x@one.example>", "one.example, two.example", "x@one.example, y@[192.0.2.1]", "x@one.example,y@",
            "\"x@one.example, y@two.example", "<x@one.example> y@two.example>", "x@one.example=y@two.example",
        ])
    func whatIsNotAllAddressesIsNamed(line: String) throws {
        let reading = try SurveyReading("\(line)\n")
        #expect(reading.destinations == [] && reading.junk == 1, "\(reading.destinations)")
    }

    /// A long line of a log may be cut before it says what has come of it.
    @Test(
        .rules("F-96"),
        arguments: [
            "to=<bob@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, del", "to=<bob@one.exam", "to=<",
            "to=<bob@one.example>, orig_to=<\"very long",
        ])
    func aCutDeliveryIsNamed(rest: String) throws {
        let reading = try SurveyReading("Nov 27 10:00:00 mail postfix/smtp[77]: 4fXk1a0Q2zz1: \(rest)\n")
        #expect(reading.destinations == [] && reading.junk == 1 && reading.others == 0)
    }

    /// Without its program a delivery's transport is known only by where it went.
    @Test(.rules("F-96")) func theJournalsMessagesAloneAreRead() throws {
        let reading = try SurveyReading(
            """
            4fXk1a0Q2zz1: to=<bob@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent \
            (250 Ok)
            2026-11-27T10:00:00Z 4fXk1a0Q2zz1: to=<b@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, \
            dsn=2.0.0, status=sent (250 Ok)
            Nov 27 10:00:00 mail 4fXk1a0Q2zz1: to=<c@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, \
            dsn=2.0.0, status=sent (250 Ok)
            4fXk1a0Q2zz1: to=<root@mail.example>, relay=local, delay=1, dsn=2.0.0, status=sent (delivered to mailbox)
            4fXk1a0Q2zz1: to=<a@nx.example>, relay=none, delay=1, dsn=5.4.4, status=bounced (Host not found)
            5AS9abcd001234: to=<carl@two.example>, delay=00:00:01, mailer=esmtp, pri=1, relay=mx.two.example. \
            [192.0.2.2], dsn=2.0.0, stat=Sent (Ok)
            1tGabc-000000001aB-2cDe => dora@three.example R=dnslookup T=remote_smtp H=mx.three.example [192.0.2.3]

            """)
        #expect(reading.destinations == ["one.example 3", "two.example 1", "three.example 1"])
        #expect(reading.junk == 2)
    }

    /// The gate's own lines: what stands in an address is no destination.
    @Test(.rules("F-95")) func aRulingIsReadByItsPairs() throws {
        let reading = try SurveyReading(
            """
            ruling=accept mode=enforce to="a domain=evil.example b"@x domain=one.example outcome=verified code=-
            Nov 27 10:00:00 mail danegate[7]: ruling=accept mode=enforce to="\\"a domain=b\\"@x" \
            domain=[mx.two.example]:2525 outcome=verified
            ruling=accept mode=enforce to=postmaster@x domain=three.example outcome=- code=- host=- passed="exempt \
            local part"
            ruling=accept mode=enforce to=a@x domain=four.example outcome=- code=- host=- passed="exempt: a reason"
            ruling=reject mode=enforce to=a@x domain=- outcome=no-such-domain

            """)
        #expect(reading.destinations == ["one.example 1", "[mx.two.example]:2525 1", "four.example 1"])
        #expect(reading.leftOut == [.passed: 1] && reading.junk == 0)
    }
}
