extension Rule {
    /// Failures seen in the field: the DNS.
    static let fieldDNS: [Rule] = [
        Rule(
            "F-20", .field("name servers that deny TLSA records wrongly"),
            says: """
                The proof that there is no TLSA record is wrong or missing (NSEC or NSEC3), while addresses validate.
                """,
            kept: """
                The host is left out as dnssec-invalid. The zone's administrator has to sign the zone again or update
                the name server.
                """),
        Rule(
            "F-21", .field("name servers that do not know names without records"),
            says: "A name server says that _tcp.mx.example.org does not exist, although there are records below it.",
            kept: """
                danegate finds the records all the same. Other resolvers may not, so the name server should be updated.
                """),
        Rule(
            "F-22", .field("name servers that answer TLSA queries and break on others"),
            says: "TLSA records validate, but a query for another type at the same name gets a broken denial.",
            kept: "danegate asks there for TLSA records alone, so mail passes."),
        Rule(
            "F-23", .field("firewalls and name servers that drop TLSA queries"),
            says: "TLSA queries get no answer, while others do.",
            kept: """
                In a signed zone the host is left out as dns-unavailable. In an unsigned zone danegate does not ask,
                and the host is opportunistic.
                """),
        Rule(
            "F-24", .field("the name servers of mail.protection.outlook.com"),
            says: "In an unsigned zone name servers answer a TLSA query with an error, such as NOTIMP or REFUSED.",
            kept: "danegate sends no such query to unsigned zones. The host is opportunistic."),
        Rule(
            "F-25", .field("zones signed with NSEC3 and opt-out"),
            says: "The denial of a TLSA record is insecure because of opt-out.",
            kept: "It is an answer, and the host is opportunistic."),
        Rule(
            "F-26", .field("zones that were not signed again in time"),
            says: "A signature has expired, or is not valid yet.",
            kept: """
                The records are bogus and danegate says dnssec-invalid, with the date of the signature. The zone has to
                be signed again on all its name servers.
                """),
        Rule(
            "F-27", .field("zones that moved to another provider"),
            says: "The DS record at the registrar stands for a key that the zone does not have.",
            kept: """
                Everything in the zone is bogus, and danegate says dnssec-invalid. The domain's owner has to replace or
                remove the DS record.
                """),
        Rule(
            "F-28", .field("zones whose name servers differ"),
            says: """
                Some name servers have an old or an unsigned copy of the zone, so that results change from try to try.
                """,
            kept: """
                libunbound asks the other servers if an answer does not validate. The administrator should compare all
                of them.
                """),
        Rule(
            "F-29", .field("delegations to name servers that do not serve the zone"),
            says: "None of the name servers that the parent names answers for the zone.",
            kept: "The lookup fails, and danegate says dns-unavailable."),
        Rule(
            "F-30", .field("zones with a wildcard alias"),
            says: "A wildcard such as *.example.org is an alias, and also catches the name of the TLSA records.",
            kept: """
                danegate follows the alias. If there is no TLSA record at its end, the host is opportunistic; if the
                lookup fails there, the host is left out.
                """),
        Rule(
            "F-31", .field("zones with TLSA records at a wildcard"),
            says: "A wildcard gives TLSA records to hosts for which they were never meant.",
            kept: "They count for each of these hosts. One that does not match them is tlsa-invalid."),
        Rule(
            "F-32", .field("signed domains with an MX host in an unsigned zone"),
            says: "The recipient's domain is signed, and the zone of its MX host is not.",
            kept: "The host is opportunistic. DANE needs signatures on both zones."),
        Rule(
            "F-33", .field("unsigned domains at a provider that does DANE"),
            says: "The recipient's domain is not signed, while its MX host has TLSA records.",
            kept: "The domain is opportunistic. Its owner has to sign it before DANE protects its mail."),
        Rule(
            "F-34", .field("hosts with IPv4 addresses alone"),
            says: """
                The A record validates, and the denial of the AAAA record is broken. It also happens the other way
                round.
                """,
            kept: "danegate uses the family that validates."),
        Rule(
            "F-35", .field("zones signed with NSEC3 and many iterations"),
            says: "A zone has more NSEC3 iterations than validators are ready for.",
            kept: """
                Denials in it are insecure, so a host without TLSA records is opportunistic. Records that exist
                validate as ever.
                """),
        Rule(
            "F-36", .field("zones signed with an algorithm that is out of use"),
            says: "A zone is signed, or delegated, only with algorithms that validators do not support.",
            kept: "The zone counts as unsigned, and DANE does not apply to it."),
        Rule(
            "F-37", .field("networks that block the DNS over TCP"),
            says: "An answer is too large for UDP, and TCP to the name server does not work.",
            kept: "The lookup fails, and danegate says dns-unavailable. Name servers must answer over TCP."),
        Rule(
            "F-38", .field("aliases that were set up wrongly"),
            says: "An alias leads back to itself, or through more names than a resolver follows.",
            kept: "The lookup fails, which is dns-unavailable. Ten aliases in a row still work."),
        Rule(
            "F-39", .field("MX records that were set up wrongly"),
            says: "An MX record has an IP address, an alias, a name that does not exist, or a null MX beside others.",
            kept: """
                danegate follows an alias, leaves out a name without address and passes over a null MX that is not
                alone. A domain with an IP address there is opportunistic.
                """),
        Rule(
            "F-40", .field("tools that test DANE"),
            says: """
                A tool takes a failed TLSA lookup for a host without TLSA records, and reports a broken domain as one
                in order.
                """,
            kept: "danegate keeps the two apart: a lookup that failed is never opportunistic."),
    ]
}
