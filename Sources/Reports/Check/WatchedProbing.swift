public import DANE
public import Inspection
public import Probe

/// A probe that says which hosts it talks to.
public struct WatchedProbing: Probing {
    private let probing: any Probing
    private let progress: CheckProgress

    /// The probe, and where it is to say so.
    public init(_ probing: any Probing, _ progress: CheckProgress) {
        self.probing = probing
        self.progress = progress
    }

    /// Probes on nobody's behalf.
    public func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
        await probe(target, publishing: records, for: .nobody)
    }

    /// Probes on behalf of a zone.
    public func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        let number = progress.entered(target)
        defer { progress.left(number) }
        return await probing.probe(target, publishing: records, for: asker)
    }

    /// Says that a host was authenticated by its records.
    public func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        probing.vouch(for: target, publishing: records)
    }
}
