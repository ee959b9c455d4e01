public import DANE

extension InspectionService {
    /// A verdict, and where it came from.
    public struct Answer: Sendable {
        // Not a copy, because copying a verdict changes the reference counts of its texts one by one.
        @usableFromInline let body: VerdictBody
        /// Whether it came from the cache.
        public let isCached: Bool
        /// Whether it is not a good verdict and the fault may be on our side: the breaker is open.
        public let isInTrouble: Bool

        /// The verdict.
        @inlinable public var verdict: Verdict { body.verdict }

        init(body: VerdictBody, isCached: Bool, isInTrouble: Bool = false) {
            self.body = body
            self.isCached = isCached
            self.isInTrouble = isInTrouble
        }

        package init(verdict: Verdict, isCached: Bool, isInTrouble: Bool = false) {
            self.init(body: VerdictBody(verdict), isCached: isCached, isInTrouble: isInTrouble)
        }
    }
}
