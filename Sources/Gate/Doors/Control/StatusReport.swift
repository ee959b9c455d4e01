import DANE
import Inspection
import Policy
import Records
import Support

/// What `danegate status` prints. Its keys are those in JSON.
public struct StatusReport: Codable, Sendable {
    /// The breaker.
    public struct BreakerState: Codable, Sendable {
        let state: String
        @NullableJSON private(set) var cause: String?
        @NullableJSON private(set) var message: String?
        @NullableJSON private(set) var open_for_s: Int64?
    }

    /// The resolver.
    public struct ResolverState: Codable, Sendable {
        /// The forwarders. Empty for full recursion.
        let forward: [String]
        /// Whether nothing that is needed is lost on the way.
        let working: Bool
        /// Whether the root's keys, denials and TLSA answers arrive; no value if unknown.
        @NullableJSON private(set) var root_keys: Bool?
        @NullableJSON private(set) var denials: Bool?
        @NullableJSON private(set) var tlsa: Bool?
        /// What to do if only some things arrive.
        @NullableJSON private(set) var advice: String?
    }

    /// The cached verdicts, and how many recipients were ruled upon by one.
    public struct Cache: Codable, Sendable {
        let destinations: Int
        let capacity: Int
        let hits: Int
        let misses: Int
    }

    /// The state file.
    public struct State: Codable, Sendable {
        let enabled: Bool
        let directory: String
        let lost_rows: Int
        /// Whether the last rows could not be written, and how long ago rows were last lost.
        let losing: Bool
        @NullableJSON private(set) var lost_ago_s: Int64?
        /// Why nothing is stored, if that is known.
        @NullableJSON private(set) var fault: String?
    }

    /// The message trace.
    public struct Trace: Codable, Sendable {
        let enabled: Bool
        /// The state of its file.
        let state: String
        /// Recipients in the file.
        let rows: Int
        /// Recipients written, and lost, since the start.
        let written: Int
        let lost_rows: Int
        /// Whether the last ones could not be written, and how long ago some were last lost.
        let losing: Bool
        @NullableJSON private(set) var lost_ago_s: Int64?

        init(_ statistics: TraceStore.Statistics?, at now: ContinuousClock.Instant) {
            enabled = statistics != nil
            state = statistics?.state.rawValue ?? "off"
            rows = statistics?.rows ?? 0
            written = statistics?.rowsWritten ?? 0
            lost_rows = statistics?.losses.count ?? 0
            losing = statistics?.losses.isOngoing ?? false
            lost_ago_s = statistics?.losses.ago(at: now)
        }
    }

    /// The policy file.
    public struct PolicyFile: Codable, Sendable {
        @NullableJSON private(set) var file: String?
        let lines: Int
        let read: String
        @NullableJSON private(set) var fault: String?
        /// Whether the last good copy is in force, because the file had a fault at the start; nil from an earlier
        /// version.
        let copy: Bool?
    }

    /// Recipients since the start.
    public struct Recipients: Codable, Sendable {
        /// By ruling, then by outcome.
        let by_ruling: [String: [String: Int]]
        let monitored: Int
        /// Accepted without an inspection: not judged, or exempt by policy.
        let passed: Int
        let exempt: Int
        /// All of them, by what was done or would have been done. The keys are those of `danegate report`.
        let totals: Totals

        /// The results for recipients.
        struct Totals: Codable, Sendable {
            let recipients: Int
            let accepted: Int
            let deferred: Int
            let rejected: Int
            let would_defer: Int
            let would_reject: Int
        }

        init(_ counts: RulingCounts) {
            var rulings: [String: [String: Int]] = ["accept": [:], "tempfail": [:], "reject": [:]]
            for (ruling, outcomes) in counts.rulings {
                for (outcome, count) in outcomes { rulings[ruling.rawValue, default: [:]][outcome.rawValue] = count }
            }
            by_ruling = rulings
            monitored = counts.monitored
            passed = counts.passed
            exempt = counts.exempt
            func total(_ ruling: Ruling.Action) -> Int { counts.rulings[ruling]?.values.reduce(0, +) ?? 0 }
            totals = Totals(
                recipients: Ruling.Action.allCases.reduce(0) { $0 + total($1) }, accepted: total(.accept),
                deferred: total(.tempfail), rejected: total(.reject), would_defer: counts.would[.tempfail] ?? 0,
                would_reject: counts.would[.reject] ?? 0)
        }
    }

    /// A next hop that this site's own configuration names.
    public struct OwnNextHop: Codable, Sendable {
        /// The next hop as an MTA writes it.
        let next_hop: String
        /// The last outcome there.
        let outcome: String
        /// Whether mail was refused because of it, or would have been.
        let failing: Bool
        /// The last hour's recipients.
        let recipients: UInt64
        /// Their share of all recipients of the last hour, in percent.
        let share: Double

        init(_ standing: OwnHopCounts.Standing, standard port: UInt16) {
            next_hop = standing.destination.text(standard: port)
            outcome = standing.outcome.rawValue
            failing = standing.isFailing
            recipients = standing.recipients
            share = (standing.share * 1000).rounded() / 10
        }

        /// A larger share is a reason for a warning if the next hop fails.
        static let largeShare = 10.0
    }

    /// The resources of the process.
    public struct Process: Codable, Sendable {
        let rss_kib: Int
        let threads: Int
        let descriptors: Int
        let descriptor_limit: Int
        /// How many times the system has refused a thread since the start; nil from an earlier version.
        let threads_refused: Int?
        /// Whether it refuses threads now.
        let threads_short: Bool?
    }

    /// The state for a monitoring plugin.
    public private(set) var status = StatusLevel.ok
    /// What is wrong, one sentence each.
    public private(set) var problems: [String] = []

    let pid: Int
    package let version: String
    let libmilter: String
    let libunbound: String
    let gnutls: String
    let started: String
    package let uptime_s: Int64
    package let mode: String
    package let rollout: Int
    let milter_socket: String
    let breaker: BreakerState
    let resolver: ResolverState
    let cache: Cache
    let faults: Int
    let inspections: Int
    let waiting: Int
    let probes: Int
    @NullableJSON private(set) var helo: Introduction?
    let log_dropped: Int
    /// How long ago a line of the log was last dropped.
    @NullableJSON private(set) var log_dropped_ago_s: Int64?
    let state: State
    @NullableJSON private(set) var trace: Trace?
    @NullableJSON private(set) var exemptions: Int?
    /// Why an exemption may not be in force.
    @NullableJSON private(set) var exemptions_fault: String?
    let policy: PolicyFile
    @NullableJSON private(set) var monitored: Monitored?
    let recipients: Recipients
    /// How the gate copes with its load: who fills it, and whether others suffer.
    @NullableJSON private(set) var load: LoadReport?
    /// The site's own next hops with the most recipients in the last hour.
    @NullableJSON private(set) var own_next_hops: [OwnNextHop]?
    let process: Process
    @NullableJSON private(set) var descriptors: Descriptors?
    @NullableJSON private(set) var connections: Connections?
    /// The doors beside the milter that are open.
    @NullableJSON private(set) var doors: [Door]?
    /// The store that several hosts share; nil if there is none.
    @NullableJSON private(set) var shared: Shared?

    init(
        pid: Int, version: String, libmilter: String, libunbound: String, gnutls: String, started: String,
        uptime_s: Int64, mode: String, rollout: Int, milter_socket: String, breaker: BreakerState,
        resolver: ResolverState, cache: Cache, faults: Int, inspections: Int, waiting: Int, probes: Int,
        helo: Introduction?, log_dropped: Int, log_dropped_ago_s: Int64?, state: State, trace: Trace?, exemptions: Int?,
        exemptions_fault: String?,
        policy: PolicyFile, monitored: Monitored,
        recipients: Recipients, load: LoadReport?, own_next_hops: [OwnNextHop], process: Process,
        descriptors: Descriptors?, connections: Connections?, doors: [Door]?,
        shared: Shared?
    ) {
        self.pid = pid
        self.version = version
        self.libmilter = libmilter
        self.libunbound = libunbound
        self.gnutls = gnutls
        self.started = started
        self.uptime_s = uptime_s
        self.mode = mode
        self.rollout = rollout
        self.milter_socket = milter_socket
        self.breaker = breaker
        self.resolver = resolver
        self.cache = cache
        self.faults = faults
        self.inspections = inspections
        self.waiting = waiting
        self.probes = probes
        self.helo = helo
        self.log_dropped = log_dropped
        self.log_dropped_ago_s = log_dropped_ago_s
        self.state = state
        self.trace = trace
        self.exemptions = exemptions
        self.exemptions_fault = exemptions_fault
        self.policy = policy
        self.monitored = monitored
        self.recipients = recipients
        self.load = load
        self.own_next_hops = own_next_hops
        self.process = process
        self.descriptors = descriptors
        self.connections = connections
        self.doors = doors
        self.shared = shared
    }

    /// Whether something was lost so recently that it is a reason for a warning.
    private static func isRecent(_ seconds: Int64?) -> Bool {
        seconds.map { $0 < ControlService.longTrouble.components.seconds } ?? false
    }

    private static func lost(_ file: String, _ rows: Int, _ isOngoing: Bool) -> String {
        let lost = "\(CountText.of(rows, "row")) of it \(rows == 1 ? "was" : "were") lost"
        guard isOngoing else { return "\(file) could not be written for a while: \(lost); it is written again" }
        return "\(file) cannot be written" + (rows > 0 ? ": \(lost)" : "")
    }

    /// Adds a warning about settings that the next start would refuse. The command passes them, because it reads what
    /// the next start will read.
    public mutating func note(faultsOfSettings faults: [String]) {
        guard let first = faults.first else { return }
        status = max(status, .warning)
        let more = faults.count > 1 ? " (and \(faults.count - 1) more: danegate settings)" : ""
        problems.append("the next start will fail: \(first)\(more)")
    }

    /// Decides what is wrong, and how serious it is.
    mutating func judge() {
        func note(_ level: StatusLevel, _ sentence: String) {
            status = max(status, level)
            problems.append(sentence)
        }
        if breaker.state == "open" {
            let isCritical =
                !["descriptors", "failures"].contains(breaker.cause)
                || (breaker.open_for_s ?? 0) > ControlService.longTrouble.components.seconds
            let since = breaker.open_for_s.map { " for \(DurationText.brief(.seconds($0)))" } ?? ""
            note(
                isCritical ? .critical : .warning,
                "breaker open\(since) (\(breaker.cause ?? "-")): \(breaker.message ?? "-")"
                    + (resolver.advice.map { "; \($0)" } ?? ""))
        }
        // While the breaker is open, nobody gets a verdict, and the reason is listed above.
        if breaker.state != "open", let trouble = load?.trouble { note(trouble.level, trouble.sentence) }
        // What is over is a reason for a warning only until it has been noticed. After that, a line reports it.
        if Self.isRecent(log_dropped_ago_s) { note(.warning, "log lines were dropped: \(log_dropped)") }
        if !state.enabled || state.fault != nil {
            note(.warning, state.fault ?? "there is no state file in this run")
        }
        if state.losing || Self.isRecent(state.lost_ago_s) {
            note(.warning, Self.lost("the state file", state.lost_rows, state.losing))
        }
        if let trace {
            let isFailing = trace.losing || trace.state == TraceStore.Statistics.State.failing.rawValue
            if isFailing || Self.isRecent(trace.lost_ago_s) {
                note(.warning, Self.lost("the trace", trace.lost_rows, isFailing))
            }
        }
        if let warning = helo?.warning { note(.warning, warning) }
        for hop in own_next_hops ?? [] where hop.failing && hop.share > OwnNextHop.largeShare {
            note(
                .warning,
                "this site's own next hop \(hop.next_hop) fails (\(hop.outcome)), and stands for "
                    + "\(Percentage.text(hop.share)) of the "
                    + "last hour's recipients")
        }
        if let connections, connections.open * 10 >= connections.cap * 9 {
            note(.warning, "\(connections.open) connections of MTAs are open, of \(connections.cap) at most")
        }
        for door in doors ?? [] where door.isFull {
            note(.warning, "\(door.open) connections are open at \(door.place), of \(door.cap) at most")
        }
        if let warning = shared?.warning { note(.warning, warning) }
        if let exemptions_fault { note(.warning, exemptions_fault) }
        if let fault = policy.fault {
            let holding = policy.copy == true ? "its last good copy holds, of \(policy.read)" : "the old one holds"
            note(.warning, "the policy file is refused, \(holding): \(fault)")
        }
        if process.threads_short == true { note(.warning, "the system gives no more threads: \(ThreadNews.advice)") }
        if process.descriptors * 5 > process.descriptor_limit * 4 {
            note(.warning, "\(process.descriptors) of \(process.descriptor_limit) file descriptors are in use")
        }
    }
}
