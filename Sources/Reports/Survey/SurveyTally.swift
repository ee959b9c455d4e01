import DANE
import Policy

/// What all results of a survey come to, counted as they come.
struct SurveyTally: Sendable {
    /// Destinations and the recipients there.
    struct Count: Sendable, Hashable {
        var destinations = 0
        var recipients = 0

        fileprivate mutating func add(_ result: SurveyResult) {
            destinations += 1
            recipients += result.recipients
        }
    }

    /// Who failed, and how.
    struct Broken: Sendable, Hashable {
        /// The host, or where none came into it the destination.
        let host: String
        let outcome: Outcome
    }

    /// Mail that went by relays that are no MX hosts of its domains.
    struct Relayed: Sendable, Hashable {
        /// The destinations, and of their recipients those that went so.
        var count = Count()
        /// Whether the relay was judged in the destinations' place, for one of them at least.
        var isJudged = false
    }

    /// So many hosts are told apart; a list of strangers must not take all memory.
    private static let limit = 100_000

    private(set) var all = Count()
    private(set) var outcomes: [Outcome: Count] = [:]
    /// Outcomes that are broken DNSSEC or DANE, the codes X.7.32x.
    private(set) var broken = Count()
    private(set) var degraded = Count()
    private(set) var hazards = Count()
    /// Refused when seen first, for good or for now, and once it has lasted.
    private(set) var rejected = Count()
    private(set) var deferred = Count()
    private(set) var rejectedLasting = Count()
    private(set) var deferredLasting = Count()
    private(set) var hosts: [Broken: (count: Count, cause: String)] = [:]
    /// By relay.
    private(set) var relays: [String: Relayed] = [:]
    /// All of these together.
    private(set) var relayed = Count()

    /// How many destinations would be refused.
    var refused: Int { rejected.destinations + deferred.destinations }

    /// Counts a result.
    mutating func add(_ result: SurveyResult) {
        all.add(result)
        outcomes[result.outcome, default: Count()].add(result)
        if result.outcome.isBroken { broken.add(result) }
        if result.isDegraded { degraded.add(result) }
        if !result.hazards.isEmpty { hazards.add(result) }
        if let relay = result.relay {
            relayed.destinations += 1
            relayed.recipients += result.relayed
            if relays[relay] != nil || relays.count < Self.limit {
                relays[relay, default: Relayed()].count.destinations += 1
                relays[relay, default: Relayed()].count.recipients += result.relayed
                if result.route == .nexthop { relays[relay, default: Relayed()].isJudged = true }
            }
        }
        switch result.isRefused ? result.would ?? result.ruling : .accept {
        case .accept: break
        case .tempfail: deferred.add(result)
        case .reject: rejected.add(result)
        }
        switch result.lasting {
        case .accept: break
        case .tempfail: deferredLasting.add(result)
        case .reject: rejectedLasting.add(result)
        }
        guard result.outcome.defaultRuling == .deferThenReject || result.isRefused && result.outcome.allowsDelivery
        else { return }
        let key = Broken(host: result.host ?? result.domain, outcome: result.outcome)
        guard hosts[key] != nil || hosts.count < Self.limit else { return }
        hosts[key, default: (Count(), result.cause)].count.add(result)
    }

    /// The relays by which most recipients went.
    func busiest(_ count: Int) -> [(relay: String, relayed: Relayed)] {
        let sorted = relays.sorted {
            (-$0.value.count.recipients, -$0.value.count.destinations, $0.key)
                < (-$1.value.count.recipients, -$1.value.count.destinations, $1.key)
        }
        return sorted.prefix(count).map { ($0.key, $0.value) }
    }

    /// The hosts by which most recipients are lost.
    func worst(_ count: Int) -> [(broken: Broken, count: Count, cause: String)] {
        let sorted = hosts.sorted {
            (-$0.value.count.recipients, -$0.value.count.destinations, $0.key.host, $0.key.outcome.rawValue)
                < (-$1.value.count.recipients, -$1.value.count.destinations, $1.key.host, $1.key.outcome.rawValue)
        }
        return sorted.prefix(count).map { ($0.key, $0.value.count, $0.value.cause) }
    }
}

extension Outcome {
    /// Whether DNSSEC or DANE is broken at the recipient's side: what no gate but this one refuses.
    fileprivate var isBroken: Bool {
        switch self {
        case .startTLSNotSupported, .tlsFailed, .certificateExpired, .tlsaInvalid, .dnssecInvalid,
            .certificateHostMismatch:
            true
        default: false
        }
    }
}
