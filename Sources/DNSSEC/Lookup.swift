import Synchronization

/// A question and its deadline.
final class Lookup: Sendable {
    private static let counter = Atomic<UInt64>(0)

    /// Its number. No other lookup of the process has the same.
    let id: UInt64
    /// The name in presentation form.
    let name: String
    /// The type to look up.
    let type: RecordType
    /// When the caller stops waiting.
    let deadline: ContinuousClock.Instant
    /// Whether the answer is to contain its signatures.
    let wantsSignatures: Bool
    /// Set before the resolver's thread is told. So a cancellation that arrives before its lookup is noticed with the
    /// lookup.
    let isCancelled = Atomic(false)

    /// A lookup with a new number.
    init(
        name: String, type: RecordType, deadline: ContinuousClock.Instant, wantsSignatures: Bool = false
    ) {
        id = Self.counter.add(1, ordering: .relaxed).newValue
        self.name = name
        self.type = type
        self.deadline = deadline
        self.wantsSignatures = wantsSignatures
    }
}

/// The record types that are looked up (IANA, DNS Parameters).
enum RecordType: Int32, Sendable {
    case a = 1
    case cname = 5
    case mx = 15
    case aaaa = 28
    case ds = 43
    case dnskey = 48
    case tlsa = 52
}
