public import DANE
public import Policy
import Synchronization

/// How many recipients of each kind there were. Every thread counts without a lock, and the trace's thread takes the
/// counts.
public final class RecipientCounts: Sendable {
    /// What a recipient is counted as.
    public struct Kind: Sendable, Hashable {
        /// The outcome; nil if nothing was judged.
        public let outcome: Outcome?
        /// Whether a policy exempts the destination, if nothing was judged.
        public let isExempt: Bool
        /// What was done.
        public let action: Ruling.Action
        /// What would have been done; nil if that is the same.
        public let would: Ruling.Action?
        /// Whether the verdict came from the cache.
        public let isCached: Bool

        /// Whether the recipient was accepted and would have been in any case. Then nothing else is stored about it.
        var isQuiet: Bool { action == .accept && would == nil }

        /// The outcome as stored in the file: `passed` or `exempt` if nothing was judged.
        var outcomeText: String { outcome?.rawValue ?? (isExempt ? "exempt" : "passed") }
    }

    /// Where a recipient came in, and under which mode of the settings. Metrics tell these apart; the trace does not.
    package struct Place: Sendable, Hashable {
        package let door: DoorKind
        package let mode: Settings.Mode

        /// A recipient's place.
        package init(_ door: DoorKind, _ mode: Settings.Mode) {
            self.door = door
            self.mode = mode
        }

        static let all = DoorKind.allCases.flatMap { door in Settings.Mode.allCases.map { Place(door, $0) } }

        /// The index in `all`. Switches are compiled to constants, whereas a comparison would be one of texts.
        var ordinal: Int {
            let first =
                switch door {
                case .milter: 0
                case .query: 2
                case .policy: 4
                }
            switch mode {
            case .enforce: return first
            case .monitor: return first + 1
            }
        }
    }

    /// What a recipient is counted as, and where.
    package struct Cell: Sendable, Hashable {
        package let kind: Kind
        package let place: Place
    }

    private static let actions: [Ruling.Action] = [.accept, .tempfail, .reject]
    private static let outcomes = Outcome.allCases

    /// A place for each action, each other action that would have been taken or none, and cached or not.
    private typealias Row = InlineArray<24, Atomic<UInt64>>
    private typealias Rows = InlineArray<24, Row>

    /// For each place a row for each outcome, then those of recipients that passed and of those that were exempt. The
    /// others are for outcomes to come. The memory is this object's own, so a count is one addition. swift-metrics
    /// would look up a handler behind an existential for each, and the trace needs the exact numbers back.
    private let places = InlineArray<6, Rows> { _ in Rows { _ in Row { _ in Atomic(0) } } }
    /// Which places have counted anybody, so that the others need not be searched. They nearly all have not.
    private let isUsed = InlineArray<6, Atomic<Bool>> { _ in Atomic(false) }
    /// The counts that have been taken, for those who ask for all since the start.
    private let taken = Mutex<[Cell: UInt64]>([:])

    /// No recipients yet.
    public init() {
        precondition(Self.outcomes.count + 2 <= 24 && Place.all.count <= 6, "a kind has no place to be counted in")
    }

    /// Counts a recipient that was ruled upon.
    @inline(__always)
    package func add(
        _ outcome: Outcome, _ action: Ruling.Action, would: Ruling.Action?, isCached: Bool,
        at place: Place = Place(.milter, .enforce)
    ) { add(outcome.ordinal, action, would, isCached, place) }

    /// Counts a recipient that passed without a verdict.
    package func addPassed(isExempt: Bool, at place: Place = Place(.milter, .enforce)) {
        add(Self.outcomes.count + (isExempt ? 1 : 0), .accept, nil, false, place)
    }

    @inline(__always)
    private func add(
        _ row: Int, _ action: Ruling.Action, _ would: Ruling.Action?, _ isCached: Bool, _ place: Place
    ) {
        let column = (action.ordinal * 4 + (would.map { $0.ordinal + 1 } ?? 0)) * 2 + (isCached ? 1 : 0)
        let ordinal = place.ordinal
        // Once it is true, threads only read it, and it stays in all their caches.
        if !isUsed[ordinal].load(ordering: .relaxed) { isUsed[ordinal].store(true, ordering: .relaxed) }
        places[ordinal][row][column].wrappingAdd(1, ordering: .relaxed)
    }

    private static func kind(_ row: Int, _ column: Int) -> Kind {
        let would = column / 2 % 4
        return Kind(
            outcome: row < outcomes.count ? outcomes[row] : nil, isExempt: row == outcomes.count + 1,
            action: actions[column / 8], would: would == 0 ? nil : actions[would - 1], isCached: column % 2 == 1)
    }

    /// Takes what has been counted since the last call.
    ///
    /// - Returns: The counts of the quiet kinds. The others are counted together with what is stored about them, so
    ///   that the two never differ.
    func take() -> [Kind: UInt64] {
        taken.withLock { taken in
            var found: [Kind: UInt64] = [:]
            for place in places.indices where isUsed[place].load(ordering: .relaxed) {
                for row in places[place].indices {
                    for column in places[place][row].indices
                    where places[place][row][column].load(ordering: .relaxed) > 0 {
                        let kind = Self.kind(row, column)
                        let count = places[place][row][column].exchange(0, ordering: .relaxed)
                        found[kind, default: 0] += count
                        taken[Cell(kind: kind, place: Place.all[place]), default: 0] += count
                    }
                }
            }
            return found.filter(\.key.isQuiet)
        }
    }

    /// How many recipients of any kind have been counted since the start.
    package var total: UInt64 { cells().values.reduce(0, +) }

    /// Everything that has been counted since the start.
    public func snapshot() -> [Kind: UInt64] {
        cells().reduce(into: [:]) { $0[$1.key.kind, default: 0] += $1.value }
    }

    /// The same, with the places.
    package func cells() -> [Cell: UInt64] {
        taken.withLock { taken in
            var all = taken
            for place in places.indices where isUsed[place].load(ordering: .relaxed) {
                for row in places[place].indices {
                    for column in places[place][row].indices {
                        let count = places[place][row][column].load(ordering: .relaxed)
                        if count > 0 {
                            all[Cell(kind: Self.kind(row, column), place: Place.all[place]), default: 0] += count
                        }
                    }
                }
            }
            return all
        }
    }
}

extension Ruling.Action {
    fileprivate var ordinal: Int {
        switch self {
        case .accept: 0
        case .tempfail: 1
        case .reject: 2
        }
    }
}

extension Outcome {
    /// The index among all outcomes. A switch is compiled to a constant, whereas a search would compare strings.
    var ordinal: Int {
        switch self {
        case .verified: 0
        case .encrypted: 1
        case .opportunistic: 2
        case .unprobed: 3
        case .startTLSNotSupported: 4
        case .tlsFailed: 5
        case .certificateExpired: 6
        case .tlsaInvalid: 7
        case .dnssecInvalid: 8
        case .certificateHostMismatch: 9
        case .daneRequired: 10
        case .nullMX: 11
        case .noSuchDomain: 12
        case .noMailHost: 13
        case .dnsUnavailable: 14
        case .unreachable: 15
        case .pending: 16
        }
    }
}
