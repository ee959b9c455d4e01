public import DANE
import Support

extension Ruling {
    /// The reply of the ruling, whether it is sent or not: code, keyword, domain, what failed, at which host, since
    /// when, who can repair it and how, trace id, help. A sender can forward it as it is.
    ///
    /// - Parameters:
    ///   - verdict: What was ruled upon.
    ///   - domain: The domain as the sender knows it.
    ///   - nextHop: The next hop as an MTA writes it. It replaces the domain if it is this site's own.
    ///   - firstSeen: When the fault was first seen, in seconds since 1970; nil if unknown or irrelevant.
    ///   - trace: The id by which the log line is found.
    ///   - helpURL: `HELP_URL`. `%c` and `%d` stand for code and domain.
    /// - Returns: nil if nobody is refused or would be.
    public func reply(
        _ verdict: Verdict, domain: String, nextHop: String? = nil, firstSeen: Int64?, trace: String?, helpURL: String?
    ) -> Reply? {
        guard let code else { return nil }
        let id = trace.map { " [\($0)]" } ?? ""
        let help = helpURL?.replacing("%c", with: code.description).replacing(
            "%d", with: domain.contains(" ") ? "-" : domain)
        let name = BoundedText.of(isOwnHop ? nextHop ?? domain : domain, Self.nameLimit)
        let host = verdict.host.flatMap { $0 == domain ? nil : $0 }
        // A long text must not push out what is needed to find the log line, or who can repair the fault. The cause is
        // shortened first, then the host is left out, then the help, and last the name is shortened. The help is left
        // out at once if a long domain makes it so long that the cause has no room.
        for tail in [help.flatMap { $0.utf8.count <= 160 ? "\(id) \($0)" : nil }, id].compactMap(\.self) {
            func fitted(_ host: String?) -> Words? {
                let words = words(verdict, name, host: host, firstSeen)
                let room = Self.room - tail.utf8.count - words.head.utf8.count - words.end.utf8.count
                guard room >= min(words.cause.utf8.count, Self.leastCause) else { return nil }
                return (words.head, BoundedText.of(words.cause, room), words.end)
            }
            guard let plain = fitted(nil) else { continue }
            // Do not name the host twice.
            let named = host.flatMap { plain.cause.contains($0) ? nil : fitted($0) }
            return reply(code, named ?? plain, tail)
        }
        let rest = words(verdict, "", host: nil, firstSeen)
        let room = Self.room - id.utf8.count - rest.head.utf8.count - rest.end.utf8.count
        let least = min(rest.cause.utf8.count, Self.leastCause)
        let parts = words(verdict, BoundedText.of(name, max(Self.leastName, room - least)), host: nil, firstSeen)
        let left = Self.room - id.utf8.count - parts.head.utf8.count - parts.end.utf8.count
        return reply(code, (parts.head, BoundedText.of(parts.cause, max(0, left)), parts.end), id)
    }

    /// The bytes after the codes.
    private static let room = Reply.maximumLength - 12
    /// The longest name in bytes, and its least length if there is little room.
    private static let (nameLimit, leastName) = (120, 20)
    /// The least length of a cause that still says something.
    private static let leastCause = 40

    /// The sentence in three parts.
    private typealias Words = (head: String, cause: String, end: String)

    private func reply(_ code: EnhancedStatusCode, _ words: Words, _ tail: String) -> Reply {
        Reply(
            code, detail: outcome.basicDetail(code.class), text: words.head + words.cause + words.end + tail)
    }

    /// The sentence in three parts.
    private func words(
        _ verdict: Verdict, _ domain: String, host: String?, _ firstSeen: Int64?
    ) -> Words {
        // Strangers do not learn what is wrong at this site. Log, trace and status tell its administrators.
        if isHeld || verdict.isOurs && outcome.isDoubt {
            let what = isOwnHop ? "the next hop" : "the domain"
            return ("\(outcome.rawValue): \(domain): this site cannot check \(what) now", "", "; try again later")
        }
        let since = firstSeen.map { "; first seen \(UnixTime.minute($0))" } ?? ""
        if let hazard {
            let end = "; only the recipient's administrator can mend this: \(TLSARecord.hazardRepair)"
            return ("tlsa-invalid: \(domain): ", hazard, since + (isOwnHop ? "; \(Self.ownEnd)" : end))
        }
        if outcome.allowsDelivery {
            // The outcome itself allows delivery. The mail is refused because of the policy.
            let head = "\(outcome.rawValue): \(domain): local policy requires DANE, which this site cannot check now"
            return (head, "", "; try again later")
        }
        var head = "\(outcome.rawValue): \(domain): \(outcome.meaning)"
        let cause = outcome.namesCause && !verdict.cause.isEmpty ? ": \(verdict.cause)" : ""
        if let host { head += "; host \(BoundedText.of(host, 80))" }
        return (head, cause, since + (remedy.map { "; \($0)" } ?? ""))
    }

    /// What to do and who can do it, as a sentence without a full stop; nil if there is nothing to do. The recipient is
    /// not responsible for a next hop of this site's own (F-91).
    package var remedy: String? {
        guard isOwnHop, outcome != .pending else { return outcome.remedy }
        return (outcome.isDoubt ? "try again later; if it lasts, tell this site's administrator: " : "") + Self.ownEnd
    }

    private static let ownEnd =
        "this site's own mail configuration leads to this next hop, and only its administrator can mend this"
}

extension Outcome {
    /// Whether the cause says more than the meaning.
    fileprivate var namesCause: Bool {
        switch self {
        case .nullMX, .noSuchDomain, .pending, .daneRequired: false
        default: true
        }
    }
}
