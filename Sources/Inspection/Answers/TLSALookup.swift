import DANE
import DNSSEC

/// The search for a host's TLSA records (RFC 7672 §2.2.2 and §2.2.3), in the order that the RFC demands: first the
/// addresses, then where these are secure the records.
struct TLSALookup {
    /// What the search came to.
    enum Result {
        /// Secure records: DANE applies.
        case records([TLSARecord], base: DomainName, lifetime: Duration)
        /// No DANE: insecure, or proven absent.
        case none(String, lifetime: Duration?)
        case bogus(BogusReason)
        case failed(String)
    }

    let resolver: any Resolving
    let port: UInt16

    /// Searches.
    ///
    /// - Parameters:
    ///   - host: The host's name as published.
    ///   - known: Its addresses.
    func search(_ host: DomainName, _ known: HostAddresses.Known) async -> Result {
        var bases: [DomainName]
        // Of every answer on the way: what one of them would change is not to outlive it.
        var lifetime: Duration?
        if known.isSecure {
            /// RFC 7672 §2.2.3: the expanded name first, then the original; never a name between.
            bases = [known.canonicalName, host].compactMap { $0 }
        } else {
            /// RFC 7672 §2.2.2: no TLSA query where the address is insecure, unless the host's name is an alias: then a CNAME
            /// query tells whether the alias itself is in a secure zone.
            guard known.canonicalName != nil else { return .none("its addresses are insecure", lifetime: nil) }
            switch await resolver.cname(host) {
            case .secure(let found) where !found.records.isEmpty:
                bases = [host]
                lifetime = found.ttl
            case .secure(let found), .insecure(let found):
                return .none("its name is an insecure alias", lifetime: found.ttl)
            case .bogus(let why): return await unlessInsecure(host, why)
            case .failed(let why): return .failed("\(host) CNAME: \(why)")
            }
        }
        if bases.count == 2, bases[0] == bases[1] { bases.removeLast() }
        var absence = "no TLSA records"
        for base in bases {
            guard let owner = base.tlsaOwner(port: port) else { continue }
            switch await resolver.tlsa(owner) {
            case .secure(let found) where !found.records.isEmpty:
                return .records(found.records, base: base, lifetime: min(lifetime ?? found.ttl, found.ttl))
            /// RFC 7672 §2.1.1: a denial, secure or insecure, is an answer. §2.2: insecure records are no records.
            case .secure(let found):
                lifetime = min(lifetime ?? found.ttl, found.ttl)
            case .insecure(let found):
                lifetime = min(lifetime ?? found.ttl, found.ttl)
                if !found.records.isEmpty { absence = "its TLSA records are insecure" }
            /// RFC 7672 §2.1.2: any failed query on the way to the TLSA records makes the server unreachable.
            case .bogus(let why): return .bogus(why)
            case .failed(let why): return .failed("\(owner) TLSA: \(why)")
            }
        }
        return .none(absence, lifetime: lifetime)
    }

    /// What a bogus CNAME answer comes to whose alias was not bogus in the address answer.
    ///
    /// libunbound 1.17.1 cannot validate the CNAME that a DNAME makes if it is asked for by itself, where the DNAME leads into an
    /// unsigned zone. Then the TLSA owner is below the DNAME as well, and an answer that is proven to be insecure tells what the
    /// CNAME query was to tell. No other answer does.
    private func unlessInsecure(_ host: DomainName, _ why: BogusReason) async -> Result {
        guard let owner = host.tlsaOwner(port: port), case .insecure(let found) = await resolver.tlsa(owner) else {
            return .bogus(why)
        }
        return .none("its name is an insecure alias", lifetime: found.ttl)
    }
}
