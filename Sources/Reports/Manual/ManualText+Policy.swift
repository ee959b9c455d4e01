/// How strict danegate is with a domain, and the order of the steps of a ruling.
extension ManualText {
    /// The words of a policy file.
    static let policy = #"""
            example.org        exempt until=2027-01-31 reason="they are moving"
            .example.org       monitor
            partner.example    require

        The file decides how strict to be with a domain, never what is true about it. # begins a comment.

        exempt means that danegate never looks at the domain. monitor means that it rules and lets the mail pass.
        enforce means that it rules in earnest, whatever DANEGATE_ROLLOUT says. require also refuses a domain
        without DANE.

        encrypted and opportunistic do not satisfy require, and neither does an insecure MX record. unprobed does
        not satisfy it either. But nobody has seen then that DANE is lacking, so it is a doubt (RFC 7672 2.2:
        delivery is delayed): the recipient gets 4.7.10 and never a 5xx. With DANEGATE_PROBE=off this holds for all
        mail to such domains, and a line of the log says so.

        .example.org stands for the subdomains of example.org. The most specific line wins; a line of the address's
        domain goes before one of the next hop. A line whose day is over (in UTC) no longer holds, and the next
        specific one does. Names may have U-labels.

        The daemon reads the file again within about three seconds after it has changed, by whatever means. It
        refuses a file with a fault as a whole, names each faulty line with its reasons in the log, and keeps the
        old policies. It keeps them also if the file is removed or cannot be read, and tries again until it can.
        danegate reload takes another file, too, if DANEGATE_POLICY_FILE names another one.

        The daemon keeps the last good copy as policy.good in the state directory. If the file has a slip at the next
        start, has gone, or cannot be read, that copy is in force, and danegate status is WARNING.
        check, notice, survey and settings go by the copy, too, and say so. Without a copy of this very
        file they end with 78.
        """#

    /// The order of precedence. No other text repeats it.
    static let order = #"""
        For each recipient the first that applies counts:

        1. a transport that is none of DANEGATE_TRANSPORTS, or an address literal: passed, without a line in the log
        2. a local part of DANEGATE_EXEMPT_LOCALPARTS: passed
        3. a next hop that is not understood, several of them, or port 465: passed
        4. an exemption of the address's domain itself, or of the next hop's: passed without a look; then a hold:
          put off
        5. the most specific line of the policy file; a .domain exemption counts as such a line, and wins over one
          that is as specific. exempt: passed without a look
        6. DANEGATE_EXEMPT_CLIENTS, DANEGATE_EXEMPT_AUTH, DANEGATE_EXEMPT_SENDERS: passed without a look, but not
          where the line says require: an address in MAIL is anybody's to claim
        7. monitor of the policy file, then DANEGATE_MODE=monitor: judged, logged with would=, passed
        8. enforce and require of the policy file: ruled in earnest
        9. DANEGATE_ENFORCE_SENDERS: ruled in earnest
        10. DANEGATE_ROLLOUT: in earnest for its share of the domains that are judged, the others as in 7; behind a
          next hop of this site's own it is the address's domain that counts. A domain's place, 0 to 99, is a hash
          of its name (FNV-1a) and never changes: it is in as soon as DANEGATE_ROLLOUT is larger, and no larger
          share leaves it out

        What is passed without a look is logged with passed= and the reason. How a ruling in earnest turns out,
        DANEGATE_ON_… and DANEGATE_DEFER_FOR say, and after them DANEGATE_ON_OWN_NEXT_HOP. danegate settings
        --policy DOMAIN shows what of this applies to a domain.

        Then the verdict is taken from the cache or found out, for at most DANEGATE_MILTER_DEADLINE. The policy word
        require makes dane-required of opportunistic and encrypted. While the breaker is open, whatever is not in
        order is ruled by DANEGATE_ON_LOCAL_TROUBLE. Otherwise DANEGATE_ON_ with the outcome's name rules, and by
        default the outcome itself: accepted, deferred, deferred and after DANEGATE_DEFER_FOR rejected, or rejected.
        A hazard is ruled by DANEGATE_ON_HAZARD on top of a verdict that accepts.

        Where this site's own configuration leads to the next hop, DANEGATE_ON_OWN_NEXT_HOP has the next word: by
        default nobody is refused for good. Where the policy word is require, nobody is accepted for it.

        Last, a refusal is turned into accept, with would= in the log, where it is merely monitored: by the policy
        word monitor, by DANEGATE_MODE=monitor, or by DANEGATE_ROLLOUT where neither a policy word speaks for the
        domain nor DANEGATE_ENFORCE_SENDERS for the sender. The roll-out goes by the domain that was judged, and
        behind a next hop of this site's own by the domain of the address.

        danegate settings --policy DOMAIN says which of these applies to a domain, and why.
        """#

    /// When a fault has lasted long enough.
    static let lastingFaults = #"""
        danegate looks at a failure again after DANEGATE_FAILURE_TTL, then after two minutes at most, and once more
        before its first 5xx. No 5xx rests on a look that is older than two minutes, however long the fault has
        lasted: the recipient waits for a new look, or gets 4.7.0. So a domain that has been mended takes mail two
        minutes later.

        That something could not be found out is kept for up to an hour, twice as long each time in a row. null-mx
        and no-such-domain are kept for the time to live that the DNS gives. A pass ends the fault: another one
        begins anew.
        """#
}
