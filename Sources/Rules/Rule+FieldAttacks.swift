extension Rule {
    /// Attacks by strangers whose zones and hosts danegate has to look at.
    static let fieldAttacks: [Rule] = [
        Rule(
            "F-110", .attack("hostile zones"),
            says: "A stranger's zone has thousands of names whose signatures fail, and name servers that are slow.",
            kept: """
                Second looks take turns by zone, so other domains do not wait behind it. A name that has not had its
                turn is a doubt.
                """),
        Rule(
            "F-111", .attack("hostile zones"),
            says: "There are endless names below a dead domain, each of which might be a zone of its own.",
            kept: "All of them share the lookups of one domain. A neighbour below the same parent is not affected."),
        Rule(
            "F-112", .attack("hostile zones"),
            says: "Dozens of MX hosts lead, by way of their delegations, to queries at somebody else's name servers.",
            kept: "One look ends after eight hosts whose lookups failed, and the next look goes on behind them."),
        Rule(
            "F-113", .attack("forged answers"),
            says: "Somebody off the path sends forged DNS answers while many queries are under way.",
            kept: "None of them counts: libunbound checks ports, ids and signatures."),
        Rule(
            "F-114", .attack("hostile name servers"),
            says: "Name servers answer over TCP alone and send one byte at a time, for many names at once.",
            kept: "Their names are a doubt. Other domains still find connections."),
        Rule(
            "F-115", .attack("hostile zones"),
            says: "A zone has NSEC3 iterations beyond the limit, or somebody on the way writes that it has.",
            kept: """
                If the owner signed them, only denials become insecure. If nobody signed them, the answer is bogus.
                """),
        Rule(
            "F-116", .field("libunbound as a recursive resolver"),
            says: """
                The parent gives 0.0.0.0 or :: as the address of a name server, which leads a resolver to its own
                machine.
                """,
            kept: "danegate never asks these addresses. A domain with no other name server is a doubt."),
        Rule(
            "F-117", .field("libunbound with unwanted-reply-threshold"),
            says: """
                An unbound configuration sets unwanted-reply-threshold, and a flood of forged answers then ends the
                process.
                """,
            kept: "danegate gives this option no effect in the file that DANEGATE_DNS_CONFIG names."),
        Rule(
            "F-118", .field("very large sets of records"),
            says: """
                A signed set of records fits into a message but not into the buffer in which libunbound validates it,
                and libunbound calls it bogus.
                """,
            kept: """
                danegate takes it for dns-unavailable, a doubt. The limit is about 1,300 MX records or 900 TLSA
                records; it also holds for keys and DS records.
                """),
        Rule(
            "F-120", .attack("hostile hosts"),
            says: "A stranger's names lead to hosts that stall, so that they take up all probes.",
            kept: """
                No zone and no network gets more than half of the probes that are free. A recipient that finds no place
                is pending, and that is not kept.
                """),
        Rule(
            "F-121", .attack("hostile zones"),
            says: "A stranger points many names at a provider's host until it has been probed as often as is polite.",
            kept: """
                DANEGATE_PROBE_PER_HOUR holds for each zone by itself, and no zone can use up what others need. A host
                whose records have matched before has a part that others cannot take.
                """),
        Rule(
            "F-122", .attack("hostile zones"),
            says: "A stranger's names lead to many addresses in one network of somebody else.",
            kept: """
                A network (/24 or /56) gets at most eight times DANEGATE_PROBE_PER_HOUR, and one zone twice. Beyond
                that its hosts are left alone.
                """),
        Rule(
            "F-123", .field("MX records that point to the site's own addresses"),
            says: "A stranger's MX records name public addresses of this site, so that probes come from inside.",
            kept: """
                Put these networks into DANEGATE_PROBE_DENY. danegate connects to none of them, and a host with no
                other address is unreachable.
                """),
        Rule(
            "F-124", .attack("hostile hosts"),
            says: "Hosts send long replies and long chains in order to fill the memory with what is kept of them.",
            kept: "danegate keeps no replies, and keeps chains and records up to 64 MB."),
        Rule(
            "F-125", .attack("hostile zones"),
            says: """
                A stranger wears out the probes of a provider's host by names with records that cannot match. The last
                of them would pass unseen.
                """,
            kept: """
                danegate remembers what an address has shown. If it does not fit the records, the recipient is pending;
                only a host with nothing against it is unprobed.
                """),
        Rule(
            "F-126", .attack("hostile zones"),
            says: """
                One recipient makes the gate connect to ten addresses of a stranger's choice, and then to all of them
                again.
                """,
            kept: """
                Both looks together make ten connections. If the first one made more than five, the recipient is
                pending, and the next one brings the second look.
                """),
        Rule(
            "F-127", .attack("hostile zones"),
            says: """
                Names in dozens of zones lead to as many networks, each of which takes a few probes until none is left.
                """,
            kept: """
                An eighth of DANEGATE_PROBE_CONCURRENCY is for zones and networks that have no probe under way. Half of
                that is for hosts verified in the last week.
                """),
        Rule(
            "F-128", .attack("hostile hosts"),
            says: "A host floods a connection inside TLS with key updates, tickets, warnings or empty records.",
            kept: """
                A probe reads a limited number and ends. The host is unreachable, which is a doubt and never a 5xx.
                """),
        Rule(
            "F-130", .field("domains that were mended"),
            says: "A failure is remembered, so that a domain that has been mended goes on being refused.",
            kept: """
                danegate rejects nobody by a look that is older than two minutes: it looks again, or defers the
                recipient. danegate recheck does so at once.
                """),
        Rule(
            "F-131", .attack("hostile zones"),
            says: "A stranger makes up names, replies and chains that fill the memory and the disk.",
            kept: "danegate limits by bytes what it keeps in memory, in the state file and in the trace."),
        Rule(
            "F-132", .attack("hostile zones"),
            says: "The owner of one zone keeps others from getting a verdict, and nobody notices.",
            kept: """
                danegate status and the log line event=load name the zone or network. danegate hold puts off its mail.
                """),
    ]
}
