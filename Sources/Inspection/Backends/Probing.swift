public import DANE
public import Probe

/// The pre-flight dialogue, as the inspection needs it: a connection in earnest, a table in tests.
public protocol Probing: Sendable {
    /// Talks to a host and reports what it saw.
    ///
    /// - Parameters:
    ///   - target: The host's address, port and the name for SNI.
    ///   - records: The TLSA records published for it. They do not change what is done; a report that is kept is kept for
    ///     them, so that a host with new records is looked at anew.
    func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport

    /// The same on behalf of a zone, which gets its fair share of what there is.
    func probe(_ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker) async -> ProbeReport

    /// Says that a host was authenticated by its records: it keeps a share of its probes.
    func vouch(for target: ProbeTarget, publishing records: [TLSARecord])
}

extension Probing {
    /// Probes on nobody's behalf.
    public func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        await probe(target, publishing: records)
    }

    /// Does nothing.
    public func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {}
}

extension Prober: Probing {
    /// Probes; the records do not change what is done.
    public func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
        await probe(target, for: .nobody)
    }

    /// Probes on behalf of a zone.
    public func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        await probe(target, for: asker)
    }
}
