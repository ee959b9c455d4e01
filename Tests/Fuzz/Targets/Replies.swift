import DANE

@testable import Policy
@testable import Support

extension FuzzTarget {
    /// Makes the reply that refuses a recipient, from any texts: domain, host, cause, hazard and help address, with NUL
    /// bytes between them. A byte before them chooses the outcome, and another one the class.
    static let replies = FuzzTarget("replies") { bytes in
        var source = ByteSource(bytes)
        let outcome = Outcome.allCases[source.below(Outcome.allCases.count)]
        let options = source.byte()
        let texts = source.remainder().texts
        func text(_ index: Int) -> String? { index < texts.count && !texts[index].isEmpty ? texts[index] : nil }
        let isPermanent = options & 1 == 1 && !outcome.isDoubt
        let code = outcome.enhancedCode(isPermanent ? .permanent : .persistentTransient)
        let verdict = Verdict(outcome: outcome, host: text(1), cause: text(2) ?? "")
        let ruling = Ruling(
            action: isPermanent ? .reject : .tempfail, would: nil, outcome: outcome, code: code, failingFor: nil,
            hazard: text(3))
        let trace = TraceID().description
        let made = ruling.reply(
            verdict, domain: text(0) ?? "", firstSeen: options & 2 == 0 ? nil : Int64(options) << 24, trace: trace,
            helpURL: text(4))
        try require((made == nil) == (code == nil), "a reply without a code, or the other way round")
        if let made {
            try check(made, isPermanent: isPermanent)
            try require(made.text.contains("[\(trace)]"), "the trace id is lost in \(made)")
            try require(
                made.text.hasPrefix("tlsa-invalid") || made.text.hasPrefix(outcome.rawValue), "no keyword: \(made)")
        }
        let enhanced = EnhancedStatusCode(isPermanent ? .permanent : .persistentTransient, 7, UInt16(options))
        try check(Reply(enhanced, detail: UInt16(options), text: texts[0]), isPermanent: isPermanent)
    }

    private static func check(_ reply: Reply, isPermanent: Bool) throws {
        try requireLine(reply.description, atMost: Reply.maximumLength, "a reply")
        try require(!reply.description.contains("%"), "a percent sign in \(reply)")
        try require(reply.code / 100 == (isPermanent ? 5 : 4), "the code of \(reply)")
        try require(reply.description.hasPrefix("\(reply.code) \(isPermanent ? 5 : 4)."), "two classes in \(reply)")
    }
}
