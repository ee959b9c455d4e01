extension Rule {
    /// The rows of the decision table for one host.
    static let table = rules(
        #"""
        V1 | RFC 7672 §2.1.1-2.2.3 | MX lookup failed, bogus or indeterminate: delay
        V2 | RFC 7672 §2.1.1-2.2.3 | NXDOMAIN: the domain does not exist
        V3 | RFC 7672 §2.1.1-2.2.3 | one MX record of null target: no mail
        V4 | RFC 7672 §2.1.1-2.2.3 | no MX record: implicit MX
        V5 | RFC 7672 §2.1.1-2.2.3 | insecure MX RRset: no DANE
        V6 | RFC 7672 §2.1.1-2.2.3 | secure MX, no address could be looked up: skip the host
        V7 | RFC 7672 §2.1.1-2.2.3 | secure MX, no address: unreachable
        V8 | RFC 7672 §2.1.1-2.2.3 | insecure address, no alias: TLSA is not asked for
        V9 | RFC 7672 §2.1.1-2.2.3 | insecure address by an insecure alias: TLSA is not asked for
        V10 | RFC 7672 §2.1.1-2.2.3 | insecure address by a secure alias: the original name alone
        V11 | RFC 7672 §2.1.1-2.2.3 | secure alias throughout: expanded name, then original name
        V12 | RFC 7672 §2.1.1-2.2.3 | TLSA lookup failed in any way: skip the host, do not connect
        V13 | RFC 7672 §2.1.1-2.2.3 | TLSA insecure or denied: no DANE
        V14 | RFC 7672 §2.1.1-2.2.3 | secure TLSA, none usable, no TLS: skip the host
        V15 | RFC 7672 §2.1.1-2.2.3 | secure TLSA, none usable, TLS works: encrypted
        V16 | RFC 7672 §2.1.1-2.2.3 | secure TLSA, usable, no TLS: skip the host
        V17 | RFC 7672 §2.1.1-2.2.3 | a 3-x-x record matches the leaf: authenticated
        V18 | RFC 7672 §2.1.1-2.2.3 | a 2-x-x record matches an issuer, chain, dates and name hold: authenticated
        V19 | RFC 7672 §2.1.1-2.2.3 | usable records, none authenticates: skip the host
        """#)
}
