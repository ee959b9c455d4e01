/// What is true about a destination, in the form that the gate keeps and rules upon.
public struct Verdict: Sendable, Hashable {
    /// What is true.
    public let outcome: Outcome
    /// The host that decided, as published. nil if no host was involved.
    public let host: String?
    /// Why, as a sentence without a full stop.
    public let cause: String
    /// Whether a host failed that a client would try before the deciding one, or may try instead of it.
    public var isDegraded: Bool
    /// What would crash or block the site's own MTA at delivery, one sentence each.
    public var hazards: [String]
    /// Whether the result is unknown for a reason on this site's side. The cause is then for its administrators, not
    /// for strangers.
    public let isOurs: Bool
    /// Whether it was withdrawn because of a fault on this site's side, which the cause begins with: what was found
    /// does not count.
    public var isWithdrawn = false
    /// Which other host has found it, or has found what it rests on, by a number that this process has given it; 0:
    /// this one. What another host has found is never a reason for a permanent refusal.
    public var source: UInt16 = 0

    /// Whether another host has found it, or what it rests on.
    public var isForeign: Bool { source != 0 }

    /// A verdict with these values.
    public init(
        outcome: Outcome, host: String? = nil, cause: String, isDegraded: Bool = false, hazards: [String] = [],
        isOurs: Bool = false
    ) {
        self.isOurs = isOurs
        self.outcome = outcome
        self.host = host
        self.cause = cause
        self.isDegraded = isDegraded
        self.hazards = hazards
    }
}

extension Verdict {
    /// The verdict on a domain from the findings on its hosts, in the order in which a client tries them (RFC 7672
    /// §2.2.1).
    ///
    /// - Parameter hosts: The findings in any order, at least one.
    public init(walking hosts: [HostFinding]) {
        let hosts = Self.inOrder(hosts)
        // D-08, D-19, RFC 7672 §2.1.2, §2.2: a host that fails is skipped, and the next one counts.
        guard let first = hosts.first(where: { $0.outcome.allowsDelivery }) else {
            self.init(allFailing: hosts)
            return
        }
        // D-24, RFC 7672 §2.2.1: between hosts of equal preference a client need not prefer the secure one. So the
        // domain can count only on the weakest of them.
        let beside = hosts.filter { $0.preference == first.preference && $0.outcome.allowsDelivery }
        let deciding = beside.min { $0.outcome.protection < $1.outcome.protection } ?? first
        let met = hosts.filter { $0.preference <= first.preference }
        self.init(
            outcome: deciding.outcome, host: deciding.name, cause: deciding.cause,
            isDegraded: met.contains { !$0.outcome.allowsDelivery || $0.isDegraded },
            hazards: met.flatMap(\.hazards), isOurs: deciding.isOurs)
    }

    /// No host may be used. The first failure that may be temporary decides, else that of the most preferred host.
    private init(allFailing hosts: [HostFinding]) {
        // D-34, RFC 7672 §2.2.2; V7: a host without an address is unreachable. It decides only if there is no other
        // host.
        let deciding =
            hosts.first { $0.outcome == .pending } ?? hosts.first { $0.outcome.isDoubt }
            ?? hosts.first { $0.outcome != .noMailHost } ?? hosts.first
        self.init(
            outcome: deciding?.outcome ?? .noMailHost, host: deciding?.name, cause: deciding?.cause ?? "no mail host",
            hazards: hosts.flatMap(\.hazards), isOurs: deciding?.isOurs ?? false)
    }

    /// Sorted by preference (D-23, RFC 7672 §2.2.1). Hosts of equal preference are sorted by name, so that the verdict
    /// does not depend on the order of the answer.
    static func inOrder(_ hosts: [HostFinding]) -> [HostFinding] {
        hosts.sorted { ($0.preference, $0.name) < ($1.preference, $1.name) }
    }
}
