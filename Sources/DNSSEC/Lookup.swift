import Synchronization

/// One question on its way.
final class Lookup: Sendable {
    private static let counter = Atomic<UInt64>(0)

    /// Its number, never used twice.
    let id: UInt64
    /// The name in presentation form.
    let name: String
    /// The type asked for.
    let type: RecordType
    /// When the asker stops waiting.
    let deadline: ContinuousClock.Instant
    /// Whether the answer is to hold its signatures.
    let wantsSignatures: Bool
    /// Set before the resolver's thread is told, so that a cancellation which overtakes its lookup is seen when that arrives.
    let isCancelled = Atomic(false)

    /// A lookup of its own number.
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

/// The record types that are asked for (IANA, DNS Parameters).
enum RecordType: Int32, Sendable {
    case a = 1
    case cname = 5
    case mx = 15
    case aaaa = 28
    case ds = 43
    case dnskey = 48
    case tlsa = 52
}
