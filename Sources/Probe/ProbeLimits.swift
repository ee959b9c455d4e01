import DANE
import Synchronization

/// Limits the probes of one SMTP server and of its network: so many at once per address and port, and so many per hour,
/// however many domains, base domains and TLSA sets it serves (F-121, F-122).
///
/// `ProbeBudget` has the hourly limits: a host that was left alone for a while may be probed several times in a row,
/// and one zone cannot use up the share of others. The memory is bounded: for hosts and networks beyond `limit` of
/// each, only the limits for all probes together apply.
final class ProbeLimits: Sendable {
    /// A server.
    struct Endpoint: Hashable, Sendable {
        let address: IPAddress
        let port: UInt16
    }

    /// The answer to whether a host may be probed.
    enum Entry: Sendable {
        /// It may. These are its slots; call `leave` afterwards.
        case slots(ProbeSlots)
        /// The host has been probed as often as it may be.
        case hostSpent
        /// The host's network has been probed as often as it may be.
        case networkSpent(AddressRange)
    }

    private struct Host {
        let slots: ProbeSlots
        /// How many callers hold one of the slots or wait for one.
        var users = 0
        var budget: ProbeBudget
    }

    private struct State {
        var hosts: [Endpoint: Host] = [:]
        var networks: [AddressRange: ProbeBudget] = [:]
        var nextSweep = ContinuousClock.now
        var nextNetworkSweep = ContinuousClock.now
        var isClosed = false
    }

    /// How many hosts are remembered. A host is remembered until none of its probes count any more.
    static let limit = 50_000

    private let atOnce: Int
    private let hourly: Int
    private let hostLimits: ProbeBudget.Limits
    private let networkLimits: ProbeBudget.Limits
    private let state = Mutex(State())

    /// Limits with these values.
    ///
    /// - Parameters:
    ///   - atOnce: The most probes of a host at the same time.
    ///   - hourly: The most probes of a host per hour and zone; 0 for no limit.
    ///   - inRow: Which part of them may be in a row.
    init(atOnce: Int, hourly: Int, inRow: Double = 1.0 / 6) {
        self.atOnce = max(1, atOnce)
        self.hourly = max(0, hourly)
        hostLimits = .host(hourly: Double(self.hourly), inRow: inRow)
        networkLimits = .network(hourly: Double(self.hourly), inRow: inRow)
    }

    /// How many hosts are remembered.
    var count: Int { state.withLock { $0.hosts.count } }

    /// Takes one of a host's probes of the hour, and returns its slots.
    func enter(
        _ endpoint: Endpoint, for asker: ProbeAsker = .nobody, at now: ContinuousClock.Instant = .now
    ) -> Entry {
        let network = AddressRange.network(of: endpoint.address)
        return state.withLock { state in
            if state.hosts[endpoint] == nil, state.hosts.count >= Self.limit { sweep(&state, now) }
            var host = state.hosts[endpoint] ?? Host(slots: ProbeSlots(atOnce, isParted: false), budget: .init(at: now))
            if hourly > 0 {
                // F-121.
                guard host.budget.allows(asker, hostLimits, at: now) else {
                    if state.hosts[endpoint] != nil { state.hosts[endpoint] = host }
                    return .hostSpent
                }
                // F-122.
                guard spend(network, for: asker, at: now, in: &state) else { return .networkSpent(network) }
                host.budget.take(asker)
            }
            host.users += 1
            if state.isClosed { host.slots.close() }
            if state.hosts[endpoint] != nil || state.hosts.count < Self.limit { state.hosts[endpoint] = host }
            return .slots(host.slots)
        }
    }

    /// Takes one of a network's probes. Returns false if there is none for the asker.
    private func spend(
        _ network: AddressRange, for asker: ProbeAsker, at now: ContinuousClock.Instant, in state: inout State
    ) -> Bool {
        if state.networks[network] == nil, state.networks.count >= Self.limit, state.nextNetworkSweep <= now {
            state.nextNetworkSweep = now + .seconds(1)
            state.networks = state.networks.filter { !$0.value.isUntouched(networkLimits, at: now) }
        }
        let isKnown = state.networks[network] != nil
        guard isKnown || state.networks.count < Self.limit else { return true }
        // In place: a copy would copy the table of its zones.
        guard state.networks[network, default: .init(at: now)].allows(asker, networkLimits, at: now) else {
            return false
        }
        state.networks[network]?.take(asker)
        return true
    }

    /// Says that the caller no longer needs the slots: it has released its slot, or it did not get one.
    func leave(_ endpoint: Endpoint, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            guard var host = state.hosts[endpoint] else { return }
            host.users = max(0, host.users - 1)
            let isForgotten = host.users == 0 && (hourly == 0 || host.budget.isUntouched(hostLimits, at: now))
            state.hosts[endpoint] = isForgotten ? nil : host
        }
    }

    /// Ends all waits for a slot.
    func close() {
        let hosts = state.withLock { state in
            state.isClosed = true
            return Array(state.hosts.values)
        }
        for host in hosts { host.slots.close() }
    }

    /// Forgets hosts of which no probe counts any more, at most once per second.
    private func sweep(_ state: inout State, _ now: ContinuousClock.Instant) {
        guard state.nextSweep <= now else { return }
        state.nextSweep = now + .seconds(1)
        state.hosts = state.hosts.filter {
            $0.value.users > 0 || hourly > 0 && !$0.value.budget.isUntouched(hostLimits, at: now)
        }
    }
}
