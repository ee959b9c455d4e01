package import DANE
import DNSSEC
import Support
import Synchronization

/// Recipients whose destination was looked at, by the neighbourhood of that: who comes away without a verdict, and whether
/// that is one neighbourhood or everybody. It covers the last twenty to forty seconds.
///
/// Only recipients without a kept verdict are counted, under a lock that is held for a table look-up: they have waited for
/// much longer.
package final class NeighbourhoodCounts: Sendable {
    /// The recipients of a neighbourhood.
    package struct Count: Sendable, Equatable {
        /// All that were looked at.
        package var recipients = 0
        /// Those that were told that there was no verdict yet.
        package var pending = 0
        /// Those that were told that nothing could be found out.
        package var doubtful = 0

        /// One of these parts.
        package init(recipients: Int = 0, pending: Int = 0, doubtful: Int = 0) {
            self.recipients = recipients
            self.pending = pending
            self.doubtful = doubtful
        }

        /// Whether most of its recipients come away without a verdict.
        package var isHeldDown: Bool { (pending + doubtful) * 2 >= recipients }

        static func += (left: inout Count, right: Count) { left = left + right }

        package static func + (left: Count, right: Count) -> Count {
            Count(
                recipients: left.recipients + right.recipients, pending: left.pending + right.pending,
                doubtful: left.doubtful + right.doubtful)
        }
    }

    private struct State {
        var young: [String: Count] = [:]
        var old: [String: Count] = [:]
        var turned = ContinuousClock.now
    }

    /// More neighbourhoods are counted together, in half a window.
    static let limit = 4_096
    /// With fewer recipients a neighbourhood is counted with its neighbours.
    private static let least = 5
    /// Half of the time that is covered.
    static let turn = Duration.seconds(20)
    /// What neighbourhoods beyond the limit are counted under; no name of one.
    private static let others = "*"

    private let state = Mutex(State())

    /// None yet.
    package init() {}

    /// Counts a recipient that was looked at.
    package func note(_ domain: DomainName, _ outcome: Outcome, at now: ContinuousClock.Instant = .now) {
        let name = Neighbourhood(of: domain.text).name
        state.withLockBarging { state in
            Self.age(&state, at: now)
            let key = Self.key(name, in: state.young)
            state.young[key, default: Count()].recipients += 1
            switch outcome {
            case .pending: state.young[key, default: Count()].pending += 1
            case .dnsUnavailable, .unreachable: state.young[key, default: Count()].doubtful += 1
            default: break
            }
        }
    }

    /// The counts by neighbourhood.
    package func all(at now: ContinuousClock.Instant = .now) -> [String: Count] {
        state.withLock { state in
            Self.age(&state, at: now)
            var all: [String: Count] = [:]
            for (name, count) in state.young.merging(state.old, uniquingKeysWith: +) {
                // One that few recipients are in tells nothing by itself.
                all[count.recipients < Self.least ? Self.above(name) : name, default: Count()] += count
            }
            return all
        }
    }

    /// What a neighbourhood is counted under: itself, or what lies above it where there are many.
    private static func key(_ name: String, in counts: [String: Count]) -> String {
        if counts[name] != nil || counts.count < limit / 2 { return name }
        let above = above(name)
        return counts[above] != nil || counts.count < limit ? above : others
    }

    /// The last two labels of a neighbourhood: it is made up in no time below a name that merely looks like a registry's.
    private static func above(_ name: String) -> String {
        name.split(separator: ".").suffix(2).joined(separator: ".")
    }

    private static func age(_ state: inout State, at now: ContinuousClock.Instant) {
        guard now - state.turned >= turn else { return }
        state.old = now - state.turned < turn * 2 ? state.young : [:]
        state.young = [:]
        state.turned = now
    }
}
