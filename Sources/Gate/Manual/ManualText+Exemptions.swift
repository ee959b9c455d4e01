/// Exemptions with an end.
extension ManualText {
    /// How exemptions begin and end.
    static let exemptions = #"""
        danegate exempt add example.org --until 2027-01-31 --reason "they are moving" is in force within seconds,
        without a restart, and survives one. DATE is a day (to its end in UTC), a moment in ISO 8601 or a time such
        as 30d, at most ten years away.

        Adding a domain again replaces its exemption. Who, when, why and how it ended are kept in exemptions.sqlite
        in the state directory, live ones and the last 10,000 that have ended.

        The daemon looks at exempt domains itself, whatever their mail: four times in DANEGATE_EXEMPT_LIFT_AFTER, at
        least hourly. Once one has been in order for that long (mail would be accepted; not degraded, no hazard,
        nothing left unprobed), its exemption is lifted. A proven fault begins the count anew; time in which nothing
        could be found out or the breaker was open does not count, and takes nothing back; of the time that the
        daemon was stopped no more than that of two looks counts.

        What is looked at is the domain as a next hop, its MX records and all, and what else of its name is known to
        fail: a relay in brackets or with a port of its own ([relay.example]:587), which must be in order too. A
        domain that has withdrawn its TLSA records or its DNSSEC is in order: its mail passes. --keep has it stay;
        so does that of .example.org, as there is no one destination to look at.

        danegate check looks at an exempt domain as at any other, and says that its mail passes, until when and why
        (exempt in the JSON); danegate survey asks what is true, and knows only the policy file.

        The log has event=exemption result=added|removed|expired|lifted domain=… by=… reason=….

        A corrupt file is set aside (exemptions.sqlite.corrupt), and what is in force is written to a new one. The
        file of an earlier version is read. One of a later version stays where it is: what can be read of it is in
        force, and the next upgrade finds it.
        """#
}
