import DANE
import RuleMarks
import Testing

@testable import Policy

@Suite struct RulebookTests {
    private func rule(
        _ outcome: Outcome, _ change: (inout Settings) -> Void = { _ in }, policy: Policy.Kind? = nil,
        failingFor: Duration = .zero, isInTrouble: Bool = false, hazards: [String] = []
    ) -> Ruling {
        var settings = Settings()
        change(&settings)
        return Rulebook(settings).rule(
            Verdict(outcome: outcome, cause: "why", hazards: hazards), domain: "example.org", policy: policy,
            isInTrouble: isInTrouble
        ) { _ in failingFor }
    }

    /// The table of outcomes: the ruling at first, and after the fault has lasted.
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

    // MARK: Next hops of this site's own

    private func ruleOwn(
        _ outcome: Outcome, _ setting: Settings.OwnNextHopRuling = .tempfail, policy: Policy.Kind? = nil,
        hazards: [String] = [], isInTrouble: Bool = false, _ change: (inout Settings) -> Void = { _ in }
    ) -> Ruling {
        var settings = Settings()
        settings.deferFor = .zero
        settings.onOwnNextHop = setting
        change(&settings)
        return Rulebook(settings).rule(
            Verdict(outcome: outcome, cause: "why", hazards: hazards), domain: "example.org", policy: policy,
            isOwnHop: true, isInTrouble: isInTrouble
        ) { _ in .seconds(86400) }
    }

    /// However long it lasts, and whatever is wrong with it; what is in order is accepted as ever.
    @Test(
        .rules("F-91"),
        arguments: [
            (Outcome.verified, "-"), (.encrypted, "-"), (.opportunistic, "-"), (.unprobed, "-"),
            (.startTLSNotSupported, "451 4.7.321"), (.tlsFailed, "451 4.7.321"), (.certificateExpired, "451 4.7.322"),
            (.tlsaInvalid, "451 4.7.323"), (.dnssecInvalid, "451 4.7.324"), (.certificateHostMismatch, "451 4.7.325"),
            (.daneRequired, "451 4.7.10"), (.nullMX, "451 4.3.5"), (.noSuchDomain, "451 4.3.5"),
            (.noMailHost, "451 4.4.4"), (.dnsUnavailable, "451 4.4.3"), (.unreachable, "451 4.4.1"),
            (.pending, "451 4.7.0"),
        ])
    func aNextHopOfOurOwnIsDeferredAtMost(outcome: Outcome, codes: String) {
        let ruling = ruleOwn(outcome)
        let reply = ruling.reply(
            Verdict(outcome: outcome, cause: "why"), domain: "relay.example", nextHop: "[relay.example]:587",
            firstSeen: nil, trace: "ID", helpURL: "https://help.example/%c?%d")
        #expect(reply.map { "\($0.code) \($0.enhanced)" } ?? "-" == codes)
        #expect(ruling.isOwnHop)
        guard let text = reply?.description else { return }
        #expect(text.contains("\(outcome.rawValue): [relay.example]:587: "), "\(text)")
        #expect(text.contains("this site's own mail configuration leads to this next hop") == (outcome != .pending))
        #expect(!text.contains("recipient's administrator") && !text.contains("check the address"), "\(text)")
        #expect(text.hasSuffix("?relay.example"), "no brackets in the address of the help")
        // Once it may be refused for good it is, with the codes of any other destination.
        let like = rule(outcome, { $0.deferFor = .zero }, failingFor: .seconds(86400))
        let rejected = ruleOwn(outcome, .reject)
        #expect(rejected.action == like.action && rejected.code == like.code && rejected.isOwnHop)
    }

    /// What the setting says, for a proven fault, an absent domain, a doubt; beside the policies, MODE, ROLLOUT and the
    /// ON_… of the outcome.
    @Test(.rules("F-91"), arguments: [Outcome.tlsaInvalid, .nullMX, .noSuchDomain, .noMailHost, .unreachable])
    func itsRulingMayBeSet(outcome: Outcome) {
        for isInTrouble in [false, true] {
            func rule(
                _ setting: Settings.OwnNextHopRuling, policy: Policy.Kind? = nil,
                _ change: (inout Settings) -> Void = { _ in }
            ) -> String {
                let ruling = ruleOwn(outcome, setting, policy: policy, isInTrouble: isInTrouble, change)
                return "\(ruling.action)\(ruling.would.map { " \($0)" } ?? "")"
            }
            #expect(rule(.tempfail) == "tempfail")
            #expect(rule(.accept) == "accept")
            #expect(rule(.monitor) == "accept tempfail")
            let refusal = outcome.isDoubt || isInTrouble ? "tempfail" : "reject"
            #expect(rule(.reject) == refusal)
            // Policy that demands DANE lets nobody pass.
            for setting in Settings.OwnNextHopRuling.allCases {
                let text = rule(setting, policy: .require)
                #expect(text == (setting == .reject ? refusal : "tempfail"), "\(setting)")
                #expect(rule(setting) { $0.rulings[outcome] = .accept } == "accept")
            }
            #expect(rule(.tempfail, policy: .monitor) == "accept tempfail")
            #expect(rule(.tempfail) { $0.mode = .monitor } == "accept tempfail")
            #expect(rule(.reject) { $0.mode = .monitor } == "accept \(refusal)")
            #expect(rule(.tempfail) { $0.rollout = 0 } == "accept tempfail")
            #expect(rule(.tempfail, policy: .enforce) { $0.rollout = 0 } == "tempfail")
            if !isInTrouble, !outcome.isDoubt {
                #expect(rule(.tempfail) { $0.rulings[outcome] = .reject } == "tempfail")
            }
        }
    }

    @Test(.rules("F-91", "D-20")) func whereDANEIsDemandedOfARelayNobodyIsAccepted() {
        for setting in Settings.OwnNextHopRuling.allCases {
            for outcome in [Outcome.opportunistic, .encrypted, .unprobed, .tlsaInvalid] {
                let ruling = ruleOwn(outcome, setting, policy: .require)
                #expect(ruling.action != .accept, "\(setting) \(outcome)")
                #expect(ruling.action == .tempfail || setting == .reject)
            }
            #expect(ruleOwn(.verified, setting, policy: .require).action == .accept)
        }
    }

    @Test(.rules("F-91")) func aHazardAtARelayIsDeferredAtMost() {
        let ruling = ruleOwn(.verified, hazards: ["x"]) { $0.onHazard = .reject }
        #expect(ruling.action == .tempfail && ruling.code?.description == "4.7.323" && ruling.hazard == "x")
        #expect(ruleOwn(.verified, .reject, hazards: ["x"]) { $0.onHazard = .reject }.action == .reject)
        #expect(ruleOwn(.verified, .accept, hazards: ["x"]).action == .accept)
        #expect(ruleOwn(.verified, .monitor, hazards: ["x"]).would == .tempfail)
    }

    @Test func theOwnRulingIsForOwnNextHopsAlone() {
        for setting in Settings.OwnNextHopRuling.allCases {
            let ruling = rule(.nullMX) { $0.onOwnNextHop = setting }
            #expect(ruling.action == .reject && !ruling.isOwnHop)
        }
    }

    @Test func hazardsHaveTheirOwnRuling() {
        #expect(rule(.verified, hazards: ["x"]).code?.description == "4.7.323")
        #expect(rule(.verified, { $0.onHazard = .reject }, hazards: ["x"]).action == .reject)
        #expect(rule(.verified, { $0.onHazard = .accept }, hazards: ["x"]).action == .accept)
        // Also where the settings accept what else is found, and whatever the breaker says: the records have been seen.
        let unproven: (inout Settings) -> Void = { $0.rulings[.daneRequired] = .accept }
        for ruling in [
            rule(.unprobed, unproven, policy: .require, hazards: ["x"]),
            rule(.tlsaInvalid, { $0.rulings[.tlsaInvalid] = .accept }, hazards: ["x"]),
            rule(.tlsaInvalid, { $0.onLocalTrouble = .accept }, isInTrouble: true, hazards: ["x"]),
            rule(
                .tlsaInvalid, { ($0.onLocalTrouble, $0.onHazard) = (.accept, .reject) }, isInTrouble: true,
                hazards: ["x"]),
        ] {
            #expect(ruling.action == .tempfail && ruling.code?.description == "4.7.323" && ruling.hazard == "x")
        }
        let monitored = rule(
            .unprobed, { ($0.rulings[.daneRequired], $0.mode) = (.accept, .monitor) }, policy: .require, hazards: ["x"])
        #expect(monitored.action == .accept && monitored.would == .tempfail && monitored.hazard == "x")
        #expect(rule(.unprobed, unproven, policy: .require).action == .accept)
        let accepted = rule(
            .tlsaInvalid, { ($0.onLocalTrouble, $0.onHazard) = (.accept, .accept) }, isInTrouble: true, hazards: ["x"])
        #expect(accepted.action == .accept)
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

    /// Who can mend it and how is what a sender can pass on: neither a help address nor a long name takes its room.
    @Test(arguments: Outcome.allCases.filter { !$0.allowsDelivery }, [false, true])
    func noHelpCutsTheRemedy(outcome: Outcome, isOwn: Bool) throws {
        let ruling = isOwn ? ruleOwn(outcome) : rule(outcome, { $0.deferFor = .zero }, failingFor: .seconds(86400))
        let remedy = try #require(ruling.remedy)
        var helped = 0
        for help in [nil, "https://h.example/%c", "https://help.example/" + String(repeating: "h", count: 99)] {
            for length in [10, 60, 120, 200, 253] {
                for host in [nil, "mx.example.org", String(repeating: "m", count: 100)] {
                    for cause in ["why", String(repeating: "why ", count: 200)] {
                        let domain = String(String(repeating: "long.", count: 60).prefix(length - 3)) + ".zz"
                        let reply = try #require(
                            ruling.reply(
                                Verdict(outcome: outcome, host: host, cause: cause), domain: domain,
                                nextHop: "[\(domain)]",
                                firstSeen: ruling.failingFor.map { _ in 0 }, trace: "01ABC", helpURL: help))
                        let text = reply.description
                        #expect(text.utf8.count <= Reply.maximumLength)
                        #expect(text.contains("; \(remedy) [01ABC]"), "\(text)")
                        #expect(text.hasPrefix("\(reply.code) \(reply.enhanced) \(outcome.rawValue): "))
                        // The name can be told, if not whole.
                        #expect(text.contains(": \(isOwn ? "[" : "")long.long.") || length == 10, "\(text)")
                        if text.contains(" https://") { helped += 1 }
                        if let help, length == 10, help.utf8.count < 30 {
                            #expect(text.hasSuffix(" https://h.example/\(reply.enhanced)"), "\(text)")
                        }
                    }
                }
            }
        }
        #expect(helped > 0)
    }

    /// What is wrong here is for log, trace and status.
    @Test(arguments: [Outcome.dnsUnavailable, .unreachable, .pending], [false, true])
    func strangersAreNotToldWhatIsWrongHere(outcome: Outcome, isOwn: Bool) throws {
        let secret = "the resolver does not work: 10.0.0.53 is not to be reached"
        let verdict = Verdict(outcome: outcome, host: "secret.internal", cause: secret, isOurs: true)
        for ruling in [isOwn ? ruleOwn(outcome) : rule(outcome)] + (outcome == .pending ? [Ruling.held] : []) {
            let made = ruling.reply(
                verdict, domain: "example.org", nextHop: "[relay.example]:587", firstSeen: 0, trace: "01ABC",
                helpURL: "https://help.example/%c")
            let reply = try #require(made)
            let isAboutHop = isOwn && !ruling.isHeld
            let name = isAboutHop ? "[relay.example]:587" : "example.org"
            #expect(
                reply.text
                    == "\(outcome.rawValue): \(name): this site cannot check the \(isAboutHop ? "next hop" : "domain") "
                    + "now; try again later [01ABC] https://help.example/\(reply.enhanced)")
        }
    }

    /// What others are at fault for is told as ever.
    @Test func strangersAreToldWhatIsWrongElsewhere() throws {
        let verdict = Verdict(
            outcome: .dnsUnavailable, cause: "its MX records could not be looked up: no answer within 4 s")
        let reply = try #require(
            rule(.dnsUnavailable).reply(verdict, domain: "example.org", firstSeen: nil, trace: nil, helpURL: nil))
        #expect(
            reply.text.contains("the domain's DNS could not be asked: its MX records could not be looked up: no answer")
        )
    }
}
