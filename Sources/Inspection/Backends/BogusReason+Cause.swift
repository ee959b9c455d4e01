package import DNSSEC

extension BogusReason {
    /// The cause of a verdict that rests on a bogus answer.
    ///
    /// - Parameters:
    ///   - what: What was asked for, as `its MX records`. It is named only where the reason itself does not, for a reply is short.
    ///   - now: The time in seconds since 1970.
    package func cause(for what: String, at now: Int64) -> String {
        namesQuestion ? sentence(at: now) : "\(what) are bogus: \(sentence(at: now))"
    }

    /// A step of the inspection, with libunbound's own words for who knows them.
    func step(at now: Int64) -> String {
        kind == .other ? "bogus: \(detail)" : "bogus: \(sentence(at: now)) (libunbound: \(detail))"
    }
}
