import DANE
import DNSSEC

/// The search for a host's TLSA records, in the order that RFC 7672 §2.2.2 and §2.2.3 require: first the addresses,
/// then, if these are secure, the records (D-32).
struct TLSALookup {
    /// The result of the search.
    enum Result {
        /// Secure records: DANE applies.
        case records([TLSARecord], base: DomainName, lifetime: Duration)
        /// No DANE: the records are insecure, or proven absent.
        case none(String, lifetime: Duration?)
        case bogus(BogusReason)
        case failed(LookupFailure)
    }

    let resolver: any Resolving
    let port: UInt16

    /// Searches for the records.
    ///
    /// - Parameters:
    ///   - host: The host's name as published.
    ///   - known: Its addresses.
    func search(_ host: DomainName, _ known: HostAddresses.Known) async -> Result {
        var bases: [DomainName]
        // The shortest lifetime of all answers on the way. The result must not be kept longer than any answer that can
        // change it.
        var lifetime: Duration?
        if known.isSecure {
            // V11; D-39, D-40, D-41, RFC 7672 §2.2.3; E-11, RFC 7671 §7: first the expanded name, then the original one
            // (F-18), never a name between.
            bases = [known.canonicalName, host].compactMap { $0 }
        } else {
            // V8; D-33, RFC 7672 §2.2.2; D-31; F-24: with an insecure address there is no TLSA query, as some name
            // servers of unsigned zones do not answer one. The exception is an alias: V9, V10; D-14, RFC 7672 §2.1.3: a
            // CNAME query tells whether the alias itself is in a secure zone.
            guard known.canonicalName != nil else { return .none("its addresses are insecure", lifetime: nil) }
            switch await resolver.cname(host) {
            case .secure(let found) where !found.records.isEmpty:
                bases = [host]
                lifetime = found.ttl
            case .secure(let found), .insecure(let found):
                return .none("its name is an insecure alias", lifetime: found.ttl)
            // D-12, D-35, RFC 7672 §2.1.3, §2.2.2.
            case .bogus(let why): return await unlessInsecure(host, why)
            case .failed(let why): return .failed(why.about("\(host) CNAME"))
            }
        }
        if bases.count == 2, bases[0] == bases[1] { bases.removeLast() }
        var absence = "no TLSA records"
        for base in bases {
            // D-38, RFC 7672 §2.2.3; T-12, RFC 6698 §3.
            guard let owner = base.tlsaOwner(port: port) else { continue }
            // D-42, RFC 7672 §2.2.3: the resolver follows an alias of the owner; the base domain stays the same. F-31,
            // T-11: a record from a wildcard counts like any other.
            switch await resolver.tlsa(owner) {
            case .secure(let found) where !found.records.isEmpty:
                return .records(found.records, base: base, lifetime: min(lifetime ?? found.ttl, found.ttl))
            // V13; D-05, RFC 7672 §2.1.1; F-25: a denial, secure or insecure, is an answer. D-18, §2.2: insecure
            // records do not count.
            case .secure(let found):
                lifetime = min(lifetime ?? found.ttl, found.ttl)
            case .insecure(let found):
                lifetime = min(lifetime ?? found.ttl, found.ttl)
                if !found.records.isEmpty { absence = "its TLSA records are insecure" }
            // V12; D-10, D-12, RFC 7672 §2.1.2, §2.1.3: any failed query on the way to the TLSA records makes the host
            // unreachable.
            case .bogus(let why): return .bogus(why)
            case .failed(let why): return .failed(why.about("\(owner) TLSA"))
            }
        }
        return .none(absence, lifetime: lifetime)
    }

    /// The result if the answer to a CNAME query is bogus, although the alias in the address answer was not.
    ///
    /// If a DNAME leads into an unsigned zone, libunbound 1.17.1 cannot validate the CNAME made from it when that is
    /// looked up on its own. In that case the TLSA owner is below the DNAME as well, and a TLSA answer that is
    /// proven to be insecure tells what the CNAME query was meant to tell. No other answer does.
    private func unlessInsecure(_ host: DomainName, _ why: BogusReason) async -> Result {
        // D-15, RFC 7672 §2.1.3.
        guard let owner = host.tlsaOwner(port: port), case .insecure(let found) = await resolver.tlsa(owner) else {
            return .bogus(why)
        }
        return .none("its name is an insecure alias", lifetime: found.ttl)
    }
}
