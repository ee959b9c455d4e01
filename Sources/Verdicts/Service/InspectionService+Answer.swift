public import DANE
package import Support

extension InspectionService {
    /// A verdict, and where it came from.
    public struct Answer: Sendable {
        // Not a copy, because copying a verdict changes the reference counts of its texts one by one.
        @usableFromInline let body: VerdictBody
        /// Whether it came from the cache.
        public let isCached: Bool
        /// Whether it is not a good verdict and the fault may be on our side: the breaker is open.
        public let isInTrouble: Bool
        /// The id of the recipient, if its destination had to be inspected. An inspection that was begun for it is
        /// measured under this id.
        package let trace: TraceID?

        /// The verdict.
        @inlinable public var verdict: Verdict { body.verdict }

        init(body: VerdictBody, isCached: Bool, isInTrouble: Bool = false, trace: TraceID? = nil) {
            self.body = body
            self.isCached = isCached
            self.isInTrouble = isInTrouble
            self.trace = trace
        }

        package init(verdict: Verdict, isCached: Bool, isInTrouble: Bool = false, trace: TraceID? = nil) {
            self.init(body: VerdictBody(verdict), isCached: isCached, isInTrouble: isInTrouble, trace: trace)
        }
    }
}
