import DANE
import Rules
import Testing

@testable import Gate

@Suite struct RulebookTests {
    private func rule(
        _ outcome: Outcome, _ change: (inout Settings) -> Void = { _ in }, policy: Policy.Kind? = nil,
        failingFor: Duration = .zero, hazards: [String] = []
    ) -> Ruling {
        var settings = Settings()
        change(&settings)
        return Rulebook(settings).rule(
            Verdict(outcome: outcome, cause: "why", hazards: hazards), domain: "example.org", policy: policy
        ) { _ in failingFor }
    }

    /// design.md's table of outcomes: what is given at first, and once the fault has lasted.
    @Test(
        .rules("N-03", "S-02", "S-03"),
        arguments: [
            (Outcome.verified, "-", "-"), (.encrypted, "-", "-"), (.opportunistic, "-", "-"), (.unprobed, "-", "-"),
            (.startTLSNotSupported, "451 4.7.321", "550 5.7.321"), (.tlsFailed, "451 4.7.321", "550 5.7.321"),
            (.certificateExpired, "451 4.7.322", "550 5.7.322"), (.tlsaInvalid, "451 4.7.323", "550 5.7.323"),
            (.dnssecInvalid, "451 4.7.324", "550 5.7.324"), (.certificateHostMismatch, "451 4.7.325", "550 5.7.325"),
            (.daneRequired, "451 4.7.10", "550 5.7.10"), (.nullMX, "556 5.1.10", "556 5.1.10"),
            (.noSuchDomain, "550 5.1.2", "550 5.1.2"), (.noMailHost, "451 4.4.4", "550 5.4.4"),
            (.dnsUnavailable, "451 4.4.3", "451 4.4.3"), (.unreachable, "451 4.4.1", "451 4.4.1"),
            (.pending, "451 4.7.0", "451 4.7.0"),
        ])
    func everyOutcomeHasItsCodes(outcome: Outcome, atFirst: String, later: String) {
        for (time, codes) in [(Duration.zero, atFirst), (.seconds(900), later)] {
            let ruling = rule(outcome, failingFor: time)
            let reply = ruling.reply(
                Verdict(outcome: outcome, cause: "why"), domain: "example.org", firstSeen: nil, trace: "ID",
                helpURL: nil)
            #expect(reply.map { "\($0.code) \($0.enhanced)" } ?? "-" == codes)
            #expect((reply == nil) == (ruling.action == .accept))
        }
    }

    @Test func everyOutcomeIsInTheTable() { #expect(Outcome.allCases.count == 17) }

    @Test(.rules("D-64")) func deferForZeroRejectsAtOnce() {
        #expect(rule(.tlsaInvalid) { $0.deferFor = .zero }.action == .reject)
    }

    @Test func aSettingWins() {
        #expect(rule(.tlsaInvalid) { $0.rulings[.tlsaInvalid] = .accept }.action == .accept)
        #expect(rule(.tlsaInvalid) { $0.rulings[.tlsaInvalid] = .reject }.action == .reject)
        #expect(rule(.nullMX) { $0.rulings[.nullMX] = .tempfail }.code?.description == "4.1.10")
    }

    @Test(.rules("D-64")) func monitoringAcceptsAndSaysWhatItWouldDo() {
        let ruling = rule(.tlsaInvalid) { $0.mode = .monitor }
        #expect(ruling.action == .accept)
        #expect(ruling.would == .tempfail)
        #expect(rule(.verified) { $0.mode = .monitor }.would == nil)
    }

    @Test(.rules("D-20")) func policiesDecideHowStrict() {
        #expect(rule(.tlsaInvalid, policy: .monitor).would == .tempfail)
        #expect(rule(.opportunistic, policy: .require).outcome == .daneRequired)
        #expect(rule(.encrypted, policy: .require).outcome == .daneRequired)
        #expect(rule(.verified, policy: .require).action == .accept)
        #expect(rule(.tlsaInvalid, { $0.rollout = 0 }).would == .tempfail)
        #expect(rule(.tlsaInvalid, { $0.rollout = 0 }, policy: .enforce).action == .tempfail)
    }

    /// Of 10 000 names each share is met within a percent, and no larger share leaves one out that a smaller one had.
    @Test(arguments: ["d#.example", "mail.firm-#.co.example", "#.example"])
    func rolloutIsStableAndMonotone(form: String) {
        let domains = (0..<10_000).compactMap { DomainName(form.replacing("#", with: "\($0)")) }
        var last: Set<DomainName> = []
        for share in 0...100 {
            var settings = Settings()
            settings.rollout = share
            let rulebook = Rulebook(settings)
            let refused = domains.filter { domain in
                let ruling = rulebook.rule(Verdict(outcome: .nullMX, cause: ""), domain: domain, policy: nil) { _ in
                    .zero
                }
                #expect(ruling.action == .reject || ruling.would == .reject)
                return ruling.action == .reject
            }
            #expect(last.isSubset(of: refused))
            #expect(abs(refused.count - share * 100) <= 100, "\(share) %: \(refused.count)")
            last = Set(refused)
        }
        #expect(last.count == 10_000)
    }

    /// What is written down here is what operators have been told: a domain's place never changes.
    @Test(arguments: [("example.org", 30), ("gmail.com", 60)] as [(DomainName, Int)])
    func aPlaceInTheRolloutNeverChanges(domain: DomainName, place: Int) { #expect(Rulebook.place(of: domain) == place) }

    /// Unproven is not disproven: RFC 7672 §2.2 has delivery put off.
    @Test(.rules("D-20")) func whatNobodySawDoesNotSatisfyADemand() {
        let unseen = rule(.unprobed, { $0.deferFor = .zero }, policy: .require, failingFor: .seconds(86400))
        #expect(unseen.action == .tempfail && unseen.code?.description == "4.7.10" && unseen.outcome == .unprobed)
        let verdict = Verdict(outcome: .unprobed, cause: "why")
        let reply = unseen.reply(verdict, domain: "d.example", firstSeen: nil, trace: nil, helpURL: nil)
        #expect(reply?.description.hasPrefix("451 4.7.10 unprobed: d.example: local policy requires DANE") == true)
        #expect(rule(.unprobed, { $0.mode = .monitor }, policy: .require).would == .tempfail)
        #expect(rule(.unprobed, { $0.rulings[.daneRequired] = .reject }, policy: .require).action == .tempfail)
        #expect(rule(.unprobed, { $0.rulings[.daneRequired] = .accept }, policy: .require).action == .accept)
        #expect(rule(.unprobed, { $0.rulings[.unprobed] = .accept }, policy: .require).action == .tempfail)
        #expect(rule(.unprobed, policy: .enforce).action == .accept)
    }

    /// While the trouble is our own, nobody is refused for good, whatever else is set.
    @Test(arguments: [
        (Settings.LocalTroubleRuling.tempfail, Policy.Kind?.none, Ruling.Action.tempfail, Ruling.Action?.none),
        (.accept, nil, .accept, nil), (.monitor, nil, .accept, .tempfail), (.tempfail, .monitor, .accept, .tempfail),
        (.accept, .require, .tempfail, nil), (.monitor, .require, .tempfail, nil),
    ])
    func ourOwnTroubleHasItsOwnRuling(
        setting: Settings.LocalTroubleRuling, policy: Policy.Kind?, action: Ruling.Action, would: Ruling.Action?
    ) {
        var settings = Settings()
        settings.onLocalTrouble = setting
        settings.deferFor = .zero
        settings.rulings = [.tlsaInvalid: .reject, .nullMX: .reject]
        for outcome in Outcome.allCases where !outcome.allowsDelivery {
            let ruling = Rulebook(settings).rule(
                Verdict(outcome: outcome, cause: ""), domain: "d.example", policy: policy, isInTrouble: true
            ) { _ in
                Issue.record("a fault was looked up")
                return .seconds(86400)
            }
            #expect(ruling.action == action && ruling.would == would, "\(outcome)")
        }
        let good = Rulebook(settings).rule(
            Verdict(outcome: .verified, cause: ""), domain: "d.example", policy: policy, isInTrouble: true
        ) { _ in .zero }
        #expect(good.action == .accept && good.would == nil)
    }

    @Test func hazardsHaveTheirOwnRuling() {
        #expect(rule(.verified, hazards: ["x"]).code?.description == "4.7.323")
        #expect(rule(.verified, { $0.onHazard = .reject }, hazards: ["x"]).action == .reject)
        #expect(rule(.verified, { $0.onHazard = .accept }, hazards: ["x"]).action == .accept)
    }

    @Test func aReplyKeepsItsEndHoweverLongItsParts() {
        let long = String(repeating: "x", count: 5000)
        let verdict = Verdict(outcome: .tlsaInvalid, host: long, cause: long)
        let reply = rule(.tlsaInvalid).reply(
            verdict, domain: long, firstSeen: 0, trace: "01ABC", helpURL: "https://help.example/%c?d=%d")
        let text = reply?.description ?? ""
        #expect(text.utf8.count <= Reply.maximumLength)
        #expect(!text.contains("%"))
        #expect(text.hasSuffix(" [01ABC]"), "\(text)")
    }

    /// A cause that names the host only where it is cut off does not name it.
    @Test func aReplyNamesTheHostOnceWhateverIsCutOff() {
        let host = "mx1.example.org"
        let names = (0..<20).map { "name\($0).example.net" }.joined(separator: ", ")
        for cause in ["for \(names), not for \(host)", "not for \(host) but for \(names)", names] {
            let text =
                rule(.certificateHostMismatch).reply(
                    Verdict(outcome: .certificateHostMismatch, host: host, cause: cause), domain: "example.org",
                    firstSeen: 0, trace: "01ABC", helpURL: nil)?.description ?? ""
            #expect(text.split(separator: host, omittingEmptySubsequences: false).count == 2, "\(text)")
            #expect(text.utf8.count <= Reply.maximumLength && text.hasSuffix(" [01ABC]"))
        }
    }
}
