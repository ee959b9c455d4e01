/// The doors beside the milter: the query socket and the TLS policy socket.
extension ManualText {
    /// What they are for.
    static let doors = [
        "MTAs that have no milters, and those that ask at delivery, use two further sockets. Both are closed by "
            + "default. Each decides as the milter does: by the same cache, policy file, exemptions and settings. Its "
            + "recipients are counted, logged (via= in danegate-log(5)) and traced like the others.",
        "DANEGATE_QUERY_SOCKET is asked about a recipient, before the MTA accepts it. DANEGATE_TLS_POLICY_SOCKET is "
            + "asked how to deliver to a next hop, so that the delivery keeps what was promised. Both are unix "
            + "sockets, or TCP sockets on a loopback address. Whoever reaches them may ask, and so have mail hosts "
            + "connected to.",
    ]

    /// A query, and its answer.
    static let query = #"""
            check NEXTHOP [to=RECIPIENT] [from=SENDER] [client=ADDRESS] [auth=NAME]

        A query is one line of at most 512 bytes, its end included. The answer is one line of at most 512 bytes. Then
        danegate closes the connection. The client may close its side behind the query, or leave it open. A query that
        comes without the end of its line is read when the client closes its side.

        NEXTHOP :: where the MTA will deliver to: an address, a domain, [host] or [host]:port. Brackets mean that no MX
          records are looked up. With an address the next hop is its domain. An address with a blank in quotes goes into
          to=, beside its domain. A next hop that is not understood, or several, is an error.
        to= :: the recipient, where NEXTHOP is no address. Policy file and exemptions go by its domain.
        from= :: the sender; <> or nothing for the null sender.
        client= :: the IP address of the client; nothing where there is none.
        auth= :: the name with which the client has authenticated; nothing where it has not.

        Values are xtext (RFC 3461 4): a plus sign, and everything that is no printable ASCII, a blank among it, is
        written as a plus sign and two hexadecimal digits. So a sender in quotes with a blank cannot pass for a second
        value. A key that is not known, or given twice, is an error.

        accept :: the recipient may be accepted.
        tempfail 451 4.7.323 TEXT :: the recipient must be put off, with this code and text.
        reject 550 5.7.323 TEXT :: the recipient must be refused.

        The first word tells what to do. Codes and texts are those of the milter, without a doubled per cent sign. A
        line that is no query gets tempfail 451 4.3.5 and the reason. If too many clients wait, the answer is tempfail
        451 4.7.0. While the daemon is being stopped, what must be checked first gets tempfail 451 4.7.0, and a client
        that still waits at the end gets tempfail 451 4.3.2. An answer is never empty and never longer: take an empty
        one, or none, for a temporary failure.

        This is version 1 of the protocol. A later version has another verb; an older daemon answers tempfail 451
        4.3.5 to it. New keys come with a new verb only.
        """#

    /// Postfix's policy delegation.
    static let policyDelegation = #"""
        The same socket speaks the policy delegation of Postfix (SMTPD_POLICY_README). The first line tells which of
        both it is. A connection carries any number of requests. Only the state RCPT is judged.

        recipient :: the recipient as typed. Its domain is the next hop.
        policy_context=nexthop=[relay.example]:587 :: the next hop of this service, because Postfix names none. Any
          other policy_context is an error (451 4.3.5).
        sender, client_address, sasl_username, queue_id :: as the keys of a query.

        action=DUNNO accepts, and other restrictions decide. Otherwise action= has the code and the text of the
        milter. A request may have 64 KB.

        Policy delegation names no transport. So the service must stand behind permit_auth_destination, where only
        recipients of other sites come, or danegate judges local domains as well.

            smtpd_recipient_restrictions = permit_auth_destination,
              check_policy_service { unix:danegate/query.sock, timeout=10s }
        """#

    /// The TLS policy map.
    static let tlsPolicy = #"""
        The TLS policy socket is a socketmap (socketmap_table(5)). The key is the next hop alone, so nothing is known
        here of what the gate lets pass for its sender, client, login or local part. Behind a next hop that is not the
        recipient's domain, a line of the policy file for that domain is not known either: give the next hop a line.

        The map danegate is for smtp_tls_policy_maps of Postfix:

        dane-only :: the MX records are secure, or the next hop is a host in brackets, and all MX hosts have TLSA
          records that can be used; or a policy is require.
        dane :: DANE applies to some of the hosts, no TLSA record of one can be used, one could not be looked up, or
          there are more than 64.
        may :: the domain is exempt, by policy or exemption. The exemption holds at delivery, too.
        NOTFOUND :: no DANE applies, the domain is monitored or not rolled out, the settings accept the outcome, there
          is nobody to deliver to, or the key begins with a dot. Postfix's own level counts. With
          DANEGATE_ROUTE=recipient also a next hop of this site's own, in brackets or with another port.
        TEMP :: the domain is dnssec-invalid, nothing can be found out, the mail is held back, or danegate itself is in
          trouble and knows no good verdict. Postfix keeps the message.

        A domain that fails gets the level of its records: Postfix itself keeps the message, and delivers when the
        records fit. danegate waits for its inspection, for 80 s at most, before it answers TEMP. Postfix asks again for
        each MX host of a delivery. All of these get the same level, unless the verdict changes meanwhile, or a host
        could not be looked up.

        The levels dane and dane-only need smtp_dns_support_level = dnssec. Without it Postfix takes dane for may, and
        only a line of its log says so: dane configured with dnssec lookups disabled.

        The map danegate-tlsrpt has the same answers for Postfix 3.10 and later.

        The map sts is for FEATURE(`sts') of Sendmail: TEMP while recipients there are refused, NOTFOUND otherwise.
        """#

    /// What a client may do.
    static let doorBounds = #"""
        A recipient waits for its verdict for as long as at the milter (DANEGATE_MILTER_DEADLINE). That must be shorter
        than the patience of the client: 8 s in the examples for Exim, 10 s in those for Postfix.

        A query, or a request, must come within ten seconds of its first byte, the first one within ten seconds of the
        connection. Its answer must be taken within as long. Between two requests, policy delegation may be silent for
        ten minutes and a map for two. A netstring may have 2048 bytes. A client that does otherwise loses its own
        connection only.

        Each socket has up to 256 connections at once, fewer if the process may open few files. Beyond that, one that
        has asked nothing yet gives way, then the one that has had nothing to ask for longest. Seven eighths of the
        places may wait for an answer. If so many do, the one that has waited for longest is put off, if it has waited
        for 250 ms, and otherwise the new one. danegate status counts both.
        """#
}
