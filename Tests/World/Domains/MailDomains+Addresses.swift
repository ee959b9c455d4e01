import DANE

extension MailDomains {
    /// Rows V6 to V11: the addresses of the hosts.
    static let addresses: [MailDomain] = [
        // V6: no answer, or a bogus one.
        MailDomain("address-bogus", "V6", .dnssecInvalid, rules: "D-35") { draft in
            try await draft.host(.noSTARTTLS)
            draft.zone.faults = [.corruptSignature(name: "mx", type: "A")]
        },
        MailDomain("address-servfail", "V6", .dnsUnavailable, rules: "D-35") { draft in
            try await draft.host(.noSTARTTLS)
            draft.wire = ["A", "AAAA"].map { WireFault("mx.\(draft.domain)", $0, .servfail) }
        },
        MailDomain("aaaa-servfail", "V13", .opportunistic, rules: "D-37", "F-34") { draft in
            // D-37: one family suffices.
            try await draft.host(.noSTARTTLS)
            draft.wire = [WireFault("mx.\(draft.domain)", "AAAA", .servfail)]
        },
        MailDomain("aaaa-bogus", "V17", .verified, rules: "D-37", "F-34") { draft in
            let chain = try await draft.chain()
            try await draft.host(.normal(chain), tlsa: chain.tlsa())
            draft.record("mx AAAA 2001:db8::1")
            draft.zone.faults = [.corruptSignature(name: "mx", type: "AAAA")]
        },
        // V7: no address.
        MailDomain("no-address", "V7", .noMailHost, rules: "D-34") { draft in
            draft.mx(10, "mx")
            draft.record("mx TXT \"nothing here\"")
        },
        MailDomain("host-does-not-exist", "V7", .noMailHost, rules: "F-39") { $0.mx(10, "mx") },
        MailDomain("unsigned-without-host", "V7", .noMailHost) { draft in
            draft.zone.signing = .unsigned
            draft.mx(10, "mx")
        },
        MailDomain("mx-40-gone", "V17", .verified, rules: "D-34", "F-39", "F-92", degraded: true) { draft in
            // A client goes through them all (RFC 5321 §5.1): none of them costs a connection.
            let chain = try await draft.chain()
            for number in 0..<40 { draft.mx(number, "gone\(number)") }
            try await draft.host(preference: 50, .normal(chain), tlsa: chain.tlsa())
        },
        MailDomain("mx-40-gone-unsigned", "V5", .opportunistic, rules: "F-92", degraded: true) { draft in
            draft.zone.signing = .unsigned
            for number in 0..<40 { draft.mx(number, "gone\(number)") }
            try await draft.host(preference: 50, .noSTARTTLS)
        },
        MailDomain("mx-is-an-address", "D-21", .opportunistic, rules: "F-39") { $0.mx(10, "192.0.2.1.") },
        MailDomain("mx-is-an-address-unsigned", "D-21", .opportunistic) { draft in
            draft.zone.signing = .unsigned
            draft.mx(10, "192.0.2.1.")
        },
        // V8: an insecure address.
        MailDomain("unsigned-host", "V8", .opportunistic, rules: "F-32") { draft in
            draft.mx(10, "mx.unsigned-host-zone.example.")
            draft.others = [
                Zone(
                    "unsigned-host-zone.example", signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))",
                    "\(draft.owner("mx")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("tlsa-notimp-in-unsigned-zone", "V8", .opportunistic, rules: "D-31", "D-33", "F-24") { draft in
            // F-24: mail.protection.outlook.com. A correct client never asks.
            draft.mx(10, "mx.unsigned-notimp.example.")
            draft.others = [
                Zone("unsigned-notimp.example", signing: .unsigned, "mx A \(try await draft.farm.add(.noSTARTTLS))")
            ]
            draft.wire = [WireFault("_\(draft.farm.port)._tcp.mx.unsigned-notimp.example", "TLSA", .notimp)]
        },
        // V9: an insecure alias.
        MailDomain("insecure-alias", "V9", .opportunistic, rules: "D-13") { draft in
            draft.mx(10, "mx.unsigned-alias.example.")
            try await draft.address("target", .noSTARTTLS)
            draft.publish([try await draft.chain().tlsa()], at: "target")
            draft.others = [
                Zone("unsigned-alias.example", signing: .unsigned, "mx CNAME target.\(draft.domain).")
            ]
        },
        // V10: a secure alias into an unsigned zone: the original name alone counts.
        MailDomain("secure-alias-to-unsigned", "V10", .verified, rules: "D-14", "D-36") { draft in
            let chain = try await draft.chain()
            draft.mx(10, "mx")
            draft.record("mx CNAME host.unsigned-target.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone(
                    "unsigned-target.example", signing: .unsigned, "host A \(try await draft.farm.add(.normal(chain)))",
                    "\(draft.owner("host")) TLSA \(try await draft.chain().tlsa())")
            ]
        },
        MailDomain("secure-alias-to-unsigned-mismatch", "V10", .tlsaInvalid) { draft in
            draft.mx(10, "mx")
            draft.record("mx CNAME host.unsigned-other.example.")
            draft.publish([try await draft.chain().tlsa()])
            draft.others = [
                Zone(
                    "unsigned-other.example", signing: .unsigned,
                    "host A \(try await draft.farm.add(.normal(draft.chain())))")
            ]
        },
        // V11: a secure alias: the expanded name first, then the original, never one between.
        MailDomain("tlsa-at-expanded-name", "V11", .verified, rules: "D-36", "D-39", "D-61", "E-11", "E-20") { draft in
            let chain = try await draft.chain("host.expanded.example")
            draft.mx(10, "mx")
            draft.record("mx CNAME host.expanded.example.")
            draft.publish([try await draft.chain().tlsa()])
            draft.others = [
                Zone(
                    "expanded.example",
                    // The expanded name is the TLSA base domain, and so the name in SNI.
                    "host A \(try await draft.farm.add(.sni(["host.expanded.example": chain], default: nil)))",
                    "\(draft.owner("host")) TLSA \(chain.tlsa())")
            ]
        },
        MailDomain("tlsa-at-original-name", "V11", .verified, rules: "D-39", "D-40") { draft in
            let chain = try await draft.chain()
            draft.mx(10, "mx")
            draft.record("mx CNAME host.expanded-without.example.")
            draft.publish([chain.tlsa()])
            draft.others = [
                Zone(
                    "expanded-without.example",
                    "host A \(try await draft.farm.add(.sni(["mx.\(draft.domain)": chain], default: nil)))")
            ]
        },
        MailDomain("tlsa-at-middle-name", "V13", .opportunistic, rules: "D-41") { draft in
            draft.mx(10, "mx")
            draft.record("mx CNAME middle", "middle CNAME host")
            try await draft.address("host", .noSTARTTLS)
            draft.publish([try await draft.chain().tlsa()], at: "middle")
        },
    ]
}
