import Policy
import Support

/// Notes on what a survey did not judge, or did not judge by the recipients' domains: sentences without a full stop.
enum SurveyNotes {
    /// At most so many names stand in a sentence.
    private static let names = 5

    /// Returns the notes on the whole survey.
    static func lines(_ summary: SurveySummary) -> [String] {
        var lines = relays(summary.tally)
        if summary.forgottenRelays > 0 {
            lines.append(
                "of \(CountText.of(summary.forgottenRelays, "recipient")) it was not kept by which host they went: "
                    + "the hosts are too many"
            )
        }
        lines += self.lines(summary.counts)
        if !summary.sourceSettings.isEmpty {
            lines.append(
                "what \(summary.sourceSettings.joined(separator: ", ")) would change is not in this: the input tells "
                    + "neither senders nor clients")
        }
        return lines
    }

    /// Returns the notes on the input.
    static func lines(_ counts: SurveyCounts) -> [String] {
        var lines = SurveyScope.Reason.allCases.compactMap { reason in
            counts.leftOut[reason].map { sentence(reason, $0) }
        }
        if counts.others > 0 {
            lines.append(
                "\(count(counts.others, "line")) of a log that \(counts.others == 1 ? "tells" : "tell") of no delivery")
        }
        if counts.junk > 0 { lines.append("\(count(counts.junk, "line")) of the input could not be read") }
        return lines
    }

    /// Returns the settings in force that rule by the source of a message.
    static func sourceSettings(_ settings: Settings) -> [String] {
        [
            ("EXEMPT_CLIENTS", settings.exemptClients.isEmpty), ("EXEMPT_AUTH", settings.exemptAuth.isEmpty),
            ("EXEMPT_SENDERS", settings.exemptSenders.isEmpty), ("ENFORCE_SENDERS", settings.enforceSenders.isEmpty),
        ].filter { !$0.1 }.map(\.0)
    }

    private static func relays(_ tally: SurveyTally) -> [String] {
        let busiest = tally.busiest(SurveySummary.listed)
        var lines = busiest.map { relay, relayed in
            let name = relay.replacing("[", with: "").replacing("]", with: "")
            let plural = relayed.count.destinations == 1 ? "its domain" : "their domains"
            return "\(mail(relayed.count)) went through \(name), which is no MX host of "
                + (relayed.isJudged
                    ? "\(plural): judged by that relay (route nexthop)"
                    : "\(plural): judged by \(plural) (route recipient)")
        }
        if tally.relays.count > busiest.count {
            lines.append(
                "\(mail(tally.relayed)) in all went through \(tally.relays.count) such relays")
        }
        return lines
    }

    private static func mail(_ mail: SurveyTally.Count) -> String {
        "\(count(mail.recipients, "recipient")) in \(count(mail.destinations, "destination"))"
    }

    private static func sentence(_ reason: SurveyScope.Reason, _ left: SurveyCounts.LeftOut) -> String {
        let who = left.recipients > 0 ? count(left.recipients, "recipient") : count(left.deliveries, "attempt")
        return switch reason {
        case .transport:
            "not judged: \(who) by transports that are not in DANEGATE_TRANSPORTS\(named(left))"
        case .specialAddress:
            "not judged: \(who) through hosts at special-purpose addresses\(named(left)); the gate passes an address, "
                + "and a name that only an internal DNS knows does not exist for it"
        case .probe:
            "not judged: \(count(left.deliveries, "address probe")), which \(left.deliveries == 1 ? "is" : "are") no "
                + "mail"
        case .exemptLocalpart: "not judged: \(who) by DANEGATE_EXEMPT_LOCALPARTS"
        case .literal: "not judged: \(who) at address literals or without a domain"
        case .passed: "not judged: \(who) that the gate had passed for the next hop or the local part"
        }
    }

    private static func named(_ left: SurveyCounts.LeftOut) -> String {
        guard !left.names.isEmpty else { return "" }
        let sorted = left.names.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }
        let shown = sorted.prefix(names).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return " (\(shown)\(sorted.count > names ? ", …" : ""))".replacing("…", with: "...")
    }

    private static func count(_ number: Int, _ what: String) -> String { CountText.of(number, what) }
}
