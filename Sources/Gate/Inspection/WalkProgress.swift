import DANE
import Probe

/// How far a walk through a destination's MX hosts has come, from one look to the next.
///
/// Of the hosts seen, none of which may be used, it keeps what a verdict needs of them: a few findings, however many
/// hosts there are (`Verdict(walking:)`). It belongs to one set of MX records, and begins anew with another.
struct WalkProgress: Sendable {
    /// What was seen longer ago says nothing beside what is seen now. Clients wait for less between two tries.
    static let window = Duration.seconds(2 * 3600)
    /// More hazards are not remembered.
    private static let hazardLimit = 4
    /// The most bytes of a text that is kept.
    static let textLimit = 600

    /// When the first look began.
    let began: ContinuousClock.Instant
    /// Whether all hosts have been seen, or one that decides.
    private(set) var isFinished = false
    /// Whether it had come some way with other MX records, and has begun anew.
    private(set) var hasBegunAnew = false
    /// How many hosts have been seen.
    private(set) var seenCount = 0
    /// How many connections the last look has made.
    var connections = 0
    /// The addresses that could not be reached.
    var dead: [IPAddress: ProbeReport.Step] = [:]

    /// Which MX records it is about; nil before the first look.
    private var records: Int?
    /// A bit for each host that has been seen, in the order of the hosts.
    private var seen: [UInt64] = []
    /// Of all hosts that have been seen: the most preferred one, the most preferred one in doubt, and the most
    /// preferred one that has an address.
    private var first: HostFinding?
    private var doubt: HostFinding?
    private var fault: HostFinding?
    private var hazards: [String] = []
    private var validUntil: ContinuousClock.Instant?

    /// A walk that has not begun.
    init(at now: ContinuousClock.Instant = .now) { began = now }

    /// Begins a look, or goes on with the walk if the MX records are those that it is about.
    ///
    /// - Parameters:
    ///   - subjects: The hosts in order.
    ///   - isSecure: Whether the way to them is.
    mutating func begin(_ subjects: [HostInspector.Subject], isSecure: Bool) {
        // Nobody outside knows the seed of Hasher: no one can make up other records with the same number.
        var hasher = Hasher()
        hasher.combine(isSecure)
        for subject in subjects {
            hasher.combine(subject.name)
            hasher.combine(subject.preference)
        }
        hasher.combine(subjects.first?.expandedNextHop)
        let records = hasher.finalize()
        guard records != self.records else { return }
        let hasBegunAnew = self.records != nil
        self = WalkProgress()
        self.hasBegunAnew = hasBegunAnew
        self.records = records
        seen = [UInt64](repeating: 0, count: (subjects.count + 63) / 64)
    }

    /// Whether a host has been seen.
    func hasSeen(_ index: Int) -> Bool { seen[index / 64] & 1 << (index % 64) != 0 }

    /// Notes what was found out about a host.
    mutating func note(_ index: Int, _ host: InspectedHost, at now: ContinuousClock.Instant = .now) {
        guard !hasSeen(index) else { return }
        seen[index / 64] |= 1 << (index % 64)
        seenCount += 1
        if let lifetime = host.lifetime { validUntil = min(validUntil ?? now + lifetime, now + lifetime) }
        let finding = host.finding
        guard !finding.outcome.allowsDelivery else { return }
        for hazard in finding.hazards where hazards.count < Self.hazardLimit && !hazards.contains(hazard) {
            hazards.append(hazard)
        }
        // Hosts come in the order of their preference, those of one preference in any.
        Self.prefer(finding, over: &first)
        if finding.outcome.isDoubt { Self.prefer(finding, over: &doubt) }
        if finding.outcome != .noMailHost { Self.prefer(finding, over: &fault) }
    }

    private static func prefer(_ finding: HostFinding, over known: inout HostFinding?) {
        if let known, (known.preference, known.name) <= (finding.preference, finding.name) { return }
        known = HostFinding(
            name: finding.name, preference: finding.preference, outcome: finding.outcome,
            cause: BoundedText.of(finding.cause, textLimit), isDegraded: finding.isDegraded)
    }

    /// Ends the walk: all hosts have been seen, or one that decides.
    mutating func finish() { isFinished = true }

    /// What stands for the hosts that have been seen: a verdict on these few is that on all of them. None of them may
    /// be used.
    var findings: [HostFinding] {
        var all = [first, doubt, fault].compactMap { $0 }
        if let first = all.first {
            all[0] = HostFinding(
                name: first.name, preference: first.preference, outcome: first.outcome, cause: first.cause,
                hazards: hazards, isDegraded: first.isDegraded)
        }
        return all
    }

    /// The verdict as long as there are hosts that nobody has seen, and none of the others may be used.
    ///
    /// F-92, RFC 5321 §5.1: nothing is proven before all have been tried.
    ///
    /// - Parameters:
    ///   - soFar: The verdict on the hosts seen.
    ///   - count: How many hosts there are.
    func unfinished(_ soFar: Verdict, of count: Int) -> Verdict {
        let isCancelled = Task.isCancelled
        if isCancelled, soFar.outcome.isDoubt { return soFar }
        let why =
            isCancelled
            ? "there was no time left for all hosts"
            : "none of the \(seenCount) hosts looked at may be used, and \(count - seenCount) more are to be looked at"
        return Verdict(
            outcome: isCancelled ? .unreachable : .pending, host: soFar.host, cause: "\(why): \(soFar.cause)",
            hazards: soFar.hazards)
    }

    /// How long the answers about the hosts seen may still be kept; nil where there were none.
    func lifetime(at now: ContinuousClock.Instant = .now) -> Duration? { validUntil.map { max(.zero, $0 - now) } }
}
