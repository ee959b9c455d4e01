import DANE
import Synchronization

/// How one SMTP server is spared: so many probes of an address and port at once, and so many an hour, however many domains, base
/// names and TLSA sets it serves.
///
/// The hourly bound is a bucket of tokens: a host that was left alone for a while may be probed a number of times in a row. Bounded:
/// beyond `limit` hosts that are remembered, the bounds of all probes together are the only ones.
final class ProbeManners: Sendable {
    /// A server.
    struct Endpoint: Hashable, Sendable {
        let address: IPAddress
        let port: UInt16
    }

    private struct Host {
        let slots: ProbeSlots
        /// How many have the slots in their hands, or wait for one.
        var users = 0
        var tokens: Double
        var filled: ContinuousClock.Instant
    }

    private struct State {
        var hosts: [Endpoint: Host] = [:]
        var nextSweep = ContinuousClock.now
        var isClosed = false
    }

    /// How many hosts are remembered; one is for as long as it has not all its tokens back.
    static let limit = 50_000

    private let atOnce: Int
    private let hourly: Double
    private let state = Mutex(State())

    /// - Parameters:
    ///   - atOnce: The most probes of a host at a time.
    ///   - hourly: The most probes of a host in an hour; 0 for any number. A sixth of it may be spent in a row.
    init(atOnce: Int, hourly: Int) {
        self.atOnce = max(1, atOnce)
        self.hourly = Double(max(0, hourly))
    }

    private var burst: Double { max(1, hourly / 6) }

    /// How many hosts are remembered.
    var count: Int { state.withLock { $0.hosts.count } }

    /// Takes one of a host's probes of the hour, and the way to its slots.
    ///
    /// - Returns: The slots, which must be given back with `leave`; nil if the host has been probed as often as it may be.
    func enter(_ endpoint: Endpoint, at now: ContinuousClock.Instant = .now) -> ProbeSlots? {
        state.withLock { state in
            if state.hosts[endpoint] == nil, state.hosts.count >= Self.limit { sweep(&state, now) }
            var host = state.hosts[endpoint] ?? Host(slots: ProbeSlots(atOnce), tokens: burst, filled: now)
            host.tokens = tokens(of: host, at: now)
            host.filled = now
            guard hourly == 0 || host.tokens >= 1 else { return nil }
            host.tokens -= 1
            host.users += 1
            if state.isClosed { host.slots.close() }
            if state.hosts[endpoint] != nil || state.hosts.count < Self.limit { state.hosts[endpoint] = host }
            return host.slots
        }
    }

    /// Says that the slots are no longer needed: the slot has been given back, or was not had.
    func leave(_ endpoint: Endpoint, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            guard var host = state.hosts[endpoint] else { return }
            host.users = max(0, host.users - 1)
            let isForgotten = host.users == 0 && (hourly == 0 || tokens(of: host, at: now) >= burst)
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

    private func tokens(of host: Host, at now: ContinuousClock.Instant) -> Double {
        min(burst, host.tokens + hourly * ((now - host.filled) / .seconds(3600)))
    }

    /// Forgets the hosts that have all their tokens back; once a second at most.
    private func sweep(_ state: inout State, _ now: ContinuousClock.Instant) {
        guard state.nextSweep <= now else { return }
        state.nextSweep = now + .seconds(1)
        state.hosts = state.hosts.filter { $0.value.users > 0 || hourly > 0 && tokens(of: $0.value, at: now) < burst }
    }
}
