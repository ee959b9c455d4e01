import DANE

extension MailDomains {
    /// Rows V1 to V5: the MX records.
    static let names: [MailDomain] = [
        // V1: the MX records are bogus, or there is no answer.
        bogus("mx-expired", .expired, rules: "D-07", "S-03", "F-26"),
        bogus("mx-not-yet-valid", .notYetValid, rules: "D-07", "F-26"),
        bogus("ds-without-keys", .dsWithoutKeys, rules: "D-07", "F-27"),
        bogus("ds-mismatch", .dsMismatch, rules: "D-07", "F-27"),
        MailDomain("mx-corrupt-signature", "V1", .dnssecInvalid) { draft in
            try await draft.host(.noSTARTTLS)
            draft.zone.faults = [.corruptSignature(name: "@", type: "MX")]
        },
        MailDomain("mx-missing-signature", "V1", .dnssecInvalid) { draft in
            try await draft.host(.noSTARTTLS)
            draft.zone.faults = [.missingSignature(name: "@", type: "MX")]
        },
        MailDomain("mx-missing-denial", "V1", .dnssecInvalid) { draft in
            try await draft.address("@", .noSTARTTLS)
            draft.zone.faults = [.missingDenial]
        },
        MailDomain("mx-servfail", "V1", .dnsUnavailable, rules: "D-06", "D-07", "S-03") {
            $0.wire = [WireFault($0.domain, "MX", .servfail)]
        },
        MailDomain("mx-refused", "V1", .dnsUnavailable, rules: "D-06", "D-07") {
            $0.wire = [WireFault($0.domain, "MX", .refused)]
        },
        MailDomain("mx-silent", "V1", .dnsUnavailable, rules: "D-04", "D-06", "D-07", "S-03") { $0.dead = [$0.domain] },
        // V2: there is no such domain.
        MailDomain("no.such", "V2", .noSuchDomain, rules: "S-02") { $0.zone = Zone("such.example") },
        MailDomain("no.such-unsigned", "V2", .noSuchDomain, rules: "S-02") {
            $0.zone = Zone("such-unsigned.example", signing: .unsigned)
        },
        MailDomain("www.dangling", "V2", .noSuchDomain) { draft in
            draft.zone = Zone("dangling.example", "www CNAME nothing")
        },
        // V3: it takes no mail.
        MailDomain("null-mx", "V3", .nullMX, rules: "N-01", "N-03") { $0.mx(0, ".") },
        MailDomain("null-mx-unsigned", "V3", .nullMX, rules: "N-04") { draft in
            draft.zone.signing = .unsigned
            draft.mx(0, ".")
        },
        MailDomain("null-mx-preference-10", "V3", .nullMX, rules: "N-01") { $0.mx(10, ".") },
        MailDomain("null-mx-beside-a-host", "V13", .opportunistic, rules: "N-02", "F-39") { draft in
            draft.mx(0, ".")
            try await draft.host(.noSTARTTLS)
        },
        // V4: the domain itself is the host.
        MailDomain("implicit-mx", "V4", .verified, rules: "S-04") { draft in
            let chain = try await draft.chain()
            try await draft.address("@", .normal(chain))
            draft.publish([chain.tlsa()], at: "@")
        },
        MailDomain("implicit-mx-unsigned", "V4", .opportunistic) { draft in
            draft.zone.signing = .unsigned
            try await draft.address("@", .noSTARTTLS)
        },
        MailDomain("implicit-mx-mismatch", "V4", .tlsaInvalid, rules: "S-04") { draft in
            try await draft.address("@", .normal(draft.chain()))
            draft.publish([try await draft.chain().tlsa()], at: "@")
        },
        MailDomain("www.alias", "V4", .verified, rules: "D-56") { draft in
            // D-56: the address's own domain is a reference identifier beside the expanded name.
            let chain = try await draft.chain("www.alias.example")
            draft.zone = Zone("alias.example", "www CNAME target.elsewhere-alias.example.")
            draft.others = [
                Zone(
                    "elsewhere-alias.example", "target A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("target")) TLSA \(chain.tlsa(usage: 2, depth: 1))")
            ]
        },
        // V5: the MX records are insecure.
        MailDomain("unsigned", "V5", .opportunistic, rules: "D-03") { draft in
            draft.zone.signing = .unsigned
            try await draft.host(.noSTARTTLS)
        },
        MailDomain("unsigned-mx-signed-host", "V5", .opportunistic, rules: "D-27", "F-33") { draft in
            let host = try await draft.farm.add(.noSTARTTLS)
            draft.zone = Zone(draft.domain, signing: .unsigned, "@ MX 10 mx.signed-host.example.")
            draft.others = [
                Zone(
                    "signed-host.example", "mx A \(host)",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("island-of-trust", "V5", .opportunistic, rules: "D-03") { draft in
            draft.zone.signing = .islandOfTrust
            try await draft.host(.noSTARTTLS, tlsa: draft.chain().tlsa())
        },
    ]

    private static func bogus(_ label: String, _ signing: Zone.Signing, rules: String...) -> MailDomain {
        MailDomain(label, "V1", .dnssecInvalid, rules: rules) { draft in
            draft.zone.signing = signing
            try await draft.host(.noSTARTTLS)
        }
    }
}
