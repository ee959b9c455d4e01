/// Exemptions with an end.
extension ManualText {
    /// How exemptions begin and end.
    static let exemptions = #"""
        danegate exempt add example.org --until 2027-01-31 --reason "they are moving" is in force within seconds,
        without a restart, and outlives one. DATE is a day (to its end in UTC), a moment in ISO 8601 or a time such
        as 30d, at most ten years away. Adding a domain again replaces its exemption.

        Who made it, when, why and how it ended are kept in exemptions.sqlite in the state directory: all that are
        in force, and the last 10,000 that have ended.

        The daemon looks at exempt domains itself, whether or not there is mail for them: four times in
        DANEGATE_EXEMPT_LIFT_AFTER, and at least hourly. Once a domain has been in order for that long, its
        exemption is lifted. In order means that mail would be accepted: not degraded, no hazard, nothing left
        unprobed. A proven fault begins the count anew. Time in which nothing could be found out, or in which the
        breaker was open, does not count, and takes nothing back. Of the time that the daemon was stopped, no more
        than that of two looks counts.

        The daemon looks at the domain as a next hop, its MX records and all, and at what else of its name is known
        to fail: a relay in brackets or with a port of its own ([relay.example]:587), which must be in order too. A
        domain that has withdrawn its TLSA records or its DNSSEC is in order: its mail passes. An exemption with
        --keep stays. So does that of .example.org, as there is no one destination to look at.

        danegate check looks at an exempt domain as at any other, and says that its mail passes, until when and why
        (exempt in the JSON). danegate survey asks what is true, and knows only the policy file.

        Where hosts share a store (SEVERAL HOSTS in danegate.env(5)), an exemption holds on all of them within a second,
        and so does its removal.

        The log has event=exemption result=added|removed|expired|lifted domain=… by=… reason=….

        A corrupt file is set aside (exemptions.sqlite.corrupt), and what is in force is written to a new one. The
        file of an earlier version is read. One of a later version stays where it is: what can be read of it is in
        force, and the next upgrade finds it.
        """#
}
