/// The names of which a DANE-TA certificate must contain one (RFC 7672 §3.2.2), the primary one first.
public struct ReferenceIdentifiers: Hashable, Sendable {
    /// The names, without repetition, the TLSA base domain first.
    public let names: [DomainName]

    /// The reference identifiers of a host.
    ///
    /// - Parameters:
    ///   - base: The TLSA base domain. It is the primary name, and it is sent as SNI.
    ///   - nextHop: The original next-hop domain if the way from it to the host is secure; else nil.
    ///   - expandedNextHop: The CNAME expansion of that domain if it is an alias and the way is secure; else nil.
    public init(base: DomainName, nextHop: DomainName?, expandedNextHop: DomainName? = nil) {
        // D-53, RFC 7672 §3.2.2; E-11, E-20, RFC 7671 §7, §10.2: the TLSA base domain is the primary name.
        var names = [base]
        // D-54, RFC 7672 §3.2.2: with a secure MX RRset, the next-hop domain and its expansion are acceptable too.
        // D-56: the same without an MX RRset if the base is the expanded name.
        // D-55: with an insecure MX RRset, the caller passes nil, and the MX hostname is the only name.
        for name in [nextHop, expandedNextHop] {
            if let name, !names.contains(name) { names.append(name) }
        }
        self.names = names
    }
}
