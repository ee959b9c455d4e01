package import DANE
import Inspection
import Policy
import Rules
import Verdicts

extension Explanation {
    /// The outcome.
    package init(_ outcome: Outcome) {
        self.init(.outcome, outcome.rawValue, outcome.meaning.asSentence)
        for `class` in [EnhancedStatusCode.Class.persistentTransient, .permanent] {
            guard let code = outcome.enhancedCode(`class`) else { continue }
            // A doubt has no code for good.
            if `class` == .permanent, outcome.isDoubt { continue }
            codes.append("\(UInt16(`class`.rawValue) * 100 + outcome.basicDetail(`class`)) \(code)")
        }
        found = outcome.found
        ruling =
            switch outcome.defaultRuling {
            case .accept: "The recipient is accepted."
            case .deferThenReject:
                """
                The recipient is deferred, and rejected once the fault has lasted for DANEGATE_DEFER_FOR.
                """
            case .reject: "The recipient is rejected at once."
            case .tempfail: "The recipient is deferred, however long it lasts, because nothing is proven."
            }
        sender = outcome.remedy.map { remedy in
            outcome.repair == nil
                ? remedy.asSentence
                : """
                Nothing about the message is wrong. \(remedy.asSentence) Pass the whole reply on by another way, \
                such as the telephone.
                """
        }
        administrator = outcome.administratorSteps
        here = outcome.stepsHere
        sources = outcome.sources.map(\.description)
        settings = [outcome.settingName]
        if outcome.defaultRuling == .deferThenReject { settings.append("DEFER_FOR") }
        if !outcome.allowsDelivery { settings.append("ON_OWN_NEXT_HOP") }
        if outcome == .pending { settings += ["MILTER_DEADLINE", "PROBE_PER_HOUR"] }
        if outcome == .certificateExpired { settings.append("EXPIRED_EE") }
        if outcome == .daneRequired { settings.append("POLICY_FILE") }
        if outcome == .dnsUnavailable { settings += ["ON_LOCAL_TROUBLE", "DNS_TIMEOUT"] }
        if outcome == .unreachable || outcome == .unprobed { settings += ["PROBE", "PROBE_PER_HOUR"] }
        exchangeOnline = outcome.exchangeOnline
    }

    /// The rule.
    init(_ rule: Rule) {
        self.init(.rule, rule.id, rule.text)
        found = [rule.practice]
        sources = rule.sources.map(\.description)
    }

    init(_ cause: LocalTrouble.Cause) {
        self.init(.cause, cause.rawValue, cause.explanation.meaning)
        ruling =
            """
            While the breaker is open for it, good verdicts still count. Everything else is dns-unavailable \
            (4.4.3) and never a 5xx, and no fault grows older. The breaker closes by itself.
            """
        here = cause.explanation.steps
        settings = ["ON_LOCAL_TROUBLE"]
    }

    init(_ action: Ruling.Action) { self.init(.ruling, action.rawValue, action.meaning) }

    init(_ policy: Policy.Kind) {
        self.init(.policy, policy.rawValue, policy.meaning)
        settings = ["POLICY_FILE"]
    }

    init(_ step: InspectionStep.Kind) { self.init(.step, step.rawValue, step.meaning) }

    init(_ setting: Setting) {
        let standard = setting.standard.isEmpty ? "none" : setting.standard
        self.init(
            .setting, setting.name, "\(setting.sentence) By default \(standard). Must be \(setting.allowed).")
        settings = [setting.name]
    }

    /// Everything that can be explained, in the order in which it is listed.
    public static let all: [Explanation] = {
        var all = Outcome.allCases.map { Explanation($0) }
        all += LocalTrouble.Cause.allCases.map { Explanation($0) }
        all += Ruling.Action.allCases.map { Explanation($0) }
        all += Policy.Kind.allCases.map { Explanation($0) }
        all += Glossary.words.map { Explanation(.word, $0.name, $0.meaning).withItsSettings }
        all += Glossary.terms.map { Explanation(.word, $0.name, $0.meaning) }
        all += Glossary.keys.map { Explanation(.word, $0.name, $0.meaning) }
        all += Glossary.events.map { Explanation(.event, $0.name, $0.meaning) }
        all += InspectionStep.Kind.allCases.map { Explanation($0) }
        all += Rule.all.map { Explanation($0) }
        all += Setting.catalogue.map { Explanation($0) }
        return all
    }()

    /// With the settings and codes that belong to a word.
    private var withItsSettings: Explanation {
        var explanation = self
        switch name {
        case "hazard":
            explanation.settings = ["ON_HAZARD"]
            explanation.administrator = [Step(TLSARecord.hazardRepair.asSentence, "dig +dnssec TLSA _25._tcp.HOST")]
            explanation.codes = ["451 4.7.323", "550 5.7.323"]
        case "Service unavailable":
            explanation.codes = ["451 4.7.1"]
            explanation.here = [
                Step(
                    "Start danegate, or find out why it does not answer.", "systemctl status danegate",
                    "danegate status",
                    "journalctl -u danegate -n 50"),
                Step(
                    "See whether Postfix finds its socket. A chrooted smtpd looks below the queue directory.",
                    "postconf smtpd_milters milter_default_action", "journalctl -t postfix/smtpd -g milter -n 20"),
                Step(
                    "To let mail pass unjudged while danegate is down, say so for this milter alone.",
                    "smtpd_milters = { inet:127.0.0.1:8895, default_action=accept }"),
            ]
            explanation.sources = ["postconf(5), milter_default_action"]
            explanation.settings = ["MILTER_SOCKET", "MILTER_DEADLINE"]
        case "Please try again later":
            explanation.codes = ["451 4.3.2"]
            explanation.here = [
                Step(
                    "Start danegate, or find out why it does not answer.", "systemctl status danegate",
                    "danegate status",
                    "grep -i milter /var/log/mail.log"),
                Step(
                    "See that Sendmail waits long enough. R must be longer than DANEGATE_MILTER_DEADLINE.",
                    "grep ^Xdanegate /etc/mail/sendmail.cf"),
            ]
            explanation.settings = ["MILTER_SOCKET", "MILTER_DEADLINE"]
        case "withheld": explanation.settings = ["PROBE_PER_HOUR", "PROBE_PER_HOST"]
        case "breaker": explanation.settings = ["ON_LOCAL_TROUBLE"]
        case "own next hop":
            explanation.settings = ["ON_OWN_NEXT_HOP", "ROUTE"]
            explanation.codes = ["451 4.3.5"]
            explanation.here = [
                Step(
                    "See what is wrong with it, and where it is configured. Then mend it, or name another one.",
                    "danegate check '[relay.example]:587'", "postconf relayhost transport_maps", "danegate status")
            ]
        case "stale": explanation.settings = ["CACHE_STALE_TTL"]
        default: break
        }
        return explanation
    }
}

extension Setting {
    /// What it is for, as a sentence. A value that it begins with is written as it is.
    var sentence: String {
        let isValue = allowed.split(separator: " ").contains { summary.hasPrefix("\($0) ") }
        return isValue ? "\(summary)." : summary.asSentence
    }
}
