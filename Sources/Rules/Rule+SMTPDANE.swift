extension Rule {
    /// RFC 7672: SMTP security via opportunistic DANE TLS.
    static let smtpDANE = rules(
        #"""
        D-01 | RFC 7672 §2.1.1 | use a security-aware resolver
        D-02 | RFC 7672 §2.1.1 (4035 4.9.3) | MUST NOT: trust AD from a resolver not reached over a trusted channel
        D-03 | RFC 7672 §2.1.1 | treat all insecure alike (unsigned delegation or no trust anchor)
        D-04 | RFC 7672 §2.1.1 | indeterminate (4035 sense: cannot get needed RRs) = error
        D-05 | RFC 7672 §2.1.1 | NODATA/NXDOMAIN that is secure OR insecure is an answer, not an error
        D-06 | RFC 7672 §2.1.1 | SERVFAIL, timeout, malformed, bogus are all the same "lookup failed"
        D-07 | RFC 7672 §2.1.2 | if the server set cannot be determined: delay
        D-08 | RFC 7672 §2.1.2 | address failure on one MX host: go on with others
        D-09 | RFC 7672 §2.1.2 | perform the TLSA lookups for a securely identified server
        D-10 | RFC 7672 §2.1.2 | MUST / MUST NOT: any failed query on the TLSA path: server unreachable, do not deliver, do not even connect
        D-11 | RFC 7672 §2.1.3 | CNAME in answer without target data: repeat query at target, with recursion limit
        D-12 | RFC 7672 §2.1.3 | error at any hop = whole lookup failed
        D-13 | RFC 7672 §2.1.3 | an insecure hop makes everything after it insecure, even if later hops are signed
        D-14 | RFC 7672 §2.1.3 | insecure A/AAAA via alias: separate CNAME-type query decides if the alias zone is signed
        D-15 | RFC 7672 §2.1.3 | DNAME needs no special code beyond the synthesized CNAME
        D-16 | RFC 7672 §2.2 | secure TLSA, >=1 usable: TLS and authentication, else next server/delay
        D-17 | RFC 7672 §2.2 | secure non-empty TLSA, none usable: TLS required, authentication not
        D-18 | RFC 7672 §2.2 | insecure TLSA or proven absent: opportunistic TLS; cleartext allowed, cleartext retry after TLS failure allowed
        D-19 | RFC 7672 §2.2 | lookup error: next server or delay
        D-20 | RFC 7672 §2.2 | mandatory-DANE mode per destination
        D-21 | RFC 7672 §2.2 | address literal destination, or an IP address written as MX target: DANE does not apply
        D-22 | RFC 7672 §2.2 | MUST NOT (publisher): publish TLSA for a server without TLS
        D-23 | RFC 7672 §2.2.1 | sort by preference; a TLSA-protected worse MX must not pre-empt a better one
        D-24 | RFC 7672 §2.2.1 | equal preference: no obligation to prefer the secure one
        D-25 | RFC 7672 §2.2.1 | CNAME on the recipient domain: replace and repeat
        D-26 | RFC 7672 §2.2.1 | insecure MX RRset (or CNAME to it) and mandatory DANE: delay
        D-27 | RFC 7672 §2.2.1 | insecure MX, opportunistic: plain TLS allowed; client MAY still use host TLSA
        D-28 | RFC 7672 §2.2.1 | log the unexpanded MX name when MX is insecure
        D-29 | RFC 7672 §2.2.1 | MUST NOT: present a match via insecure MX as secure delivery to the domain
        D-30 | RFC 7672 §2.2.1 | secure MX RRset: treat each host per 2.2.2
        D-31 | RFC 7672 §2.2.2 | unsigned zones should answer TLSA with negative reply; some do not
        D-32 | RFC 7672 §2.2.2 | do A/AAAA before TLSA
        D-33 | RFC 7672 §2.2.2 | SHOULD NOT: look for TLSA when first address answer is insecure
        D-34 | RFC 7672 §2.2.2 | no addresses: unreachable
        D-35 | RFC 7672 §2.2.2 | errors, bogus, indeterminate for any query: delay or abandon
        D-36 | RFC 7672 §2.2.2 | CNAME expansion of MX host names is optional for MTAs
        D-37 | RFC 7672 §2.2.2 | one address family validates, other fails denial: use the one that works
        D-38 | RFC 7672 §2.2.3 | owner _<port>._tcp.<base> with the real port
        D-39 | RFC 7672 §2.2.3 | candidates: [expanded, original] if fully secure alias; else [original]. First with a secure TLSA RRset wins
        D-40 | RFC 7672 §2.2.3 | nothing at expanded: try the original
        D-41 | RFC 7672 §2.2.3 | intermediate alias names are never candidates
        D-42 | RFC 7672 §2.2.3 | TLSA owner may be CNAME; whole chain must be secure, else next candidate; base domain unchanged
        D-43 | RFC 7672 §2.2.3 | MUST NOT: with >=1 secure TLSA (even unusable) deliver without TLS
        D-44 | RFC 7672 §3.1.1 | DANE-EE: authenticated if leaf matches, whatever the names; expiry MUST be ignored
        D-45 | RFC 7672 §3.1.1 | publish 3 1 1
        D-46 | RFC 7672 §3.1.2 | DANE-TA: TA certificate in the handshake chain, even a self-signed root
        D-47 | RFC 7672 §3.1.2 | if the software cannot send the root: use intermediate, or DANE-EE
        D-48 | RFC 7672 §3.1.2 | avoid Full(0); prefer Cert(0) with DANE-TA
        D-49 | RFC 7672 §3.1.2 | with 2 0 x apply the TA certificate's constraints (path length etc.)
        D-50 | RFC 7672 §3.1.3 | SHOULD NOT / MAY: publishers should not use usages 0/1 on port 25; clients MAY treat as unusable
        D-51 | RFC 7672 §3.2 | MUST / MUST NOT: usable secure TLSA: authenticate; fail = no delivery
        D-52 | RFC 7672 §3.2.1 | MUST NOT: name checks with DANE-EE
        D-53 | RFC 7672 §3.2.2 | DANE-TA: name check; primary reference id = TLSA base domain
        D-54 | RFC 7672 §3.2.2 | secure MX: also accept original next-hop (recipient) domain, and its CNAME-expanded form if different
        D-55 | RFC 7672 §3.2.2 | insecure MX: MX hostname is the only reference id
        D-56 | RFC 7672 §3.2.2 | no MX used and base is expanded name: original next-hop is second id
        D-57 | RFC 7672 §3.2.3 | DNS-IDs only, if any DNS-ID present; CN only when none
        D-58 | RFC 7672 §3.2.3 | wildcard = whole first label, matches one label; smtp*. invalid; MAY match more labels by policy
        D-59 | RFC 7672 §4 | two TLSA (current+next) published before key change, wait for caches
        D-60 | RFC 7672 §5 | follow 7671 section 9
        D-61 | RFC 7672 §8.1 | send SNI = TLSA base domain; no SSLv2 hello
        D-62 | RFC 7672 §8.1 | present a chain matching >=1 TLSA; MUST NOT refuse because of SNI; send a fallback chain
        D-63 | RFC 7672 §8.2 | offer normal certificate cipher suites
        D-64 | RFC 7672 §9.1 | MAY / MUST NOT: audit-only mode allowed; otherwise no delivery on mismatch
        D-65 | RFC 7672 §9.2 | MUST NOT (server): selective STARTTLS (e.g. only after greylisting)
        D-66 | RFC 7672 §9.2 | follow 7671 8, 10.1, 13
        D-67 | RFC 7672 §10 | open a connection when the server must be considered unreachable
        """#)
}
