package import DANE
package import Inspection
package import Probe
package import Records

/// Makes probes, and measures each by its steps. The recipient whose inspection makes a probe is its exemplar.
package struct MeasuredProbing: Probing {
    private let prober: any Probing
    private let measurements: Measurements

    /// Probes in front of a prober.
    package init(_ prober: any Probing, _ measurements: Measurements) {
        self.prober = prober
        self.measurements = measurements
    }

    package func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        let report = await prober.probe(target, publishing: records, for: asker)
        measurements.note(report, trace: InspectionHandle.current?.trace)
        return report
    }

    package func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        prober.vouch(for: target, publishing: records)
    }
}
