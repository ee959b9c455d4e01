package import DNSSEC

extension BogusReason {
    /// The cause of a verdict that rests on a bogus answer.
    ///
    /// - Parameters:
    ///   - what: What was looked up, such as `its MX records`. It is named only if the reason does not name it, as a
    ///     reply is short.
    ///   - now: The time in seconds since 1970.
    package func cause(for what: String, at now: Int64) -> String {
        namesQuestion ? sentence(at: now) : "\(what) are bogus: \(sentence(at: now))"
    }

    /// The text of an inspection step. It includes libunbound's own words, for readers who know them.
    func step(at now: Int64) -> String {
        kind == .other ? "bogus: \(detail)" : "bogus: \(sentence(at: now)) (libunbound: \(detail))"
    }
}
