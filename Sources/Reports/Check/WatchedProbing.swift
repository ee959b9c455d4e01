public import DANE
public import Inspection
public import Probe

/// A probe that notes which hosts it talks to.
public struct WatchedProbing: Probing {
    private let probing: any Probing
    private let progress: CheckProgress

    /// Makes such a probe from another one, and from the progress that takes in the notes.
    public init(_ probing: any Probing, _ progress: CheckProgress) {
        self.probing = probing
        self.progress = progress
    }

    /// Probes for a zone.
    public func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        let number = progress.entered(target)
        defer { progress.left(number) }
        return await probing.probe(target, publishing: records, for: asker)
    }

    /// Notes that a host was authenticated by its records.
    public func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        probing.vouch(for: target, publishing: records)
    }
}
