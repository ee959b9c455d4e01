extension Rule {
    /// SMTP, null MX, STARTTLS, and internationalised names.
    static let smtp = rules(
        #"""
        S-01 | RFC 5321 §5.1 | MX first; CNAME restarts with target
        S-02 | RFC 5321 §5.1 | NXDOMAIN: report as error (permanent)
        S-03 | RFC 5321 §5.1 | temporary DNS error: queue and retry
        S-04 | RFC 5321 §5.1 | empty MX list: implicit MX, preference 0, the name itself
        S-05 | RFC 5321 §5.1 | MUST NOT: use the domain's own address when any MX exists, even if all unusable
        S-06 | RFC 5321 §5.1 | randomize equal preference; try addresses in order; at least two addresses SHOULD be tried
        S-07 | RFC 5321 §5.1 | MX target that is a CNAME (2181 10.3)
        S-08 | RFC 5321 §4.5.3.2 | timeouts: greeting 5 min, MAIL/RCPT 5 min, DATA 2, block 3, end 10
        S-09 | RFC 5321 §4.1.1.1 | EHLO failing with 5xx: fall back to HELO (then no STARTTLS): under DANE = SKIP-TLS
        N-01 | RFC 7505 §3 | null MX = one MX, preference 0, exchange "."
        N-02 | RFC 7505 §3 | MUST NOT: null MX beside other MX
        N-03 | RFC 7505 §4.1 | reject with 556 and 5.1.10; sender-side null MX 550 5.7.27
        N-04 | RFC 7505 §5 | may be DNSSEC-signed like any MX; insecure null MX is still honoured
        L-01 | RFC 3207 §4 | STARTTLS keyword, no parameters; 220 go ahead, 454 temporarily unavailable, 501 syntax
        L-02 | RFC 3207 §4 | MUST NOT: public MX must not require TLS for local delivery (530 otherwise)
        L-03 | RFC 3207 §4.1 | client unhappy with the result: QUIT
        L-04 | RFC 3207 §4.2 | discard pre-TLS knowledge, EHLO again; server must not list STARTTLS inside TLS
        L-05 | CVE-2011-0411 class, | plaintext after the 220 must not be read as TLS-protected input
        L-06 | PF smtp_proto | offered but refused: "refused to start TLS"; not offered: 4.7.4; handshake: 4.7.5; cert: 4.7.5
        I-01 | RFC 5890/5891 | DNS and SNI use A-labels
        I-02 | RFC 6125 §6.4.2 | name check compares A-labels, case-insensitive
        I-03 | RFC 8461 §3.2 | STS mx patterns and TLSRPT domains MUST be A-labels
        I-04 | RFC 6531 | only non-ASCII local part needs SMTPUTF8; domain alone can be sent as A-label
        I-05 | MOX ParseDomainLax | trailing dot, upper case, underscore in MX name
        """#)
}
