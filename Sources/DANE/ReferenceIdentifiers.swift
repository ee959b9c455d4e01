/// The names of which a DANE-TA certificate must carry one (RFC 7672 §3.2.2), the primary one first.
public struct ReferenceIdentifiers: Hashable, Sendable {
    /// The names, without repetition, the TLSA base domain first.
    public let names: [DomainName]

    /// The reference identifiers of a host.
    ///
    /// - Parameters:
    ///   - base: The TLSA base domain: the first of the names, and what is sent as SNI.
    ///   - nextHop: The original next-hop domain, if the way from it to the host is secure; else nil.
    ///   - expandedNextHop: That domain's CNAME expansion, if it is an alias and the way is secure; else nil.
    public init(base: DomainName, nextHop: DomainName?, expandedNextHop: DomainName? = nil) {
        var names = [base]
        /// RFC 7672 §3.2.2: with a secure MX RRset, or none and an expanded name, the next-hop domain and its expansion are
        /// acceptable too; with an insecure one the MX hostname is the only one.
        for name in [nextHop, expandedNextHop] {
            if let name, !names.contains(name) { names.append(name) }
        }
        self.names = names
    }
}
