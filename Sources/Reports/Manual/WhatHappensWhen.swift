/// What happens to mail when something fails.
struct WhatHappensWhen: Sendable {
    /// What fails.
    let what: String
    /// The consequences, as sentences.
    let happens: String
    /// The tests that show it: `Suite` or `Suite.function`. A test checks that they exist.
    let shownBy: [String]

    /// All cases.
    static let all: [WhatHappensWhen] = [
        .init(
            "The daemon is stopped",
            "Postfix answers as milter_default_action says: by default 451 4.7.1 Service unavailable - try again "
                + "later, to every client; with default_action=accept in smtpd_milters mail passes unjudged, and "
                + "Postfix logs a warning for each connection. SIGTERM answers those under way first.",
            "ServiceFailureTests.aStoppedDaemonIsTheDefaultActionsAffair", "DaemonTests.sigtermDeliversTheReplyUnderWay"
        ),
        .init(
            "Exim, Sendmail or Postfix's policy delegation gets no answer: the daemon is stopped or hangs, or another "
                + "program closes, floods, or talks nonsense in its place",
            "Every client is deferred and tries again. Postfix says 451 4.7.1 Service unavailable for a milter, and "
                + "451 4.3.5 Server configuration problem for policy delegation; Sendmail 451 4.3.2 Please try again "
                + "later, at MAIL; Exim 451 4.4.3 the policy service does not answer, after eight seconds at most. "
                + "With default_action=accept or DUNNO (Postfix), without F=T (Sendmail), with an empty GATE_DOWN "
                + "(Exim) mail passes unjudged.",
            "DoorFailureTests.whateverAnswersMailIsDeferred", "DoorFailureTests.mailPassesWhereThatIsSet",
            "DoorFailureTests.theDaemonComesAndGoes"),
        .init(
            "The daemon is killed (SIGKILL, out of memory)",
            "A client in the middle of a message gets what milter_default_action says. Started again, the daemon takes "
                + "the socket that was left, and knows what it knew a second or two before.",
            "ServiceFailureTests.aKilledDaemonIsBackAtOnce", "RestartTests.aVerdictServesAfterTheEnd",
            "RestartTests.aFaultIsAsOldAsItWas"),
        .init(
            "The store that several hosts share is down, frozen or full, answers nonsense, or is full of forgeries",
            "Verdicts are the same. Each host inspects for itself, and a fault is as old as this host has seen it. "
                + "event=shared result=down, and danegate status warns after a minute.",
            "SharedFailureWorldTests.mailIsRuledAsWithoutAStore", "SharingFailureTests.verdictsAreTheSame",
            "SharingFloodTests.aHundredThousandForgeriesAreNothing"),
        .init(
            "The resolver is down, or port 53 is blocked",
            "event=resolver-down and event=breaker cause=resolver. Known good destinations pass, stale ones for "
                + "DANEGATE_CACHE_STALE_TTL; everybody else gets 451 4.4.3, or what DANEGATE_ON_LOCAL_TROUBLE says. It "
                + "closes by itself.",
            "BreakerWorldTests.aDeadDNSOpensTheBreakerAndItsReturnClosesIt"),
        .init(
            "A forwarder or firewall loses the proof that something does not exist (NSEC, NSEC3), or makes up "
                + "addresses",
            "event=breaker cause=denials, and status is CRITICAL, within 15 seconds of the first recipient who meets "
                + "it. 451 4.4.3 for what does not validate, never a 5xx, and no fault counts; domains whose records "
                + "are all signed pass. It closes by itself after denials have come through for a while.",
            "DNSPathWorldTests.aWayThatLosesDenialsRefusesNobody", "DNSPathWorldTests.theFirstRecipientFindsOut",
            "DNSPathWorldTests.aWayThatComesAndGoesRefusesNobody"),
        .init(
            "A forwarder or firewall fails for TLSA records alone",
            "event=breaker cause=tlsa, and status is CRITICAL, likewise. 451 4.4.3 for domains whose hosts are in "
                + "signed zones; domains outside DNSSEC pass.",
            "DNSPathWorldTests.aWayThatFailsForTLSAPutsOffSecureHostsAlone",
            "DNSPathWorldTests.theFirstRecipientFindsOut"),
        .init(
            "The name servers of one domain are down",
            "451 4.4.3 dns-unavailable for that domain alone, however long it lasts, unless a good verdict is still "
                + "kept. Nobody else waits.",
            "ServiceFailureTests.aDomainWhoseNameServersAreDownIsPutOffAlone", "ConvoyTests"),
        .init(
            "Mail comes for thousands of names of one zone that is broken, slow or dead",
            "Names that fail wait for their second look in the lane of their zone, and its keys are fetched once for "
                + "many of them; until then 451 4.7.0 pending, never a 5xx. Lookups have the share of their domain, "
                + "and in it that of their zone. When all places for inspections are taken, the domain that has most "
                + "gives one up. Nobody else waits.",
            "SecondLookSiegeTests", "SecondLookQueueTests", "FairSharesTests",
            "StressTests.namesBelowADeadDomainHoldUpThemselves"),
        .init(
            "A stranger's name servers answer over TCP alone, and there a byte at a time or not at all",
            "451 4.4.3 dns-unavailable for his domains. A connection has three seconds for its answer, and the oldest "
                + "gives way when all are taken. Nobody else waits.",
            "HostileServerTests.serversThatStallOverTCPHoldUpThemselves"),
        .init(
            "A signed record set is larger than libunbound validates: about 1,300 MX records, or 900 TLSA records",
            "451 4.4.3 dns-unavailable: its signatures may be in order. So for as many keys or DS records of a zone.",
            "LargeSetTests"),
        .init(
            "A stranger names 0.0.0.0, :: or a multicast address as his name server",
            "These are never asked: 451 4.4.3 dns-unavailable for his domains. Loopback is asked only where the "
                + "settings name it. Private addresses are asked as any other; do-not-query-address in DNS_CONFIG "
                + "forbids more.",
            "ConfigurationTests.whatNoNameServerHasIsNeverAsked", "ConfigurationTests.loopbackIsAskedOnlyIfNamed"),
        .init(
            "A forwarder or firewall strips signatures",
            "451 4.4.3: neither that a domain is broken nor that it has no DANE could be believed.",
            "DNSFailureTests.aWayThatStripsSignaturesMakesADoubtOfAll"),
        .init(
            "The clock is wrong",
            "event=breaker cause=clock, and event=clock where somebody set it. Good verdicts count, nothing else gets "
                + "a 5xx. It closes when the clock is right. The message trace is not emptied by it.",
            "BreakerWorldTests.aClockThatIsWrongFromTheStartRefusesNobodyForGood",
            "BreakerTests.theSelfTestNamesTheCause",
            "TraceStoreTests.aWrongClockDoesNotEmptyTheTrace", "MixedLoadSoakTests.nothingIsWrongWhateverHappens"),
        .init(
            "The trust anchor is lost or does not fit",
            "event=breaker cause=trust-anchor; 451 4.4.3 for all of whom nothing good is known.",
            "DaemonTests.aResolverThatDoesNotValidateMakesNoVerdict"),
        .init(
            "Outbound port 25 is blocked",
            "Connections to hosts with TLSA records are neither accepted nor refused: 451 4.4.1 unreachable for these "
                + "domains, never a 5xx, however long it lasts; domains without DANE are not concerned. Where many "
                + "destinations that were in order fail at once, event=breaker cause=failures, and good verdicts serve "
                + "on. DANEGATE_PROBE=off judges by the DNS alone.",
            "ServiceFailureTests.aBlockedPortIsADoubt", "ServiceFailureTests.whereAllHostsFailTheBreakerOpens"),
        .init(
            "A host is slow",
            "451 4.7.0 pending after DANEGATE_MILTER_DEADLINE; the look goes on, and the next try has its verdict.",
            "DaemonTests.aSlowHostIsPendingAndKnownLater", "DoorFailureTests.theDaemonComesAndGoes"),
        .init(
            "A relayhost, a smart host or a next hop of a transport map is broken",
            "All mail that goes there is deferred (4xx), never refused for good, whatever is wrong with it, unless "
                + "DANEGATE_ON_OWN_NEXT_HOP says otherwise. The reply and the log (own_hop=) name it, and danegate "
                + "status is WARNING where it stands for more than a tenth of the last hour's recipients.",
            "OwnNextHopWorldTests", "RulebookTests.aNextHopOfOurOwnIsDeferredAtMost"),
        .init(
            "Dozens of a domain's MX hosts do not exist or do not answer",
            "Those without an address cost nothing. For the others a look makes ten connections at most, the outcome "
                + "is pending, and the next look goes on: a good host behind them is found, and nothing is refused "
                + "before all have been seen.",
            "ManyHostsWorldTests", "HostWalkTests"),
        .init(
            "One zone or network fills the gate",
            "Others go on being answered: each part of the gate is shared fairly. Where they suffer all the same, "
                + "status is WARNING or CRITICAL and event=load names who it is; danegate hold puts mail there off for "
                + "a time.",
            "LoadReportTests", "HoldWorldTests"),
        .init(
            "A domain breaks between RCPT and delivery",
            "With the TLS policy map (DANEGATE_TLS_POLICY_SOCKET) Postfix keeps the message in its queue, with 4.7.5 "
                + "or 4.7.4 and its own words, and delivers it once the domain is mended. Without the map Postfix's "
                + "own settings decide.",
            "DeliveryWorldTests.whatBreaksAfterRCPTStaysUntilItIsMended",
            "DeliveryLevelWorldTests.whatIsRequiredIsRequiredAtDelivery"),
        .init(
            "The daemon is stopped while Postfix delivers by the TLS policy map",
            "All mail that goes out waits in Postfix's queue (4.7.5, client TLS configuration problem). Nothing leaves "
                + "unprotected, and nothing is lost. It leaves after the start.",
            "DeliveryWorldTests.withoutDanegateNothingLeavesAndNothingIsLost",
            "DeliveryWorldTests.whatCameInUnjudgedIsHeldByTheMap"),
        .init(
            "Mail passes at RCPT for its sender, client, login or local part, though its domain is broken",
            "The TLS policy map is asked for the next hop alone, and does not know. So Postfix keeps the message, and "
                + "returns it after maximal_queue_lifetime, unless it goes by a transport without the map "
                + "(contrib/postfix). An exempt domain is delivered.",
            "PostfixDeliveryGuideTests.whatPassedForItsLocalPartOrSenderIsDelivered",
            "PostfixDeliveryGuideTests.whatPassedForItsClientIsDelivered",
            "PostfixDeliveryGuideTests.withoutTheTransportItIsKept",
            "DeliveryLevelWorldTests.anExemptDomainIsDelivered"),
        .init(
            "Postfix delivers without DNSSEC lookups (smtp_dns_support_level)",
            "It takes the map's dane for may and delivers unprotected, with one warning in its log: dane configured "
                + "with dnssec lookups disabled. It keeps what is dane-only. postconf smtp_dns_support_level shows it.",
            "DeliveryLevelWorldTests.withoutDNSSECLookupsDANEIsNothing"),
        .init(
            "A broken domain has been mended",
            "Its mail passes two minutes later at the latest: no 5xx rests on an older look, however long the fault "
                + "has lasted.",
            "CacheTests.noRefusalRestsOnALookOfMoreThanTwoMinutes"),
        .init(
            "A stranger's hosts stall, to take all probes",
            "No zone and no network (/24, /56) has more probe slots than are free, and the last eighth is for those "
                + "that have none, so that others find one. What finds none in time is 451 4.7.0 pending, and nothing "
                + "of it is kept.",
            "ProbeSlotsTests.aTarpitLeavesRoom", "TarpitTests", "HostWalkTests.whatFindsNoSlotIsPending"),
        .init(
            "A stranger points his domains at another's mail hosts",
            "Each zone has its own share of the probes that a host gets in an hour (DANEGATE_PROBE_PER_HOUR), and a "
                + "host that was verified keeps one. A network gets eight times what an address does. Own public "
                + "networks stand in DANEGATE_PROBE_DENY. A name whose host is left alone is 451 4.7.0 pending if its "
                + "TLSA records do not fit what the host has shown to other names.",
            "ProbeLimitsTests.oneZoneDoesNotUseUpAHost", "ProbeLimitsTests.oneZoneDoesNotFloodANetwork",
            "SharedHostSiegeTests.noNameIsAcceptedForBeingTheLast"),
        .init(
            "The disk is full",
            "What cannot be written is lost, counted and logged (event=state and event=trace, result=lost). Mail does "
                + "not notice, and writing goes on when there is room again.",
            "TraceWorldTests.aFullDiskCostsRowsAndNoMail", "StateDamageTests.aFullDiskCostsRowsAndNothingElse"),
        .init(
            "The message trace is corrupt or locked",
            "Corrupt, it is set aside and a new one begun; locked, recipients of that time are lost, counted and "
                + "logged (event=trace). Mail does not notice.",
            "TraceStoreTests", "TraceWorldTests"),
        .init(
            "The file of exemptions is corrupt or removed",
            "It is written anew from what is in force (event=exemption); after a restart there would be none. "
                + "status is WARNING until the file that was set aside is removed.",
            "ExemptionTests", "ExemptionWorldTests", "StateFilesTests.exemptionsThatWereSetAsideAreAWarning"),
        .init(
            "The daemon is run as root, or files of the state directory belong to another user",
            "It says so at the start (event=files). What root makes is given to the directory's owner. A "
                + "file of another user's is named as that, and is done without.",
            "StateFilesTests.rootGivesWhatItMakesAway", "StateFilesTests.filesOfAnotherUserAreNamed"),
        .init(
            "The state file is corrupt, locked or cannot be written",
            "It is set aside and a new one begun, or the daemon goes without (event=state). Mail does not notice; ages "
                + "of faults begin anew.",
            "RestartTests.mailPassesWhateverTheStateIs", "StateDamageTests"),
        .init(
            "The files in the state directory are those of another version",
            "Those of an earlier version are read or carried over. Of a later version, after a downgrade, exemptions "
                + "are in force as far as they can be read, and their file stays where it is; state and trace are set "
                + "aside, and new ones begun.",
            "EarlierVersionTests", "StateDamageTests", "TraceStoreTests"),
        .init(
            "The policy file has a fault",
            "A running daemon keeps the old policies and logs each fault (event=reload result=kept-old). For a start, "
                + "check, notice and settings the last good copy stands for the file (event=policy result=copy), and "
                + "danegate status warns. Without a copy they end with status 78.",
            "DaemonTests.thePolicyFileIsReadAgainWhenItChanges", "CommandTests.aBadPolicyFileIsNamedByItsLine",
            "PolicyCopyTests.theLastGoodCopyStandsForAFileAtFault"),
        .init(
            "The environment file has a slip, has gone, or may not be read",
            "A start and every command that has settings end with status 78 and say what was meant; status, reload and "
                + "recheck ask the daemon even if the file may not be read. A running daemon keeps its settings "
                + "(event=reload result=kept-old).",
            "SettingsFileTests"),
        .init(
            "The DNS dies while there is little mail",
            "After the first lookup without an answer the root's keys are asked for, before its recipient has a "
                + "verdict, and if he is accepted all the same: every ten seconds at most, and once in five minutes "
                + "for the same part of the DNS. If they do not come, event=resolver-down.",
            "DeadDNSTests", "SilenceTests"),
        .init(
            "File descriptors are exhausted",
            "event=breaker cause=descriptors: good verdicts count, nothing else gets a 5xx. It closes when there are "
                + "some again.",
            "BreakerWorldTests.aFullFileTableIsNamed", "ShortSystemTests.whereNothingCanBeOpened"),
        .init(
            "The system gives no more threads, or no memory for sockets",
            "Some threads are held back. When they are used up, sessions wait for the next worker that is free, and "
                + "second looks for their thread. event=threads names it, and danegate status warns. Without threads "
                + "the daemon does not start (71).",
            "ShortSystemTests"),
        .init(
            "Somebody makes connections to the milter and says nothing",
            "Each is ended after ten seconds (event=connections result=ended-silent). Near the bound, which danegate "
                + "status names, whoever has most of them loses first, user by user on this machine: Postfix is not "
                + "locked out. Where all wait for an answer, a further one is rejected in its negotiation "
                + "(result=rejected), and the MTA does with that mail as its default action says: "
                + "milter_default_action=accept lets it pass unjudged, tempfail, Postfix's default, defers it.",
            "ConnectionTests", "DescriptorSiegeTests"),
        .init(
            "The process may open few files",
            "Connections of MTAs, lookups, second looks and probes each have a share of the limit (danegate status: "
                + "descriptors), and some are held back for what must not fail. Below about 350 the daemon does not "
                + "start (78).",
            "DescriptorBudgetTests", "DescriptorSiegeTests"),
        .init(
            "Nobody reads standard error",
            "What libunbound writes there is taken over (event=libunbound) and never waited for; lines of our own are "
                + "dropped and counted.",
            "StuckErrorTests", "ConvoyTests"),
        .init(
            "syslog is down or slow",
            "No reply waits. Lines are kept up to 8 MB, then dropped and counted (event=log-dropped). A syslog that is "
                + "restarted is found again.", "LogWriterTests"),
        .init(
            "Memory",
            "Caches are bounded (DANEGATE_CACHE_DOMAINS), and floods of connections, hostile hosts and answers leave "
                + "nothing behind.",
            "SoakTests", "CacheTests", "HostileWorldTests"),
    ]

    private init(_ what: String, _ happens: String, _ shownBy: String...) {
        self.what = what
        self.happens = happens
        self.shownBy = shownBy
    }
}
