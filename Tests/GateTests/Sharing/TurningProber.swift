import DANE
import Probe
import Synchronization

@testable import Inspection

/// Shows what it is given, one after the other, and the last for ever.
final class TurningProber: Probing {
    private let ends: Mutex<[ProbeReport.End]>

    /// - Parameter ends: How the dialogues end; one at least.
    init(_ ends: [ProbeReport.End]) { self.ends = Mutex(ends) }

    func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        ProbeReport(end: ends.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] })
    }
}
