/// What the sentence of a resolver's self-test comes to, for those who tell kinds of trouble apart.
public enum SelfTestFault: Sendable, Hashable {
    /// The root's keys are signed, and by this machine's clock the signatures are over or have not begun.
    case clock
    /// The root's keys are not those of the trust anchor, or there is none.
    case trustAnchor
    /// Anything else: the root's keys cannot be looked up.
    case other

    static let outOfDate = "the signatures of the root's keys are not valid by this machine's clock"
    static let mismatch = "the root's keys do not match the trust anchor"
    static let unanchored = "the root's keys are not validated"
}

extension Resolver {
    /// What the sentence that `selfTest()` gave comes to.
    public static func selfTestFault(_ sentence: String) -> SelfTestFault {
        if sentence.hasPrefix(SelfTestFault.outOfDate) { return .clock }
        let isAnchor = sentence.hasPrefix(SelfTestFault.mismatch) || sentence.hasPrefix(SelfTestFault.unanchored)
        return isAnchor ? .trustAnchor : .other
    }

    /// The sentence for root keys that are bogus.
    static func sentence(forBogusRoot reason: BogusReason) -> String {
        switch reason.kind {
        case .expired, .notYetValid: "\(SelfTestFault.outOfDate): \(reason.detail)"
        default: "\(SelfTestFault.mismatch): \(reason.detail)"
        }
    }
}
