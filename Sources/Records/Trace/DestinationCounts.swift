import DANE
import Inspection
import Synchronization

/// The destinations that were judged in the current hour, by what was found.
final class DestinationCounts: Sendable {
    /// What was found of a destination. The raw values stand in the file's column `kind`.
    enum Kind: String, CaseIterable, Sendable {
        case verified, encrypted, opportunistic, unprobed
        /// A proven fault of DNSSEC or DANE, or a hazard.
        case broken
        /// No such domain, or a domain that takes no mail.
        case absent
        /// It could not be found out.
        case doubtful

        /// Returns the kind of an outcome.
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

    /// Two sketches per kind: the one that is filled now, and that of the hour before.
    private let sketches: [DestinationSketch]
    private let current = Atomic<Int>(0)

    init() { sketches = (0..<Kind.allCases.count * 2).map { _ in DestinationSketch() } }

    /// Notes a destination.
    func add(_ destination: Destination, _ kind: Kind) {
        sketches[current.load(ordering: .relaxed) + kind.ordinal].insert(destination.stableHash)
    }

    /// The destinations noted in this hour.
    var sets: [Kind: SketchSet] {
        let first = current.load(ordering: .relaxed)
        return Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, sketches[first + $0.ordinal].set) })
    }

    /// Begins an hour, and forgets the destinations noted before.
    func turn() {
        let next = current.load(ordering: .relaxed) == 0 ? Kind.allCases.count : 0
        for kind in Kind.allCases { sketches[next + kind.ordinal].clear() }
        current.store(next, ordering: .relaxed)
    }
}
