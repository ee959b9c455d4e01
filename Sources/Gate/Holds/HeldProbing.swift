package import DANE
package import Inspection
package import Probe
import Support

/// Makes probes, except to addresses that an administrator holds back (F-132). No connection is made to these.
package struct HeldProbing: Probing {
    private let prober: any Probing
    private let holds: HoldBook

    /// Probing in front of a prober.
    package init(_ prober: any Probing, _ holds: HoldBook) {
        self.prober = prober
        self.holds = holds
    }

    package func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        if let hold = holds.hold(on: target.address, at: unixTime()) {
            // This says nothing about the host, and is not kept.
            return ProbeReport(end: .crowded("no connection is made to \(target.address): \(hold.text.dropLast())"))
        }
        return await prober.probe(target, publishing: records, for: asker)
    }

    package func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        prober.vouch(for: target, publishing: records)
    }
}
