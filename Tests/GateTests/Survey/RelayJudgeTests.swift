import DANE
import DNSSEC
import Foundation
import RuleMarks
import Testing

@testable import Policy
@testable import Reports

/// Deliveries through a host that is no MX host of their domains.
@Suite(.rules("F-95"), .timeLimit(.minutes(1))) struct RelayJudgeTests {
    private static let resolver = FakeResolver(
        mx: [
            "one.example": .unsigned(MXRecord(10, "mx.one.example")),
            "two.example": .unsigned(MXRecord(10, "mx.two.example")),
            "isp.example": .unsigned(MXRecord(10, "smarthost.isp.example")), "own.example": .unsignedAbsent,
            "alias.example": .unsigned(MXRecord(10, "www.one.example")), "null.example": .secured(MXRecord(0, ".")),
            "bogus.example": .bogus("signature expired"), "lost.example": .failed("no answer"),
            "moved.example": .unsigned(MXRecord(10, "mx.new.example")),
            "a.example": .unsigned(MXRecord(10, "mx.big.example")),
            "b.example": .unsigned(MXRecord(10, "mx.big.example")),
            "c.example": .unsigned(MXRecord(10, "mx.big.example")),
            "mx.one.example": .unsignedAbsent,
        ],
        a: [
            "mx.one.example": .unsigned("192.0.2.1"), "www.one.example": .unsigned("192.0.2.1"),
            "smarthost.isp.example": .unsigned("192.0.2.77"), "own.example": .unsigned("192.0.2.9"),
            "mx.two.example": .bogus("signature expired"), "mx.new.example": .unsigned("192.0.2.10"),
        ])

    private static func log(_ deliveries: [(to: String, relay: String)], status: String = "sent") -> String {
        deliveries.map { to, relay in
            "Nov 27 10:00:00 mail postfix/smtp[77]: 4b: to=<\(to)>, relay=\(relay), delay=1, dsn=2.0.0, "
                + "status=\(status) (x)\n"
        }.joined()
    }

    private static func relayed(_ log: String) async throws -> [String] {
        let input = try SurveyReading(log).input
        let judge = RelayJudge(resolver, input.destinations, input.relays, port: 25)
        var found: [String] = []
        for place in 0..<input.destinations.count {
            guard let relayed = await judge.relayed(place) else { continue }
            found.append(
                "\(input.destinations[place]) \(relayed.hop) \(relayed.recipients)\(relayed.isMost ? "" : " of more")")
        }
        return found
    }

    private static let smarthost = "smarthost.isp.example[192.0.2.77]:25"

    @Test func aSmarthostIsNoMXHostOfItsDestinations() async throws {
        #expect(
            try await Self.relayed(
                Self.log([
                    ("bob@one.example", Self.smarthost), ("dora@two.example", Self.smarthost),
                    ("e@two.example", Self.smarthost),
                    // Its own domain it is an MX host of.
                    ("f@isp.example", Self.smarthost),
                    // A domain that takes no mail, one that is gone, and ones of which nothing can be found out.
                    ("g@null.example", Self.smarthost), ("h@gone.example", Self.smarthost),
                    ("i@bogus.example", Self.smarthost),
                    ("j@lost.example", Self.smarthost),
                ])) == [
                    "one.example [smarthost.isp.example] 1", "two.example [smarthost.isp.example] 2",
                    "null.example [smarthost.isp.example] 1", "gone.example [smarthost.isp.example] 1",
                    "bogus.example [smarthost.isp.example] 1", "lost.example [smarthost.isp.example] 1",
                ])
    }

    @Test(arguments: [
        ("bob@one.example", "mx.one.example[192.0.2.1]:25"), ("bob@one.example", "MX.one.Example[192.0.2.1]:25"),
        // The domain is its own host; an alias of one; a host by its address.
        ("bob@own.example", "own.example[192.0.2.9]:25"), ("bob@alias.example", "mx.one.example[192.0.2.1]:25"),
        ("bob@one.example", "other-name.example[192.0.2.1]:25"), ("bob@one.example", "none"),
        // Of these nothing can be found out, and nobody else is behind the host.
        ("bob@bogus.example", "mx.bogus.example[192.0.2.5]:25"), ("bob@gone.example", "mx.gone.example[192.0.2.5]:25"),
    ])
    func anMXHostIsNoRelay(to: String, relay: String) async throws {
        #expect(try await Self.relayed(Self.log([(to, relay)])) == [])
    }

    /// Where nothing can be found out of any domain, a host of several is a relay, unless it is below one.
    @Test func aHostOfSeveralUnknownDomainsIsARelay() async throws {
        let log = Self.log([
            ("a@gone.example", Self.smarthost), ("b@lost.example", Self.smarthost),
            ("c@gone.example", "mx.gone.example[192.0.2.5]:25"),
            ("d@lost.example", "mx.gone.example[192.0.2.5]:25"),
        ])
        #expect(
            try await Self.relayed(log) == [
                "gone.example [smarthost.isp.example] 1", "lost.example [smarthost.isp.example] 2",
            ])
    }

    /// A domain that has other hosts today: the old one is an MX host of all others that it took mail of.
    @Test func anMXHostThatWasIsNoRelay() async throws {
        let big = "mx.big.example[192.0.2.20]:25"
        let log = Self.log(["a@a.example", "b@b.example", "c@c.example", "m@moved.example"].map { ($0, big) })
        #expect(try await Self.relayed(log) == [])
    }

    @Test func theWayOfMostRecipientsCounts() async throws {
        let direct = "mx.one.example[192.0.2.1]:25"
        #expect(
            try await Self.relayed(
                Self.log([("a@one.example", direct), ("b@one.example", direct), ("c@one.example", Self.smarthost)]))
                == ["one.example [smarthost.isp.example] 1 of more"])
        #expect(
            try await Self.relayed(
                Self.log([("a@one.example", direct), ("c@one.example", "gate.example[192.0.2.7]:587")]))
                == ["one.example [gate.example]:587 1"])
        #expect(
            try await Self.relayed(Self.log([("a@one.example", Self.smarthost)], status: "deferred"))
                == ["one.example [smarthost.isp.example] 1"])
        #expect(
            try await Self.relayed(
                Self.log([("a@one.example", Self.smarthost), ("a@one.example", direct)], status: "deferred"))
                == [])
        #expect(
            try await Self.relayed(Self.log([("a@one.example", "8.8.8.8[8.8.8.8]:25")])) == ["one.example [8.8.8.8] 1"])
    }

    /// What is judged, by the route; and what the summary says of it.
    @Test(arguments: Settings.RouteSource.allCases) func theRouteSaysWhatIsJudged(route: Settings.RouteSource)
        async throws
    {
        let input = try SurveyReading(
            Self.log([
                ("bob@one.example", Self.smarthost), ("dora@bogus.example", Self.smarthost),
                ("e@two.example", "gone.isp.example[192.0.2.7]:587"), ("f@alias.example", "9.9.9.9[9.9.9.9]:25"),
                ("g@isp.example", "tls.isp.example[192.0.2.7]:465"),
            ])
        ).input
        var settings = Settings()
        settings.route = route
        let surveyor = Surveyor(
            settings: settings, policies: try PolicyTable(text: "one.example exempt", path: "policy"),
            resolver: Self.resolver,
            prober: FakeProber(), destinations: (input.destinations, input.relays), now: { 0 })
        var tally = SurveyTally()
        var rows: [String] = []
        for place in 0..<input.destinations.count {
            let result = await surveyor.judge(
                input.destinations[place], recipients: 1, place: place, isAgain: false, hasTimes: false)
            tally.add(result)
            rows.append(
                "\(result.domain) \(result.outcome.rawValue) \(result.lasting.rawValue) \(result.relay ?? "-") "
                    + "\(result.route.rawValue)"
            )
        }
        let smarthost = "[smarthost.isp.example]"
        switch route {
        case .recipient:
            #expect(
                rows == [
                    "one.example opportunistic accept \(smarthost) recipient",
                    "bogus.example dnssec-invalid reject \(smarthost) recipient",
                    "two.example opportunistic accept [gone.isp.example]:587 recipient",
                    "alias.example opportunistic accept [9.9.9.9] recipient",
                    "isp.example opportunistic accept [tls.isp.example]:465 recipient",
                ])
        case .nexthop:
            #expect(
                rows == [
                    "one.example opportunistic accept \(smarthost) nexthop",
                    "bogus.example opportunistic accept \(smarthost) nexthop",
                    // The site's own choice: deferred at most.
                    "two.example no-mail-host tempfail [gone.isp.example]:587 nexthop",
                    "alias.example opportunistic accept [9.9.9.9] nexthop",
                    "isp.example opportunistic accept [tls.isp.example]:465 nexthop",
                ])
        }
        #expect(tally.relayed.destinations == 5 && tally.relayed.recipients == 5)
        let summary = SurveySummary(tally: tally, counts: input.counts, judged: 5, elapsed: .seconds(1))
        let judged =
            route == .nexthop ? "judged by that relay (route nexthop)" : "judged by their domains (route recipient)"
        #expect(
            summary.text.contains(
                "2 recipients in 2 destinations went through smarthost.isp.example, which is no MX host of their "
                    + "domains: \(judged)"
            ),
            "\(summary.text)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(summary.json.utf8)) as? [String: Any])
        let relays = try #require(object["relays"] as? [[String: Any]])
        #expect(relays.first?["relay"] as? String == smarthost && relays.first?["recipients"] as? Int == 2)
        #expect(relays.first?["judged"] as? Bool == (route == .nexthop))
    }

    /// What is remembered has its bounds, and what has no room is counted.
    @Test func manyHostsAreBounded() {
        var mail = RelayedMail(hosts: 3, pairs: 5)
        for number in 0..<10 {
            mail.add(number, recipients: 2, by: SurveyLine.Relay(hop: "[h\(number % 4)]", address: nil))
            mail.add(number, recipients: 1, by: SurveyLine.Relay(hop: "[h\(number % 4)]", address: nil))
        }
        #expect(mail.hosts.count == 3)
        #expect((0..<10).flatMap { mail.hosts(of: $0) }.map(\.recipients) == [3, 3, 3, 3, 3])
        #expect(mail.forgotten == 5 * 3)
        #expect(mail.hosts(of: 99).isEmpty)
        var one = RelayedMail()
        for number in 0..<200 { one.add(0, recipients: 1, by: SurveyLine.Relay(hop: "[h\(number)]", address: nil)) }
        #expect(one.hosts(of: 0).count == 64 && one.forgotten == 136)
        var many = RelayedMail()
        for number in 0..<20 { many.add(number, recipients: 1, by: SurveyLine.Relay(hop: "[h]", address: nil)) }
        #expect(many.hosts[0].samples.count == RelayedMail.samples)
    }
}
