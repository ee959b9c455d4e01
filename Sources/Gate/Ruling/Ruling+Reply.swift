public import DANE

extension Ruling {
    /// The reply that the ruling gives, or would give: code, keyword, domain, what failed, at which host, since when, who can
    /// mend it and how, trace id, help. A sender can pass it on as it is.
    ///
    /// - Parameters:
    ///   - verdict: What was ruled upon.
    ///   - domain: The domain as the sender knows it.
    ///   - nextHop: The next hop as an MTA writes it: it takes the domain's place where it is this site's own.
    ///   - firstSeen: When the fault was seen first, in seconds since 1970; nil where that is not known or of no interest.
    ///   - trace: The id that finds the log line.
    ///   - helpURL: `HELP_URL`; `%c` and `%d` stand for code and domain.
    /// - Returns: nil where nobody is or would be refused.
    public func reply(
        _ verdict: Verdict, domain: String, nextHop: String? = nil, firstSeen: Int64?, trace: String?, helpURL: String?
    ) -> Reply? {
        guard let code else { return nil }
        var tail = trace.map { " [\($0)]" } ?? ""
        let help = helpURL?.replacing("%c", with: code.description).replacing(
            "%d", with: domain.contains(" ") ? "-" : domain)
        // A help address that a long domain makes longer than this would leave no room for the cause.
        if let help, help.utf8.count <= 160 { tail += " \(help)" }
        let name = isOwnHop ? nextHop ?? domain : domain
        let shown = Self.shortened(name, 120)
        // What finds the log line, and who can mend it, must not be what a long text loses: the cause gives way first.
        let room = Reply.maximumLength - 12 - tail.utf8.count
        func fitted(_ host: String?) -> (String, String, String) {
            let (head, cause, end) = words(verdict, shown, host: host, firstSeen)
            return (head, Self.shortened(cause, max(40, room - head.utf8.count - end.utf8.count)), end)
        }
        var (head, cause, end) = fitted(nil)
        // There is no room to name the host twice.
        if let host = verdict.host, host != domain, !cause.contains(host) { (head, cause, end) = fitted(host) }
        return Reply(
            code, detail: outcome.basicDetail(code.class), text: Self.shortened(head + cause + end, room) + tail)
    }

    /// The sentence, in three parts.
    private func words(
        _ verdict: Verdict, _ domain: String, host: String?, _ firstSeen: Int64?
    ) -> (String, String, String) {
        let since = firstSeen.map { "; first seen \(UnixTime.minute($0))" } ?? ""
        if let hazard {
            let end = "; only the recipient's administrator can mend this: \(TLSARecord.hazardRepair)"
            return ("tlsa-invalid: \(domain): ", hazard, since + (isOwnHop ? "; \(Self.ownEnd)" : end))
        }
        if isHeld { return ("\(outcome.rawValue): \(domain): ", verdict.cause, "; try again later") }
        // There is nothing to refuse in the outcome itself: it is refused for what policy demands.
        let demand = outcome.allowsDelivery ? "local policy requires DANE, which could not be shown: " : ""
        var head = "\(outcome.rawValue): \(domain): \(demand)\(outcome.meaning)"
        let cause = outcome.namesCause && !verdict.cause.isEmpty ? ": \(verdict.cause)" : ""
        if let host { head += "; host \(Self.shortened(host, 80))" }
        return (head, cause, since + (remedy.map { "; \($0)" } ?? ""))
    }

    /// What to do about it, and who, as a sentence without a full stop; nil where there is nothing to do. What this
    /// site's own configuration leads to is none of the recipient's.
    var remedy: String? {
        guard isOwnHop, outcome != .pending else { return outcome.remedy }
        return (outcome.isDoubt ? "try again later; if it lasts, tell this site's administrator: " : "") + Self.ownEnd
    }

    private static let ownEnd =
        "this site's own mail configuration leads to this next hop, and only its administrator can mend this"

    private static func shortened(_ text: String, _ limit: Int) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(max(0, limit - 3)), as: UTF8.self) + "..."
    }
}

extension Outcome {
    /// Whether the cause says more than the meaning does.
    fileprivate var namesCause: Bool {
        switch self {
        case .nullMX, .noSuchDomain, .pending, .daneRequired: false
        default: true
        }
    }
}
