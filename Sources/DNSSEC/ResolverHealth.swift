/// What a resolver can do, as its self-test found: for each part whether it works, and if not, why.
///
/// A forwarder or a firewall may let some things through and not others. The keys of the root may arrive while the
/// records do not that prove the absence of something.
public struct ResolverHealth: Sendable, Hashable {
    /// What is tested. A part rests on those before it.
    public enum Part: Sendable, Hashable, CaseIterable {
        /// The keys of the root (DNSKEY), which all validation starts from.
        case rootKeys
        /// The proof that a name or a record is not there (NSEC, NSEC3).
        case denials
        /// An answer to a question for TLSA records.
        case tlsa
    }

    /// What kind of fault a part has.
    public enum Cause: Sendable, Hashable {
        /// What the root signs is signed, and by this machine's clock the signatures are over or have not begun.
        case clock
        /// The root's keys are not those of the trust anchor, or there is none.
        case trustAnchor
        /// There was no usable answer.
        case unanswered
        /// There was an answer, and what proves it was missing or wrong.
        case unproven
        /// There were records of a name that does not exist.
        case madeUp
    }

    /// Why a part does not work.
    public struct Fault: Sendable, Hashable {
        /// The part.
        public let part: Part
        /// What kind of fault.
        public let cause: Cause
        /// What was seen, as a sentence without a full stop: printable ASCII of bounded length.
        public let sentence: String

        /// A fault of these parts.
        public init(_ part: Part, _ cause: Cause, _ sentence: String) {
            self.part = part
            self.cause = cause
            self.sentence = sentence
        }

        /// Whether an answer came that shows the fault. Without an answer the cause may be a lost packet.
        public var isProven: Bool { cause != .unanswered }
    }

    /// The parts that were tried, with a result that says something.
    public let tested: Set<Part>
    /// What does not work; of each part one fault.
    public let faults: [Part: Fault]
    /// Why no lookup will ever work with these settings; nil if one may. There is no point in testing again.
    public let unusable: ResolverError?

    /// A finding of these parts.
    ///
    /// - Parameters:
    ///   - tested: The parts that were tried; those that are at fault need not be named.
    ///   - faults: What does not work.
    ///   - unusable: Why no lookup will ever work.
    public init(tested: Set<Part> = Set(Part.allCases), faults: [Fault] = [], unusable: ResolverError? = nil) {
        self.tested = tested.union(faults.map(\.part))
        self.faults = Dictionary(faults.map { ($0.part, $0) }) { first, _ in first }
        self.unusable = unusable
    }

    /// The finding that the settings are such that no lookup will ever work.
    public init(unusable: ResolverError) {
        self.init(
            tested: [], faults: [Fault(.rootKeys, .unanswered, unusable.description)], unusable: unusable)
    }

    /// Everything works.
    public static var good: ResolverHealth { ResolverHealth() }

    /// The fault that the others may follow from; nil if all that was tried works.
    public var fault: Fault? { Part.allCases.lazy.compactMap { faults[$0] }.first }
}
