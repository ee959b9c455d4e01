extension Rule {
    /// RFC 7671, and RFC 6698 with RFC 7218.
    static let dane = rules(
        #"""
        E-01 | RFC 7671 §2 | only SHA2-256 is mandatory; clients SHOULD do SHA2-512; servers SHOULD NOT publish only 512
        E-02 | RFC 7671 §3 | TLS >= 1.0 then, 1.2 SHOULD; SNI MUST. RFC 8996 later removes 1.0/1.1 (MOX uses min 1.2)
        E-03 | RFC 7671 §4, 4.1 | NOT REC.: supporting all four usages; in opportunistic use 0/1 SHOULD NOT be used
        E-04 | RFC 7671 §4.2 | SHOULD NOT: CT checks with usages 2/3
        E-05 | RFC 7671 §5.1 | names ignored, expiry ignored with DANE-EE; raw public keys (7250) only with 3 1 x
        E-06 | RFC 7671 §5.2 | send TA unless all TA records are 2 0 0
        E-07 | RFC 7671 §5.2 | DANE-TA: complete chain and in-date certificates are the server's duty (normal path validation)
        E-08 | RFC 7671 §5.2.2 | 2 0 0 is the only record for which the client must verify with TA absent from the handshake
        E-09 | RFC 7671 §5.2.2 | local trust stores need not be used with DANE-TA; TA may be intermediate, need not be self-signed
        E-10 | RFC 7671 §5.2.3 | 2 1 0: server must send TA cert; if no chain element matches, client RECOMMENDED to check top cert is signed by that key and unexpired
        E-11 | RFC 7671 §7 | securely expanded name is preferred base; else original; base used in SNI and as primary name
        E-12 | RFC 7671 §8 | MUST / MUST NOT (publ.): every (usage, selector, mtype) combination present must include a record matching the current chain; past/future records must never be alone in a combination
        E-13 | RFC 7671 §8.1 | new record two TTLs before deployment
        E-14 | RFC 7671 §8.4 | one change at a time
        E-15 | RFC 7671 §9 | default digest strength order, configurable
        E-16 | RFC 7671 §9 | first drop unusable/malformed; then per (usage, selector) use Full(0) plus only the strongest digest present
        E-17 | RFC 7671 §9 | Full(0) never discarded by agility
        E-18 | RFC 7671 §9 | agility is per usage+selector: 3 1 1 and 3 0 2 do not compete
        E-19 | RFC 7671 §10.1 | avoid fragmentation; no 3 0 0 / 2 0 0
        E-20 | RFC 7671 §10.2 | SNI = base domain; name checks for all but DANE-EE
        E-21 | RFC 7671 §10.3 | SHOULD / MUST NOT: opportunistic + all unusable: unauthenticated TLS, no cleartext; mandatory: no connect
        E-22 | RFC 7671 §13 | SHOULD NOT: long signature lifetimes; TTL chosen short enough for emergencies
        T-01 | RFC 6698 §2.1 | usage 0-3 (255 private), selector 0-1 (255), mtype 0-2 (255)
        T-02 | RFC 7218 §2 | names PKIX-TA PKIX-EE DANE-TA DANE-EE PrivCert; Cert SPKI PrivSel; Full SHA2-256 SHA2-512 PrivMatch; case-insensitive
        T-03 | RFC 6698 §2.2 | presentation: 3 unsigned 8-bit + hex, whitespace allowed in hex
        T-04 | RFC 6698 §4.1 | not-understood usage/selector/mtype = unusable
        T-05 | RFC 6698 §4.1 | malformed data = unusable (wrong digest length; Full data not parseable DER)
        T-06 | RFC 6698 §4.1 | bogus TLSA: TLS not started / aborted. Insecure/indeterminate: unusable
        T-07 | RFC 6698 §4.1 | base RFC: zero usable -> normal TLS. OVERRIDDEN for SMTP by 7672 2.2 (TLS becomes mandatory)
        T-08 | RFC 6698 §4.1 | match any one record is enough; none = abort
        T-09 | RFC 6698 §2.1.1 | usage 2: path validation with matched cert as anchor; usage 3: no PKIX validation
        T-10 | RFC 6698 §2.1.1 | may a usage-2 record match the leaf itself? DC (and OpenSSL, mem) match usage 2 only at depth >= 1; MOX accepts index 0
        T-11 | RFC 6698 §A.2.1.3 | wildcard TLSA owner (*._tcp.host) is legal
        T-12 | RFC 6698 §3 | owner: _ + port in decimal without leading zeros, _tcp, base domain; base labels must satisfy RFC 952, IDN as A-labels
        """#)
}
