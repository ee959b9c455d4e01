package import DANE
package import Inspection
package import Probe

/// Probes, unless this host has a report already, or another host has authenticated the server a short while ago.
///
/// Only an inspection whose result may rest on others uses that: not the second look at a failure, nor what checks
/// another host, nor what an administrator orders.
package struct SharedProbing: Probing {
    private let cache: ProbeCache
    private let sharing: StoreSharing

    /// Probing in front of a cache.
    package init(_ cache: ProbeCache, _ sharing: StoreSharing) {
        self.cache = cache
        self.sharing = sharing
    }

    package func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        guard InspectionHandle.current?.mayRelyOnOthers == true, !cache.isKept(target, publishing: records),
            let found = await sharing.finding(target, publishing: records)
        else { return await cache.probe(target, publishing: records, for: asker) }
        guard found.isToBeChecked else {
            sharing.tally.noteFindingUsed()
            return ProbeReport(end: .foreign(found.foreign), taken: .now - found.age)
        }
        let report = await cache.probe(target, publishing: records, for: asker)
        sharing.compare(target, report, records, found)
        return report
    }

    package func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        cache.vouch(for: target, publishing: records)
    }
}
