package import DANE
package import Inspection
package import Probe
import Synchronization

/// Makes probes, unless all hosts together have probed an address as often as may be in an hour (F-121).
///
/// The limits of the prober itself hold for one host. These are for all of them: together they have as many probes of
/// an address as one host would have, and no zone has more of them than are left. The counts in the store have no
/// seal, so they only slow a host down: a fiftieth of what it may do alone is left to it whatever they say, and no
/// domain passes because somebody has written a large number. Without the store, each host counts for itself.
package struct CountedProbing: Probing {
    /// The part of its own probes that nobody can take from a host. It needs no store to make them.
    private static let floor = 50

    private let prober: any Probing
    private let sharing: StoreSharing
    private let hourly: Int
    private let own = HourlyCounts()

    /// Probing in front of a prober.
    ///
    /// - Parameter hourly: How many probes of one address a zone may have in an hour; 0 for no limit.
    package init(_ prober: any Probing, _ sharing: StoreSharing, hourly: Int) {
        self.prober = prober
        self.sharing = sharing
        self.hourly = hourly
    }

    package func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        guard hourly > 0 else { return await prober.probe(target, publishing: records, for: asker) }
        let address = target.address.description
        let hour = sharing.hour
        if own.count(of: address, in: hour) >= max(1, hourly / Self.floor),
            let counts = await sharing.probes(of: address, for: asker.zone, in: hour),
            counts.zone + 1 > limit(asker) - counts.all
        {
            let why = "\(address) has been probed \(counts.all) times this hour by all hosts, and is left alone for now"
            return ProbeReport(end: .withheld(why, earlier: nil))
        }
        let report = await prober.probe(target, publishing: records, for: asker)
        switch report.end {
        case .notProbed, .crowded, .withheld, .foreign: break
        case .unreachable, .startTLSNotOffered, .startTLSRefused, .tlsFailed, .secured:
            own.add(address, in: hour)
            sharing.countProbe(of: address, for: asker.zone, in: hour)
        }
        return report
    }

    package func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        prober.vouch(for: target, publishing: records)
    }

    /// As many as one host may make in an hour and in a row, and some more for those that were authenticated before.
    private func limit(_ asker: ProbeAsker) -> Int {
        let inRow = max(1, hourly / 6)
        return hourly + 2 * inRow + (asker.isVouched ? max(1, inRow / 2) : 0)
    }
}

/// How often this host has probed each address in an hour.
private final class HourlyCounts: Sendable {
    /// The most addresses. Of those beyond it nothing is known.
    private static let limit = 50_000

    private let state = Mutex<(hour: Int64, counts: [String: Int])>((0, [:]))

    func count(of address: String, in hour: Int64) -> Int {
        state.withLock { $0.hour == hour ? $0.counts[address] ?? 0 : 0 }
    }

    func add(_ address: String, in hour: Int64) {
        state.withLock { state in
            if state.hour != hour { state = (hour, [:]) }
            guard state.counts[address] != nil || state.counts.count < Self.limit else { return }
            state.counts[address, default: 0] += 1
        }
    }
}
