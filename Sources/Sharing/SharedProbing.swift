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
        guard let handle = InspectionHandle.current, handle.mayRelyOnOthers,
            !cache.isKept(target, publishing: records),
            let found = await sharing.finding(target, publishing: records)
        else { return await cache.probe(target, publishing: records, for: asker) }
        if !found.isToBeChecked, handle.rests(on: found.foreign.source) {
            sharing.tally.noteFindingUsed()
            return ProbeReport(end: .foreign(found.foreign), taken: .now - found.age)
        }
        let report = await cache.probe(target, publishing: records, for: asker)
        guard found.isToBeChecked else { return report }
        if sharing.showsFault(report, target, records) {
            // A server that has no TLS for a moment makes nobody a liar: a failure counts if it is seen twice.
            let again = await cache.renewing.probe(target, publishing: records, for: asker)
            if sharing.showsFault(again, target, records) { sharing.compare(target, again, records, found) }
        } else {
            sharing.compare(target, report, records, found)
        }
        return report
    }

    package func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        cache.vouch(for: target, publishing: records)
    }
}
