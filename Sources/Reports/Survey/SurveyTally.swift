import DANE
import Policy

/// The tally of all results of a survey, counted as they come.
struct SurveyTally: Sendable {
    /// A number of destinations and of their recipients.
    struct Count: Sendable, Hashable {
        var destinations = 0
        var recipients = 0

        fileprivate mutating func add(_ result: SurveyResult) {
            destinations += 1
            recipients += result.recipients
        }
    }

    /// A host that failed, and how.
    struct Broken: Sendable, Hashable {
        /// The host; the destination if no host was involved.
        let host: String
        let outcome: Outcome
    }

    /// Mail that went by relays that are no MX hosts of its domains.
    struct Relayed: Sendable, Hashable {
        /// The destinations, and those of their recipients whose mail went by the relay.
        var count = Count()
        /// Whether the relay was judged in the place of at least one destination.
        var isJudged = false
    }

    /// The most hosts that are told apart, so that a list made by strangers cannot take all memory.
    private static let limit = 100_000

    private(set) var all = Count()
    private(set) var outcomes: [Outcome: Count] = [:]
    /// The destinations with broken DNSSEC or DANE, which have the codes X.7.32x.
    private(set) var broken = Count()
    private(set) var degraded = Count()
    private(set) var hazards = Count()
    /// Refused permanently or temporarily when first seen, and after the fault has lasted.
    private(set) var rejected = Count()
    private(set) var deferred = Count()
    private(set) var rejectedLasting = Count()
    private(set) var deferredLasting = Count()
    private(set) var hosts: [Broken: (count: Count, cause: String)] = [:]
    /// The relayed mail, by relay.
    private(set) var relays: [String: Relayed] = [:]
    /// The relayed mail of all relays together.
    private(set) var relayed = Count()

    /// The number of destinations that would be refused.
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

    /// Returns the relays of most recipients.
    func busiest(_ count: Int) -> [(relay: String, relayed: Relayed)] {
        let sorted = relays.sorted {
            (-$0.value.count.recipients, -$0.value.count.destinations, $0.key)
                < (-$1.value.count.recipients, -$1.value.count.destinations, $1.key)
        }
        return sorted.prefix(count).map { ($0.key, $0.value) }
    }

    /// Returns the hosts whose faults stop the mail of most recipients.
    func worst(_ count: Int) -> [(broken: Broken, count: Count, cause: String)] {
        let sorted = hosts.sorted {
            (-$0.value.count.recipients, -$0.value.count.destinations, $0.key.host, $0.key.outcome.rawValue)
                < (-$1.value.count.recipients, -$1.value.count.destinations, $1.key.host, $1.key.outcome.rawValue)
        }
        return sorted.prefix(count).map { ($0.key, $0.value.count, $0.value.cause) }
    }
}

extension Outcome {
    /// Whether DNSSEC or DANE is broken at the recipient's side. No other filter refuses such mail.
    fileprivate var isBroken: Bool {
        switch self {
        case .startTLSNotSupported, .tlsFailed, .certificateExpired, .tlsaInvalid, .dnssecInvalid,
            .certificateHostMismatch:
            true
        default: false
        }
    }
}
