import DANE

extension MailDomains {
    /// The DNS failing in all the ways in which it fails in the field, at each of the questions that mail asks.
    static let failures: [MailDomain] = signatures + delegations + denials + servers + aliases + wildcards

    // MARK: Signatures

    /// Signatures that are out of time, missing or wrong.
    private static let signatures: [MailDomain] = [
        // The MX records.
        mx("mx-signature-expired", "F-26") { $0.zone.faults = [.expiredSignature(name: "@", type: "MX")] },
        // The keys, and so everything in the zone.
        mx("keys-signature-expired", "F-26") { $0.zone.faults = [.expiredSignature(name: "@", type: "DNSKEY")] },
        mx("keys-signature-corrupt", "F-27") { $0.zone.faults = [.corruptSignature(name: "@", type: "DNSKEY")] },
        mx("keys-signature-missing", "F-27") { $0.zone.faults = [.missingSignature(name: "@", type: "DNSKEY")] },
        // The addresses.
        address("address-signature-expired", "F-26") { $0.zone.faults = [.expiredSignature(name: "mx", type: "A")] },
        address("address-signature-missing", "D-35") { $0.zone.faults = [.missingSignature(name: "mx", type: "A")] },
        MailDomain("address-zone-expired", "V6", .dnssecInvalid, rules: "D-30", "F-26") { draft in
            draft.mx(10, "mx.expired-host.example.")
            draft.others = [
                Zone("expired-host.example", signing: .expired, "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
        },
        // The TLSA records; the host itself is in order.
        tlsa("tlsa-signature-missing", .dnssecInvalid, "D-10", "D-19") {
            $0.zone.faults = [.missingSignature(name: $0.owner("mx"), type: "TLSA")]
        },
        MailDomain("tlsa-zone-not-yet-valid", "V12", .dnssecInvalid, rules: "D-10", "F-26") { draft in
            // A zone of their own, as for a key that another team keeps.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.others = [
                Zone("_tcp.mx.\(draft.domain)", signing: .notYetValid, "_\(draft.farm.port) TLSA \(chain.tlsa())")
            ]
        },
    ]

    // MARK: Delegations

    /// What parents say of their children, and what they should not.
    private static let delegations: [MailDomain] = [
        MailDomain("child.corrupt-ds", "V1", .dnssecInvalid, rules: "D-07", "F-27") { draft in
            try await draft.host(.noSTARTTLS)
            draft.others = [Zone("corrupt-ds.example", faults: [.corruptSignature(name: "child", type: "DS")])]
        },
        MailDomain("child.expired-ds", "V1", .dnssecInvalid, rules: "D-07", "F-26") { draft in
            try await draft.host(.noSTARTTLS)
            draft.others = [Zone("expired-ds.example", faults: [.expiredSignature(name: "child", type: "DS")])]
        },
        MailDomain("child.unproven-delegation", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            // The child has no DS record, and the parent does not prove it: it could have been taken away on the way.
            draft.zone.signing = .unsigned
            try await draft.host(.noSTARTTLS)
            draft.others = [Zone("unproven-delegation.example", faults: [.missingDenial])]
        },
        MailDomain("child.insecure-delegation", "V5", .opportunistic, rules: "D-03", "D-27") { draft in
            draft.zone.signing = .unsigned
            try await draft.host(.noSTARTTLS)
            draft.others = [Zone("insecure-delegation.example", signing: .nsec3)]
        },
        MailDomain("child.opt-out-delegation", "V5", .opportunistic, rules: "D-03", "D-05", "F-25") { draft in
            draft.zone.signing = .unsigned
            try await draft.host(.noSTARTTLS)
            draft.others = [Zone("opt-out-delegation.example", signing: .nsec3OptOut)]
        },
        MailDomain("no.opt-out-name", "V2", .noSuchDomain, rules: "D-05", "F-25", "S-02") { draft in
            // RFC 5155 §12.2: under opt-out a name that does not exist is denied insecurely; it does not exist all the same.
            draft.zone = Zone("opt-out-name.example", signing: .nsec3OptOut)
        },
        // Nobody can validate it: as if unsigned.
        MailDomain("unknown-algorithm", "V5", .opportunistic, rules: "D-03", "F-36") { draft in
            draft.zone.signing = .unknownAlgorithm
            try await draft.host(.noSTARTTLS, tlsa: draft.chain().tlsa())
        },
        MailDomain("unknown-digest", "V5", .opportunistic, rules: "D-03", "F-36") { draft in
            draft.zone.signing = .unknownDigest
            try await draft.host(.noSTARTTLS, tlsa: draft.chain().tlsa())
        },
        MailDomain("host-of-unknown-algorithm", "V8", .opportunistic, rules: "D-33", "F-32", "F-36") { draft in
            draft.mx(10, "mx.unknown-host.example.")
            draft.others = [
                Zone(
                    "unknown-host.example", signing: .unknownAlgorithm, "mx A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("tlsa-in-unsigned-child", "V13", .opportunistic, rules: "D-18", "D-05") { draft in
            try await draft.host(.noSTARTTLS)
            draft.others = [
                Zone(
                    "_tcp.mx.\(draft.domain)", signing: .unsigned,
                    "_\(draft.farm.port) TLSA \(try await draft.chain().tlsa())")
            ]
        },
    ]

    // MARK: Denials

    /// What is not there, and is not proven not to be there.
    private static let denials: [MailDomain] = [
        MailDomain("no-mx-missing-nsec3", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            draft.zone.signing = .nsec3
            try await draft.address("@", .noSTARTTLS)
            draft.zone.faults = [.missingDenial]
        },
        MailDomain("no-mx-corrupt-nsec", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            try await draft.address("@", .noSTARTTLS)
            draft.zone.faults = [.corruptDenial]
        },
        MailDomain("mx-wrong-denial", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            try await draft.host(.noSTARTTLS)
            draft.zone.faults = [.wrongDenial(name: "@", type: "MX")]
        },
        MailDomain("mx-wrong-denial-nsec3", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            draft.zone.signing = .nsec3
            try await draft.host(.noSTARTTLS)
            draft.zone.faults = [.wrongDenial(name: "@", type: "MX")]
        },
        MailDomain("no.unproven-name", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            draft.zone = Zone("unproven-name.example", faults: [.missingDenial])
        },
        // One family is there and validates, the other one's denial is broken.
        MailDomain("aaaa-denial-missing", "V17", .verified, rules: "D-37", "F-34", "F-22") { draft in
            // So is the denial of addresses at the TLSA owner, for which nobody asks.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.zone.faults = [.missingDenial]
        },
        MailDomain("aaaa-denial-corrupt-nsec3", "V17", .verified, rules: "D-37", "F-34") { draft in
            draft.zone.signing = .nsec3
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.zone.faults = [.corruptDenial]
        },
        MailDomain("a-bogus-aaaa-fine", "V13", .opportunistic, rules: "D-37", "F-34") { draft in
            try await draft.host(.noSTARTTLS)
            draft.record("mx AAAA 2001:db8::1")
            draft.zone.faults = [.corruptSignature(name: "mx", type: "A")]
        },
        MailDomain("a-servfail-aaaa-fine", "V13", .opportunistic, rules: "D-37", "F-34") { draft in
            draft.mx(10, "mx")
            draft.record("mx AAAA 2001:db8::1")
            draft.wire = [WireFault("mx.\(draft.domain)", "A", .servfail)]
        },
        // The TLSA records: the classic.
        noTLSA("no-tlsa-missing-nsec", .dnssecInvalid, "D-10", "F-20", "F-40") { draft in
            // The AAAA denial is missing too: it is the A record that leads on.
            draft.zone.faults = [.missingDenial]
        },
        noTLSA("no-tlsa-missing-nsec3", .dnssecInvalid, "D-10", "F-20", "F-40") { draft in
            draft.zone.signing = .nsec3
            draft.zone.faults = [.missingDenial]
        },
        noTLSA("no-tlsa-corrupt-nsec", .dnssecInvalid, "D-10", "F-20") { $0.zone.faults = [.corruptDenial] },
        noTLSA("no-tlsa-corrupt-nsec3", .dnssecInvalid, "D-10", "F-20") { draft in
            draft.zone.signing = .nsec3
            draft.zone.faults = [.corruptDenial]
        },
        tlsa("tlsa-wrong-denial-nsec3", .dnssecInvalid, "D-10", "F-20") { draft in
            draft.zone.signing = .nsec3
            // Without it there would be nothing left of the name.
            draft.record("\(draft.owner("mx")) TXT \"here\"")
            draft.zone.faults = [.wrongDenial(name: draft.owner("mx"), type: "TLSA")]
        },
        tlsa("tlsa-denied-without-proof", .dnssecInvalid, "D-10", "F-20") {
            // Somebody on the way answers in the name server's place.
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .noSuchName)]
        },
        tlsa("tlsa-stripped", .dnssecInvalid, "D-10", "D-06") {
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .unsigned)]
        },
        // NSEC3 with more iterations than validators take (RFC 9276): a denial is insecure, and that is an answer.
        noTLSA("no-tlsa-iterations", .opportunistic, row: "V13", "D-05", "F-35") {
            $0.zone.signing = .nsec3Iterations(200)
        },
        noTLSA("no-tlsa-few-iterations", .opportunistic, row: "V13", "D-05") { $0.zone.signing = .nsec3Iterations(10) },
        MailDomain("tlsa-iterations", "V17", .verified, rules: "F-35", "D-09") { draft in
            // Records that are there need no denial.
            draft.zone.signing = .nsec3Iterations(200)
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
        },
        // Empty non-terminals: a server that denies `_tcp.mx` although something is below.
        MailDomain("empty-non-terminal", "V17", .verified, rules: "F-21") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [WireFault("_tcp.mx.\(draft.domain)", nil, .noSuchName)]
        },
        MailDomain("empty-non-terminal-nsec3", "V17", .verified, rules: "F-21") { draft in
            draft.zone.signing = .nsec3
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [WireFault("_tcp.mx.\(draft.domain)", nil, .noSuchName)]
        },
    ]

    // MARK: Name servers

    /// Name servers that answer wrongly, in part, or not at all: nothing is known then.
    private static let servers: [MailDomain] = [
        MailDomain("mx-notimp", "V1", .dnsUnavailable, rules: "D-06", "D-07", "S-03") {
            $0.wire = [WireFault($0.domain, "MX", .notimp)]
        },
        MailDomain("mx-formerr", "V1", .dnsUnavailable, rules: "D-06", "D-07", "S-03") {
            $0.wire = [WireFault($0.domain, "MX", .formerr)]
        },
        servers("address-refused", .refused), servers("address-notimp", .notimp), servers("address-formerr", .formerr),
        // The keys of the zone, or the DS records, cannot be had: indeterminate, not bogus.
        MailDomain("keys-servfail", "V1", .dnsUnavailable, rules: "D-04", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault(draft.domain, "DNSKEY", .servfail)]
        },
        MailDomain("keys-refused", "V1", .dnsUnavailable, rules: "D-04", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault(draft.domain, "DNSKEY", .refused)]
        },
        MailDomain("ds-servfail", "V1", .dnsUnavailable, rules: "D-04", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault(draft.domain, "DS", .servfail)]
        },
        MailDomain("host-keys-servfail", "V6", .dnsUnavailable, rules: "D-04", "D-35") { draft in
            draft.mx(10, "mx.keys-servfail-host.example.")
            draft.others = [Zone("keys-servfail-host.example", "mx A \(try await draft.farm.add(.noSTARTTLS))")]
            draft.wire = [WireFault("keys-servfail-host.example", "DNSKEY", .servfail)]
        },
        MailDomain("mx-lame", "V1", .dnsUnavailable, rules: "D-07", "F-29") { draft in
            try await draft.host(.noSTARTTLS)
            draft.lame = [draft.domain]
            draft.wire = ["MX", "NS", "A", "AAAA", "DNSKEY"].map { WireFault(draft.domain, $0, .lame) }
        },
        MailDomain("host-lame", "V6", .dnsUnavailable, rules: "D-35", "F-29") { draft in
            draft.mx(10, "mx.lame-host.example.")
            draft.others = [Zone("lame-host.example", "mx A \(try await draft.farm.add(.noSTARTTLS))")]
            draft.lame = ["lame-host.example"]
            draft.wire = ["mx.lame-host.example", "lame-host.example"].flatMap { name in
                ["NS", "A", "AAAA", "DNSKEY"].map { WireFault(name, $0, .lame) }
            }
        },
        MailDomain("one-host-dead", "D-08", .opportunistic, degraded: true) { draft in
            draft.mx(10, "mx.dead-host.example.")
            draft.others = [Zone("dead-host.example", "mx A 127.0.0.1")]
            draft.dead = ["dead-host.example"]
            try await draft.host(named: "backup", preference: 20, .noSTARTTLS)
        },
        MailDomain("one-host-bogus", "D-08", .verified, rules: "D-30", degraded: true) { draft in
            try await draft.host(named: "a", preference: 10, .noSTARTTLS)
            draft.zone.faults = [.corruptSignature(name: "a", type: "A")]
            let chain = try await draft.chain("b.\(draft.domain)")
            try await draft.host(named: "b", preference: 20, .normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("claimed-valid", "V5", .opportunistic, rules: "D-02", "D-03") { draft in
            // The forwarder says that it has validated what nobody can.
            draft.zone.signing = .unsigned
            try await draft.host(.noSTARTTLS, tlsa: draft.chain().tlsa())
            draft.wire = [draft.domain, "mx.\(draft.domain)", "\(draft.owner("mx")).\(draft.domain)"].map {
                WireFault($0, nil, .claimingValidity)
            }
        },
        // F-23, F-24: an unsigned zone's servers may do as they like with a TLSA query: nobody asks.
        unsigned("unsigned-tlsa-servfail", .servfail), unsigned("unsigned-tlsa-refused", .refused),
        unsigned("unsigned-tlsa-formerr", .formerr),
        MailDomain("unsigned-tlsa-silent", "V8", .opportunistic, rules: "D-31", "D-33", "F-23") { draft in
            draft.mx(10, "mx.unsigned-silent.example.")
            draft.others = [
                Zone("unsigned-silent.example", signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
            draft.dead = ["_tcp.mx.unsigned-silent.example"]
        },
        // Answers that do not fit.
        MailDomain("mx-truncated", "V17", .verified, rules: "F-37", "E-19") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [WireFault(draft.domain, nil, .truncate)]
        },
        tlsa("tlsa-truncated-without-tcp", .dnsUnavailable, "F-37", "E-19") {
            $0.truncated = ["_tcp.mx.\($0.domain)"]
        },
        MailDomain("mx-truncated-without-tcp", "V1", .dnsUnavailable, rules: "F-37", "E-19", "D-07") { draft in
            try await draft.host(.noSTARTTLS)
            draft.truncated = [draft.domain]
        },
        // Servers of different minds: a validator asks again until one is right.
        MailDomain("one-server-in-trouble", "V17", .verified, rules: "F-28") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [
                WireFault("\(draft.owner("mx")).\(draft.domain)", "TLSA", .everySecond(.servfail))
            ]
        },
        MailDomain("one-server-unsigned", "V17", .verified, rules: "F-28") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [
                WireFault("\(draft.owner("mx")).\(draft.domain)", "TLSA", .everySecond(.unsigned))
            ]
        },
    ]

    // MARK: Aliases

    /// Aliases at the recipient's domain, at the host, and at the TLSA owner.
    private static let aliases: [MailDomain] = [
        // At the domain (RFC 5321 §5.1: the target's MX records count).
        MailDomain("www.chained", "V17", .verified, rules: "D-25", "S-01", "D-12") { draft in
            let chain = try await draft.chain("mx.chained.example")
            draft.zone = Zone(
                "chained.example", "www CNAME middle", "middle CNAME @", "@ MX 10 mx",
                "mx A \(try await draft.farm.add(.normal(chain)))", "\(draft.owner("mx")) TLSA \(chain.tlsa())")
        },
        MailDomain("www.into-unsigned", "V5", .opportunistic, rules: "D-13", "D-25") { draft in
            draft.zone = Zone("into-unsigned.example", "www CNAME unsigned-mail.example.")
            draft.others = [
                Zone(
                    "unsigned-mail.example", signing: .unsigned, "@ MX 10 mx",
                    "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
        },
        MailDomain(
            "www.required-alias", "dane-required", .daneRequired, rules: "D-26", "D-20", "D-25", required: true
        ) { draft in
            draft.zone = Zone("required-alias.example", "www CNAME required-alias-mail.example.")
            draft.others = [
                Zone(
                    "required-alias-mail.example", signing: .unsigned, "@ MX 10 mx",
                    "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
        },
        MailDomain("www.from-unsigned", "V5", .opportunistic, rules: "D-13", "D-25", "D-29", "F-33") { draft in
            // The target is signed, and its TLSA records are wrong; the way there is not secure.
            draft.zone = Zone("from-unsigned.example", signing: .unsigned, "www CNAME signed-mail.example.")
            draft.others = [
                Zone(
                    "signed-mail.example", "@ MX 10 mx", "mx A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("www.mixed-alias", "V5", .opportunistic, rules: "D-13", "D-25") { draft in
            // Secure, insecure, secure: one insecure link is enough.
            draft.zone = Zone("mixed-alias.example", "www CNAME link.mixed-alias-link.example.")
            draft.others = [
                Zone("mixed-alias-link.example", signing: .unsigned, "link CNAME mixed-alias-end.example."),
                Zone(
                    "mixed-alias-end.example", "@ MX 10 mx", "mx A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        MailDomain("www.to-servfail", "V1", .dnsUnavailable, rules: "D-12", "D-07") { draft in
            draft.zone = Zone("to-servfail.example", "www CNAME target.to-servfail-end.example.")
            draft.others = [Zone("to-servfail-end.example", "target MX 10 mx")]
            draft.wire = [WireFault("target.to-servfail-end.example", "MX", .servfail)]
        },
        MailDomain("www.to-bogus", "V1", .dnssecInvalid, rules: "D-12", "D-07") { draft in
            draft.zone = Zone("to-bogus.example", "www CNAME to-bogus-end.example.")
            draft.others = [Zone("to-bogus-end.example", signing: .expired, "@ MX 10 mx")]
        },
        MailDomain("www.bogus-alias", "V1", .dnssecInvalid, rules: "D-12", "D-07") { draft in
            draft.zone = Zone("bogus-alias.example", "www CNAME @", "@ MX 10 mx")
            draft.zone.faults = [.corruptSignature(name: "www", type: "CNAME")]
        },
        MailDomain("www.looping", "V1", .dnsUnavailable, rules: "D-11", "F-38") { draft in
            draft.zone = Zone("looping.example", "www CNAME again", "again CNAME www")
        },
        links(9, .verified), links(10, .verified), links(16, .dnsUnavailable),
        // At the host.
        MailDomain("own-address-unused", "V7", .noMailHost, rules: "S-05", "D-34", "F-39") { draft in
            // The domain has an address, at which a host listens; with an MX record it is none of the sender's business.
            draft.mx(10, "nothing")
            try await draft.address("@", .noSTARTTLS)
        },
        host("host-alias-dangling", "V7", .noMailHost, "D-34", "S-07", "F-39") { draft, _ in
            draft.record("mx CNAME nothing")
        },
        host("host-alias-to-servfail", "V6", .dnsUnavailable, "D-12", "D-35") { draft, _ in
            draft.record("mx CNAME target.host-servfail.example.")
            draft.others = [Zone("host-servfail.example", "target A 127.0.0.1")]
            draft.wire = ["A", "AAAA"].map { WireFault("target.host-servfail.example", $0, .servfail) }
        },
        host("host-alias-to-bogus", "V6", .dnssecInvalid, "D-12", "D-35") { draft, _ in
            draft.record("mx CNAME target.host-bogus.example.")
            draft.others = [Zone("host-bogus.example", signing: .dsMismatch, "target A 127.0.0.1")]
        },
        host("host-alias-looping", "V6", .dnsUnavailable, "D-11", "F-38") { draft, _ in
            draft.record("mx CNAME again", "again CNAME mx")
        },
        host("host-alias-mixed", "V10", .verified, "D-13", "D-14") { draft, chain in
            // Secure, insecure, secure: the original name alone counts, whatever is published at the end.
            let address = try await draft.farm.add(.normal(chain))
            draft.record("mx CNAME link.host-mixed-link.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone("host-mixed-link.example", signing: .unsigned, "link CNAME end.host-mixed-end.example."),
                Zone(
                    "host-mixed-end.example", "end A \(address)",
                    "\(draft.owner("end")) TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        host("host-alias-at-both", "V11", .verified, "D-36", "D-39", "E-11") { draft, chain in
            draft.record("mx CNAME host", "host A \(try await draft.farm.add(.normal(chain)))")
            draft.publish([chain.tlsa()], at: "host")
            draft.publish([try await draft.chain().tlsa()])
        },
        host("host-alias-original-only", "V11", .verified, "D-39", "D-40") { draft, chain in
            // That there is nothing at the end of the alias may be denied insecurely too.
            draft.record("mx CNAME host.original-only.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone(
                    "original-only.example", signing: .nsec3OptOut,
                    "host A \(try await draft.farm.add(.normal(chain)))")
            ]
        },
        host("host-alias-never-between", "V13", .opportunistic, "D-41") { draft, _ in
            draft.record("mx CNAME one", "one CNAME two", "two CNAME host")
            try await draft.address("host", .noSTARTTLS)
            for name in ["one", "two"] { draft.publish([try await draft.chain().tlsa()], at: name) }
        },
        host("host-below-dname", "V11", .verified, "D-15", "D-39") { draft, chain in
            draft.zone.records.removeAll()
            draft.mx(10, "mx.old")
            draft.record("old DNAME new.dname-target.example.")
            draft.others = [
                Zone(
                    "dname-target.example", "mx.new A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("mx.new")) TLSA \(chain.tlsa())")
            ]
        },
        host("host-below-dname-to-unsigned", "V10", .opportunistic, "D-15", "D-14", "D-13") { draft, _ in
            // The original name is below the DNAME too: its TLSA owner leads into the unsigned zone.
            draft.zone.records.removeAll()
            draft.mx(10, "mx.old")
            draft.record("old DNAME new.dname-unsigned.example.")
            draft.others = [
                Zone(
                    "dname-unsigned.example", signing: .unsigned,
                    "mx.new A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx.new")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        host("host-below-bogus-dname", "V6", .dnssecInvalid, "D-15", "D-35") { draft, _ in
            draft.zone.records.removeAll()
            draft.mx(10, "mx.old")
            draft.record("old DNAME new", "mx.new A 127.0.0.1")
            draft.zone.faults = [.corruptSignature(name: "old", type: "DNAME")]
        },
        // At the TLSA owner (RFC 7671 §7): the base domain stays what it is.
        owner("tlsa-alias-dangling", "V13", .opportunistic, "D-42", "D-05") {
            $0.record("\($0.owner("mx")) CNAME nothing")
        },
        owner("tlsa-alias-to-servfail", "V12", .dnsUnavailable, "D-42", "D-12") { draft in
            draft.record("\(draft.owner("mx")) CNAME target.tlsa-servfail-end.example.")
            draft.others = [Zone("tlsa-servfail-end.example", "target TLSA 3 1 1 00")]
            draft.wire = [WireFault("target.tlsa-servfail-end.example", "TLSA", .servfail)]
        },
        owner("tlsa-alias-to-bogus", "V12", .dnssecInvalid, "D-42", "D-12") { draft in
            draft.record("\(draft.owner("mx")) CNAME target.tlsa-bogus-end.example.")
            draft.others = [Zone("tlsa-bogus-end.example", signing: .dsWithoutKeys, "target TLSA 3 1 1 00")]
        },
        owner("tlsa-alias-looping", "V12", .dnsUnavailable, "D-42", "D-11", "F-38") { draft in
            draft.record("\(draft.owner("mx")) CNAME again", "again CNAME \(draft.owner("mx"))")
        },
        owner("tlsa-alias-mixed", "V13", .opportunistic, "D-42", "D-13") { draft in
            draft.record("\(draft.owner("mx")) CNAME link.tlsa-mixed-link.example.")
            draft.others = [
                Zone("tlsa-mixed-link.example", signing: .unsigned, "link CNAME end.tlsa-mixed-end.example."),
                Zone("tlsa-mixed-end.example", "end TLSA \(try await draft.chain().tlsa())"),
            ]
        },
        MailDomain("tlsa-below-dname", "V17", .verified, rules: "D-42", "D-15") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.record("_tcp.mx DNAME shared", "_\(draft.farm.port).shared TLSA \(chain.tlsa())")
        },
    ]

    // MARK: Wildcards

    /// Wildcards that were meant, and that were not.
    private static let wildcards: [MailDomain] = [
        MailDomain("any.wild-mx", "V17", .verified, rules: "T-11") { draft in
            let chain = try await draft.chain("mx.wild-mx.example")
            draft.zone = Zone(
                "wild-mx.example", "* MX 10 mx", "mx A \(try await draft.farm.add(.normal(chain)))",
                "\(draft.owner("mx")) TLSA \(chain.tlsa())")
        },
        MailDomain("any.wild-mx-unproven", "V1", .dnssecInvalid, rules: "D-07", "F-20") { draft in
            // A record made from a wildcard needs the proof that there is none of the name itself (RFC 4035 §5.3.4).
            draft.zone = Zone("wild-mx-unproven.example", faults: [.missingDenial], "* MX 10 mx", "mx A 127.0.0.1")
        },
        MailDomain("wild-tlsa", "V17", .verified, rules: "F-31", "T-11") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain))
            draft.record("*._tcp.mx TLSA \(chain.tlsa())")
        },
        MailDomain("wild-tlsa-mismatch", "V19", .tlsaInvalid, rules: "F-31") { draft in
            // Everything of the zone has these TLSA records, the host among it, for which they were never meant.
            draft.mx(10, "mx.hosts")
            draft.record(
                "*.hosts A \(try await draft.farm.add(.normal(draft.chain())))",
                "*.hosts TLSA \(try await draft.chain().tlsa())")
        },
        owner("wild-alias-dangling", "V13", .opportunistic, "F-30") { $0.record("*.mx CNAME nothing") },
        owner("wild-alias-to-a-host", "V13", .opportunistic, "F-30") { draft in
            draft.record("*.mx CNAME www", "www A 127.0.0.1")
        },
        owner("wild-alias-to-unsigned", "V13", .opportunistic, "F-30") { draft in
            draft.record("*.mx CNAME web.wild-unsigned-end.example.")
            draft.others = [Zone("wild-unsigned-end.example", signing: .unsigned, "web A 127.0.0.1")]
        },
        owner("wild-alias-to-bogus", "V12", .dnssecInvalid, "F-30", "D-12") { draft in
            draft.record("*.mx CNAME web.wild-bogus-end.example.")
            draft.others = [Zone("wild-bogus-end.example", signing: .expired, "web A 127.0.0.1")]
        },
        owner("wild-alias-to-servfail", "V12", .dnsUnavailable, "F-30", "D-12") { draft in
            draft.record("*.mx CNAME web.wild-servfail-end.example.")
            draft.others = [Zone("wild-servfail-end.example", "web A 127.0.0.1")]
            draft.wire = [WireFault("web.wild-servfail-end.example", "TLSA", .servfail)]
        },
    ]

    // MARK: Kinds

    /// A domain whose MX answer is bogus.
    private static func mx(
        _ label: String, _ rule: String, _ fault: @escaping @Sendable (inout Draft) -> Void
    ) -> MailDomain {
        MailDomain(label, "V1", .dnssecInvalid, rules: "D-07", rule) { draft in
            try await draft.host(.noSTARTTLS)
            fault(&draft)
        }
    }

    /// A domain whose host's address is bogus.
    private static func address(
        _ label: String, _ rule: String, _ fault: @escaping @Sendable (inout Draft) -> Void
    ) -> MailDomain {
        MailDomain(label, "V6", .dnssecInvalid, rules: "D-35", rule) { draft in
            try await draft.host(.noSTARTTLS)
            fault(&draft)
        }
    }

    /// A domain whose host is in order, TLSA record and all, but for the lookup of that record.
    private static func tlsa(
        _ label: String, _ outcome: Outcome, _ rules: String...,
        fault: @escaping @Sendable (inout Draft) -> Void
    ) -> MailDomain {
        MailDomain(label, "V12", outcome, rules: rules) { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            fault(&draft)
        }
    }

    /// A domain whose host has no TLSA record.
    private static func noTLSA(
        _ label: String, _ outcome: Outcome, row: String = "V12", _ rules: String...,
        fault: @escaping @Sendable (inout Draft) -> Void
    ) -> MailDomain {
        MailDomain(label, row, outcome, rules: rules) { draft in
            try await draft.host(.noSTARTTLS)
            fault(&draft)
        }
    }

    /// A domain whose host's addresses, of both families, cannot be looked up.
    private static func servers(_ label: String, _ effect: WireFault.Effect) -> MailDomain {
        MailDomain(label, "V6", .dnsUnavailable, rules: ["D-06", "D-35"]) { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = ["A", "AAAA"].map { WireFault("mx.\(draft.domain)", $0, effect) }
        }
    }

    /// A domain whose host stands in an unsigned zone, whose servers do not know TLSA.
    private static func unsigned(_ label: String, _ effect: WireFault.Effect) -> MailDomain {
        MailDomain(label, "V8", .opportunistic, rules: ["D-31", "D-33", "F-24"]) { draft in
            let zone = "\(label)-host.example"
            draft.mx(10, "mx.\(zone).")
            draft.others = [Zone(zone, signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))")]
            draft.wire = [WireFault("\(draft.owner("mx")).\(zone)", "TLSA", effect)]
        }
    }

    /// A domain whose host is what its `build` makes of it; the chain is for `mx`.
    private static func host(
        _ label: String, _ row: String, _ outcome: Outcome, _ rules: String...,
        build: @escaping @Sendable (inout Draft, IssuedChain) async throws -> Void
    ) -> MailDomain {
        MailDomain(label, row, outcome, rules: rules) { draft in
            draft.mx(10, "mx")
            try await build(&draft, try await draft.chain())
        }
    }

    /// A domain whose host is in order, but without STARTTLS, and whose TLSA owner is what its `build` makes of it.
    private static func owner(
        _ label: String, _ row: String, _ outcome: Outcome, _ rules: String...,
        build: @escaping @Sendable (inout Draft) async throws -> Void
    ) -> MailDomain {
        MailDomain(label, row, outcome, rules: rules) { draft in
            try await draft.host(.noSTARTTLS)
            try await build(&draft)
        }
    }

    /// A domain whose host is so many aliases away.
    private static func links(_ count: Int, _ outcome: Outcome) -> MailDomain {
        MailDomain("host-\(count)-links", outcome == .verified ? "V11" : "V6", outcome, rules: ["D-11", "F-38"]) {
            draft in
            let chain = try await draft.chain("link\(count).\(draft.domain)")
            draft.mx(10, "link0")
            for link in 0..<count { draft.record("link\(link) CNAME link\(link + 1)") }
            try await draft.address("link\(count)", .normal(chain))
            draft.publish([chain.tlsa()], at: "link\(count)")
        }
    }
}
