extension Rule {
    /// RFC 7672 §2.2.1 to §2.2.3: MX hosts, their addresses, and where TLSA records are.
    static let nextHops: [Rule] = [
        Rule(
            "D-23", .rfc(7672, "2.2.1"),
            says: """
                A client MUST sort MX hosts by preference. A host with TLSA records is not tried before one of better
                preference without them.
                """,
            kept: "danegate looks at hosts in the order of preference, and the first one that may be used decides."),
        Rule(
            "D-24", .rfc(7672, "2.2.1"),
            says: "Among hosts of equal preference a client need not prefer the secure one.",
            kept: "Of equal hosts that may be used, the weakest one speaks for the domain."),
        Rule(
            "D-25", .rfc(7672, "2.2.1"),
            says: """
                If the recipient's domain is an alias (CNAME), its target takes its place and the MX lookup is repeated
                there.
                """,
            kept: "danegate follows the alias and uses the MX records of the target."),
        Rule(
            "D-26", .rfc(7672, "2.2.1"),
            says: """
                Where DANE is mandatory, mail to a domain with insecure MX records, or with an insecure alias to them,
                MUST be delayed.
                """,
            kept: "If the policy file says require, such a domain is dane-required."),
        Rule(
            "D-27", .rfc(7672, "2.2.1"),
            says: "A client MAY use the TLSA records of a host although the MX records that name it are insecure.",
            kept: """
                danegate does not: such a domain is opportunistic. It looks at these records only for data that crashes
                MTAs (hazard).
                """),
        Rule(
            "D-28", .rfc(7672, "2.2.1"),
            says: """
                If MX records are insecure, a client SHOULD log the name of the MX host as it is published, before
                aliases are expanded.
                """,
            kept: "The log and the JSON name each host as the MX record does."),
        Rule(
            "D-29", .rfc(7672, "2.2.1"),
            says: """
                A host that matches its TLSA records MUST NOT be presented as secure delivery to the domain if the MX
                records are insecure.
                """,
            kept: "danegate never calls such a domain verified."),
        Rule(
            "D-30", .rfc(7672, "2.2.1"),
            says: "If MX records are secure, each host that they name MUST be treated by itself.",
            kept: "danegate looks up addresses and TLSA records for each host in its own zone."),
        Rule(
            "D-31", .rfc(7672, "2.2.2"),
            says: "Name servers of unsigned zones should deny TLSA records in order, and some do not.",
            kept: "Where the zone is not signed danegate sends no TLSA query, so such servers do no harm."),
        Rule(
            "D-32", .rfc(7672, "2.2.2"),
            says: "A client MUST look up the addresses of a host before its TLSA records.",
            kept: "danegate asks for A and AAAA records first, and for TLSA records only if an address is secure."),
        Rule(
            "D-33", .rfc(7672, "2.2.2"),
            says: "A client SHOULD NOT look for TLSA records of a host whose addresses are insecure.",
            kept: """
                danegate does not ask. It is no matter if the host's name servers answer TLSA queries with an error.
                """),
        Rule(
            "D-34", .rfc(7672, "2.2.2"),
            says: "A host without any address is unreachable.",
            kept: """
                danegate leaves it out as no-mail-host. Its domain should give it an address or remove the MX record.
                """),
        Rule(
            "D-35", .rfc(7672, "2.2.2"),
            says: """
                If any of these queries ends in an error, in bogus data or indeterminate, the client MUST delay the
                mail or abandon the host.
                """,
            kept: "danegate leaves the host out as dnssec-invalid or dns-unavailable."),
        Rule(
            "D-36", .rfc(7672, "2.2.2"),
            says: "An MTA may follow an MX record to a name that is an alias, though it need not.",
            kept: "danegate follows it, and danegate check marks it with a note."),
        Rule(
            "D-37", .rfc(7672, "2.2.2"),
            says: """
                If one address family of a host validates and the other does not, the family that validates can be
                used.
                """,
            kept: "danegate uses that family and goes on with the host."),
        Rule(
            "D-38", .rfc(7672, "2.2.3"),
            says: """
                TLSA records stand at the port and protocol below the TLSA base domain, as in _25._tcp.mx.example.org.
                """,
            kept: "danegate asks at the port of the next hop. That is 25 unless the MTA's routing names another one."),
        Rule(
            "D-39", .rfc(7672, "2.2.3"),
            says: """
                The TLSA base domain is the expanded name, if the alias is secure to its end and secure TLSA records
                exist there. Otherwise it is the original name.
                """,
            kept: """
                danegate asks for the records in this order. It sends the TLSA base domain in SNI and checks names
                against it.
                """),
        Rule(
            "D-40", .rfc(7672, "2.2.3"),
            says: "If there are no secure TLSA records at the expanded name, the client MUST try the original name.",
            kept: "danegate sends a second TLSA query for the original name."),
        Rule(
            "D-41", .rfc(7672, "2.2.3"),
            says: "Names in the middle of a chain of aliases are never a TLSA base domain.",
            kept: """
                danegate never asks for TLSA records there. Records that are published at such a name have no effect.
                """),
        Rule(
            "D-42", .rfc(7672, "2.2.3"),
            says: """
                The name of the TLSA records may itself be an alias, which must be secure to its end. The TLSA base
                domain stays the same.
                """,
            kept: "danegate follows that alias. If it leads into an unsigned zone, the records do not count."),
        Rule(
            "D-43", .rfc(7672, "2.2.3"),
            says: """
                A client MUST NOT deliver without TLS to a host that has a secure TLSA record, even an unusable one.
                """,
            kept: "Such a host needs STARTTLS: it is encrypted at best, or left out."),
    ]
}
