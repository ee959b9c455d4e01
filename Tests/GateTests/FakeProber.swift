import DANE
import Probe
import Synchronization

@testable import Inspection

/// Hosts of a few lines, by address; what is not named cannot be reached.
final class FakeProber: Probing {
    let ends: [IPAddress: ProbeReport.End]
    private let asked = Mutex<[ProbeTarget]>([])

    /// The hosts talked to so far.
    var targets: [ProbeTarget] { asked.withLock { $0 } }

    init(_ ends: [IPAddress: ProbeReport.End] = [:]) { self.ends = ends }

    func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        asked.withLock { $0.append(target) }
        return ProbeReport(end: ends[target.address] ?? .unreachable(.connect, "connection refused"))
    }
}
