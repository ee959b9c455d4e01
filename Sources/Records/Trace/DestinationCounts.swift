import DANE
import Inspection
import Synchronization

/// Which destinations were judged in this hour, by what they came to.
final class DestinationCounts: Sendable {
    /// What destinations come to; the raw values are the `kind` of the file.
    enum Kind: String, CaseIterable, Sendable {
        case verified, encrypted, opportunistic, unprobed
        /// A fault of DNSSEC or DANE, or a hazard: proven.
        case broken
        /// No such domain, or one that takes no mail.
        case absent
        /// It could not be found out.
        case doubtful

        /// The kind of an outcome.
        init(_ outcome: Outcome, isHazard: Bool) {
            if isHazard {
                self = .broken
                return
            }
            switch outcome {
            case .verified: self = .verified
            case .encrypted: self = .encrypted
            case .opportunistic: self = .opportunistic
            case .unprobed: self = .unprobed
            default:
                switch outcome.defaultRuling {
                case .reject: self = .absent
                case .tempfail: self = .doubtful
                case .accept, .deferThenReject: self = .broken
                }
            }
        }

        fileprivate var ordinal: Int {
            switch self {
            case .verified: 0
            case .encrypted: 1
            case .opportunistic: 2
            case .unprobed: 3
            case .broken: 4
            case .absent: 5
            case .doubtful: 6
            }
        }
    }

    /// Two of each kind: one that is filled, and that of the hour before.
    private let sketches: [DestinationSketch]
    private let current = Atomic<Int>(0)

    init() { sketches = (0..<Kind.allCases.count * 2).map { _ in DestinationSketch() } }

    /// Notes a destination.
    func add(_ destination: Destination, _ kind: Kind) {
        sketches[current.load(ordering: .relaxed) + kind.ordinal].insert(destination.stableHash)
    }

    /// What was noted in this hour.
    var sets: [Kind: SketchSet] {
        let first = current.load(ordering: .relaxed)
        return Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, sketches[first + $0.ordinal].set) })
    }

    /// Begins an hour: what was noted before is forgotten.
    func turn() {
        let next = current.load(ordering: .relaxed) == 0 ? Kind.allCases.count : 0
        for kind in Kind.allCases { sketches[next + kind.ordinal].clear() }
        current.store(next, ordering: .relaxed)
    }
}
