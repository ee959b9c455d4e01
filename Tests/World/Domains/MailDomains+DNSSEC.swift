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
        tlsaLookup("tlsa-signature-missing", .dnssecInvalid, "D-10", "D-19") {
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
            // RFC 5155 §12.2: under opt-out the denial of a name is insecure. Still the name does not exist.
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
        tlsaLookup("tlsa-wrong-denial-nsec3", .dnssecInvalid, "D-10", "F-20") { draft in
            draft.zone.signing = .nsec3
            // Without it there would be nothing left of the name.
            draft.record("\(draft.owner("mx")) TXT \"here\"")
            draft.zone.faults = [.wrongDenial(name: draft.owner("mx"), type: "TLSA")]
        },
        tlsaLookup("tlsa-denied-without-proof", .dnssecInvalid, "D-10", "F-20") {
            // Somebody on the way answers in the name server's place.
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .noSuchName)]
        },
        tlsaLookup("tlsa-stripped", .dnssecInvalid, "D-10", "D-06") {
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
    static func tlsaLookup(
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
}
