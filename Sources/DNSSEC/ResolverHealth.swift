/// The result of a resolver's self-test: for each part whether it works, and if not, why (F-86, F-87).
///
/// A forwarder or a firewall may pass some things and lose others. For example, the root's keys may arrive while the
/// records that prove a denial do not.
public struct ResolverHealth: Sendable, Hashable {
    /// What is tested. Each part depends on those before it.
    public enum Part: Sendable, Hashable, CaseIterable {
        /// The keys of the root (DNSKEY), from which all validation starts.
        case rootKeys
        /// The proof that a name or a record does not exist (NSEC, NSEC3).
        case denials
        /// An answer to a question for TLSA records.
        case tlsa
    }

    /// What kind of fault a part has.
    public enum Cause: Sendable, Hashable {
        /// By this machine's clock, the root's signatures have expired or are not valid yet.
        case clock
        /// The root's keys do not match the trust anchor, or there is no trust anchor.
        case trustAnchor
        /// There was no usable answer.
        case unanswered
        /// There was an answer, and its proof was missing or wrong.
        case unproven
        /// There were records for a name that does not exist.
        case madeUp
    }

    /// Why a part does not work.
    public struct Fault: Sendable, Hashable {
        /// The part.
        public let part: Part
        /// What kind of fault.
        public let cause: Cause
        /// What was seen, as a sentence without a full stop, in printable ASCII of bounded length.
        public let sentence: String

        /// A fault with these values.
        public init(_ part: Part, _ cause: Cause, _ sentence: String) {
            self.part = part
            self.cause = cause
            self.sentence = sentence
        }

        /// Whether an answer shows the fault. Without an answer, the cause may be a lost packet.
        public var isProven: Bool { cause != .unanswered }
    }

    /// The parts that were tested with a conclusive result.
    public let tested: Set<Part>
    /// What does not work, at most one fault per part.
    public let faults: [Part: Fault]
    /// Why no lookup will ever work with these settings; nil if one may. If set, another test is pointless.
    public let unusable: ResolverError?

    /// A result with these values.
    ///
    /// - Parameters:
    ///   - tested: The parts that were tested. Parts with a fault are added.
    ///   - faults: What does not work.
    ///   - unusable: Why no lookup will ever work.
    public init(tested: Set<Part> = Set(Part.allCases), faults: [Fault] = [], unusable: ResolverError? = nil) {
        self.tested = tested.union(faults.map(\.part))
        self.faults = Dictionary(faults.map { ($0.part, $0) }) { first, _ in first }
        self.unusable = unusable
    }

    /// The result for settings with which no lookup will ever work.
    public init(unusable: ResolverError) {
        self.init(
            tested: [], faults: [Fault(.rootKeys, .unanswered, unusable.description)], unusable: unusable)
    }

    /// Everything works.
    public static var good: ResolverHealth { ResolverHealth() }

    /// The fault that the others may follow from; nil if everything that was tested works.
    public var fault: Fault? { Part.allCases.lazy.compactMap { faults[$0] }.first }
}
