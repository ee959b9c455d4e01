package import DANE
import DNSSEC
import Support
import Synchronization

/// Recipients whose destination was inspected, by neighbourhood. They show who gets no verdict, and whether that is one
/// neighbourhood or everybody. They cover the last twenty to forty seconds.
///
/// Only recipients whose verdict was not cached are counted, under a lock that is held for a table look-up. They have
/// waited much longer than that.
package final class NeighbourhoodCounts: Sendable {
    /// The recipients of a neighbourhood.
    package struct Count: Sendable, Equatable {
        /// All whose destination was inspected.
        package var recipients = 0
        /// Those that were told that there is no verdict yet.
        package var pending = 0
        /// Those that were told that nothing could be found out.
        package var doubtful = 0

        /// Makes one from its parts.
        package init(recipients: Int = 0, pending: Int = 0, doubtful: Int = 0) {
            self.recipients = recipients
            self.pending = pending
            self.doubtful = doubtful
        }

        /// Whether most of its recipients get no verdict.
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

    /// The most neighbourhoods in half a window. Further ones are counted together.
    static let limit = 4_096
    /// A neighbourhood with fewer recipients is counted together with its neighbours.
    private static let least = 5
    /// Half of the time that is covered.
    static let turn = Duration.seconds(20)
    /// The key for neighbourhoods beyond the limit. It is not the name of one.
    private static let others = "*"

    private let state = Mutex(State())

    /// Makes empty counts.
    package init() {}

    /// Counts a recipient whose destination was inspected.
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
                // A neighbourhood with few recipients says nothing on its own.
                all[count.recipients < Self.least ? Self.above(name) : name, default: Count()] += count
            }
            return all
        }
    }

    /// The key for a neighbourhood: itself, or what is above it if there are many.
    private static func key(_ name: String, in counts: [String: Count]) -> String {
        if counts[name] != nil || counts.count < limit / 2 { return name }
        let above = above(name)
        return counts[above] != nil || counts.count < limit ? above : others
    }

    /// The last two labels of a neighbourhood. New ones are easily made up below a name that only looks like a
    /// registry's.
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
