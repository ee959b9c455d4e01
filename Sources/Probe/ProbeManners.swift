import DANE
import Synchronization

/// How one SMTP server, and the network that it is in, are spared: so many probes of an address and port at once, and
/// so many an hour, however many domains, base names and TLSA sets it serves.
///
/// The hourly bounds are those of `ProbeBudget`: a host that was left alone for a while may be probed a number of times
/// in a row, and what one zone asks for does not use up what others may. Bounded: beyond `limit` hosts and as many
/// networks that are remembered, the bounds of all probes together are the only ones.
final class ProbeManners: Sendable {
    /// A server.
    struct Endpoint: Hashable, Sendable {
        let address: IPAddress
        let port: UInt16
    }

    /// Whether a host may be probed.
    enum Entry: Sendable {
        /// It may: the way to its slots, which must be given back with `leave`.
        case slots(ProbeSlots)
        /// The host has been probed as often as it may be.
        case hostSpent
        /// The host's network has.
        case networkSpent(AddressRange)
    }

    private struct Host {
        let slots: ProbeSlots
        /// How many have the slots in their hands, or wait for one.
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

    /// How many hosts are remembered; one is for as long as it has not all its probes back.
    static let limit = 50_000

    private let atOnce: Int
    private let hourly: Int
    private let hostLimits: ProbeBudget.Limits
    private let networkLimits: ProbeBudget.Limits
    private let state = Mutex(State())

    /// - Parameters:
    ///   - atOnce: The most probes of a host at a time.
    ///   - hourly: The most probes of a host in an hour for one zone; 0 for any number. A sixth of it may be spent in a
    ///     row.
    init(atOnce: Int, hourly: Int) {
        self.atOnce = max(1, atOnce)
        self.hourly = max(0, hourly)
        hostLimits = .host(hourly: Double(self.hourly))
        networkLimits = .network(hourly: Double(self.hourly))
    }

    /// How many hosts are remembered.
    var count: Int { state.withLock { $0.hosts.count } }

    /// Takes one of a host's probes of the hour, and the way to its slots.
    func enter(
        _ endpoint: Endpoint, for asker: ProbeAsker = .nobody, at now: ContinuousClock.Instant = .now
    ) -> Entry {
        let network = AddressRange.network(of: endpoint.address)
        return state.withLock { state in
            if state.hosts[endpoint] == nil, state.hosts.count >= Self.limit { sweep(&state, now) }
            var host = state.hosts[endpoint] ?? Host(slots: ProbeSlots(atOnce, isParted: false), budget: .init(at: now))
            if hourly > 0 {
                guard host.budget.allows(asker, hostLimits, at: now) else {
                    if state.hosts[endpoint] != nil { state.hosts[endpoint] = host }
                    return .hostSpent
                }
                guard spend(network, asker, &state, now) else { return .networkSpent(network) }
                host.budget.take(asker)
            }
            host.users += 1
            if state.isClosed { host.slots.close() }
            if state.hosts[endpoint] != nil || state.hosts.count < Self.limit { state.hosts[endpoint] = host }
            return .slots(host.slots)
        }
    }

    /// Takes one of a network's probes; false if there is none for the asker.
    private func spend(
        _ network: AddressRange, _ asker: ProbeAsker, _ state: inout State, _ now: ContinuousClock.Instant
    ) -> Bool {
        if state.networks[network] == nil, state.networks.count >= Self.limit, state.nextNetworkSweep <= now {
            state.nextNetworkSweep = now + .seconds(1)
            state.networks = state.networks.filter { !$0.value.isUntouched(networkLimits, at: now) }
        }
        let isKnown = state.networks[network] != nil
        guard isKnown || state.networks.count < Self.limit else { return true }
        // In its place: a copy would copy the table of its zones.
        guard state.networks[network, default: .init(at: now)].allows(asker, networkLimits, at: now) else {
            return false
        }
        state.networks[network]?.take(asker)
        return true
    }

    /// Says that the slots are no longer needed: the slot has been given back, or was not had.
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

    /// Forgets the hosts that have all their probes back; once a second at most.
    private func sweep(_ state: inout State, _ now: ContinuousClock.Instant) {
        guard state.nextSweep <= now else { return }
        state.nextSweep = now + .seconds(1)
        state.hosts = state.hosts.filter {
            $0.value.users > 0 || hourly > 0 && !$0.value.budget.isUntouched(hostLimits, at: now)
        }
    }
}
