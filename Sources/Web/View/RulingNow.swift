import DANE
import Gate
import Inspection
import Policy
import Reports
import Support

/// What becomes of mail to a domain now, in the first lines of its page. A test sees a fault as if for the first time;
/// where the daemon knows the same fault already, it is the daemon's ruling that mail meets.
struct RulingNow {
    /// The ruling, and what it would be if mail were not accepted anyway.
    let action: Ruling.Action
    let would: Ruling.Action?
    let code: String?
    let reply: String?
    /// Since when the daemon has known the fault, or that it does not; nil where nothing fails.
    let since: String?
    /// What the daemon goes by, if that is another outcome.
    let other: String?
    /// Whether the page's own budget kept it from connecting, so that nothing can be said of mail.
    let isUntested: Bool

    private let report: CheckReport

    /// The ruling on what a test has found.
    ///
    /// - Parameters:
    ///   - known: What the daemon would rule now.
    ///   - time: When, in seconds since 1970.
    init(_ report: CheckReport, known: CachedReport, at time: Int64) {
        self.report = report
        let ruling = report.ruling
        isUntested = Self.isUntested(report)
        let isSame = known.outcome == ruling.outcome.rawValue && report.exempt == nil && !isUntested
        guard isSame, let now = known.action else {
            (action, would) = (ruling.action, ruling.would)
            code = isUntested ? nil : ruling.code?.description
            reply = isUntested ? nil : report.reply?.description
            let isFault = ruling.outcome.defaultRuling == .deferThenReject && report.exempt == nil
            since = isFault ? "The daemon knows of no such fault yet: it is seen now for the first time." : nil
            other =
                known.cached && report.exempt == nil
                ? known.outcome.map { "The daemon still goes by a look of its own: \($0)" } : nil
            return
        }
        (action, would) = (now, known.would.flatMap(Ruling.Action.init))
        (code, reply) = (known.code, known.reply)
        since =
            ruling.outcome.lasts
            ? known.failing_for_s.map { "The daemon has known this fault since \(UnixTime.minute(time - $0))." } : nil
        other = nil
    }

    /// Whether a host was left alone because the page may not connect to it more often, and nothing else is proven.
    private static func isUntested(_ report: CheckReport) -> Bool {
        let isOpen = report.verdict.outcome == .unprobed || report.verdict.outcome.isDoubt
        return isOpen
            && report.inspection?.hosts.contains { host in
                host.addresses.contains { $0.connections.contains(where: \.isLeftAlone) }
            } ?? false
    }

    /// The colour of all. A doubt is none of the domain's faults.
    var tone: ResultView.Tone {
        let outcome = report.ruling.outcome
        if outcome.isDoubt || isUntested { return .doubt }
        if action != .accept || would != nil { return .bad }
        if report.verdict.isDegraded || !report.verdict.hazards.isEmpty || outcome == .unprobed { return .note }
        return outcome.allowsDelivery ? .good : .bad
    }

    /// What becomes of mail, in a sentence without its full stop.
    var headline: String {
        let (domain, ruling) = (PageText.of(report.domain, limit: 120), report.ruling)
        if isUntested { return "\(domain) could not be tested now: the page's share of probes is used up" }
        let isDoubt = ruling.outcome.isDoubt
        func refused(_ action: Ruling.Action) -> String {
            switch action {
            case .accept: "accepted"
            case .tempfail: isDoubt ? "deferred, because it could not be found out whether it is safe" : "deferred"
            case .reject: "refused"
            }
        }
        if let would {
            let why = report.exempt == nil ? "nobody is refused yet" : "the domain is exempt"
            return "Mail to \(domain) is accepted, because \(why). Otherwise it would be \(refused(would))"
        }
        let later =
            action == .tempfail && ruling.outcome.defaultRuling == .deferThenReject && !ruling.isOwnHop
            ? ", and refused if the fault lasts" : ""
        let how = action == .accept ? Self.protection(ruling.outcome) : ""
        return "Mail to \(domain) is \(refused(action))\(later)\(how)"
    }

    private static func protection(_ outcome: Outcome) -> String {
        switch outcome {
        case .verified: ", and DANE protects it on its way"
        case .encrypted: " and encrypted, but nobody is authenticated"
        case .opportunistic: ", and DANE does not protect it"
        case .unprobed: ", and nobody has looked whether its TLSA records match"
        default: ""
        }
    }

    /// What the sender sees, before the reply if there is one.
    var replyWords: String {
        if isUntested { return "Nothing is said about mail there. Test again in some minutes." }
        guard reply != nil else { return "The sender sees nothing." }
        guard would == nil else { return "The sender sees nothing. Otherwise the reply would be:" }
        // Whoever is deferred tries again by itself, and nobody gets a bounce yet.
        return action == .tempfail
            ? "The sending server is told, and tries again:" : "The sender reads in the bounce:"
    }
}

extension InspectedConnection {
    /// Whether it was not made, because of a budget of our own.
    var isLeftAlone: Bool {
        switch report.end {
        case .withheld, .crowded: true
        case .notProbed, .foreign, .unreachable, .startTLSNotOffered, .startTLSRefused, .tlsFailed, .secured: false
        }
    }
}
