import DANE
import DNSSEC
import Inspection

/// TLSA records that were secure recently and are looked up again (F-87). The self-test itself can only ask for records
/// that do not exist.
///
/// A forwarder may pass the denial of a TLSA record and lose the records themselves, or their signatures. For a single
/// domain that looks like its own fault. If it happens to all of several domains that worked before, the way to the DNS
/// is at fault.
struct TLSAWitnesses: Sendable {
    /// The least number of domains. One stranger may own fewer.
    static let least = 2
    /// The most domains that are looked up.
    static let most = 3

    /// The owners of the records, at most one per site.
    let owners: [DomainName]

    /// The result for the records of one owner.
    private enum Finding {
        /// An answer that counts.
        case there
        /// The records, or their signatures, are missing.
        case lost(String)
        /// A fault that is the domain's own, or no answer.
        case unknown
    }

    /// Looks up the records, bypassing all caches.
    ///
    /// - Returns: The fault, if the records of several owners are lost and those of none are there.
    func fault(_ resolver: any Resolving) async -> ResolverHealth.Fault? {
        guard owners.count >= Self.least, let fresh = try? resolver.pastCaches() else { return nil }
        let findings = await withTaskGroup(of: Finding.self) { group in
            for owner in owners.prefix(Self.most) {
                group.addTask {
                    switch await fresh.tlsa(owner) {
                    case .secure, .insecure: .there
                    case .bogus(let reason) where reason.isOfDenial || reason.kind == .unsigned:
                        .lost(reason.sentence(at: 0))
                    case .bogus, .failed: .unknown
                    }
                }
            }
            return await group.reduce(into: [Finding]()) { $0.append($1) }
        }
        var reasons: [String] = []
        for finding in findings {
            switch finding {
            case .there: return nil
            case .lost(let reason): reasons.append(reason)
            case .unknown: break
            }
        }
        guard reasons.count >= Self.least, let reason = reasons.first else { return nil }
        let what = "TLSA lookups fail on the way to the DNS, of all \(reasons.count) domains that were in order before"
        return ResolverHealth.Fault(.tlsa, .unproven, "\(what): \(reason)")
    }
}
