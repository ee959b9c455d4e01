public import DANE

extension Ruling {
    /// The reply that the ruling gives, or would give: code, keyword, domain, host, cause, what to do, trace id, help.
    ///
    /// - Parameters:
    ///   - verdict: What was ruled upon.
    ///   - domain: The domain as the sender knows it.
    ///   - trace: The id that finds the log line.
    ///   - helpURL: `HELP_URL`; `%c` and `%d` stand for code and domain.
    /// - Returns: nil where nobody is or would be refused.
    public func reply(_ verdict: Verdict, domain: String, trace: String?, helpURL: String?) -> Reply? {
        guard let code else { return nil }
        var tail = trace.map { " [\($0)]" } ?? ""
        let help = helpURL?.replacing("%c", with: code.description).replacing(
            "%d", with: domain.contains(" ") ? "-" : domain)
        // A help address that a long domain makes longer than this would leave no room for the cause.
        if let help, help.utf8.count <= 160 { tail += " \(help)" }
        var text = "\(outcome.rawValue): \(Self.shortened(domain, 120))"
        if let hazard {
            text = "tlsa-invalid: \(Self.shortened(domain, 120)): \(hazard)"
        } else {
            text += ": \(outcome.meaning)"
            if let host = verdict.host, host != domain { text += "; host \(Self.shortened(host, 80))" }
            let cause = Self.shortened(verdict.cause, 140)
            if !cause.isEmpty, outcome.namesCause { text += ": \(cause)" }
            if let remedy = outcome.remedy { text += "; \(remedy)" }
        }
        // What finds the log line, and the help, must not be what a long text loses.
        let room = Reply.maximumLength - 16 - tail.utf8.count
        let shown = Self.shortened(text, room) + tail
        return Reply(code, detail: outcome.basicDetail(code.class), text: shown)
    }

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
