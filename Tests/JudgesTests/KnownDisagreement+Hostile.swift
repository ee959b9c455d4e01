import World

/// What the judges do with hostile peers. danegate must come to an end with each of them, at a cost that it can pay for
/// thousands. If it does not look on, it doubts, and defers (RFC 7672 §2.2). It never says that the domain is at fault.
extension KnownDisagreement {
    /// Where danegate has a bound, or a judge has.
    static let bounds = [
        KnownDisagreement(
            judge: .openssl, section: "RFC 7672 §2.2",
            why: "has no bound, or a greater one, where danegate has one and delays"
        ) { isBeyondABound($0) && [.authenticated, .refused].contains($0.theirs.verdict) },
        KnownDisagreement(
            judge: .postfix, section: "RFC 7672 §2.2",
            why: "has another bound, or none, where danegate has one and delays"
        ) { isBeyondABound($0) && $0.theirs.verdict != .unknown },
        // Of a larger set it takes the first hundred, in the order in which they come.
        KnownDisagreement(
            judge: .postfix, section: "RFC 6698 §4.1",
            why: "reads 100 TLSA records at most, and the one that matches is another"
        ) { exhibit in
            exhibit.ours == .authenticated && exhibit.records.count > 100 && exhibit.theirs.verdict == .refused
                && exhibit.theirs.reason.contains("num=65:")
        },
        KnownDisagreement(
            judge: .postfix, section: "RFC 5321 §5.1",
            why: "reads 100 MX records at most, and the host that exists is another's"
        ) { exhibit in
            exhibit.subject == "mx-1000.example" && exhibit.ours == .authenticated
                && exhibit.theirs.verdict == .unreached
                && exhibit.theirs.reason.contains("Destination address lookup failed")
        },
        // An empty record is malformed and so unusable, as Postfix says too. libunbound cannot hand it over, and says
        // SERVFAIL: a failed lookup.
        KnownDisagreement(
            judge: .postfix, section: "RFC 7672 §2.1.2",
            why: "takes a TLSA record of no bytes for unusable; libunbound has no answer"
        ) {
            $0.ours == .unreached && $0.cause.contains("malformed answer: a record without data")
                && $0.theirs.verdict == .encrypted
        },
    ]

    /// Where peers break the protocols.
    static let breakers = [
        // The forged flights are TLS 1.2, in which the sender of the certificate is proven later, and here never (RFC
        // 5246 §7.4.3).
        KnownDisagreement(
            judge: .openssl, section: "RFC 5246 §7.4.3",
            why: "says that no record matches before it sees that the handshake fails; Postfix sees it fail"
        ) { exhibit in
            exhibit.ours == .withoutTLS && exhibit.cause.contains("signature verification has failed")
                && exhibit.theirs.verdict == .refused && exhibit.theirs.reason.contains("num=65:")
        },
        // smtp(8) passes over such lines, as danegate does: see DeliveryTests.
        KnownDisagreement(
            judge: .postfix, section: "RFC 5321 §4.2", why: "posttls-finger ends at a line that is no reply line"
        ) { exhibit in
            exhibit.ours == .authenticated && !exhibit.theirs.verdict.delivers
                && ["not available: 0 ", "rejected: 0 "].contains { exhibit.theirs.reason.contains($0) }
        },
        KnownDisagreement(
            judge: .openssl, section: "RFC 5321 §4.2", why: "takes a line that is no reply line for the greeting"
        ) { exhibit in
            exhibit.ours == .authenticated && exhibit.theirs.verdict == .withoutTLS
                && MailDomains.all.contains { $0.name == exhibit.subject && $0.rules.contains("F-83") }
        },
        KnownDisagreement(
            judge: .postfix, section: "RFC 5321 §4.1.1.1",
            why: "posttls-finger takes a tab for a blank; smtp(8) does not"
        ) { isBehindATab($0) },
        KnownDisagreement(
            judge: .openssl, section: "RFC 5321 §4.1.1.1", why: "looks for STARTTLS anywhere"
        ) { isBehindATab($0) },
        // s_client knows little of SMTP: it sends STARTTLS whatever is said.
        KnownDisagreement(
            judge: .openssl, section: "RFC 5321 §4.2", why: "goes on where a host says too much, or that it closes"
        ) { exhibit in
            exhibit.ours == .unreached && exhibit.theirs.verdict == .authenticated
                && (exhibit.cause.hasPrefix("421 ") || exhibit.cause.contains("does not speak SMTP: \"welcome 0\""))
        },
        // A host that knows no EHLO and refuses HELO: posttls-finger does not come to HELO, as smtp(8) does.
        KnownDisagreement(
            judge: .postfix, section: "RFC 5321 §3.2", why: "posttls-finger does not go on with HELO; smtp(8) does"
        ) { exhibit in
            exhibit.ours == .unreached && exhibit.cause.hasPrefix("HELO ") && exhibit.theirs.verdict == .withoutTLS
                && exhibit.theirs.reason.contains("EHLO rejected: ")
        },
        // What is no reply to STARTTLS at all says nothing.
        KnownDisagreement(
            judge: .postfix, section: "RFC 3207 §4", why: "takes any other reply to STARTTLS for a refusal"
        ) { exhibit in
            exhibit.ours == .unreached && exhibit.cause.hasPrefix("STARTTLS was answered with 3")
                && exhibit.theirs.verdict == .withoutTLS
        },
        // RFC 5280 forbids the certificate, and under DANE-TA what it says counts.
        KnownDisagreement(
            judge: .openssl, section: "RFC 5280 §4.1", why: "reads a certificate that GnuTLS does not"
        ) { isUnread($0) && $0.theirs.verdict != .unknown },
        KnownDisagreement(
            judge: .postfix, section: "RFC 5280 §4.1", why: "reads a certificate that GnuTLS does not"
        ) { isUnread($0) && $0.theirs.verdict != .unknown },
        // Postfix goes on, and comes to the same end as danegate.
        KnownDisagreement(
            judge: .openssl, section: "RFC 3207 §4.2",
            why: "ends with the handshake, and does not see how the host breaks off then"
        ) { exhibit in
            exhibit.theirs.verdict == .authenticated
                && (exhibit.ours == .unreached && exhibit.cause.hasSuffix("right after the TLS handshake")
                    || exhibit.ours == .withoutTLS && exhibit.cause.contains("TLS alert 116"))
        },
        // Nothing is negotiated yet, and a client that offers TLS 1.3 must abort. A client of TLS 1.2 ignores it (RFC
        // 5246 §7.4.1.1).
        KnownDisagreement(
            judge: .postfix, section: "RFC 8446 §4",
            why: "ignores HelloRequests before the ServerHello until its time is up"
        ) { exhibit in
            exhibit.ours == .withoutTLS && exhibit.cause.contains("unexpected TLS handshake packet")
                && exhibit.theirs.verdict == .unreached && exhibit.theirs.isLate
        },
        // The CNAME is not signed, and is proven by the DNAME. danegate takes the proof from the TLSA answer.
        KnownDisagreement(
            judge: .postfix, section: "RFC 6672 §5.3.1",
            why: "asks unbound for the CNAME that a DNAME into an unsigned zone makes, which unbound takes for bogus"
        ) { exhibit in
            exhibit.ours == .plain && exhibit.cause == "its name is an insecure alias"
                && exhibit.theirs.verdict == .unreached && exhibit.theirs.reason.contains("TLSA lookup error")
        },
    ]

    /// Whether the keyword is STARTTLS and a tab, hence another one.
    private static func isBehindATab(_ exhibit: Exhibit) -> Bool {
        exhibit.subject == "starttls-behind-a-tab.example" && exhibit.ours == .withoutTLS
            && exhibit.theirs.verdict == .authenticated
    }

    /// Whether danegate doubts because it cannot read the host's certificate.
    private static func isUnread(_ exhibit: Exhibit) -> Bool {
        exhibit.ours == .unreached && exhibit.cause.hasPrefix("GnuTLS does not read the server's certificate")
    }

    /// Whether danegate doubts for a bound of its own.
    private static func isBeyondABound(_ exhibit: Exhibit) -> Bool {
        exhibit.ours == .unreached
            && [
                "is too large to be tried", "the host sent a certificate of", "bytes of TLS", "a reply of more than",
                "more records than a message of libunbound holds", "hosts looked at may be used",
                "more records or certificates than are judged",
            ].contains { exhibit.cause.contains($0) }
    }
}
