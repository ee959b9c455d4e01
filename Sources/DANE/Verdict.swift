/// What is true about a destination, in the form that is kept and ruled upon.
public struct Verdict: Sendable, Hashable {
    /// What is true.
    public let outcome: Outcome
    /// The host that decided, as published; nil where no host came into it.
    public let host: String?
    /// Why, as a sentence without a full stop.
    public let cause: String
    /// Whether a host that a client would try before or beside the deciding one failed.
    public let isDegraded: Bool
    /// What would crash or wedge the MTA itself at delivery, a sentence each.
    public let hazards: [String]
    /// Whether nothing is known for a reason of this site's own: the cause is for its administrators, and not for
    /// strangers.
    public let isOurs: Bool

    /// A verdict of these parts.
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
    /// The walk from hosts to the domain's verdict, as a delivering client walks them (RFC 7672 §2.2.1).
    ///
    /// - Parameter hosts: The findings in any order; at least one.
    public init(walking hosts: [HostFinding]) {
        let hosts = Self.inOrder(hosts)
        guard let first = hosts.first(where: { $0.outcome.allowsDelivery }) else {
            self.init(allFailing: hosts)
            return
        }
        /// RFC 7672 §2.2.1: between hosts of equal preference a client has no obligation to prefer the secure one, so the
        /// weakest of them is what the domain can count on.
        let beside = hosts.filter { $0.preference == first.preference && $0.outcome.allowsDelivery }
        let deciding = beside.min { $0.outcome.protection < $1.outcome.protection } ?? first
        let met = hosts.filter { $0.preference <= first.preference }
        self.init(
            outcome: deciding.outcome, host: deciding.name, cause: deciding.cause,
            isDegraded: met.contains { !$0.outcome.allowsDelivery || $0.isDegraded },
            hazards: met.flatMap(\.hazards), isOurs: deciding.isOurs)
    }

    /// No host may be used: a failure that may pass speaks for all, else the most preferred host's.
    private init(allFailing hosts: [HostFinding]) {
        /// A host without an address is no host (RFC 5321 §5.1): it speaks for the domain only if there is no other.
        let deciding =
            hosts.first { $0.outcome == .pending } ?? hosts.first { $0.outcome.isDoubt }
            ?? hosts.first { $0.outcome != .noMailHost } ?? hosts.first
        self.init(
            outcome: deciding?.outcome ?? .noMailHost, host: deciding?.name, cause: deciding?.cause ?? "no mail host",
            hazards: hosts.flatMap(\.hazards), isOurs: deciding?.isOurs ?? false)
    }

    /// By preference; hosts of equal preference by name, so that a verdict does not depend on the order of the answer.
    static func inOrder(_ hosts: [HostFinding]) -> [HostFinding] {
        hosts.sorted { ($0.preference, $0.name) < ($1.preference, $1.name) }
    }
}
