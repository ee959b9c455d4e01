public import DANE
public import Probe

/// The dialogue with a host, as the inspection needs it. In production it is a connection, in tests a table.
public protocol Probing: Sendable {
    /// Talks to a host and reports what it saw.
    ///
    /// - Parameters:
    ///   - target: The host's address, port and the name for SNI.
    ///   - records: The TLSA records published for it. They do not change the dialogue. A report is kept together with
    ///     them, so that a host with new records is probed again.
    ///   - asker: On whose behalf. Each zone gets its fair share of the probes.
    func probe(_ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker) async -> ProbeReport

    /// Notes that a host was authenticated by its records. Some of its probes are then reserved for it.
    func vouch(for target: ProbeTarget, publishing records: [TLSARecord])
}

extension Probing {
    /// Talks to a host on behalf of nobody.
    public func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
        await probe(target, publishing: records, for: .nobody)
    }

    /// Does nothing.
    public func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {}
}

extension Prober: Probing {
    /// Probes on behalf of a zone. The records do not change the dialogue.
    public func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        await probe(target, for: asker)
    }
}
