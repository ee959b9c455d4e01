import DANE

extension MailDomains {
    /// Rows V12 to V16: the TLSA records, and TLS itself.
    static let records: [MailDomain] = [
        // V12: no answer, or a bogus one.
        tlsa("tlsa-bogus", .dnssecInvalid, rules: "T-06") {
            $0.zone.faults = [.corruptSignature(name: $0.owner("mx"), type: "TLSA")]
        },
        tlsa("tlsa-expired-signature", .dnssecInvalid, rules: "F-26") {
            $0.zone.faults = [.expiredSignature(name: $0.owner("mx"), type: "TLSA")]
        },
        tlsa("tlsa-wrong-denial", .dnssecInvalid, rules: "F-20") {
            $0.zone.faults = [.wrongDenial(name: $0.owner("mx"), type: "TLSA")]
        },
        tlsa("tlsa-servfail", .dnsUnavailable, rules: "F-40") {
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .servfail)]
        },
        tlsa("tlsa-notimp", .dnsUnavailable) {
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .notimp)]
        },
        tlsa("tlsa-refused", .dnsUnavailable) {
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .refused)]
        },
        tlsa("tlsa-formerr", .dnsUnavailable) {
            $0.wire = [WireFault("\($0.owner("mx")).\($0.domain)", "TLSA", .formerr)]
        },
        tlsa("tlsa-silent", .dnsUnavailable, rules: "F-23") { $0.dead = ["_tcp.mx.\($0.domain)"] },
        MailDomain("tlsa-truncated", "V17", .verified, rules: "E-19") { draft in
            // F-37: an answer over TCP is an answer.
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.wire = [WireFault("\(draft.owner("mx")).\(draft.domain)", "TLSA", .truncate)]
        },
        // V13: proven absent, or insecure.
        MailDomain("no-tlsa", "V13", .opportunistic, rules: "D-05", "D-18") { try await $0.host(.noSTARTTLS) },
        MailDomain("no-tlsa-nsec3", "V13", .opportunistic) { draft in
            draft.zone.signing = .nsec3
            try await draft.host(.noSTARTTLS)
        },
        MailDomain("no-tlsa-opt-out", "V13", .opportunistic, rules: "D-05", "F-25") { draft in
            draft.zone.signing = .nsec3OptOut
            try await draft.host(.noSTARTTLS)
        },
        MailDomain("tlsa-alias-to-unsigned", "V13", .opportunistic, rules: "D-18", "D-42", "T-06") { draft in
            try await draft.host(.noSTARTTLS)
            draft.record("\(draft.owner("mx")) CNAME tlsa.unsigned-tlsa.example.")
            draft.others = [
                Zone("unsigned-tlsa.example", signing: .unsigned, "tlsa TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("tlsa-alias", "V17", .verified, rules: "D-42", "D-61") { draft in
            // D-42: the base domain does not change.
            let chain = try await draft.chain()
            try await draft.host(.sni(["mx.\(draft.domain)": chain], default: nil))
            draft.record("\(draft.owner("mx")) CNAME tlsa", "tlsa TLSA \(chain.tlsa())")
        },
        // V14 and V15: no record can be used.
        unusable(
            "unusable-without-starttls", .startTLSNotSupported, .noSTARTTLS, rules: "D-17", "D-43", "T-07", "E-21"),
        unusable("unusable-refused", .startTLSNotSupported, .refusingSTARTTLS()),
        unusable("unusable-handshake-fails", .tlsFailed, .plaintextInsteadOfTLS),
        MailDomain("pkix-usages", "V15", .encrypted, rules: "D-17", "D-50", "E-03", "E-21", "F-14") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa(usage: 1), chain.tlsa(usage: 0, depth: 1))
        },
        MailDomain("unknown-parameters", "V15", .encrypted, rules: "D-17", "T-04") { draft in
            let data = String(repeating: "00", count: 32)
            try await draft.host(.normal(draft.chain()), tlsa: "3 1 200 \(data)", "4 1 1 \(data)", "3 2 1 \(data)")
        },
        MailDomain("short-digest", "V15", .encrypted, rules: "T-05") { draft in
            try await draft.host(.normal(draft.chain()), tlsa: "3 1 1 \(String(repeating: "00", count: 31))")
        },
        MailDomain("record-without-data", "V15", .encrypted, rules: "T-05", hazard: true) { draft in
            try await draft.host(.normal(draft.chain()), tlsa: "\\# 3 030101")
        },
        MailDomain("record-without-data-insecure-mx", "V5", .opportunistic, rules: "D-27", hazard: true) { draft in
            let host = try await draft.farm.add(.noSTARTTLS)
            draft.zone = Zone(draft.domain, signing: .unsigned, "@ MX 10 mx.hazardous-host.example.")
            draft.others = [
                Zone("hazardous-host.example", "mx A \(host)", "\(draft.owner("mx")) TYPE52 \\# 3 030101")
            ]
        },
        MailDomain("record-too-short", "V15", .encrypted, rules: "T-05") { draft in
            // Postfix passes over it: no hazard.
            try await draft.host(.normal(draft.chain()), tlsa: "\\# 2 0301")
        },
        MailDomain("full-garbage", "V15", .encrypted, rules: "T-05") { draft in
            try await draft.host(.normal(draft.chain()), tlsa: "3 0 0 0102030405", "3 1 0 0102030405")
        },
        // V16: a record can be used, and TLS cannot.
        usable("without-starttls", .startTLSNotSupported, .noSTARTTLS, rules: "D-16", "D-22", "F-50"),
        usable("starttls-refused", .startTLSNotSupported, .refusingSTARTTLS(), rules: "L-01", "F-51"),
        usable(
            "starttls-refused-for-good", .startTLSNotSupported, .refusingSTARTTLS("502 5.5.1 Not implemented"),
            rules: "L-01", "F-51"),
        usable("ehlo-refused", .startTLSNotSupported, .ehloRefused(), rules: "S-09"),
        usable("plaintext-instead-of-tls", .tlsFailed, .plaintextInsteadOfTLS),
        usable("closing-at-handshake", .tlsFailed, .closing(at: .handshake)),
        usable("resetting-at-handshake", .tlsFailed, .resetting(at: .handshake)),
        MailDomain("old-tls", "V16", .tlsFailed, rules: "E-02", "F-56") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain).tls(max: .tls11), tlsa: chain.tlsa())
        },
        MailDomain("bytes-after-220", "V16", .tlsFailed, rules: "L-05") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain).injecting(), tlsa: chain.tlsa())
        },
        MailDomain("sni-refused", "V16", .tlsFailed, rules: "D-62", "F-58") { draft in
            let chain = try await draft.chain()
            try await draft.host(.sni(["other.example": chain], default: nil), tlsa: chain.tlsa())
        },
    ]

    private static func tlsa(
        _ label: String, _ outcome: Outcome, rules: String..., fault: @escaping @Sendable (inout Draft) -> Void
    ) -> MailDomain {
        // Whatever the failure, it is one: not even a host that would do is delivered to.
        MailDomain(label, "V12", outcome, rules: ["D-06", "D-19", "D-35"] + rules) { draft in
            // The host itself is in order: the failed query alone is a reason not to deliver (D-10).
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            fault(&draft)
        }
    }

    private static func unusable(
        _ label: String, _ outcome: Outcome, _ behaviour: SMTPHostBehaviour, rules: String...
    ) -> MailDomain {
        MailDomain(label, "V14", outcome, rules: rules) { draft in
            try await draft.host(behaviour, tlsa: draft.chain().tlsa(usage: 1))
        }
    }

    private static func usable(
        _ label: String, _ outcome: Outcome, _ behaviour: SMTPHostBehaviour, rules: String...
    ) -> MailDomain {
        MailDomain(label, "V16", outcome, rules: rules) { try await $0.host(behaviour, tlsa: $0.chain().tlsa()) }
    }
}
