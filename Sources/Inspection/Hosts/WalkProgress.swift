import DANE
import Probe
import Support

/// How far the walk through a destination's MX hosts has come, from one look to the next (F-92).
///
/// None of the hosts seen so far may be used. It keeps only the few findings that a verdict needs, however many hosts
/// there are (`Verdict(walking:)`). It belongs to one set of MX records, and begins anew with another set.
struct WalkProgress: Sendable {
    /// Older results say nothing about the present. Clients wait for less between two tries.
    static let window = Duration.seconds(2 * 3600)
    /// The most hazards that are remembered.
    private static let hazardLimit = 4
    /// The most bytes of a text that are kept.
    static let textLimit = 600

    /// When the first look began.
    let began: ContinuousClock.Instant
    /// Whether all hosts have been seen, or one that decides.
    private(set) var isFinished = false
    /// Whether it has begun anew after some progress with other MX records.
    private(set) var hasBegunAnew = false
    /// How many hosts have been seen.
    private(set) var seenCount = 0
    /// How many connections the last look has made.
    var connections = 0
    /// The addresses that could not be reached.
    var dead: [IPAddress: ProbeReport.Step] = [:]

    /// The MX records that it belongs to, as a hash; nil before the first look.
    private var records: Int?
    /// One bit per host, in the order of the hosts, set if the host has been seen.
    private var seen: [UInt64] = []
    /// Of all hosts seen, the most preferred one, the most preferred one in doubt, and the most preferred one with an
    /// address.
    private var first: HostFinding?
    private var doubt: HostFinding?
    private var fault: HostFinding?
    private var hazards: [String] = []
    private var validUntil: ContinuousClock.Instant?

    /// A walk that has not begun.
    init(at now: ContinuousClock.Instant = .now) { began = now }

    /// Begins a look. It continues the walk if the MX records are the same.
    ///
    /// - Parameters:
    ///   - subjects: The hosts in order.
    ///   - isSecure: Whether the way to them is secure.
    mutating func begin(_ subjects: [HostInspector.Subject], isSecure: Bool) {
        // Nobody outside knows Hasher's seed, so nobody can make other records with the same hash.
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

    /// Notes the result for a host.
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
        // Hosts come in the order of preference, but those of equal preference come in any order.
        Self.prefer(finding, over: &first)
        if finding.outcome.isDoubt { Self.prefer(finding, over: &doubt) }
        if finding.outcome != .noMailHost { Self.prefer(finding, over: &fault) }
    }

    private static func prefer(_ finding: HostFinding, over known: inout HostFinding?) {
        if let known, (known.preference, known.name) <= (finding.preference, finding.name) { return }
        var kept = finding
        kept.cause = BoundedText.of(finding.cause, textLimit)
        // Those of all hosts are kept together.
        kept.hazards = []
        known = kept
    }

    /// Ends the walk, because all hosts have been seen or one decides.
    mutating func finish() { isFinished = true }

    /// A few findings that stand for all hosts seen: the verdict on these is the verdict on all. None of the hosts may
    /// be used.
    var findings: [HostFinding] {
        var all = [first, doubt, fault].compactMap { $0 }
        if !all.isEmpty { all[0].hazards = hazards }
        return all
    }

    /// The verdict while some hosts have not been seen and none of the others may be used.
    ///
    /// Nothing is proven before all have been tried (F-92, RFC 5321 §5.1).
    ///
    /// - Parameters:
    ///   - soFar: The verdict on the hosts seen.
    ///   - count: The number of hosts.
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

    /// How long the answers about the hosts seen may still be kept; nil if there were none.
    func lifetime(at now: ContinuousClock.Instant = .now) -> Duration? { validUntil.map { max(.zero, $0 - now) } }
}
